"""Reads the text of a .docx: paragraphs with their blocks' ids, tracked changes, comments, citations. No Django.

Nothing is judged here but the file itself; ``returning`` compares, ``foreign`` makes a chapter of it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from lxml import etree

from .fields import Citations, printed
from .model import BREAK, PLAIN, Form, Lost, Piece, words
from .package import Package, R, W
from .styles import Numbering, Styles

WP = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}"
A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
M = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
V = "{urn:schemas-microsoft-com:vml}"
TRACKED_IN = {f"{W}ins", f"{W}moveTo"}
TRACKED_OUT = {f"{W}del", f"{W}moveFrom"}
THROUGH = {f"{W}smartTag", f"{W}customXml", f"{W}dir", f"{W}bdo", f"{W}rPr-x"}
SIGNS = {f"{W}tab": " ", f"{W}noBreakHyphen": "\u2011", f"{W}softHyphen": "\u00ad", f"{W}ptab": " "}
# Settings that the dialect does not have; they are named once for each paragraph.
SETTINGS = ("u", "strike", "dstrike", "highlight", "smallCaps", "caps")
MAX_PARAGRAPHS = 100_000
MAX_NESTING = 60
# What Word or a manager of references made by itself.
GENERATED = re.compile(r"\s*(TOC|BIBLIOGRAPHY|INDEX|ADDIN\s+(ZOTERO_BIBL|Mendeley Bib|CSL_BIB))")


@dataclass
class Picture:
    """A picture in the text: ``name`` as Word has it, ``part`` where its bytes lie."""

    name: str
    alt: str
    part: str


@dataclass
class Paragraph:
    """A paragraph (of a cell: all of them) as it stands in Word.

    ``names`` are the blocks whose bookmarks begin in it; ``cuts`` the tracked deletions as (piece, author).
    """

    kind: str = "paragraph"
    level: int = 0
    names: list[str] = field(default_factory=list)
    pieces: list[Piece] = field(default_factory=list)
    cuts: list[tuple[int, str]] = field(default_factory=list)
    pictures: list[Picture] = field(default_factory=list)
    depth: int = 0
    ordered: bool = False
    box: int = 0
    table: int = 0
    row: int = 0
    column: int = 0
    author: str = ""
    note: str = ""

    @property
    def text(self) -> str:
        return words(self.pieces)

    @property
    def empty(self) -> bool:
        return not self.pictures and not any(p.atom or not p.text.isspace() for p in self.pieces)


@dataclass
class Comment:
    """A comment of Word, from (paragraph, piece) to (paragraph, piece)."""

    author: str
    text: str
    start: tuple[int, int] | None = None
    end: tuple[int, int] | None = None


@dataclass
class WordText:
    """What a file says. ``paragraphs`` are those of the text, then those of the notes.

    ``notes`` leads from a note's key to its paragraphs.
    ``marks`` are the properties by which a working copy is known; ``sources`` the entries of citations, by key.
    """

    marks: Mapping[str, str]
    paragraphs: list[Paragraph] = field(default_factory=list)
    notes: dict[str, list[Paragraph]] = field(default_factory=dict)
    comments: list[Comment] = field(default_factory=list)
    lost: list[Lost] = field(default_factory=list)
    sources: dict[str, dict[str, Any]] = field(default_factory=dict)
    tracked: bool = False
    title: str = ""


def read(
    package: Package,
    *,
    atoms: list[str] | None = None,
    keys: list[str] | None = None,
    links: Mapping[str, str] | None = None,
    known: Callable[[dict], str | None] = lambda csl: None,
    accept: bool = True,
) -> WordText:
    """The text with tracked changes accepted, or as it was before them.

    ``atoms``, ``keys`` (of notes) and ``links`` (by anchor) are those of the base that a working copy was made from;
    ``known`` answers the register's key of a source. Raises WordError.
    """
    return _Reading(package, atoms or [], keys or [], links or {}, known, accept).run()


def marks(package: Package) -> dict[str, str]:
    """The properties that a working copy carries; empty for another file."""
    for relation in package.relations("").values():
        if relation.kind == "custom-properties" and relation.target in package.names:
            root = package.xml(relation.target)
            found = {p.get("name", ""): "".join(p.itertext()) for p in root.iter("{*}property")}
            return {name: value for name, value in found.items() if name.startswith("Concord")}
    return {}


class _Reading:
    def __init__(self, package, atoms, keys, links, known, accept):
        self.package, self.atoms, self.keys, self.links, self.accept = package, atoms, keys, links, accept
        self.styles = Styles(_optional(package, "styles"))
        self.numbering = Numbering(_optional(package, "numbering"))
        self.citations = Citations(known)
        self.text = WordText(marks(package))
        self.lost: dict[Lost, None] = {}
        self.noted: dict[tuple[str, str], str] = {}
        self.note_parts: list[tuple[str, str, str]] = []
        self.open_comments: dict[str, Comment] = {}
        self.tables = 0
        self.fields: list[dict] = []
        self.relations: dict = {}
        self.part = package.main

    def run(self) -> WordText:
        root = self.package.xml(self.package.main)
        body = root.find(f"{W}body")
        self._comments()
        self.relations = self.package.relations(self.part)
        self._meta()
        if body is not None:
            self._blocks(body, _Around())
        self._notes()
        self.text.lost = list(self.lost)
        self.text.sources = self.citations.new
        self.text.comments = [comment for comment in self.open_comments.values() if comment.text]
        return self.text

    def _meta(self) -> None:
        for relation in self.relations.values():
            if relation.kind in ("header", "footer") and relation.target in self.package.names:
                said = " ".join("".join(self.package.xml(relation.target).itertext(f"{W}t")).split())
                if re.sub(r"[\d\s/|–-]", "", said):
                    self._lose("header", said[:80])

    def _lose(self, code: str, where: str = "", detail: str = "") -> None:
        self.lost[Lost(code, where[:80], detail)] = None

    # Blocks.

    def _blocks(self, parent, around: _Around) -> None:
        for element in parent:
            if element.tag == f"{W}p":
                self._paragraph(element, around)
            elif element.tag == f"{W}tbl":
                self._table(element, around)
            elif element.tag == f"{W}sdt":
                self._control(element, around)
            elif element.tag in THROUGH or element.tag in TRACKED_IN and self.accept:
                self._blocks(element, around)
            elif element.tag == f"{W}altChunk":
                self._lose("embedded")
            elif element.tag == f"{MC}AlternateContent":
                self._blocks(_chosen(element), around)

    def _control(self, element, around: _Around) -> None:
        content = element.find(f"{W}sdtContent")
        gallery = element.find(f"{W}sdtPr/{W}docPartObj/{W}docPartGallery")
        if content is None or gallery is not None and "Contents" in gallery.get(f"{W}val", ""):
            return
        box = re.fullmatch(r"concord-box-(\d+)", _val(element, "sdtPr/tag"))
        self._blocks(content, around.within(box=int(box[1]) if box else around.box))

    def _paragraph(self, element, around: _Around) -> None:
        """One paragraph; one whose end was struck out goes on in the next."""
        there = around.into
        fresh = there is None
        if fresh:
            if len(self.text.paragraphs) >= MAX_PARAGRAPHS:
                return
            there = self._opened(element, around)
        elif there.pieces:
            there.pieces.append(Piece(" "))
        reader = _Runs(self, there)
        reader.run(element)
        reader.settle()
        self._named(element, there)
        if any(f["dropped"] for f in self.fields) and fresh and not around.cell:
            there.kind = "dropped"
        mark = element.find(f"{W}pPr/{W}rPr/{W}{'del' if self.accept else 'ins'}")
        moved = element.find(f"{W}pPr/{W}rPr/{W}{'moveFrom' if self.accept else 'moveTo'}")
        joined = mark if mark is not None else moved
        if joined is not None and not around.cell:
            self.text.tracked = True
            there.cuts.append((len(there.pieces), joined.get(f"{W}author", "")))
            around.into = there
        elif not around.cell:
            around.into = None
            if mark_in := element.find(f"{W}pPr/{W}rPr/{W}ins"):
                there.author = there.author or mark_in.get(f"{W}author", "")

    def _opened(self, element, around: _Around) -> Paragraph:
        made = Paragraph(box=around.box, note=around.note)
        style = _val(element, "pPr/pStyle")
        made.kind, made.level = self.styles.kind(style, element.find(f"{W}pPr/{W}outlineLvl"))
        number = element.find(f"{W}pPr/{W}numPr")
        if number is None:
            number = self.styles.numbering(style)
        if number is not None and made.kind != "heading":
            listed = self.numbering.item(_val(number, "numId"), _val(number, "ilvl"))
            if listed:
                made.depth, made.ordered = listed
                made.kind = "item" if made.kind in ("paragraph", "quote") else made.kind
        if around.note:
            made.kind = "note"
        self.text.paragraphs.append(made)
        around.made = made
        return made

    def _named(self, element, there: Paragraph) -> None:
        for mark in element.iter(f"{W}bookmarkStart"):
            name = mark.get(f"{W}name", "")
            if name.startswith("_c_") and name[3:] not in there.names:
                there.names.append(name[3:])

    def _table(self, element, around: _Around) -> None:
        if around.cell:
            self._lose("nested-table", " ".join("".join(element.itertext(f"{W}t")).split()))
            for paragraph in element.iter(f"{W}p"):
                self._paragraph(paragraph, around)
            return
        self.tables += 1
        rows = 0
        for row in element.iter(f"{W}tr"):
            gone = row.find(f"{W}trPr/{W}{'del' if self.accept else 'ins'}")
            if gone is not None:
                self.text.tracked = True
                continue
            self._row(row, rows, around)
            rows += 1

    def _row(self, row, number: int, around: _Around) -> None:
        column = 0
        author = ""
        if (inserted := row.find(f"{W}trPr/{W}ins")) is not None:
            author = inserted.get(f"{W}author", "")
        for cell in row.iter(f"{W}tc"):
            if cell.getparent() is not row and _owner(cell) is not row:
                continue
            made = Paragraph(
                "cell", table=self.tables, row=number, column=column, box=around.box, author=author
            )
            self.text.paragraphs.append(made)
            inner = around.within(cell=True)
            inner.into = made
            self._blocks(cell, inner)
            span = _val(cell, "tcPr/gridSpan")
            wide = int(span) if span.isdecimal() and len(span) < 3 else 1
            if wide > 1 or cell.find(f"{W}tcPr/{W}vMerge") is not None:
                self._lose("merged-cells", made.text)
            for n in range(1, min(wide, 60)):
                self.text.paragraphs.append(
                    Paragraph("cell", table=self.tables, row=number, column=column + n, box=around.box)
                )
            column += wide

    # Notes and comments.

    def note(self, kind: str, number: str) -> str:
        """The Markdown of the mark of that note; the note's text is read once."""
        if (kind, number) not in self.noted:
            self.noted[kind, number] = self._note_key(kind, number)
            self.note_parts.append((kind, number, self.noted[kind, number]))
        return f"[^{self.noted[kind, number]}]"

    def _note_key(self, kind: str, number: str) -> str:
        element = self._note_element(kind, number)
        for mark in element.iter(f"{W}bookmarkStart") if element is not None else ():
            found = re.fullmatch(r"_n_(\d+)", mark.get(f"{W}name", ""))
            if found and int(found[1]) < len(self.keys):
                key = self.keys[int(found[1])]
                if key not in self.noted.values():
                    return key
        taken = {*self.keys, *self.noted.values()}
        n = len(self.noted) + 1
        while f"w{n}" in taken:
            n += 1
        return f"w{n}"

    def _note_element(self, kind: str, number: str):
        part = _optional(self.package, kind)
        if part is None:
            return None
        for element in part:
            if element.get(f"{W}id") == number:
                return element
        return None

    def _notes(self) -> None:
        for kind, number, key in self.note_parts:
            element = self._note_element(kind, number)
            if element is None:
                continue
            self.relations = self.package.relations(self.package.part(kind))
            at = len(self.text.paragraphs)
            self._blocks(element, _Around(note=key))
            made = [p for p in self.text.paragraphs[at:] if p.kind != "cell"]
            self.text.paragraphs[at:] = made
            self.text.notes[key] = made

    def _comments(self) -> None:
        root = _optional(self.package, "comments")
        for element in root if root is not None else ():
            said = "\n".join(
                " ".join("".join(p.itertext(f"{W}t")).split()) for p in element.iter(f"{W}p")
            ).strip()
            self.open_comments[element.get(f"{W}id", "")] = Comment(element.get(f"{W}author", ""), said)


@dataclass
class _Around:
    """What a block stands in; ``into`` is the paragraph that the next one goes on with."""

    box: int = 0
    cell: bool = False
    note: str = ""
    into: Paragraph | None = None
    made: Paragraph | None = None

    def within(self, **more) -> _Around:
        return _Around(**{"box": self.box, "cell": self.cell, "note": self.note, "into": self.into, **more})


class _Runs:
    """The runs of one paragraph, with the fields that begin or end in it."""

    def __init__(self, reading: _Reading, there: Paragraph):
        self.reading, self.there = reading, there
        self.accept = reading.accept
        self.settings: dict[str, None] = {}

    def run(self, parent, *, author: str = "", href: str = "", depth: int = 0) -> None:
        reading, there = self.reading, self.there
        if depth > MAX_NESTING:
            return
        for element in parent:
            tag = element.tag
            if tag == f"{W}r":
                self._run(element, author, href)
            elif tag in TRACKED_IN or tag in TRACKED_OUT:
                reading.text.tracked = True
                who = element.get(f"{W}author", "")
                if (tag in TRACKED_IN) == self.accept:
                    self.run(element, author=who, href=href, depth=depth + 1)
                elif any(True for _t in element.iter(f"{W}t", f"{W}delText", f"{W}drawing")):
                    there.cuts.append((len(there.pieces), who))
            elif tag == f"{W}hyperlink":
                self.run(element, author=author, href=self._address(element), depth=depth + 1)
            elif tag == f"{W}sdt":
                self._control(element, author, href, depth)
            elif tag == f"{W}fldSimple":
                self._begin(element.get(f"{W}instr", ""))
                self.run(element, author=author, href=href, depth=depth + 1)
                self._end(author)
            elif tag == f"{W}commentRangeStart":
                self._comment(element, "start")
            elif tag == f"{W}commentRangeEnd":
                self._comment(element, "end")
            elif tag in (f"{M}oMath", f"{M}oMathPara"):
                reading._lose("equation", there.text or "".join(element.itertext()))
            elif tag in THROUGH:
                self.run(element, author=author, href=href, depth=depth + 1)
            elif tag == f"{MC}AlternateContent":
                self.run(_chosen(element), author=author, href=href, depth=depth + 1)

    def settle(self) -> None:
        """What is left when the paragraph ends: a field that never came to its words is none."""
        self.reading.fields = [f for f in self.reading.fields if f["result"]]
        for setting in self.settings:
            self.reading._lose("setting", self.there.text, setting)

    def _control(self, element, author, href, depth) -> None:
        content = element.find(f"{W}sdtContent")
        number = re.fullmatch(r"concord-(\d+)", _val(element, "sdtPr/tag"))
        if number and int(number[1]) < len(self.reading.atoms):
            text = self.reading.atoms[int(number[1])]
            shown = " ".join("".join(content.itertext(f"{W}t")).split()) if content is not None else ""
            if content is not None and (self.accept or shown):
                self.add(Piece(text, PLAIN, _atom(text), shown=shown, author=author))
        elif content is not None:
            self.run(content, author=author, href=href, depth=depth + 1)

    def _address(self, element) -> str:
        name = element.get(f"{W}anchor", "")
        if name:
            return self.reading.links.get(name, "")
        relation = self.reading.relations.get(element.get(f"{R}id", ""))
        return _safe(relation.target) if relation and relation.outside else ""

    def _comment(self, element, end: str) -> None:
        comment = self.reading.open_comments.get(element.get(f"{W}id", ""))
        if comment is not None and getattr(comment, end) is None:
            index = len(self.reading.text.paragraphs) - 1
            for n in range(index, -1, -1):
                if self.reading.text.paragraphs[n] is self.there:
                    index = n
                    break
            setattr(comment, end, (index, len(self.there.pieces)))

    def add(self, piece: Piece) -> None:
        if not any(f["dropped"] or not f["result"] for f in self.reading.fields):
            self.there.pieces.append(piece)

    def _run(self, element, author: str, href: str) -> None:
        reading = self.reading
        form, hidden = self._form(element, href)
        for child in element:
            tag = child.tag
            if tag in (f"{W}t", f"{W}delText"):
                if tag == f"{W}delText" and self.accept:
                    continue
                for char in child.text or "":
                    if not hidden:
                        self.add(Piece(char, form, author=author))
            elif tag in SIGNS:
                self.add(Piece(SIGNS[tag], form, author=author))
            elif tag in (f"{W}br", f"{W}cr"):
                if child.get(f"{W}type", "textWrapping") == "textWrapping":
                    self.add(Piece(BREAK, PLAIN, "break", author=author))
            elif tag == f"{W}fldChar":
                kind = child.get(f"{W}fldCharType")
                if kind == "begin":
                    self._begin()
                elif kind == "separate" and reading.fields:
                    self._separate()
                elif kind == "end":
                    self._end(author)
            elif tag in (f"{W}instrText", f"{W}delInstrText"):
                if reading.fields:
                    reading.fields[-1]["code"] += child.text or ""
            elif tag in (f"{W}footnoteReference", f"{W}endnoteReference"):
                kind = "footnotes" if tag == f"{W}footnoteReference" else "endnotes"
                if self.there.note:
                    reading._lose("note-in-note", self.there.text)
                else:
                    mark = reading.note(kind, child.get(f"{W}id", ""))
                    self.add(Piece(mark, PLAIN, "note", author=author))
            elif tag == f"{W}sym":
                reading._lose("symbol", self.there.text)
            elif tag == f"{MC}AlternateContent":
                for inside in _chosen(child):
                    self._drawn(inside)
            else:
                self._drawn(child)
        if hidden and "".join(element.itertext(f"{W}t")).strip():
            reading._lose("hidden", "".join(element.itertext(f"{W}t")))

    def _drawn(self, element) -> None:
        reading = self.reading
        if element.tag == f"{W}drawing":
            boxed = element.find(f".//{W}txbxContent")
            blip = element.find(f".//{A}blip")
            if boxed is not None:
                reading._lose("text-box", " ".join("".join(boxed.itertext(f"{W}t")).split()))
            elif blip is not None:
                about = element.find(f".//{WP}docPr")
                relation = reading.relations.get(blip.get(f"{R}embed", ""))
                part = relation.target if relation and not relation.outside else ""
                get = about.get if about is not None else lambda name, other="": other
                self.there.pictures.append(Picture(get("name", ""), " ".join(get("descr", "").split()), part))
            else:
                reading._lose("drawing", self.there.text)
        elif element.tag in (f"{W}pict", f"{W}object"):
            boxed = element.find(f".//{W}txbxContent")
            image = element.find(f".//{V}imagedata")
            if boxed is not None:
                reading._lose("text-box", " ".join("".join(boxed.itertext(f"{W}t")).split()))
            elif image is not None and element.tag == f"{W}pict":
                relation = reading.relations.get(image.get(f"{R}id", ""))
                part = relation.target if relation and not relation.outside else ""
                self.there.pictures.append(Picture(image.get("title", ""), "", part))
            else:
                reading._lose("object", self.there.text)

    def _form(self, element, href: str) -> tuple[Form, bool]:
        properties = element.find(f"{W}rPr")
        if properties is None:
            return Form(href=href) if href else PLAIN, False
        style = _val(properties, "rStyle")
        bold, italic, code = self.reading.styles.run(style)
        bold, italic = _on(properties, "b", bold), _on(properties, "i", italic)
        for setting in SETTINGS:
            if setting == "u" and (href or _val(properties, "u") == "none"):
                continue
            if _on(properties, setting, False) and element.find(f"{W}t") is not None:
                self.settings[setting] = None
        raised = _val(properties, "vertAlign")
        if raised in ("superscript", "subscript") and element.find(f"{W}t") is not None:
            self.settings[raised] = None
        return Form(bold, italic, code, href), _on(properties, "vanish", False)

    # Fields.

    def _begin(self, code: str | None = None) -> None:
        dropped = False
        self.reading.fields.append(
            {
                "code": code or "",
                "result": False,
                "dropped": dropped,
                "there": self.there,
                "at": len(self.there.pieces),
            }
        )
        if code is not None:
            self._separate()

    def _separate(self) -> None:
        field_ = self.reading.fields[-1]
        field_["result"] = True
        field_["at"], field_["there"] = len(self.there.pieces), self.there
        field_["dropped"] = bool(GENERATED.match(field_["code"]))

    def _end(self, author: str) -> None:
        if not self.reading.fields:
            return
        field_ = self.reading.fields.pop()
        code = field_["code"]
        if not field_["result"] or field_["dropped"]:
            return
        inside = self.there.pieces[field_["at"] :] if field_["there"] is self.there else []
        if "CSL_CITATION" in code:
            shown = words(inside)
            text = self.reading.citations.read(code)
            if text and field_["there"] is self.there:
                del self.there.pieces[field_["at"] :]
                self.add(Piece(text, PLAIN, "cite", shown=shown, author=author))
                if printed(code) not in ("", shown):
                    self.reading._lose("citation-edited", shown)
            elif not text:
                self.reading._lose("citation", shown)
        elif link := re.match(r'\s*HYPERLINK\s+"([^"]+)"', code):
            href = _safe(link[1])
            for piece in inside:
                if not piece.atom:
                    piece.form = piece.form._replace(href=href)
        elif re.match(r"\s*(EQ|EMBED)\b", code):
            self.reading._lose("equation", words(inside))


def _optional(package: Package, kind: str):
    """A part beside the text as elements, parsed once; None where there is none."""
    cache = package.__dict__.setdefault("_parsed", {})
    if kind not in cache:
        name = package.part(kind)
        cache[kind] = package.xml(name) if name else None
    return cache[kind]


def _chosen(element) -> Any:
    choice = element.find(f"{MC}Choice")
    fallback = element.find(f"{MC}Fallback")
    found = choice if choice is not None else fallback
    return found if found is not None else ()


def _owner(cell):
    for parent in cell.iterancestors(f"{W}tr"):
        return parent
    return None


def _val(element, path: str) -> str:
    found = element.find("/".join(f"{W}{step}" for step in path.split("/")))
    return found.get(f"{W}val", "") if found is not None else ""


def _on(properties, name: str, otherwise: bool) -> bool:
    found = properties.find(f"{W}{name}")
    if found is None:
        return otherwise
    return found.get(f"{W}val", "true") not in ("0", "false", "off", "none")


def _safe(address: str) -> str:
    """An address that the dialect takes, or ""."""
    address = address.strip().replace(" ", "%20").replace("<", "%3C").replace(">", "%3E")
    return address if address.lower().startswith(("http://", "https://", "mailto:")) else ""


def _atom(markdown: str) -> str:
    if markdown.startswith("[^"):
        return "note"
    if markdown.startswith("[#"):
        return "ref"
    if markdown.startswith("!["):
        return "image"
    return "math" if markdown.startswith("$") else "cite"


def elements(root) -> Iterator[etree._Element]:
    """All elements of a part, for those who count."""
    return root.iter()
