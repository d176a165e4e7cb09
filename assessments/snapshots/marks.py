"""What the frozen HTML shows beside a block's words: emphasis, note marks, numbers, bullets, columns of tables.

Read from the HTML alone and counted in characters of the block's text, so that the line-numbered page can show
what the PDF shows and anchors still count the same text. Pure: no Django.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field
from html.parser import HTMLParser

STYLES = ("em", "strong", "code", "sup", "sub")
# The style of a formula, whose text is its source.
MATH = "math"
VOID = ("br", "hr", "img")


@dataclass
class Marks:
    """Of one block: ``text``; ``runs`` (start, end, style); ``notes`` (place, number); ``links`` (start, end,
    address), save those of notes.

    ``before`` is what the layout puts before it: a heading's number, "Figure 3.1", a bullet, a note's number.
    ``level`` is that of a heading, else 0. ``depth`` counts the lists round it. A cell has the number of its
    ``table``, its ``row`` and ``column`` from 1, whether it is of the ``head``, and its ``align`` ("", "end",
    "center").
    """

    text: str = ""
    runs: list[tuple[int, int, str]] = field(default_factory=list)
    notes: list[tuple[int, str]] = field(default_factory=list)
    links: list[tuple[int, int, str]] = field(default_factory=list)
    before: str = ""
    level: int = 0
    depth: int = 0
    table: int = 0
    row: int = 0
    column: int = 0
    head: bool = False
    align: str = ""


@dataclass(frozen=True)
class Part:
    """A stretch of text in one style, or, with ``note``, the mark of a note and no text."""

    text: str
    styles: tuple[str, ...] = ()
    note: str = ""


def read(html: str) -> dict[str, Marks]:
    """The marks of each block of a chapter's HTML, by its id."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return {name: block.marks() for name, block in reader.blocks.items()}


def parts(marks: Marks, start: int, end: int) -> list[Part]:
    """The characters ``start`` to ``end`` of the block's text, cut where a style changes or a note is marked.

    A note at ``start`` belongs to the stretch before, save at the very beginning of the block.
    """
    notes = [(at, n) for at, n in marks.notes if start < at <= end or at == start == 0 < end]
    edges = {start, end, *(at for at, _n in notes)}
    edges.update(at for run in marks.runs for at in run[:2] if start < at < end)
    ordered = sorted(edges)
    found = [Part("", (), n) for at, n in notes if at == start]
    for first, last in zip(ordered, ordered[1:], strict=False):
        styles = [style for a, b, style in marks.runs if a <= first and last <= b]
        found.append(Part(marks.text[first:last], tuple(dict.fromkeys(styles))))
        found.extend(Part("", (), n) for at, n in notes if at == last)
    return found


def _collapsed(raw: str) -> str:
    return " ".join(unicodedata.normalize("NFC", raw).split())


class _Block:
    def __init__(self, **shown):
        self.raw = ""
        self.runs: list[tuple[int, int, str]] = []
        self.notes: list[tuple[int, str]] = []
        self.links: list[tuple[int, int, str]] = []
        self.shown = shown

    def marks(self) -> Marks:
        text = _collapsed(self.raw)

        def start(at: int) -> int:
            """The first character of the text that is written at ``at`` or later."""
            return min(len(text), end(at) + (end(at) > 0 and self._gap(at)))

        def end(at: int) -> int:
            return len(_collapsed(self.raw[:at]))

        runs = [(start(a), end(b), style) for a, b, style in self.runs]
        notes = [(end(at), number) for at, number in self.notes]
        links = [(start(a), end(b), address) for a, b, address in self.links]
        return Marks(text, [r for r in runs if r[0] < r[1]], notes, links, **self.shown)

    def _gap(self, at: int) -> bool:
        """Whether white space stands before or at ``at``."""
        return self.raw[at - 1 : at].isspace() or self.raw[at : at + 1].isspace()


class _Reader(HTMLParser):
    """Follows the open elements; text belongs to the innermost block."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.blocks: dict[str, _Block] = {}
        self.open: list[tuple[str, str, _Block | None, int]] = []
        self.leads: list[str] = []
        self.lists: list[tuple[str, int]] = []
        self.tables = self.row = self.column = 0

    def handle_starttag(self, tag, attributes):
        said = dict(attributes)
        classes = (said.get("class") or "").split()
        if tag in ("ul", "ol"):
            # The list of references and the notes are lists in the HTML alone.
            plain = any(c in ("references", "footnotes") for _t, c, _b, _a in self.open)
            self.lists.append(("" if plain else tag, int(said.get("start") or 1)))
        elif tag == "table":
            self.tables += 1
            self.row = 0
        elif tag == "tr":
            self.row += 1
            self.column = 0
        elif tag in ("td", "th"):
            self.column += 1
        before = self._before(tag, said) if tag == "li" or said.get("data-b") else ""
        if name := said.get("data-b"):
            made = self.blocks.setdefault(
                name,
                _Block(
                    before=before,
                    level=int(tag[1]) if tag[0] == "h" and tag[1:].isdecimal() else 0,
                    depth=sum(1 for kind, _n in self.lists if kind),
                    **self._cell(tag, classes),
                ),
            )
        else:
            made = None
        block = made or self._block()
        if tag == "a" and block and self.open and self.open[-1][1] == "fnref":
            block.notes.append((len(block.raw), said.get("data-number") or ""))
        if tag in VOID:
            if tag == "br" and block:
                block.raw += " "
            return
        since = len(block.raw) if block else 0
        name = "unset" if "unset" in classes else classes[0] if classes else ""
        self.open.append((tag, name, made, since))
        self.leads.append(said.get("href") or "")

    def handle_endtag(self, tag):
        if not any(t == tag for t, *_rest in self.open):
            return
        while True:
            closed, name, own, since = self.open.pop()
            address = self.leads.pop()
            block = own or self._block()
            if closed in STYLES and name != "fnref" and block and len(block.raw) > since:
                block.runs.append((since, len(block.raw), MATH if name == MATH else closed))
            if address and not address.startswith("#fn") and block and len(block.raw) > since:
                block.links.append((since, len(block.raw), address))
            if closed in ("ul", "ol"):
                self.lists.pop()
            if closed == tag:
                return

    def handle_data(self, data):
        if block := self._block():
            block.raw += data

    def _block(self) -> _Block | None:
        return next((block for _t, _c, block, _a in reversed(self.open) if block), None)

    def _before(self, tag: str, said: dict) -> str:
        if tag == "li" and "data-number" not in said:
            kind, number = self.lists[-1] if self.lists else ("", 1)
            if kind != "ol":
                return "\u2022" if kind else ""
            number = int(said.get("value") or number)
            self.lists[-1] = (kind, number + 1)
            return f"{number}."
        return said.get("data-number") or said.get("data-label") or ""

    def _cell(self, tag: str, classes: list[str]) -> dict:
        if tag not in ("td", "th"):
            return {}
        align = next((c.removeprefix("align-") for c in classes if c.startswith("align-")), "")
        return {
            "table": self.tables,
            "row": self.row,
            "column": self.column,
            "head": tag == "th",
            "align": align,
        }
