"""Word, EPUB, JATS, one HTML file and the plain bundle, made from the same HTML as the PDF (design §4). No Django."""

from __future__ import annotations

import base64
import mimetypes
from html import escape
from pathlib import Path

from assessments.text import mathematics
from assessments.text.images import placed

from . import bundle, epub, jats, word
from .requests import STATIC, Request, read_request
from .reread import lost, read_back
from .trees import head, parts, serialise
from .wording import wording

__all__ = ["ENDINGS", "lost", "page", "read_back", "write"]

ENDINGS = (".html", ".docx", ".epub", ".xml", ".zip")
EPOCH = "2000-01-01T00:00:00Z"


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
    text = mathematics.alone("\n".join(serialise(part.element) for part in found))
    text = placed(text, lambda name: f'src="{_embedded(request.assets[name])}"')
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
