"""ISBN and DOI: read as people type them, checked, and written in one form. Pure: no Django."""

from __future__ import annotations

import re

_DOI = re.compile(r"10\.\d{4,9}(?:\.\d+)*/[^\s\"<>]+")
_DOI_BEFORE = re.compile(r"^(?:https?://(?:dx\.)?doi\.org/|doi:\s*)", re.IGNORECASE)


def isbn(text: str) -> str:
    """An ISBN of 13 or 10 digits as typed, its hyphens kept. Raises ValueError that says what is wrong."""
    written = re.sub(r"^ISBN(?:-1[03])?:?\s*", "", text.strip(), flags=re.IGNORECASE)
    bare = re.sub(r"[\s\u2010-\u2015-]", "", written).upper()
    if re.fullmatch(r"97[89]\d{10}", bare):
        total = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(bare))
        right = total % 10 == 0
    elif re.fullmatch(r"\d{9}[\dX]", bare):
        total = sum((10 if digit == "X" else int(digit)) * (10 - place) for place, digit in enumerate(bare))
        right = total % 11 == 0
    else:
        raise ValueError("form")
    if not right:
        raise ValueError("checksum")
    hyphened = re.sub(r"[\s\u2010-\u2015-]+", "-", written).upper()
    return hyphened if len(hyphened) <= 17 else bare


def doi(text: str) -> str:
    """A DOI without an address before it: "10.1234/abc". Raises ValueError for anything else."""
    bare = _DOI_BEFORE.sub("", text.strip())
    if not _DOI.fullmatch(bare) or len(bare) > 120:
        raise ValueError("form")
    return bare
