"""Word, EPUB, JATS, one HTML file and the plain bundle, made from the same HTML as the PDF (design §4). No Django."""

from __future__ import annotations

import base64
import mimetypes
import re
import zipfile
from collections.abc import Iterable
from html import escape, unescape
from pathlib import Path
from xml.etree import ElementTree

from . import bundle, epub, jats, word
from .errors import RenderFailed
from .requests import STATIC, Request, read_request
from .trees import MADE, head, parts, serialise
from .wording import wording

ENDINGS = (".html", ".docx", ".epub", ".xml", ".zip")
EPOCH = "2000-01-01T00:00:00Z"
_SPACE = re.compile(r"[\s\u00ad\u2066-\u2069]+")


def write(request: dict, modified: str = EPOCH) -> None:
    """Write the edition that ``request`` describes (as for the PDF), in the form of the ending of ``out``.

    Endings: html, docx, epub, xml (JATS), zip (Markdown). ``modified``: the edition's date, for the EPUB. Raises
    RenderFailed when pandoc cannot make it, ValueError for another ending or a request without sense.
    """
    asked = read_request(request)
    ending = asked.out.suffix.lower()
    if ending == ".html":
        asked.out.write_text(page(asked), encoding="utf-8")
    elif ending == ".docx":
        word.write(asked)
    elif ending == ".epub":
        epub.write(asked, modified)
    elif ending == ".xml":
        jats.write(asked)
    elif ending == ".zip":
        bundle.write(asked)
    else:
        raise ValueError(f"out: {asked.out.name}; expected an ending of {', '.join(ENDINGS)}.")


def page(request: Request) -> str:
    """The whole report as one HTML page that needs nothing beside it, and no script."""
    found = parts(request)
    sheet = (STATIC / "css" / "print" / "offline.css").read_text(encoding="utf-8")
    rows = "".join(f'<li><a href="#{escape(p.element.get("id"))}">{escape(p.title)}</a></li>' for p in found)
    front = request.front or {}
    cover = "".join(
        f'<p class="cover-{key}">{escape(front[key])}</p>'
        for key in ("edition", "subtitle", "date", "body", "notice")
        if front.get(key)
    )
    notes = "".join(
        f"<p><strong>{escape(text)}</strong></p>" for text in (request.banner, request.watermark) if text
    )
    title = escape(request.title or request.chapters[0].title)
    text = "\n".join(serialise(part.element) for part in found)
    text = re.sub(r'\bsrc="asset:([\w-]+)"', lambda m: f'src="{_embedded(request.assets[m[1]])}"', text)
    contents = wording(request.language)["contents"]
    return "".join(
        [
            head(request),
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n',
            f"<style>\n{sheet}</style>\n</head>\n",
            f'<body>\n<header><p class="cover-title">{title}</p>{cover}{notes}</header>\n',
            f'<nav aria-label="{contents}"><p>{contents}</p><ol>{rows}</ol></nav>\n<main>\n{text}\n</main>\n',
            "</body>\n</html>\n",
        ]
    )


def _embedded(path: Path) -> str:
    kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    return f"data:{kind};base64,{base64.b64encode(path.read_bytes()).decode()}"


# ------------------------------------------------------------------------------------------ read back


def lost(file: Path, texts: Iterable[str]) -> int:
    """How many of the blocks' ``texts`` the written edition does not hold from their first character to the last.

    The file is read back and compared without white space, so that what a writer drops in silence is told. Raises
    RenderFailed where it cannot be read.
    """
    have = read_back(file)
    at, missing = 0, 0
    for text in texts:
        wanted = squeezed(text)
        found = have.find(wanted, at)
        if found < 0:
            found = have.find(wanted)
        if found < 0:
            missing += 1
        else:
            at = found + len(wanted)
    return missing


def squeezed(text: str) -> str:
    """Text without white space and marks of direction: what two editions must have in common."""
    return _SPACE.sub("", text)


def read_back(file: Path) -> str:
    """All words of an edition in its order, without white space, marks of notes, and numbers made for it."""
    ending = file.suffix.lower()
    try:
        if ending == ".html":
            return _of_html(file.read_text(encoding="utf-8"))
        if ending == ".xml":
            text = re.sub(r"<!DOCTYPE[^>]*>", "", file.read_text(encoding="utf-8"))
            return squeezed("".join(_words(ElementTree.fromstring(text))))
        with zipfile.ZipFile(file) as held:
            return _of_zip(held, ending)
    except (KeyError, ValueError, OSError, zipfile.BadZipFile, ElementTree.ParseError) as error:
        raise RenderFailed(
            "read-back", f"The file that was made cannot be read back. {error}".strip()
        ) from error


def _of_html(text: str) -> str:
    text = re.sub(r"<(style|title)>.*?</\1>", "", text, flags=re.DOTALL)
    text = re.sub(
        rf'<span class="{MADE}">[^<]*</span>|<sup class="fnref">.*?</sup>', "", text, flags=re.DOTALL
    )
    return squeezed(unescape(re.sub(r"<[^>]*>", "", text)))


def _of_zip(held: zipfile.ZipFile, ending: str) -> str:
    names = held.namelist()
    if ending == ".epub":
        pages = [name for name in names if name.endswith(".xhtml")]
        return "".join(_of_html(held.read(name).decode()) for name in pages)
    if ending == ".docx":
        parts_ = [name for name in ("word/document.xml", "word/footnotes.xml") if name in names]
        return "".join(_of_word(ElementTree.fromstring(held.read(name))) for name in parts_)
    return "".join(squeezed(held.read(name).decode()) for name in names if name.endswith((".md", ".json")))


W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def _of_word(root) -> str:
    return squeezed("".join(element.text or "" for element in root.iter(f"{W}t")))


def _words(element):
    """The words of JATS without labels and marks of notes, which the layout made."""
    if element.tag == "label" or (element.tag == "xref" and element.find("sup") is not None):
        return
    yield element.text or ""
    for child in element:
        yield from _words(child)
        yield child.tail or ""
