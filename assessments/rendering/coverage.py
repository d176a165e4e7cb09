"""Which characters of which block stand in which line; and whether any were lost.

WeasyPrint can drop a footnote without a word. So the laid-out text is followed character by character
along each block's own text, and a block that is not followed to its end was not printed. Offsets count
characters other than white space, so they survive line breaks, hyphenation and justification.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field

HYPHENS = "-\u2010\u2011\u00ad"
# Characters that a layout may drop or add without changing a word.
INVISIBLE = frozenset("\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\u2061\ufeff\u202a\u202b\u202c\u202d\u202e")


@dataclass
class Coverage:
    """How far each block was seen. ``source`` gives each key's text without white space."""

    source: dict[Hashable, str]
    reached: dict[Hashable, int] = field(default_factory=dict)
    repeated: int = 0
    unmatched: int = 0

    def follow(self, key: Hashable, text: str) -> tuple[int, int] | None:
        """Take ``text`` as the next of the block; answer its (start, end), or None.

        A repeated table head answers None and is counted as such; other text that does not continue
        its block is counted as unmatched, and shows as a loss later.
        """
        text = "".join(text.split())
        if not text or key not in self.source:
            self.unmatched += bool(text)
            return None
        start = self.reached.get(key, 0)
        end = _match(self.source[key], start, text)
        if end is None:
            if _match(self.source[key][:start], 0, text) is not None or text in self.source[key][:start]:
                self.repeated += 1
            else:
                self.unmatched += 1
            return None
        self.reached[key] = end
        return start, end

    def lost(self) -> list[tuple[Hashable, str]]:
        """The blocks not seen to their last character, each with the text that is missing."""
        missing = []
        for key, text in self.source.items():
            rest = text[self.reached.get(key, 0) :]
            if any(character not in INVISIBLE for character in rest):
                missing.append((key, rest))
        return missing


def _match(source: str, start: int, text: str) -> int | None:
    """The end of ``text`` in ``source`` from ``start``, past what hyphenation adds; None if it differs."""
    at, read = start, 0
    while read < len(text):
        if at < len(source) and source[at] == text[read]:
            at, read = at + 1, read + 1
        elif at < len(source) and source[at] in INVISIBLE:
            at += 1
        elif text[read] in INVISIBLE or (read == len(text) - 1 and text[read] in HYPHENS):
            read += 1
        else:
            return None
    return at
