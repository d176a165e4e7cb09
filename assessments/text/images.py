"""The images in a chapter's HTML, each ``<img src="asset:NAME">``. Pure: no Django.

Only within an image does ``asset:`` mean one; an author may write the same words in a listing.
"""

from __future__ import annotations

import re
from collections.abc import Callable

_IMAGE = re.compile(r"<img\b[^<>]*>")
_NAMED = re.compile(r'(?<=\s)src="asset:([\w.-]+)"')


def shown_in(*htmls: str) -> set[str]:
    """The names of the images that the texts show."""
    return {name for html in htmls for image in _IMAGE.findall(html) for name in _NAMED.findall(image)}


def placed(html: str, attributes: Callable[[str], str | None]) -> str:
    """The HTML with other attributes in the place of each image's ``src``; None leaves it as it is."""

    def put(named: re.Match) -> str:
        found = attributes(named[1])
        return named[0] if found is None else found

    return _IMAGE.sub(lambda image: _NAMED.sub(put, image[0]), html)
