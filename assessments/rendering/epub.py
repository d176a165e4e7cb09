"""EPUB 3, written by ourselves: a file for each part, notes and contents that reading programs know. No Django."""

from __future__ import annotations

import copy
import hashlib
import mimetypes
import zipfile
from html import escape
from pathlib import Path
from xml.etree.ElementTree import Element

from assessments.text import mathematics

from .requests import STATIC, Request
from .trees import Part, parts, serialise
from .wording import wording

CONTAINER = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<container version="1.0" '
    'xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles><rootfile '
    'full-path="EPUB/package.opf" media-type="application/oebps-package+xml"/></rootfiles></container>'
)
# Scripts for which a reading program may have no good face; of these a subset goes along.
FACES = {"ar": "NotoNaskhArabic-Regular.ttf", "zh": "NotoSerifSC-Regular.otf"}
# A fixed time: the same text gives the same file.
STAMP = (1980, 1, 1, 0, 0, 0)


def write(request: Request, modified: str) -> None:
    """Write the report to ``request.out``; ``modified`` is the date of its edition ("2027-03-01T00:00:00Z")."""
    found = parts(request)
    homes = {
        element.get("id"): f"{part.key}.xhtml"
        for part in found
        for element in part.element.iter()
        if element.get("id")
    }
    files: dict[str, bytes] = {}
    for part in found:
        files[f"{part.key}.xhtml"] = _page(request, part, homes).encode()
    files["cover.xhtml"] = _cover(request).encode()
    files["nav.xhtml"] = _nav(request, found).encode()
    face = FACES.get(request.language.split("-")[0])
    files["style.css"] = _style(request, face).encode()
    for key, path in _used(request, found).items():
        files[f"images/{key}{path.suffix.lower()}"] = path.read_bytes()
    if face:
        files[f"fonts/{face}"] = _subset(request.fonts / face, "".join(_text(part) for part in found))
    package = _package(request, found, files, modified)
    with zipfile.ZipFile(request.out, "w") as book:
        _put(book, "mimetype", b"application/epub+zip", zipfile.ZIP_STORED)
        _put(book, "META-INF/container.xml", CONTAINER.encode())
        _put(book, "EPUB/package.opf", package.encode())
        for name, data in files.items():
            _put(book, f"EPUB/{name}", data)


def _put(book: zipfile.ZipFile, name: str, data: bytes, how: int = zipfile.ZIP_DEFLATED) -> None:
    entry = zipfile.ZipInfo(name, STAMP)
    entry.compress_type = how
    book.writestr(entry, data)


def _text(part: Part) -> str:
    return "".join(part.element.itertext())


def _used(request: Request, found: list[Part]) -> dict[str, Path]:
    keys = {
        image.get("src", "").removeprefix("asset:") for part in found for image in part.element.iter("img")
    }
    return {key: request.assets[key] for key in sorted(keys) if key in request.assets}


def _page(request: Request, part: Part, homes: dict[str, str]) -> str:
    element = copy.deepcopy(part.element)
    here = f"{part.key}.xhtml"
    for inside in element.iter():
        for name in [name for name in inside.attrib if name.startswith("data-")]:
            # A block keeps its lasting id; what else a layout needed is written out by now.
            if name != "data-b":
                del inside.attrib[name]
        target = inside.get("href", "")
        if target.startswith("#"):
            home = homes.get(target[1:])
            if home is None:
                del inside.attrib["href"]
            elif home != here:
                inside.set("href", f"{home}{target}")
        if inside.tag == "img":
            key = inside.get("src", "").removeprefix("asset:")
            inside.set("src", f"images/{key}{request.assets[key].suffix.lower()}")
        _roles(inside)
    return _document(request, part.title, mathematics.alone(serialise(element, xml=True)))


def _roles(element: Element) -> None:
    if element.tag == "sup" and element.get("class") == "fnref":
        for link in element.iter("a"):
            if link.get("href"):
                link.set("epub:type", "noteref")
                link.set("role", "doc-noteref")
    elif element.tag == "section" and element.get("class") == "footnotes":
        element.set("epub:type", "endnotes")
        element.set("role", "doc-endnotes")
    elif element.tag == "section" and element.get("class") == "references":
        element.set("epub:type", "bibliography")
        element.set("role", "doc-bibliography")


def _document(request: Request, title: str, body: str, *, kind: str = "") -> str:
    language = escape(request.language)
    direction = "rtl" if request.right_to_left else "ltr"
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE html>\n'
        '<html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops" '
        f'lang="{language}" xml:lang="{language}" dir="{direction}"><head><title>{escape(title)}</title>'
        f'<link rel="stylesheet" type="text/css" href="style.css"/></head><body{kind}>{body}</body></html>'
    )


def _cover(request: Request) -> str:
    front = request.front or {"title": request.title}
    rows = [
        f'<p class="cover-{key}">{escape(front[key])}</p>'
        for key in ("edition", "title", "subtitle", "date", "body")
        if front.get(key)
    ]
    notices = dict.fromkeys(filter(None, (front.get("notice"), request.banner, request.watermark)))
    rows += [f'<p class="cover-notice">{escape(text)}</p>' for text in notices]
    body = f'<section epub:type="titlepage" class="cover">{"".join(rows)}</section>'
    return _document(request, request.title or "Cover", body)


def _nav(request: Request, found: list[Part]) -> str:
    rows = []
    for part in found:
        below = [
            f'<li><a href="{part.key}.xhtml#{escape(heading.get("id"))}">{escape(_line(heading))}</a></li>'
            for heading in part.element.iter("h2")
            if part.chapter is not None and heading.get("id")
        ]
        inner = f"<ol>{''.join(below)}</ol>" if below else ""
        rows.append(f'<li><a href="{part.key}.xhtml">{escape(part.title)}</a>{inner}</li>')
    words = wording(request.language)
    body = f'<nav epub:type="toc" role="doc-toc" id="toc"><h1>{words["contents"]}</h1><ol>{"".join(rows)}</ol></nav>'
    return _document(request, words["contents"], body)


def _line(heading: Element) -> str:
    return " ".join("".join(heading.itertext()).split())


def _style(request: Request, face: str | None) -> str:
    sheet = (STATIC / "css" / "print" / "epub.css").read_text(encoding="utf-8")
    if not face:
        return sheet
    family = f'@font-face {{ font-family: "Report"; src: url("fonts/{face}") }}\n'
    return f'{family}{sheet}\nbody {{ font-family: "Report", serif }}\n'


def _subset(path: Path, text: str) -> bytes:
    """The face with the characters of the text alone; its licence allows it, and 4 MB become some 100 kB."""
    import io

    from fontTools import subset, ttLib

    font = ttLib.TTFont(path)
    options = subset.Options(layout_features=["*"], notdef_outline=True, name_IDs=["*"])
    cutter = subset.Subsetter(options)
    cutter.populate(text=text + "0123456789 .,-")
    cutter.subset(font)
    held = io.BytesIO()
    font.save(held)
    return held.getvalue()


def identifier(request: Request) -> str:
    """The book's identifier: its ISBN or DOI, else a number made from its text."""
    if request.metadata.get("isbn"):
        return f"urn:isbn:{request.metadata['isbn'].replace('-', '')}"
    if request.metadata.get("doi"):
        return f"https://doi.org/{request.metadata['doi']}"
    text = "\n".join([request.title, request.language, *(chapter.html for chapter in request.chapters)])
    digits = hashlib.sha256(text.encode()).hexdigest()
    return f"urn:uuid:{digits[:8]}-{digits[8:12]}-5{digits[13:16]}-8{digits[17:20]}-{digits[20:32]}"


def _package(request: Request, found: list[Part], files: dict[str, bytes], modified: str) -> str:
    meta = request.metadata
    features = ["tableOfContents", "readingOrder", "structuralNavigation", "alternativeText"]
    if any(_has_math(data) for data in files.values()):
        features.append("MathML")
    facts = [
        f'<dc:identifier id="id">{escape(identifier(request))}</dc:identifier>',
        f"<dc:title>{escape(request.title or found[0].title)}</dc:title>",
        f"<dc:language>{escape(request.language)}</dc:language>",
        f'<meta property="dcterms:modified">{escape(modified)}</meta>',
        *(f"<dc:creator>{escape(meta[key])}</dc:creator>" for key in ("author",) if meta.get(key)),
        *(f"<dc:publisher>{escape(meta[key])}</dc:publisher>" for key in ("author",) if meta.get(key)),
        *(f"<dc:rights>{escape(meta[key])}</dc:rights>" for key in ("licence",) if meta.get(key)),
        '<meta property="schema:accessMode">textual</meta>',
        '<meta property="schema:accessModeSufficient">textual</meta>',
        '<meta property="schema:accessibilityHazard">none</meta>',
        *(f'<meta property="schema:accessibilityFeature">{feature}</meta>' for feature in features),
    ]
    items = []
    for place, name in enumerate(files):
        kind = "application/xhtml+xml" if name.endswith(".xhtml") else _kind(name)
        more = ' properties="nav"' if name == "nav.xhtml" else ""
        if name.endswith(".xhtml") and _has_math(files[name]):
            more = ' properties="mathml"'
        items.append(f'<item id="f{place}" href="{escape(name)}" media-type="{kind}"{more}/>')
    order = list(files)
    spine = ["cover.xhtml", "nav.xhtml", *(f"{part.key}.xhtml" for part in found)]
    refs = "".join(f'<itemref idref="f{order.index(name)}"/>' for name in spine)
    flow = ' page-progression-direction="rtl"' if request.right_to_left else ""
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<package xmlns="http://www.idpf.org/2007/opf" version="3.0" '
        f'unique-identifier="id" xml:lang="{escape(request.language)}"><metadata '
        f'xmlns:dc="http://purl.org/dc/elements/1.1/">{"".join(facts)}</metadata>'
        f"<manifest>{''.join(items)}</manifest><spine{flow}>{refs}</spine></package>"
    )


def _has_math(data: bytes) -> bool:
    return b"<math xmlns=" in data


def _kind(name: str) -> str:
    return (
        {".otf": "font/otf", ".ttf": "font/ttf"}.get(Path(name).suffix) or mimetypes.guess_type(name)[0] or ""
    )
