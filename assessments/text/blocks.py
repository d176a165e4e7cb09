"""The block structure of the dialect: lines to a tree whose leaves still hold raw text.

The block parser of the ``markdown`` library knows no line numbers and cuts cells off a row that is too
long. Chapters need the first and may not suffer the second, so structure is read here, in one pass over
the lines for each level of nesting, and the library reads what stands inside each leaf (``inline.py``).
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as etree
from dataclasses import dataclass

from .grammar import (
    BOX_CLOSE,
    BOX_OPEN,
    CAPTION,
    FENCE,
    HEADING,
    ITEM,
    NOTE,
    QUOTE,
    RULE,
    Line,
    alignment,
    expand,
    figure_parts,
    interrupts,
    is_table,
    item_lines,
    item_style,
    split_cells,
    take_key,
)
from .model import MAX_BLOCK_CHARACTERS, MAX_BLOCKS, MAX_BRACKETS, MAX_DEPTH, Problem, TextTooComplex


@dataclass(slots=True)
class Leaf:
    """An element with text of its own, and that text as the author wrote it."""

    element: etree.Element
    raw: str
    kind: str
    line_start: int
    line_end: int
    level: int = 0
    literal: bool = False


@dataclass(slots=True)
class Target:
    """What a cross reference can point to. ``kind`` is sec, fig, tbl or box."""

    kind: str
    key: str | None
    leaf: Leaf | None
    element: etree.Element
    line: int
    level: int = 0
    figure: str = ""
    alt: str = ""


@dataclass(slots=True)
class Note:
    """A footnote's definition: its lines, then (once parsed) its element and leaves."""

    key: str
    line: int
    lines: list[Line]
    depth: int
    element: etree.Element | None = None
    leaves: list[Leaf] | None = None


class Structure:
    """Reads lines into ``root``; collects leaves, cross-reference targets, notes and problems."""

    def __init__(self) -> None:
        self.root = etree.Element("div")
        self.leaves: list[Leaf] = []
        self.targets: list[Target] = []
        self.notes: dict[str, Note] = {}
        self.problems: list[Problem] = []
        self._count = 0
        self._parts = 0
        self._waiting: list[Note] = []

    def read(self, text: str) -> None:
        """Read a whole chapter. Raises TextTooComplex."""
        lines = [(number, expand(line)) for number, line in enumerate(text.split("\n"), 1)]
        for number, line in lines:
            # Before any pattern sees it: a line is at most a block.
            if len(line) > MAX_BLOCK_CHARACTERS:
                raise _too_long(number, len(line))
        self._read(lines, self.root, 0, "paragraph")
        while self._waiting:
            self._read_note(self._waiting.pop(0))

    def _read_note(self, note: Note) -> None:
        outer, self.leaves = self.leaves, []
        note.element = etree.Element("li", {"class": "footnote"})
        self._read(note.lines, note.element, note.depth + 1, "footnote", into=True)
        note.leaves, self.leaves = self.leaves, outer

    def problem(self, line: int, code: str, text: str) -> None:
        self.problems.append(Problem(line, code, text))

    def _leaf(self, element: etree.Element, raw: str, kind: str, first: int, last: int, **more) -> Leaf:
        self._count += 1
        if self._count > MAX_BLOCKS:
            raise _too_many(first)
        if len(raw) > MAX_BLOCK_CHARACTERS:
            raise _too_long(first, len(raw))
        brackets = max(raw.count("["), raw.count("]"))
        if brackets > MAX_BRACKETS and not more.get("literal"):
            raise TextTooComplex(
                first,
                f"this block has {brackets:,} square brackets; at most {MAX_BRACKETS:,} can be read. "
                "Divide it with blank lines, or put several citations into one bracket: [@a; @b].",
            )
        leaf = Leaf(element, raw, kind, first, last, **more)
        self.leaves.append(leaf)
        return leaf

    def _part(self, line: int) -> None:
        """Count what may stand empty: constructs, items, cells."""
        self._parts += 1
        if self._parts > 4 * MAX_BLOCKS:
            raise _too_many(line)

    # One construct a method; each takes the lines and the index where it starts, and returns the index
    # after its end.

    def _read(self, lines: list[Line], parent, depth: int, kind: str, *, into: bool = False) -> None:
        """Read ``lines`` into ``parent``; with ``into`` the first paragraph becomes its own text."""
        if depth > MAX_DEPTH:
            raise TextTooComplex(
                lines[0][0],
                f"lists, quotations and boxes are nested more than {MAX_DEPTH} deep here. "
                "Bring the text some levels out.",
            )
        at, table = 0, None
        while at < len(lines):
            line = lines[at][1]
            if not line.strip():
                at += 1
                continue
            self._part(lines[at][0])
            before, table = table, None
            if FENCE.match(line):
                at = self._code(lines, at, parent)
            elif BOX_OPEN.match(line):
                at = self._box(lines, at, parent, depth, kind)
            elif HEADING.match(line):
                at = self._heading(lines, at, parent)
            elif RULE.match(line):
                etree.SubElement(parent, "hr")
                at += 1
            elif NOTE.match(line):
                at = self._note(lines, at, depth)
            elif figure_parts(line):
                at = self._figure(lines, at, parent)
            elif CAPTION.match(line) and (end := self._caption(lines, at, parent, before)) is not None:
                at, table = end
            elif is_table(lines, at):
                at, table = self._table(lines, at, parent)
            elif QUOTE.match(line):
                at = self._quote(lines, at, parent, depth, kind)
            elif ITEM.match(line):
                at = self._list(lines, at, parent, depth, kind)
            else:
                at = self._paragraph(lines, at, parent, kind, into)
            into = False

    def _paragraph(self, lines, at, parent, kind, into) -> int:
        start = at
        at += 1
        while at < len(lines) and lines[at][1].strip() and not interrupts(lines, at):
            at += 1
        raw = "\n".join(line.lstrip() for _, line in lines[start:at])
        first = raw.lstrip()
        if first.startswith("|") and first.count("|") > 2:
            self.problem(
                lines[start][0],
                "broken-table",
                "this looks like a table, but its second line is not a row of dashes: | --- | --- |.",
            )
        elif first.startswith(":::"):
            self.problem(
                lines[start][0],
                "unknown-box",
                "only “::: box Title” opens a box and “:::” closes one; shown as text.",
            )
        if into:
            kind = "footnote" if kind == "footnote" else "item"
        element = parent if into else etree.SubElement(parent, "p")
        self._leaf(element, raw, kind, lines[start][0], lines[at - 1][0])
        return at

    def _code(self, lines, at, parent) -> int:
        fence = FENCE.match(lines[at][1])[1]
        close = re.compile(rf"^ *{fence[0]}{{{len(fence)},}} *$")
        end = at + 1
        while end < len(lines) and not close.match(lines[end][1]):
            end += 1
        if end == len(lines):
            self.problem(lines[at][0], "open-code", f"this code has no closing line of {fence}.")
        info = FENCE.match(lines[at][1])[2].strip()
        raw = "\n".join(line for _, line in lines[at + 1 : end])
        # The word after the fence names a language; only an unclosed fence may be prose gone astray.
        if info and end == len(lines):
            raw = f"{info}\n{raw}"
        last = min(end, len(lines) - 1)
        if raw.strip():
            self._leaf(
                etree.SubElement(parent, "pre"), raw, "code", lines[at][0], lines[last][0], literal=True
            )
        return end + 1

    def _box(self, lines, at, parent, depth, kind) -> int:
        title = BOX_OPEN.match(lines[at][1])[1]
        end, open_boxes = at + 1, 1
        while end < len(lines):
            if BOX_CLOSE.match(lines[end][1]):
                open_boxes -= 1
                if not open_boxes:
                    break
            elif BOX_OPEN.match(lines[end][1]):
                open_boxes += 1
            end += 1
        if end == len(lines):
            self.problem(lines[at][0], "open-box", "this box has no closing line “:::”; it runs to the end.")
        title, key = take_key(title)
        box = etree.SubElement(parent, "aside", {"class": "box"})
        leaf = None
        if title:
            heading = etree.SubElement(box, "p", {"class": "box-title"})
            leaf = self._leaf(heading, title, "box", lines[at][0], lines[at][0])
        self.targets.append(Target("box", key, leaf, box, lines[at][0]))
        self._read(lines[at + 1 : end], box, depth + 1, kind)
        return end + 1

    def _heading(self, lines, at, parent) -> int:
        number, line = lines[at]
        match = HEADING.match(line)
        raw, key = take_key(match[2])
        open_end = raw.rstrip("#")
        if open_end.endswith((" ", "\t")):
            raw = open_end.rstrip()
        level = len(match[1])
        element = etree.SubElement(parent, f"h{level}")
        leaf = self._leaf(element, raw or match[2], "heading", number, number, level=level)
        self.targets.append(Target("sec", key, leaf, element, number, level=level))
        return at + 1

    def _note(self, lines, at, depth) -> int:
        number, line = lines[at]
        key, first = NOTE.match(line).groups()
        inside, end, blank = [(number, first)], at + 1, False
        while end < len(lines):
            text = lines[end][1]
            if not text.strip():
                blank = True
            elif text.startswith("  ") or not (blank or interrupts(lines, end)):
                blank = False
            else:
                break
            inside.append((lines[end][0], re.sub(r"^ {1,4}", "", text)))
            end += 1
        if key in self.notes:
            self.problem(number, "duplicate-footnote", f"footnote [^{key}] is defined more than once.")
            key = f"{key} line {number}"
        note = Note(key, number, inside, depth)
        self.notes[key] = note
        self._waiting.append(note)
        return end

    def _figure(self, lines, at, parent) -> int:
        number, line = lines[at]
        alt, target, caption, attributes = figure_parts(line)
        key = re.search(r"#([\w:.\-]+)", attributes)
        if not caption and not target.startswith("figure:"):
            # An imported picture has one text only, and readers must see it: it is the caption.
            alt, caption = "", alt
        file = target.removeprefix("figure:")
        figure = etree.SubElement(parent, "figure")
        etree.SubElement(figure, "img", {"src": f"asset:{file}", "alt": alt})
        if not alt:
            self.problem(
                number,
                "missing-alt",
                'this figure has no description for those who cannot see it: ![description](figure:… "…").',
            )
        leaf = None
        if caption and caption.strip():
            leaf = self._leaf(
                etree.SubElement(figure, "figcaption"), caption.strip(), "caption", number, number
            )
        else:
            self.problem(number, "missing-caption", 'this figure has no caption: ![…](figure:… "caption").')
            self._leaf(figure, "", "figure", number, number, literal=True)
        self.targets.append(
            Target("fig", key[1] if key else None, leaf, figure, number, figure=file, alt=alt)
        )
        return at + 1

    def _caption(self, lines, at, parent, before):
        """Give a caption to the table that follows at once, else that before, else one after blanks."""
        end = at + 1
        while end < len(lines) and lines[end][1].strip() and not interrupts(lines, end):
            end += 1
        after = end
        while after < len(lines) and not lines[after][1].strip():
            after += 1
        follows = after < len(lines) and is_table(lines, after)
        if before is not None and not (follows and after == end):
            self._label(before, lines, at, end)
            return end, None
        if follows:
            end_of_table, table = self._table(lines, after, parent)
            self._label(table, lines, at, end)
            return end_of_table, None
        self.problem(lines[at][0], "stray-caption", "this “Table:” line stands beside no table.")
        return None

    def _label(self, target: Target, lines, at, end) -> None:
        raw = "\n".join(line.strip() for _, line in lines[at:end])
        raw, target.key = take_key(raw.removeprefix("Table:").strip())
        caption = etree.Element("caption")
        target.element.insert(0, caption)
        target.leaf = self._leaf(caption, raw, "caption", lines[at][0], lines[end - 1][0])

    def _table(self, lines, at, parent) -> tuple[int, Target]:
        head = split_cells(lines[at][1])
        classes = [alignment(cell) for cell in split_cells(lines[at + 1][1])]
        table = etree.SubElement(parent, "table")
        target = Target("tbl", None, None, table, lines[at][0])
        self.targets.append(target)
        self._row(etree.SubElement(table, "thead"), "th", head, classes, lines[at][0])
        body, end = None, at + 2
        while end < len(lines) and "|" in lines[end][1] and not interrupts(lines, end):
            if body is None:
                body = etree.SubElement(table, "tbody")
            number, line = lines[end]
            cells = split_cells(line)
            if len(cells) != len(head):
                self.problem(
                    number,
                    "broken-table",
                    f"this row has {len(cells)} cells, the first row of the table {len(head)}.",
                )
            self._row(body, "td", cells + [""] * (len(head) - len(cells)), classes, number)
            end += 1
        if len(classes) != len(head):
            self.problem(
                lines[at + 1][0],
                "broken-table",
                f"the row of dashes has {len(classes)} cells, the first row {len(head)}.",
            )
        return end, target

    def _row(self, parent, tag, cells, classes, number) -> None:
        row = etree.SubElement(parent, "tr")
        for index, raw in enumerate(cells):
            self._part(number)
            cell = etree.SubElement(row, tag, {"scope": "col"} if tag == "th" else {})
            if index < len(classes) and classes[index]:
                cell.set("class", classes[index])
            if raw:
                self._leaf(cell, raw, "cell", number, number)

    def _quote(self, lines, at, parent, depth, kind) -> int:
        inside = []
        while at < len(lines) and (match := QUOTE.match(lines[at][1])):
            inside.append((lines[at][0], match[1]))
            at += 1
        kind = kind if kind == "footnote" else "quote"
        self._read(inside, etree.SubElement(parent, "blockquote"), depth + 1, kind)
        return at

    def _list(self, lines, at, parent, depth, kind) -> int:
        first = ITEM.match(lines[at][1])
        style = item_style(first)
        element = etree.SubElement(parent, "ol" if first[3] else "ul")
        expected = int(first[3]) if first[3] else 0
        if expected > 1 or first[3] == "0":
            element.set("start", str(expected))
        while at < len(lines) and (match := ITEM.match(lines[at][1])) and item_style(match) == style:
            if len(match[1]) >= len(first[1]) + 2 or RULE.match(lines[at][1]):
                break
            self._part(lines[at][0])
            item = etree.SubElement(element, "li")
            if match[3]:
                # Numbers that the author did not count on by one are the author's: they are kept.
                if int(match[3]) != expected:
                    expected = int(match[3])
                    item.set("value", str(expected))
                expected += 1
            inside, at = item_lines(lines, at, match)
            self._read(inside, item, depth + 1, kind, into=True)
        return at


def _too_many(line: int) -> TextTooComplex:
    return TextTooComplex(line, f"the text has more than {MAX_BLOCKS:,} blocks. Divide it into chapters.")


def _too_long(line: int, length: int) -> TextTooComplex:
    return TextTooComplex(
        line,
        f"this block has {length:,} characters; at most {MAX_BLOCK_CHARACTERS:,} can be read. "
        "Divide it with blank lines.",
    )
