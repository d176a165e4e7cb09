"""A chapter's Markdown as units in the order in which Word shows them, each with its place in the source. No Django."""

from __future__ import annotations

import re
import xml.etree.ElementTree as etree
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from assessments.text import dialect
from assessments.text.blocks import Leaf, Structure
from assessments.text.grammar import ITEM, figure_parts

from .model import Piece, Token, WordError, tokens, words
from .pieces import pieces

HEADINGS = {f"h{level}" for level in range(1, 7)}


@dataclass
class Unit:
    """A block as Word shows it: one paragraph, or one paragraph of a cell.

    ``kind`` is that of the block, or picture, rule, or note for a paragraph of a note. ``at[n]`` is where the raw
    character n stands in the Markdown. ``depth`` is that of the list (1 is the outermost), ``ordered`` the number that
    it shows, ``listing`` its list; ``quote`` how deep it is quoted; ``box`` and ``table`` count from 1 (0: none);
    ``row`` and ``column`` from 0; ``note`` is the key of the note it belongs to.
    """

    name: str
    kind: str
    raw: str
    at: list[int]
    first: int
    last: int
    level: int = 0
    depth: int = 0
    ordered: int = 0
    listing: int = 0
    lead: bool = False
    quote: int = 0
    box: int = 0
    table: int = 0
    row: int = 0
    column: int = 0
    note: str = ""
    figure: str = ""
    alt: str = ""
    align: str = ""
    pieces: list[Piece] = field(default_factory=list)
    _tokens: list[Token] | None = None

    @property
    def tokens(self) -> list[Token]:
        if self._tokens is None:
            self._tokens = tokens(self.pieces, literal=self.kind == "code")
        return self._tokens

    @property
    def text(self) -> str:
        return words(self.pieces)

    def source(self, start: int, end: int) -> tuple[int, int]:
        """Where the raw text from ``start`` to ``end`` stands in the Markdown."""
        if start == end:
            place = self.at[start - 1] + 1 if start and self.raw else self.at[0]
            return place, place
        return self.at[start], self.at[end - 1] + 1


@dataclass
class Anatomy:
    """``units`` in the order of Word, those of notes last; ``notes`` the keys of notes that the text marks, in order.

    ``lines[n]`` is where line n (from 1) begins, ``atoms`` the Markdown of every atom by its number in Word.
    """

    markdown: str
    units: list[Unit]
    notes: list[str]
    lines: list[int]
    boxes: int = 0
    atoms: list[str] = field(default_factory=list)

    @property
    def body(self) -> list[Unit]:
        return [unit for unit in self.units if not unit.note]

    def line(self, number: int) -> str:
        end = self.lines[number + 1] if number + 1 < len(self.lines) else len(self.markdown)
        return self.markdown[self.lines[number] : end].rstrip("\n")


def read(markdown: str, ids: Sequence[str] = ()) -> Anatomy:
    """The units of a chapter; ``ids`` are the lasting ids of its blocks, in order.

    Raises TextTooComplex; WordError for a text with characters that the dialect leaves out.
    """
    if dialect.cleaned(markdown) != markdown:
        raise WordError("control-characters")
    _document, structure, leaves = dialect.anatomy(markdown)
    names = {id(leaf): ids[n] if len(ids) == len(leaves) else f"n{n}" for n, leaf in enumerate(leaves)}
    walk = _Walk(markdown, structure, names)
    units = list(walk.body(structure.root))
    keys = _noted(structure, units)
    for key in [*keys, *(key for key in structure.notes if key not in keys)]:
        units += walk.note(key)
    _finish(units, frozenset(structure.notes))
    atoms = list(dict.fromkeys(p.text for unit in units for p in unit.pieces if p.atom and p.atom != "break"))
    return Anatomy(markdown, units, keys, walk.lines, walk.boxes, atoms)


def _finish(units: list[Unit], notes: frozenset[str]) -> None:
    for unit in units:
        if unit.kind not in ("picture", "rule"):
            unit.pieces = pieces(unit.raw, notes, literal=unit.kind == "code")


def _noted(structure: Structure, units: list[Unit]) -> list[str]:
    """The keys of the notes that are marked in the text, in the order of their marks."""
    defined = frozenset(structure.notes)
    marks = [
        piece.text[2:-1]
        for unit in units
        if unit.kind not in ("code", "picture", "rule")
        for piece in pieces(unit.raw, defined)
        if piece.atom == "note"
    ]
    return list(dict.fromkeys(marks))


class _Walk:
    """Goes through the structure and finds each leaf's raw text in the source."""

    def __init__(self, markdown: str, structure: Structure, names: dict[int, str]):
        self.markdown, self.structure, self.names = markdown, structure, names
        self.lines = [0, 0]
        for match in re.finditer("\n", markdown):
            self.lines.append(match.end())
        self.leaves = {id(leaf.element): leaf for leaf in structure.leaves}
        for note in structure.notes.values():
            self.leaves |= {id(leaf.element): leaf for leaf in note.leaves or ()}
        self.figures = {id(t.element): t for t in structure.targets if t.kind == "fig"}
        self.tables = {id(t.element): t for t in structure.targets if t.kind == "tbl"}
        self.boxes = self.lists = self.count = 0
        self.table_count = 0

    def body(self, root: etree.Element) -> Iterator[Unit]:
        for child in root:
            if child.tag == "section":
                continue
            yield from self._element(child, {})

    def note(self, key: str) -> Iterator[Unit]:
        element = self.structure.notes[key].element
        if element is not None:
            yield from self._element(element, {"note": key})

    def _element(self, element: etree.Element, around: dict) -> Iterator[Unit]:
        tag = element.tag
        leaf = self.leaves.get(id(element))
        if tag == "figure":
            yield from self._figure(element, around)
        elif tag == "table":
            yield from self._table(element, around)
        elif tag == "hr":
            yield from self._rule(around)
        elif tag in ("ul", "ol"):
            yield from self._list(element, around)
        elif tag == "blockquote":
            yield from self._inside(element, {**around, "quote": around.get("quote", 0) + 1})
        elif tag == "aside":
            self.boxes += 1
            yield from self._inside(element, {**around, "box": self.boxes})
        else:
            if leaf is not None:
                yield self._unit(leaf, around)
            if tag == "li":
                yield from self._inside(element, around)

    def _inside(self, element, around) -> Iterator[Unit]:
        for child in element:
            yield from self._element(child, around)

    def _list(self, element, around) -> Iterator[Unit]:
        self.lists += 1
        number = int(element.get("start", "1")) if element.tag == "ol" else 0
        inner = {**around, "depth": around.get("depth", 0) + 1, "listing": self.lists}
        for item in element:
            if number and item.get("value"):
                number = int(item.get("value"))
            leaf = self.leaves.get(id(item))
            if leaf is not None:
                yield self._unit(leaf, {**inner, "ordered": number, "lead": True})
            yield from self._inside(item, inner)
            number += 1 if number else 0

    def _table(self, element, around) -> Iterator[Unit]:
        self.table_count += 1
        top = self.tables[id(element)].line
        rows = list(element.iter("tr"))
        caption = element.find("caption")
        if caption is not None and id(caption) in self.leaves:
            yield self._unit(self.leaves[id(caption)], around)
        width = max((len(row) for row in rows), default=0)
        for r, row in enumerate(rows):
            line = top if not r else top + 1 + r
            places = cells(self.markdown[self.lines[line] : self._end(line)])
            for c in range(width):
                cell = row[c] if c < len(row) else None
                leaf = self.leaves.get(id(cell)) if cell is not None else None
                where = {**around, "table": self.table_count, "row": r, "column": c}
                if cell is not None and cell.get("class"):
                    where["align"] = cell.get("class")
                if c < len(places):
                    start, end = (self.lines[line] + n for n in places[c])
                    yield self._made(leaf, "cell", line, start, end, where)
                else:
                    # A row that is too short: Word shows an empty cell, which has no place in the source.
                    yield self._made(None, "cell", line, -1, -1, where)

    def _figure(self, element, around) -> Iterator[Unit]:
        target = self.figures[id(element)]
        line = target.line
        text = self.markdown[self.lines[line] : self._end(line)]
        begin = self.lines[line] + text.find("![")
        end = self.lines[line] + len(text.rstrip())
        unit = self._made(None, "picture", line, begin, end, around)
        unit.figure, unit.alt = target.figure, target.alt
        yield unit
        if target.leaf is not None:
            yield self._unit(target.leaf, around)
        else:
            unit.name = self.names.get(id(self.leaves.get(id(element))), unit.name)

    def _rule(self, around) -> Iterator[Unit]:
        self.count += 1
        yield Unit(f"r{self.count}", "rule", "", [0], 0, 0, **around)

    def _made(self, leaf, kind, line, start, end, around) -> Unit:
        self.count += 1
        name = self.names.get(id(leaf)) if leaf is not None else None
        raw = self.markdown[start:end] if start >= 0 else ""
        places = list(range(start, end + 1)) if start >= 0 else [-1]
        return Unit(name or f"u{self.count}", kind, raw, places, line, line, **around)

    def _unit(self, leaf: Leaf, around: dict) -> Unit:
        self.count += 1
        places = self._places(leaf)
        kind = "note" if around.get("note") else leaf.kind
        name = self.names.get(id(leaf), f"u{self.count}")
        return Unit(name, kind, leaf.raw, places, leaf.line_start, leaf.line_end, level=leaf.level, **around)

    def _places(self, leaf: Leaf) -> list[int]:
        """Where each character of the leaf's raw text stands, and where its end."""
        first = leaf.line_start + (1 if leaf.literal and leaf.kind == "code" else 0)
        found: list[int] = []
        for n, raw in enumerate(leaf.raw.split("\n")):
            begin, end = self.lines[first + n], self._end(first + n)
            line = self.markdown[begin:end]
            if line.endswith(raw):
                start = end - len(raw)
            else:
                start = begin + line.rfind(raw)
                if raw not in line:
                    raise WordError("unmapped", str(first + n))
            found += range(start, start + len(raw) + 1)
        return found

    def _end(self, line: int) -> int:
        return self.lines[line + 1] - 1 if line + 1 < len(self.lines) else len(self.markdown)


def cells(line: str) -> list[tuple[int, int]]:
    """Where the words of each cell of a row stand in its line: as ``grammar.split_cells`` divides it."""
    at = len(line) - len(line.lstrip())
    # A quotation's or an item's marks before the row.
    lead = re.match(r"(?:\s*(?:>|[-+*]|\d{1,9}[.)])(?=\s))*\s*", line)
    at = max(at, lead.end())
    if line.startswith("|", at):
        at += 1
    places, begin = [], at
    text = line.rstrip()
    for part in re.finditer(
        r"\\.|`[^`]*`|\$(?!\s)[^$|]*\|[^$]*(?<!\s)\$(?!\d)|\||[^\\`$|]+|[\\`$]", text[at:]
    ):
        if part[0] == "|":
            places.append(_stripped(text, begin, at + part.start()))
            begin = at + part.end()
    if text[begin:].strip() or not places:
        places.append(_stripped(text, begin, len(text)))
    return places


def _stripped(text: str, start: int, end: int) -> tuple[int, int]:
    inside = text[start:end]
    words = inside.strip()
    if not words:
        place = min(start + 1, end)
        return place, place
    first = start + inside.find(words)
    return first, first + len(words)


def marker(line: str) -> re.Match | None:
    """The mark of a list before the words of a line."""
    return ITEM.match(line)


def is_figure(line: str) -> bool:
    return figure_parts(line) is not None
