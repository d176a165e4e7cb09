"""How text is cut into words for merging and comparing; joined, the tokens are the text again."""

from __future__ import annotations

import re

HAN = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
# A word keeps its punctuation and the space after it. So two changes of neighbouring words touch, and
# are a collision: "5 million" must not become "6 billion" because one hand changed each word.
_UNITS = re.compile(rf"[{HAN}]\s*|[^\s{HAN}]+\s*|\s+")
# For reading: numbers whole, punctuation and space apart.
_PARTS = re.compile(rf"\d+(?:[.,:/]\d+)*|[{HAN}]|[^\W\d{HAN}]+|\s+|[^\w\s]|\w")


def units(text: str) -> list[str]:
    """Words with their punctuation and the white space after them (Han and kana: characters)."""
    return _UNITS.findall(text)


def parts(text: str) -> list[str]:
    """Words, numbers, marks and white space, each apart."""
    return _PARTS.findall(text)
