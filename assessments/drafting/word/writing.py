"""Writes the working copy of a chapter: a .docx whose paragraphs say which block they are. No Django.

Every paragraph lies in a hidden bookmark with the id of its block; citations are fields as Zotero writes them, notes
are Word's notes, what Word cannot edit (formulae, references) is a locked content control that can be moved and
deleted. Word is told to track changes, so that each comes back under the name of who made it.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
import unicodedata
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from .anatomy import Anatomy, Unit
from .model import PLAIN, Form, Piece
from .pieces import cited

STYLES = Path(__file__).with_name("styles.xml")
MAIN = "application/vnd.openxmlformats-officedocument.wordprocessingml"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006"
SPACES = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    f'xmlns:r="{OFFICE}/relationships" '
    'xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture"'
)
SVG = (
    '<a:extLst><a:ext uri="{96DAC541-7B7A-43D3-8B79-37D633B846F1}"><asvg:svgBlip '
    'xmlns:asvg="http://schemas.microsoft.com/office/drawing/2016/SVG/main" r:embed=%s/></a:ext></a:extLst>'
)
DECLARED = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
# The block of text on a page: 16 cm, in English Metric Units.
WIDTH = 5_760_000
PER_PIXEL = 9_525
STYLE = {
    "paragraph": "BodyText",
    "quote": "Quote",
    "code": "SourceCode",
    "caption": "Caption",
    "box": "BoxTitle",
    "cell": "TableText",
    "note": "FootnoteText",
    "footnote": "FootnoteText",
    "picture": "Figure",
    "figure": "Figure",
    "rule": "Rule",
}
# What XML cannot hold was refused before; these two are its last.
NO_XML = re.compile("[\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class Image:
    """A picture of the chapter as it is kept; ``fallback`` is what stands for a drawing in an old Word."""

    data: bytes
    mime: str
    width: int
    height: int
    fallback: bytes = b""


@dataclass(frozen=True)
class Copy:
    """What a working copy is made from. ``marks`` goes into its properties: by it the copy is known again.

    ``cite`` prints a citation's (key, place) pairs, ``label`` a reference's key; ``sources`` are CSL-JSON by key.
    """

    anatomy: Anatomy
    title: str
    marks: Mapping[str, str]
    language: str = "en"
    right_to_left: bool = False
    cite: Callable[[list[tuple[str, str | None]]], str | None] = lambda items: None
    label: Callable[[str], str] = lambda key: key
    sources: Mapping[str, dict[str, Any]] = field(default_factory=dict)
    images: Mapping[str, Image] = field(default_factory=dict)


def written(copy: Copy) -> bytes:
    """The .docx."""
    return _Writing(copy).run()


def bookmark(name: str) -> str:
    """The name of a block's bookmark; the line before it hides it from Word's list."""
    return f"_c_{name}"


def anchor(key: str) -> str:
    """The name of the bookmark that links inside the chapter lead to."""
    return f"_x_{hashlib.sha256(key.encode()).hexdigest()[:24]}"


class _Writing:
    def __init__(self, copy: Copy):
        self.copy, self.anatomy = copy, copy.anatomy
        self.numbers = {text: n for n, text in enumerate(self.anatomy.atoms)}
        self.notes = {key: n for n, key in enumerate(self.anatomy.notes)}
        self.placed: set[str] = set()
        self.relations: dict[str, list[str]] = {"document": [], "footnotes": []}
        self.media: dict[str, bytes] = {}
        self.part = "document"
        self.marks = 0
        self.lists: dict[int, tuple[bool, int, int]] = {}

    def run(self) -> bytes:
        body = self._body(self.anatomy.body)
        self.part = "footnotes"
        footnotes = self._footnotes()
        direction = "<w:bidi/>" if self.copy.right_to_left else ""
        section = (
            '<w:sectPr><w:pgSz w:w="11906" w:h="16838"/><w:pgMar w:top="1417" w:right="1417" w:bottom="1417" '
            f'w:left="1417" w:header="708" w:footer="708" w:gutter="0"/>{direction}</w:sectPr>'
        )
        parts = {
            "[Content_Types].xml": self._types(),
            "_rels/.rels": _relations(
                [
                    _relation("rId1", f"{OFFICE}/relationships/officeDocument", "word/document.xml"),
                    _relation("rId2", f"{OFFICE}/relationships/custom-properties", "docProps/custom.xml"),
                    _relation(
                        "rId3",
                        "http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties",
                        "docProps/core.xml",
                    ),
                ]
            ),
            "docProps/core.xml": (
                '<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" '
                'xmlns:dc="http://purl.org/dc/elements/1.1/">'
                f"<dc:title>{_text(self.copy.title)}</dc:title>"
                f"<dc:language>{_text(self.copy.language)}</dc:language></cp:coreProperties>"
            ),
            "docProps/custom.xml": self._properties(),
            "word/document.xml": f"<w:document {SPACES}><w:body>{body}{section}</w:body></w:document>",
            "word/footnotes.xml": f"<w:footnotes {SPACES}>{footnotes}</w:footnotes>",
            "word/styles.xml": STYLES.read_text("utf-8").replace("LANGUAGE", self.copy.language),
            "word/numbering.xml": self._numbering(),
            "word/settings.xml": (
                f"<w:settings {SPACES}><w:trackRevisions/><w:footnotePr>"
                '<w:footnote w:id="-1"/><w:footnote w:id="0"/></w:footnotePr>'
                '<w:compat><w:compatSetting w:name="compatibilityMode" '
                'w:uri="http://schemas.microsoft.com/office/word" w:val="15"/></w:compat></w:settings>'
            ),
            "word/_rels/document.xml.rels": _relations(
                [
                    _relation(f"rIdS{n}", f"{OFFICE}/relationships/{kind}", f"{kind}.xml")
                    for n, kind in enumerate(("styles", "numbering", "settings", "footnotes"))
                ]
                + self.relations["document"]
            ),
            "word/_rels/footnotes.xml.rels": _relations(self.relations["footnotes"]),
        }
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, text in parts.items():
                archive.writestr(name, text if text.startswith("<?xml") else DECLARED + text)
            for name, data in self.media.items():
                archive.writestr(f"word/media/{name}", data)
        return out.getvalue()

    # The text.

    def _body(self, units: Sequence[Unit]) -> str:
        made = []
        for box, inside in groupby(units, key=lambda unit: unit.box):
            blocks = []
            for table, rows in groupby(inside, key=lambda unit: unit.table if unit.kind == "cell" else 0):
                if table:
                    blocks.append(self._table(list(rows)))
                else:
                    blocks += [self._paragraph(unit) for unit in rows]
            text = "".join(blocks)
            if box:
                # A paragraph must follow what may end with a table.
                text = (
                    f'<w:sdt><w:sdtPr><w:alias w:val="Box"/><w:tag w:val="concord-box-{box}"/></w:sdtPr>'
                    f"<w:sdtContent>{text}</w:sdtContent></w:sdt>"
                )
            made.append(text)
        return "".join(made) or "<w:p/>"

    def _table(self, cells: list[Unit]) -> str:
        width = 1 + max(cell.column for cell in cells)
        rows = []
        for number, row in groupby(cells, key=lambda cell: cell.row):
            head = "<w:trPr><w:tblHeader/></w:trPr>" if not number else ""
            inside = "".join(
                f'<w:tc><w:tcPr><w:tcW w:w="0" w:type="auto"/></w:tcPr>{self._paragraph(cell)}</w:tc>'
                for cell in row
            )
            rows.append(f"<w:tr>{head}{inside}</w:tr>")
        grid = "".join(f'<w:gridCol w:w="{9072 // width}"/>' for _n in range(width))
        direction = "<w:bidiVisual/>" if self.copy.right_to_left else ""
        return (
            f'<w:tbl><w:tblPr><w:tblStyle w:val="ConcordTable"/>{direction}<w:tblW w:w="5000" w:type="pct"/>'
            '<w:tblLook w:val="0020" w:firstRow="1"/></w:tblPr>'
            f'<w:tblGrid>{grid}</w:tblGrid>{"".join(rows)}</w:tbl><w:p><w:pPr><w:pStyle w:val="Spacer"/></w:pPr></w:p>'
        )

    def _paragraph(self, unit: Unit, lead: str = "") -> str:
        style = f"Heading{unit.level}" if unit.kind == "heading" else STYLE.get(unit.kind, "BodyText")
        inner = ""
        if unit.kind == "cell" and not unit.row:
            style = "TableHead"
        elif unit.depth and unit.kind in ("item", "paragraph", "quote"):
            style = "ListItem"
            if unit.lead:
                depth, number = min(unit.depth, 9) - 1, self._list(unit)
                inner += f'<w:numPr><w:ilvl w:val="{depth}"/><w:numId w:val="{number}"/></w:numPr>'
        if unit.box and unit.kind not in ("cell", "box"):
            inner += "".join(
                ['<w:pBdr><w:left w:val="single" w:sz="18" w:space="8" w:color="1F4E79"/></w:pBdr>'],
            )
        if _right_to_left(unit.pieces, self.copy.right_to_left):
            inner += "<w:bidi/>"
        if unit.depth and not unit.lead and style == "ListItem":
            inner += f'<w:ind w:left="{420 * unit.depth}"/>'
        if unit.align in ("align-end", "align-center"):
            inner += f'<w:jc w:val="{"end" if unit.align == "align-end" else "center"}"/>'
        runs = lead + (self._picture(unit) if unit.kind == "picture" else self._runs(unit.pieces, unit.kind))
        return (
            f'<w:p><w:pPr><w:pStyle w:val="{style}"/>{inner}</w:pPr>'
            f"{self._marked(bookmark(unit.name), runs)}</w:p>"
        )

    def _marked(self, name: str, inside: str) -> str:
        self.marks += 1
        return (
            f'<w:bookmarkStart w:id="{self.marks}" w:name={quoteattr(name)}/>{inside}'
            f'<w:bookmarkEnd w:id="{self.marks}"/>'
        )

    def _list(self, unit: Unit) -> int:
        """The number of the list in numbering.xml; a list of its own counts from its own first number."""
        if unit.listing not in self.lists:
            self.lists[unit.listing] = (bool(unit.ordered), min(unit.depth, 9) - 1, unit.ordered or 1)
        return unit.listing

    def _runs(self, pieces: Sequence[Piece], kind: str = "") -> str:
        made = []
        for (atom, form, _link), run in groupby(
            pieces, key=lambda p: (id(p) if p.atom else 0, p.form, _outer(p) if p.form.href else None)
        ):
            run = list(run)
            if atom:
                made.append(self._atom(run[0]))
                continue
            text = "".join(piece.text for piece in run)
            if kind == "code":
                lines = [self._run(line, Form()) for line in text.split("\n")]
                made.append("<w:r><w:br/></w:r>".join(lines))
                continue
            inside = self._run(re.sub(r"[ \t\n]+", " ", text), form)
            made.append(self._link(form.href, inside) if form.href else inside)
        return "".join(made)

    def _run(self, text: str, form: Form, style: str = "", shown: str = "") -> str:
        if not text and not shown:
            return ""
        made = []
        # A run is set from right to left or not; passages are divided so that Word sets each as it should.
        for rtl, part in _directions(text) if text else [(False, "")]:
            inner = f'<w:rStyle w:val="{style}"/>' if style else ""
            if form.code:
                inner = '<w:rStyle w:val="VerbatimChar"/>'
            elif form.href:
                inner = '<w:rStyle w:val="Hyperlink"/>'
            inner += "<w:b/><w:bCs/>" * form.bold + "<w:i/><w:iCs/>" * form.italic + "<w:rtl/>" * rtl
            properties = f"<w:rPr>{inner}</w:rPr>" if inner else ""
            words = f'<w:t xml:space="preserve">{_text(part)}</w:t>' if part else ""
            made.append(f"<w:r>{properties}{words}{shown}</w:r>")
        return "".join(made)

    def _link(self, href: str, inside: str) -> str:
        if href.startswith("#"):
            return f'<w:hyperlink w:anchor="{anchor(href)}" w:history="1">{inside}</w:hyperlink>'
        name = self._relate(f"{OFFICE}/relationships/hyperlink", href, outside=True)
        return f'<w:hyperlink r:id="{name}" w:history="1">{inside}</w:hyperlink>'

    def _relate(self, kind: str, target: str, outside: bool = False) -> str:
        there = self.relations[self.part]
        name = f"rId{len(there) + 10}"
        there.append(_relation(name, kind, target, outside))
        return name

    # What Word does not take for words.

    def _atom(self, piece: Piece) -> str:
        if piece.atom == "break":
            return "<w:r><w:br/></w:r>"
        if piece.atom == "cite":
            return self._citation(piece)
        if piece.atom == "note":
            key = piece.text[2:-1]
            if self.part == "document" and key not in self.placed:
                self.placed.add(key)
                number = self.notes[key] + 1
                return self._run("", PLAIN, "FootnoteReference", f'<w:footnoteReference w:id="{number}"/>')
            shown = self._run(str(self.notes.get(key, 0) + 1), PLAIN, "FootnoteReference")
            return self._locked(piece, shown, "Note")
        if piece.atom == "ref":
            return self._locked(piece, self._run(self.copy.label(piece.text[2:-1]), PLAIN), "Reference")
        return self._locked(piece, self._run(" ".join(piece.text.split()), PLAIN, "VerbatimChar"), "Formula")

    def _locked(self, piece: Piece, shown: str, alias: str) -> str:
        self.marks += 1
        return (
            f'<w:sdt><w:sdtPr><w:alias w:val="{alias}"/><w:tag w:val="concord-{self.numbers[piece.text]}"/>'
            f'<w:id w:val="{100000 + self.marks}"/><w:lock w:val="contentLocked"/></w:sdtPr>'
            f"<w:sdtContent>{shown}</w:sdtContent></w:sdt>"
        )

    def _citation(self, piece: Piece) -> str:
        """The field that Zotero knows, with the entry's data, and the key as its address."""
        items, parts = [], cited(piece.text)
        for before, key, place in parts:
            item: dict[str, Any] = {"id": key, "uris": [f"concord:{key}"]}
            data = {k: v for k, v in self.copy.sources.get(key, {}).items() if k != "custom"}
            if data:
                item["itemData"] = data | {"id": key}
            if before:
                item["prefix"] = before
            if place:
                item["suffix"] = place
            items.append(item)
        shown = self.copy.cite([(key, place or None) for _b, key, place in parts]) or piece.text
        if parts[0][0] and shown[:1] in "([":
            shown = f"{shown[0]}{parts[0][0]} {shown[1:]}"
        self.marks += 1
        code = {
            "citationID": f"concord{self.marks}",
            "properties": {"formattedCitation": shown, "plainCitation": shown, "noteIndex": 0},
            "citationItems": items,
            "schema": "https://github.com/citation-style-language/schema/raw/master/csl-citation.json",
        }
        instruction = _text(f" ADDIN ZOTERO_ITEM CSL_CITATION {json.dumps(code, ensure_ascii=False)} ")
        return (
            '<w:r><w:fldChar w:fldCharType="begin"/></w:r>'
            f'<w:r><w:instrText xml:space="preserve">{instruction}</w:instrText></w:r>'
            f'<w:r><w:fldChar w:fldCharType="separate"/></w:r>{self._run(shown, PLAIN)}'
            '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
        )

    def _picture(self, unit: Unit) -> str:
        image = self.copy.images.get(unit.figure)
        if image is None:
            return self._run(f"[{unit.alt or unit.figure}]", PLAIN)
        vector = image.mime == "image/svg+xml"
        ending = "jpg" if image.mime == "image/jpeg" else "png"
        number = len(self.media) + 1
        self.media[f"image{number}.{ending}"] = image.fallback if vector else image.data
        name = self._relate(f"{OFFICE}/relationships/image", f"media/image{number}.{ending}")
        extra = ""
        if vector:
            self.media[f"image{number}.svg"] = image.data
            drawn = self._relate(f"{OFFICE}/relationships/image", f"media/image{number}.svg")
            extra = SVG % quoteattr(drawn)
        wide = min(image.width * PER_PIXEL, WIDTH) or WIDTH
        high = max(wide * image.height // max(image.width, 1), 1)
        title, alt = quoteattr(f"concord:{unit.name}"), quoteattr(NO_XML.sub("", unit.alt))
        return (
            f'<w:r><w:drawing><wp:inline><wp:extent cx="{wide}" cy="{high}"/>'
            f'<wp:docPr id="{number}" name={title} descr={alt}/><a:graphic>'
            '<a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/picture"><pic:pic>'
            f'<pic:nvPicPr><pic:cNvPr id="{number}" name={title} descr={alt}/><pic:cNvPicPr/></pic:nvPicPr>'
            f'<pic:blipFill><a:blip r:embed="{name}">{extra}</a:blip>'
            "<a:stretch><a:fillRect/></a:stretch></pic:blipFill>"
            f'<pic:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="{wide}" cy="{high}"/></a:xfrm>'
            '<a:prstGeom prst="rect"><a:avLst/></a:prstGeom></pic:spPr></pic:pic></a:graphicData></a:graphic>'
            "</wp:inline></w:drawing></w:r>"
        )

    # What stands beside the text.

    def _footnotes(self) -> str:
        made = [
            '<w:footnote w:type="separator" w:id="-1"><w:p><w:r><w:separator/></w:r></w:p></w:footnote>',
            '<w:footnote w:type="continuationSeparator" w:id="0"><w:p><w:r><w:continuationSeparator/></w:r></w:p>'
            "</w:footnote>",
        ]
        mark = (
            '<w:r><w:rPr><w:rStyle w:val="FootnoteReference"/></w:rPr><w:footnoteRef/></w:r>'
            '<w:r><w:t xml:space="preserve"> </w:t></w:r>'
        )
        for number, key in enumerate(self.anatomy.notes):
            units = [
                unit
                for unit in self.anatomy.units
                if unit.note == key and unit.kind not in ("cell", "picture")
            ]
            name = self._marked(f"_n_{number}", "")
            paragraphs = [self._paragraph(unit, "" if n else name + mark) for n, unit in enumerate(units)]
            text = (
                "".join(paragraphs)
                or f'<w:p><w:pPr><w:pStyle w:val="FootnoteText"/></w:pPr>{name}{mark}</w:p>'
            )
            made.append(f'<w:footnote w:id="{number + 1}">{text}</w:footnote>')
        return "".join(made)

    def _numbering(self) -> str:
        kinds = {
            1: ("bullet", ["•", "–", "·"]),
            2: ("decimal", None),
        }
        made = []
        for number, (form, signs) in kinds.items():
            levels = "".join(
                f'<w:lvl w:ilvl="{n}"><w:start w:val="1"/><w:numFmt w:val="{form}"/>'
                f'<w:lvlText w:val="{signs[n % 3] if signs else f"%{n + 1}."}"/><w:lvlJc w:val="left"/>'
                f'<w:pPr><w:ind w:left="{420 * (n + 1)}" w:hanging="420"/></w:pPr></w:lvl>'
                for n in range(9)
            )
            made.append(
                f'<w:abstractNum w:abstractNumId="{number}"><w:multiLevelType w:val="multilevel"/>'
                f"{levels}</w:abstractNum>"
            )
        for name, (ordered, level, start) in self.lists.items():
            begin = (
                f'<w:lvlOverride w:ilvl="{level}"><w:startOverride w:val="{start}"/></w:lvlOverride>'
                if ordered
                else ""
            )
            made.append(
                f'<w:num w:numId="{name}"><w:abstractNumId w:val="{2 if ordered else 1}"/>{begin}</w:num>'
            )
        return f"<w:numbering {SPACES}>{''.join(made)}</w:numbering>"

    def _properties(self) -> str:
        made = [
            f'<property fmtid="{{D5CDD505-2E9C-101B-9397-08002B2CF9AE}}" pid="{n}" name={quoteattr(name)}>'
            f"<vt:lpwstr>{_text(value)}</vt:lpwstr></property>"
            for n, (name, value) in enumerate(self.copy.marks.items(), 2)
        ]
        return (
            f'<Properties xmlns="{OFFICE}/custom-properties" xmlns:vt="{OFFICE}/docPropsVTypes">'
            f"{''.join(made)}</Properties>"
        )

    def _types(self) -> str:
        parts = [
            ("/word/document.xml", f"{MAIN}.document.main+xml"),
            *(
                (f"/word/{kind}.xml", f"{MAIN}.{kind}+xml")
                for kind in ("styles", "numbering", "settings", "footnotes")
            ),
            ("/docProps/core.xml", "application/vnd.openxmlformats-package.core-properties+xml"),
            ("/docProps/custom.xml", "application/vnd.openxmlformats-officedocument.custom-properties+xml"),
        ]
        endings = [
            ("rels", "application/vnd.openxmlformats-package.relationships+xml"),
            ("xml", "application/xml"),
            ("png", "image/png"),
            ("jpg", "image/jpeg"),
            ("svg", "image/svg+xml"),
        ]
        return (
            '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
            + "".join(f'<Default Extension="{e}" ContentType="{kind}"/>' for e, kind in endings)
            + "".join(f'<Override PartName="{name}" ContentType="{kind}"/>' for name, kind in parts)
            + "</Types>"
        )


def _outer(piece: Piece) -> tuple[int, int] | None:
    return piece.spans[0] if piece.spans else None


def _text(text: str) -> str:
    return escape(NO_XML.sub("", text))


def _relation(name: str, kind: str, target: str, outside: bool = False) -> str:
    mode = ' TargetMode="External"' if outside else ""
    return f"<Relationship Id={quoteattr(name)} Type={quoteattr(kind)} Target={quoteattr(target)}{mode}/>"


def _relations(given: Sequence[str]) -> str:
    return (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        f"{''.join(given)}</Relationships>"
    )


def _strong(char: str) -> str:
    kind = unicodedata.bidirectional(char)
    return "rtl" if kind in ("R", "AL") else "ltr" if kind == "L" else ""


def _right_to_left(pieces: Sequence[Piece], otherwise: bool) -> bool:
    """Whether a paragraph runs from right to left: as its first letter does."""
    for piece in pieces:
        if not piece.atom and (way := _strong(piece.text)):
            return way == "rtl"
    return otherwise


def _directions(text: str) -> list[tuple[bool, str]]:
    """The text divided where letters of one direction follow those of the other; signs go with the letters before."""
    ways, way = [], ""
    for char in text:
        way = _strong(char) or way
        ways.append(way == "rtl")
    made, at = [], 0
    for rtl, run in groupby(ways):
        end = at + len(list(run))
        made.append((rtl, text[at:end]))
        at = end
    return made
