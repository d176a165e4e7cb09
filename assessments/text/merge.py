"""Merging two hands' changes of one text, by words (design 3.4).

diff3 on words is never silently wrong (parts-findings); whatever it cannot tell apart is a collision, and
a person chooses. Lines are compared first, so that a long chapter is quick; only lines that both hands
changed are compared by words.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from merge3 import Merge3

from .tokens import units


@dataclass(frozen=True, slots=True)
class Collision:
    """Both hands changed these words. ``start`` is the character in ``base`` where its words begin."""

    base: str
    mine: str
    theirs: str
    start: int


@dataclass(frozen=True, slots=True)
class Merge:
    """``text`` is the merged text, or None if there are collisions.

    ``parts`` is the whole in order, agreed text and collisions, so that a page can show both and put the
    chosen words in: joined without collisions it is ``text``.
    """

    text: str | None
    collisions: list[Collision]
    parts: tuple[str | Collision, ...]


def merge_words(base: str, mine: str, theirs: str) -> Merge:
    """Merge ``mine`` and ``theirs``, both made from ``base``. An edit that both made is taken once."""
    if mine == theirs or theirs == base:
        return _merge([mine])
    if mine == base:
        return _merge([theirs])
    found: list[str | Collision] = []
    start = 0
    sides = [text.splitlines(keepends=True) for text in (base, mine, theirs)]
    for agreed, was, one, other in _regions(*sides):
        if agreed is not None:
            found.append(agreed)
        else:
            found += _by_words(was, one, other, start)
        start += len(was)
    return _merge(found)


def _by_words(base: str, mine: str, theirs: str, start: int) -> list[str | Collision]:
    found: list[str | Collision] = []
    for agreed, was, one, other in _regions(units(base), units(mine), units(theirs)):
        found.append(agreed if agreed is not None else Collision(was, one, other, start))
        start += len(was)
    return found


def _regions(base: Sequence[str], mine: Sequence[str], theirs: Sequence[str]):
    """(agreed text or None, base, mine, theirs) in order. What all three share at the ends is cut off
    first: comparing takes more than proportional time."""
    head = _shared(base, mine, theirs)
    short = min(len(base), len(mine), len(theirs)) - head
    tail = min(_shared(*(side[::-1] for side in (base, mine, theirs))), short)
    cut = [side[head : len(side) - tail] for side in (base, mine, theirs)]
    if head:
        same = "".join(base[:head])
        yield same, same, same, same
    if any(cut):
        yield from _compared(*cut)
    if tail:
        same = "".join(base[len(base) - tail :])
        yield same, same, same, same


def _compared(base, mine, theirs):
    merge = Merge3(base, mine, theirs)
    at = [0, 0, 0]
    for base_to, mine_to, theirs_to, agreed in _steps(merge, base, mine, theirs):
        pieces = (
            "".join(base[at[0] : base_to]),
            "".join(mine[at[1] : mine_to]),
            "".join(theirs[at[2] : theirs_to]),
        )
        yield (None if agreed is None else pieces[agreed], *pieces)
        at = [base_to, mine_to, theirs_to]


def _steps(merge: Merge3, base, mine, theirs):
    """Where each side's stretch ends, and which side holds the agreed text (None: they collide).

    Between two stretches that all three share lies one that somebody changed.
    """
    was = one = other = 0
    for base_from, base_to, mine_from, mine_to, theirs_from, theirs_to in merge.find_sync_regions():
        if base_from > was or mine_from > one or theirs_from > other:
            left = base[was:base_from]
            first, second = mine[one:mine_from], theirs[other:theirs_from]
            if first == second or second == left:
                agreed = 1
            elif first == left:
                agreed = 2
            else:
                agreed = None
            yield base_from, mine_from, theirs_from, agreed
        if base_to > base_from:
            yield base_to, mine_to, theirs_to, 0
        was, one, other = base_to, mine_to, theirs_to


def _shared(base: Sequence[str], mine: Sequence[str], theirs: Sequence[str]) -> int:
    count = 0
    for one, two, three in zip(base, mine, theirs, strict=False):
        if not one == two == three:
            break
        count += 1
    return count


def _merge(found: list[str | Collision]) -> Merge:
    parts: list[str | Collision] = []
    for part in found:
        if isinstance(part, str) and parts and isinstance(parts[-1], str):
            parts[-1] += part
        elif part != "":
            parts.append(part)
    collisions = [part for part in parts if isinstance(part, Collision)]
    text = None if collisions else "".join(parts)
    return Merge(text, collisions, tuple(parts))
