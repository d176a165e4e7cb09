"""Word, EPUB, JATS and one HTML file, made from the same HTML as the PDF (design §4). No Django."""

from __future__ import annotations

import base64
import mimetypes
import re
import tempfile
from collections import Counter
from collections.abc import Iterable
from html import escape, unescape
from pathlib import Path

from .errors import RenderFailed
from .requests import Request, read_request

# What pandoc is asked for by each ending of a file.
WRITERS = {".docx": "docx", ".epub": "epub3", ".xml": "jats_archiving"}
_IMAGE = re.compile(r"<img\b[^>]*>")
_KEY = re.compile(r'\bsrc="asset:([\w-]+)"')
_ALT = re.compile(r'\balt="([^"]*)"')
_ATTRIBUTE = re.compile(r'\s(?:data-[\w-]+|style)="[^"]*"')
_WORDS = re.compile(r"[^\W\d_]+|\d+")
_ID = re.compile(r'\b(id|href)="(#?)([^"]+)"')


def write(request: dict) -> None:
    """Write the edition that ``request`` describes (as for the PDF), in the form of the ending of ``out``.

    Endings: html, docx, epub, xml (JATS). Raises RenderFailed when pandoc cannot make it, ValueError for
    another ending or a request without sense.
    """
    asked = read_request(request)
    ending = asked.out.suffix.lower()
    if ending == ".html":
        asked.out.write_text(page(asked, _embedded), encoding="utf-8")
        return
    if ending not in WRITERS:
        raise ValueError(f"out: {asked.out.name}; expected an ending of .html, {', '.join(WRITERS)}.")
    _by_pandoc(asked, WRITERS[ending])


def lost(file: Path, texts: Iterable[str]) -> int:
    """How many of the blocks' ``texts`` the written edition does not hold, word for word counted.

    The file is read back, so that what pandoc drops in silence is told. Raises RenderFailed where it cannot.
    """
    import pypandoc

    if file.suffix == ".html":
        found = file.read_text(encoding="utf-8")
    else:
        kind = {".docx": "docx", ".epub": "epub", ".xml": "jats"}[file.suffix]
        try:
            found = pypandoc.convert_file(str(file), "html", format=kind, extra_args=["--wrap=none"])
        except (RuntimeError, OSError) as error:
            raise RenderFailed(
                "pandoc", f"The file that pandoc made cannot be read back. {error}".strip()
            ) from error
    have = Counter(_WORDS.findall(unescape(re.sub(r"<[^>]*>", " ", found))))
    texts = list(texts)
    need = Counter(word for text in texts for word in _WORDS.findall(text))
    missing = {word for word, times in need.items() if have[word] < times}
    return sum(not missing.isdisjoint(_WORDS.findall(text)) for text in texts)


def page(request: Request, picture) -> str:
    """The whole document as one HTML page; ``picture(path)`` gives the address of a picture's file."""
    direction = "rtl" if request.right_to_left else "ltr"
    title = escape(request.title or request.chapters[0].title or request.chapters[0].label)
    parts = [
        f'<!doctype html>\n<html lang="{escape(request.language)}" dir="{direction}">\n<head>',
        f'<meta charset="utf-8">\n<title>{title}</title>\n</head>\n<body>',
    ]
    if request.banner:
        parts.append(f"<p><strong>{escape(request.banner)}</strong></p>")
    several = len(request.chapters) > 1
    for place, chapter in enumerate(request.chapters):
        text = _IMAGE.sub(lambda match: _image(match[0], request, picture), chapter.html)
        text = _own_ids(text, place) if several else text
        heading = "" if "<h1" in text else f"<h1>{escape(f'{chapter.label} {chapter.title}'.strip())}</h1>\n"
        parts.append(f'<section class="chapter">\n{heading}{text}\n</section>')
    return "\n".join([*parts, "</body>\n</html>\n"])


def _image(tag: str, request: Request, picture) -> str:
    """The picture, or its description where its file is missing."""
    key, alt = _KEY.search(tag), _ALT.search(tag)
    path = request.assets.get(key[1]) if key else None
    if path is None or not path.is_file():
        return f"<em>{alt[1]}</em>" if alt and alt[1] else ""
    return f'<img src="{escape(picture(path))}" alt="{alt[1] if alt else ""}">'


def _own_ids(text: str, place: int) -> str:
    """Two chapters may both have a note ``fn-1``: in one document ids begin with the chapter's place."""

    def named(match: re.Match) -> str:
        attribute, mark, name = match[1], match[2], match[3]
        if attribute == "href" and not mark:
            return match[0]
        return f'{attribute}="{mark}c{place}-{name}"'

    return re.sub(r"<[a-zA-Z][^>]*>", lambda tag: _ID.sub(named, tag[0]), text)


def _embedded(path: Path) -> str:
    kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    return f"data:{kind};base64,{base64.b64encode(path.read_bytes()).decode()}"


def _by_pandoc(request: Request, writer: str) -> None:
    import pypandoc

    text = _ATTRIBUTE.sub("", page(request, str))
    metadata = {"lang": request.language, "title": request.title or request.chapters[0].title}
    if request.right_to_left:
        metadata["dir"] = "rtl"
    arguments = ["--standalone", "--sandbox=false"]
    for name, value in metadata.items():
        arguments += ["--metadata", f"{name}={value}"]
    if request.toc and writer != "jats_archiving":
        arguments += ["--toc", "--toc-depth=2"]
    with tempfile.TemporaryDirectory(prefix="concord-edition-") as folder:
        made = Path(folder, f"made{request.out.suffix}")
        try:
            pypandoc.convert_text(text, writer, format="html", outputfile=str(made), extra_args=arguments)
        except (RuntimeError, OSError) as error:
            raise RenderFailed("pandoc", f"pandoc could not make the file. {error}".strip()) from error
        request.out.write_bytes(made.read_bytes())
