"""Showing what changed: words within a block, blocks within a chapter. For reading, never for merging."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

from diff_match_patch import diff_match_patch

from .align import Known
from .tokens import parts

_SIGNS = {0: "=", -1: "-", 1: "+"}
# Each word stands for one character of the upper planes, where no surrogates are.
_FIRST = 0x10000


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a comparison. ``outcome``: same, edited, moved (its diff tells whether edited too),
    added (``old`` is None) or removed (``new`` is None)."""

    outcome: str
    old: Known | None
    new: Known | None
    diff: list[tuple[str, str]]


def word_diff(old: str, new: str) -> list[tuple[str, str]]:
    """[(sign, text)] with sign "=", "-" or "+"; the "=" and "-" parts joined are ``old``."""
    if old == new:
        return [("=", old)] if old else []
    codes: dict[str, str] = {}
    words: list[str] = []

    def encode(text: str) -> str:
        letters = []
        for word in parts(text):
            if word not in codes:
                codes[word] = chr(_FIRST + len(words))
                words.append(word)
            letters.append(codes[word])
        return "".join(letters)

    differ = diff_match_patch()
    found = differ.diff_main(encode(old), encode(new), False)
    # A lone space or "the" between two changed words is no help to a reader.
    differ.diff_cleanupSemantic(found)
    return [(_SIGNS[sign], "".join(words[ord(letter) - _FIRST] for letter in text)) for sign, text in found]


def compare_blocks(old: Sequence[Known], new: Sequence[Known]) -> list[Row]:
    """The blocks of two versions side by side, in the order of the new one.

    A removed block stands after the block that it followed. Blocks are told apart by id alone: ask
    ``align`` for ids first.
    """
    was = {block.id: index for index, block in enumerate(old)}
    kept = [block.id for block in new if block.id in was]
    steady = _steady([was[key] for key in kept])
    still = {key for key, stays in zip(kept, steady, strict=True) if stays}
    there = set(kept)
    rows: list[Row] = []
    at = 0
    for block in new:
        if block.id in still:
            at = _removed(old, at, was[block.id], there, rows)
            at += 1
        rows.append(_row(old[was[block.id]] if block.id in was else None, block, block.id in still))
    _removed(old, at, len(old), there, rows)
    return rows


def _removed(old: Sequence[Known], at: int, end: int, there: set[str], rows: list[Row]) -> int:
    for block in old[at:end]:
        if block.id not in there:
            rows.append(Row("removed", block, None, [("-", block.text)] if block.text else []))
    return end


def _row(old: Known | None, new: Known, still: bool) -> Row:
    if old is None:
        return Row("added", None, new, [("+", new.text)] if new.text else [])
    outcome = "moved" if not still else "same" if old.text == new.text else "edited"
    return Row(outcome, old, new, word_diff(old.text, new.text))


def _steady(places: list[int]) -> list[bool]:
    """Which of the places belong to the longest run that kept its order."""
    tails: list[int] = []
    ends: list[int] = []
    back: list[int] = []
    for index, place in enumerate(places):
        at = bisect_left(tails, place)
        tails[at : at + 1] = [place]
        ends[at : at + 1] = [index]
        back.append(ends[at - 1] if at else -1)
    steady = [False] * len(places)
    at = ends[-1] if ends else -1
    while at >= 0:
        steady[at] = True
        at = back[at]
    return steady
