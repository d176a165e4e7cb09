"""Words of a line: normal form, hash, what changed in them, how they are set with brackets."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from difflib import SequenceMatcher

# Calibrated language as the uncertainty guidance note has it (S26); it is set in italics wherever it stands.
_LIKELIHOOD = (
    "virtually certain|extremely likely|very likely|more likely than not|about as likely as not"
    "|exceptionally unlikely|extremely unlikely|very unlikely|unlikely|likely"
)
_CALIBRATED = re.compile(rf"\b((?:very )?(?:low|medium|high) confidence|{_LIKELIHOOD})\b", re.IGNORECASE)


def normal(text: str) -> str:
    """The text as it is stored and hashed: NFC, white space collapsed."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def text_hash(text: str) -> str:
    """The hexadecimal SHA-256 of the text in NFC and UTF-8: what verdict, screen and gavel name."""
    return hashlib.sha256(unicodedata.normalize("NFC", text).encode()).hexdigest()


@dataclass(frozen=True)
class Piece:
    """A stretch of a line as it is set: ``kind`` is plain, calibrated or bracket."""

    kind: str
    text: str = ""
    readings: tuple[str, ...] = field(default=())


def pieces(text: str, brackets: Iterable = ()) -> list[Piece]:
    """The line in order, open brackets with their readings instead of the words they stand on."""
    found: list[Piece] = []
    at = 0
    for bracket in sorted(brackets, key=lambda b: b.start):
        found += _plain(text[at : bracket.start])
        found.append(Piece("bracket", readings=tuple(r["text"] for r in bracket.readings)))
        at = bracket.end
    return found + _plain(text[at:])


def _plain(text: str) -> list[Piece]:
    parts = _CALIBRATED.split(text)
    return [Piece("calibrated" if n % 2 else "plain", part) for n, part in enumerate(parts) if part]


def changes(old: str, new: str) -> list[tuple[str, str]]:
    """(op, text) with op "=", "-" or "+", by whole words: for people to read, never to merge by."""
    before, after = re.findall(r"\S+\s*", old), re.findall(r"\S+\s*", new)
    found: list[tuple[str, str]] = []
    for op, a1, a2, b1, b2 in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if op == "equal":
            found.append(("=", "".join(before[a1:a2])))
            continue
        if a2 > a1:
            found.append(("-", "".join(before[a1:a2])))
        if b2 > b1:
            found.append(("+", "".join(after[b1:b2])))
    return found


def place_of(words: str, text: str) -> tuple[int, int] | None:
    """Where ``words`` stand in ``text``, or None unless they stand there exactly once."""
    words = normal(words)
    if not words or text.count(words) != 1:
        return None
    start = text.index(words)
    return start, start + len(words)
