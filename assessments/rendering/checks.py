"""What a text may ask of the layout. Each limit keeps out an input that was seen to hang or to exhaust it.

The HTML comes sanitised; these checks do not rely on that, because a second route to the renderer may
be built one day. They run in one linear pass, before anything is parsed into a tree.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import escape, unescape
from html.parser import HTMLParser
from pathlib import Path

from .errors import RenderFailed

MAX_DEPTH = 60
MAX_SPAN = 100
MAX_ROWS = 2_000
MAX_PIXELS = 40_000_000
MAX_IMAGE_BYTES = 60_000_000
MAX_BREAKS = 5_000
# Marks of notes in one block, and characters in one: the layout takes time by the square of both.
MAX_NOTES = 300
MAX_CHARACTERS = 200_000
MAX_DRAWN = 50_000
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
    def __init__(self, html: str, assets: Iterable[str] | None, chapter: str):
        super().__init__(convert_charrefs=True)
        self.html, self.chapter = html, chapter
        self.assets = None if assets is None else set(assets)
        self.depth = self.breaks = self.notes = self.characters = 0
        self.rows: list[int] = []
        self.block = ""

    def refuse(self, code: str, text: str) -> None:
        """Stop, and name the block with its first words, which may stand behind the place where this was found."""
        where = []
        if self.block:
            at = self.html.find(f'data-b="{escape(self.block)}"')
            inside = self.html[at : at + 4_000].partition(">")[2] if at >= 0 else ""
            words = " ".join(unescape(re.sub(r"<[^<>]*>?", " ", inside)).split())[:120]
            where = [{"chapter": self.chapter, "block": self.block, "text": words}]
            named = f" (block {self.block}: “{words[:60]}”)" if words else f" (block {self.block})"
            text = f"{text.rstrip('.')}{named}."
        raise RenderFailed(code, f"Chapter {self.chapter or '(no label)'}: {text}", where)

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if given.get("data-b"):
            self.block = given["data-b"]
            self.notes = self.characters = 0
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
        self._count(tag, given.get("class") or "")

    def _image(self, source: str) -> None:
        if not source.startswith("asset:"):
            self.refuse("bad-asset", f"the picture {source[:80]!r} is no file of this chapter.")
        if self.assets is not None and source.removeprefix("asset:") not in self.assets:
            self.refuse("bad-asset", f"the picture {source[6:86]!r} was not handed over with the text.")

    def handle_data(self, data):
        self.characters += len(data)
        if self.characters > MAX_CHARACTERS:
            self.refuse("too-complex", f"a block has more than {MAX_CHARACTERS:,} characters; divide it.")

    def _count(self, tag: str, names: str) -> None:
        if "fnref" in names:
            self.notes += 1
            if self.notes > MAX_NOTES:
                self.refuse("too-complex", f"more than {MAX_NOTES} notes are marked in one block; divide it.")
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
    reader = _Reader(html, assets, chapter)
    reader.feed(html)
    reader.close()


def used_assets(htmls: Iterable[str], assets: dict[str, Path]) -> dict[str, Path]:
    """Those of ``assets`` that the texts show: a cycle's other pictures are no concern of this document."""
    keys = {key for html in htmls for key in re.findall(r'src=["\']?asset:([^"\'\s>]+)', html)}
    return {key: path for key, path in assets.items() if key in keys}


def _check_drawing(key: str, path: Path) -> None:
    """Refuse a drawing that becomes larger than it is: by parts that show parts again, or by entities."""
    text = path.read_text(encoding="utf-8", errors="replace")
    if "<!ENTITY" in text or "<!DOCTYPE" in text and "[" in text.partition("<!DOCTYPE")[2][:200]:
        raise RenderFailed("bad-asset", f"Picture {key}: a drawing that declares entities is not drawn.")
    drawn = _drawn_parts(text)
    if drawn > MAX_DRAWN:
        raise RenderFailed(
            "bad-asset",
            f"Picture {key}: with all it repeats it has more than {MAX_DRAWN:,} parts. Simplify it.",
        )


def _drawn_parts(text: str) -> int:
    """How many elements a drawing has when each ``use`` is put in place of what it shows; bounded in time."""
    own: dict[str, int] = {}
    shown: dict[str, list[str]] = {}
    open_ids: list[str] = [""]
    reader = re.finditer(r"<(/?)([A-Za-z][\w:.-]*)((?:[^<>\"']|\"[^\"]*\"|'[^']*')*?)(/?)>", text)
    for closing, name, attributes, empty in (match.groups() for match in reader):
        if closing:
            if len(open_ids) > 1:
                open_ids.pop()
            continue
        named = re.search(r"(?<![\w:-])id\s*=\s*[\"']([^\"']*)", attributes)
        here = named[1] if named else open_ids[-1]
        own[here] = own.get(here, 0) + 1
        target = re.search(r"href\s*=\s*[\"']#([^\"']*)", attributes)
        if target and name.rpartition(":")[2] == "use":
            shown.setdefault(here, []).append(target[1])
        if named and open_ids[-1] != here:
            shown.setdefault(open_ids[-1], []).append(here)
        if not empty:
            open_ids.append(here)
    return _sum_of("", own, shown, {}, 0)


def _sum_of(name: str, own: dict, shown: dict, known: dict, depth: int) -> int:
    if depth > MAX_DEPTH or known.get(name, 0) is None:
        return MAX_DRAWN + 1  # it shows itself, or is nested beyond reason
    if name not in known:
        known[name] = None
        known[name] = own.get(name, 0) + sum(
            _sum_of(n, own, shown, known, depth + 1) for n in shown.get(name, ())
        )
    return known[name]


def check_assets(assets: dict[str, Path]) -> None:
    """Refuse a picture that is missing, unreadable or too large. Raises RenderFailed (bad-asset)."""
    from PIL import Image, UnidentifiedImageError

    for key, path in sorted(assets.items()):
        if not path.is_file():
            raise RenderFailed("bad-asset", f"Picture {key}: its file is missing. Upload it again.")
        if path.stat().st_size > MAX_IMAGE_BYTES:
            raise RenderFailed("bad-asset", f"Picture {key}: its file is larger than 60 MB.")
        if path.suffix.lower() == ".svg":
            _check_drawing(key, path)
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
