"""What a text may ask of the layout. Each limit keeps out an input that was seen to hang or to exhaust it.

The HTML comes sanitised; these checks do not rely on that, because a second route to the renderer may
be built one day. They run in one linear pass, before anything is parsed into a tree.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from html.parser import HTMLParser
from pathlib import Path

from .errors import RenderFailed

MAX_DEPTH = 60
MAX_SPAN = 100
MAX_ROWS = 2_000
MAX_PIXELS = 40_000_000
MAX_IMAGE_BYTES = 60_000_000
MAX_BREAKS = 5_000
MAX_HTML = 12_000_000

VOID = {"area", "br", "col", "hr", "img", "wbr"}
# Everything that loads, embeds or styles; a chapter has no use for any of it.
REFUSED = frozenset(
    {
        *("applet", "audio", "base", "button", "canvas", "embed", "form", "frame", "frameset", "iframe"),
        *("input", "link", "meta", "noscript", "object", "param", "picture", "script", "select", "source"),
        *("style", "svg", "template", "textarea", "title", "track", "video"),
    }
)


class _Reader(HTMLParser):
    def __init__(self, assets: Iterable[str] | None, chapter: str):
        super().__init__(convert_charrefs=True)
        self.assets, self.chapter = None if assets is None else set(assets), chapter
        self.depth = self.breaks = 0
        self.rows: list[int] = []
        self.block = ""

    def refuse(self, code: str, text: str) -> None:
        where = [{"chapter": self.chapter, "block": self.block, "text": ""}] if self.block else []
        raise RenderFailed(code, f"Chapter {self.chapter or '(no label)'}: {text}", where)

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        self.block = given.get("data-b") or self.block
        if tag in REFUSED or ":" in tag:
            self.refuse("bad-asset", f"the text holds <{tag}>, which no chapter may.")
        if "style" in given:
            self.refuse("too-complex", f"a <{tag}> has a style of its own; only the house's styles are used.")
        for name in ("colspan", "rowspan"):
            if name in given and not _within(given[name], MAX_SPAN):
                self.refuse("too-complex", f"{name}={given[name]!r}: a cell spans at most {MAX_SPAN}.")
        if tag == "img":
            self._image(given.get("src") or "")
        if "attachment" in (given.get("rel") or "").lower():
            self.refuse("bad-asset", "a link asks to attach a file; files are never attached by a text.")
        self._count(tag)

    def _image(self, source: str) -> None:
        if not source.startswith("asset:"):
            self.refuse("bad-asset", f"the picture {source[:80]!r} is no file of this chapter.")
        if self.assets is not None and source.removeprefix("asset:") not in self.assets:
            self.refuse("bad-asset", f"the picture {source[6:86]!r} was not handed over with the text.")

    def _count(self, tag: str) -> None:
        if tag == "table":
            self.rows.append(0)
        elif tag == "tr" and self.rows:
            self.rows[-1] += 1
            if self.rows[-1] > MAX_ROWS:
                self.refuse("too-complex", f"a table has more than {MAX_ROWS:,} rows. Divide it.")
        elif tag == "br":
            self.breaks += 1
            if self.breaks > MAX_BREAKS:
                self.refuse("too-complex", f"there are more than {MAX_BREAKS:,} forced line breaks.")
        if tag not in VOID:
            self.depth += 1
            if self.depth > MAX_DEPTH:
                self.refuse("too-complex", f"elements are nested more than {MAX_DEPTH} deep.")

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag):
        if tag == "table" and self.rows:
            self.rows.pop()
        if tag not in VOID:
            self.depth = max(0, self.depth - 1)


def _within(value: str | None, limit: int) -> bool:
    return value is not None and re.fullmatch("[0-9]{1,5}", value) is not None and int(value) <= limit


def check_html(html: str, *, chapter: str, assets: Iterable[str] | None) -> None:
    """Refuse a text that the layout might not survive. Raises RenderFailed (too-complex, bad-asset).

    ``assets`` are the keys of the pictures that exist; None where a missing one is marked in its place.
    """
    if len(html) > MAX_HTML:
        raise RenderFailed(
            "too-complex",
            f"Chapter {chapter}: {len(html):,} characters of HTML; at most {MAX_HTML:,} are drawn.",
        )
    reader = _Reader(assets, chapter)
    reader.feed(html)
    reader.close()


def used_assets(htmls: Iterable[str], assets: dict[str, Path]) -> dict[str, Path]:
    """Those of ``assets`` that the texts show: a cycle's other pictures are no concern of this document."""
    keys = {key for html in htmls for key in re.findall(r'src=["\']?asset:([^"\'\s>]+)', html)}
    return {key: path for key, path in assets.items() if key in keys}


def check_assets(assets: dict[str, Path]) -> None:
    """Refuse a picture that is missing, unreadable or too large. Raises RenderFailed (bad-asset)."""
    from PIL import Image, UnidentifiedImageError

    for key, path in sorted(assets.items()):
        if not path.is_file():
            raise RenderFailed("bad-asset", f"Picture {key}: its file is missing. Upload it again.")
        if path.stat().st_size > MAX_IMAGE_BYTES:
            raise RenderFailed("bad-asset", f"Picture {key}: its file is larger than 60 MB.")
        if path.suffix.lower() == ".svg":
            continue
        try:
            # The size is read from the header. Pillow's own guard only warns at this size.
            Image.MAX_IMAGE_PIXELS = None
            with Image.open(path) as image:
                width, height = image.size
        except (UnidentifiedImageError, OSError, ValueError) as error:
            raise RenderFailed("bad-asset", f"Picture {key}: the file is of no known kind.") from error
        if width * height > MAX_PIXELS:
            raise RenderFailed(
                "bad-asset",
                f"Picture {key}: {width:,} by {height:,} pixels; at most 40 million are drawn.",
            )
