"""The web edition of one text as a file: one page that holds its pictures, and the text out of it again."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from html import escape

from assessments.text import mathematics
from assessments.text.images import placed

_IMAGE = re.compile(r"<img\b[^<>]*>")
_EMBEDDED = re.compile(r'(?<=\s)src="data:[^"]*" data-asset="([\w.-]+)"')
_BEGIN, _END = "<main>\n", "\n</main>\n</body>\n</html>\n"
# The file stands alone, so its few rules stand in it.
_STYLE = (
    "body{font:1.05rem/1.6 Georgia,serif;max-inline-size:42rem;margin:2rem auto;padding-inline:1rem}"
    "img{max-inline-size:100%;block-size:auto}table{border-collapse:collapse}"
    "td,th{border:1px solid #999;padding:.2rem .5rem;text-align:start;vertical-align:top}"
    ".formula__source{display:none}.formula.display{display:block;overflow-x:auto}"
)


def page(
    text: str, *, title: str, language: str, rtl: bool, pictures: Mapping[str, tuple[str, bytes]]
) -> str:
    """A whole HTML page that needs no other file, its formulae set; ``pictures`` gives (media type, bytes) by name.

    An image that is not among them keeps its ``asset:NAME``.
    """

    def embedded(name: str) -> str | None:
        if name not in pictures:
            return None
        mime, data = pictures[name]
        return f'src="data:{mime};base64,{base64.b64encode(data).decode()}" data-asset="{name}"'

    inside = placed(text, embedded)
    head = (
        f'<!doctype html>\n<html lang="{escape(language)}" dir="{"rtl" if rtl else "ltr"}">\n<head>\n'
        f'<meta charset="utf-8">\n<meta name="viewport" content="width=device-width">\n'
        f"<title>{escape(title)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n"
    )
    return f"{head}{_BEGIN}{mathematics.shown(inside)}{_END}"


def text_of(published: str) -> str:
    """The text of such a page, with ``asset:NAME`` again; earlier editions hold the text alone."""
    if not published.startswith("<!doctype html>"):
        return published
    inside = mathematics.sources(published.partition(_BEGIN)[2].removesuffix(_END))
    return _IMAGE.sub(lambda image: _EMBEDDED.sub(r'src="asset:\1"', image[0]), inside)
