"""The neighbours of sentences that still have no counterpart, while others find theirs; pure, no Django."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .passages import Passages

# What agreement adds to likeness: the neighbour before, the one after, the block, the rank between neighbours.
NEIGHBOUR, BLOCK, RANK = 0.12, 0.08, 0.05


class Around:
    """The neighbours of free sentences that have a pair, on both sides; made anew as pairs are added."""

    def __init__(self, work: Passages):
        self.work = work
        self.steady = set(rising([(old, new) for old, new in enumerate(work.to) if new is not None]))
        to, came = work.to, work.came
        steady_old = [n if o in self.steady else None for o, n in enumerate(to)]
        self.old_before, self.old_after = _nearest(to)
        self.new_before, self.new_after = _nearest(came)
        kept = {work.to[o] for o in self.steady}
        steady_new = [o if n in kept else None for n, o in enumerate(came)]
        self.firm_before, self.firm_after = _nearest(steady_old)
        self.still_before, self.still_after = _nearest(steady_new)
        self._kept = kept

    def steady_new(self, new: int) -> bool:
        return new in self._kept

    def side(self, old: int, new: int, step: int) -> float:
        """1: the very next neighbours are a pair; less where others stand between; 0: they disagree."""
        work = self.work
        o, n = old + step, new + step
        inside_old, inside_new = 0 <= o < len(work.old), 0 <= n < len(work.new)
        if not inside_old and not inside_new:
            return 1.0
        if inside_old and inside_new and work.to[o] == n:
            return 1.0
        if step < 0:
            mine, theirs = self.old_before[old], self.new_before[new]
            firm, still = self.firm_before[old], self.still_before[new]
        else:
            mine, theirs = self.old_after[old], self.new_after[new]
            firm, still = self.firm_after[old], self.still_after[new]
        if _meet(mine, theirs):
            return 0.7
        return 0.5 if _meet(firm, still) else 0.0

    def slot(self, old: int, new: int) -> bool:
        """Whether both stand between the same two neighbours."""
        return self.side(old, new, -1) > 0 and self.side(old, new, 1) > 0

    def firm(self, old: int, new: int) -> bool:
        """Whether the very neighbours are the same on both sides."""
        return self.side(old, new, -1) == 1.0 and self.side(old, new, 1) == 1.0

    def beside(self, old: int, new: int) -> bool:
        """Whether a neighbour of the same block is the same, near by: then they went together."""
        work = self.work
        for step in (-1, 1):
            o, n = old + step, new + step
            if not (0 <= o < len(work.old) and 0 <= n < len(work.new)) or work.to[o] != n:
                continue
            if work.old[o].block == work.old[old].block and work.new[n].block == work.new[new].block:
                return True
        return False

    def agree(self, old: int, new: int) -> float:
        """What the places of two sentences add to their likeness."""
        work = self.work
        heir = work.new[new].block in work.heirs[work.old[old].block]
        sides = self.side(old, new, -1), self.side(old, new, 1)
        total = NEIGHBOUR * sum(sides) + (BLOCK if heir else 0.0)
        if min(sides) > 0 and self._rank(old, new):
            total += RANK
        return total

    def _rank(self, old: int, new: int) -> bool:
        before, now = self.old_before[old], self.new_before[new]
        one = old - (before[0] if before else -1)
        return one == new - (now[0] if now else -1)

    def between(self, old: int, free: list[int]) -> list[int]:
        """The free sentences of the later text between the images of the steady neighbours."""
        before, after = self.firm_before[old], self.firm_after[old]
        first = before[1] if before else -1
        last = after[1] if after else len(self.work.new)
        found = free[bisect_left(free, first + 1) : bisect_left(free, last)]
        if len(found) <= 40:
            return found
        # A long stretch without fixed points: those about where it stood.
        begin = before[0] if before else -1
        end = after[0] if after else len(self.work.old)
        at = int((old - begin) / max(end - begin, 1) * len(found))
        return found[max(0, at - 20) : at + 20]


def _meet(mine: tuple[int, int] | None, theirs: tuple[int, int] | None) -> bool:
    """Whether the nearest pair on one side is the nearest on the other; both texts' ends are a pair."""
    if mine is None or theirs is None:
        return mine is theirs
    return mine[1] == theirs[0] or mine[0] == theirs[1]


def _nearest(pairs: Sequence[int | None]) -> tuple[list, list]:
    """For each index the nearest pair before it and after it, as (index, partner) or None."""
    before, after, last = [], [None] * len(pairs), None
    for index, partner in enumerate(pairs):
        before.append(last)
        last = last if partner is None else (index, partner)
    last = None
    for index in range(len(pairs) - 1, -1, -1):
        after[index] = last
        last = last if pairs[index] is None else (index, pairs[index])
    return before, after


def rising(pairs: Sequence[tuple[int, int]]) -> list[int]:
    """The first numbers of the longest run of pairs in which both rise: what kept its order."""
    tails: list[int] = []
    ends: list[int] = []
    back: list[int] = []
    for index, (_first, second) in enumerate(pairs):
        at = bisect_left(tails, second)
        tails[at : at + 1] = [second]
        ends[at : at + 1] = [index]
        back.append(ends[at - 1] if at else -1)
    found, at = [], ends[-1] if ends else -1
    while at >= 0:
        found.append(pairs[at][0])
        at = back[at]
    return found[::-1]
