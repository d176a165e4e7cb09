"""Which picture stands above which caption, read from the frozen HTML. Pure: no Django."""

from __future__ import annotations

import re
from html import unescape

_FIGURE = re.compile(
    r'<img\b(?=[^>]*\bsrc="asset:([^"]+)")(?=[^>]*\balt="([^"]*)")[^>]*>\s*<figcaption\b[^>]*\bdata-b="([^"]+)"'
)


def figures_in(html: str) -> dict[str, tuple[str, str]]:
    """Id of a caption's block → (key of the picture, its description)."""
    return {block: (key, unescape(alt)) for key, alt, block in _FIGURE.findall(html)}
