"""Where characters of an earlier text stand in a later one, and who wrote which of them; pure, no Django.

Two texts are cut into stretches that both hold character for character: whole lines first, then lines that were
moved, then words within what is left. A place is followed only inside such a stretch, and only where the words that
stayed with it stand once in the earlier text: a wrong place is worse than none.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

from rapidfuzz.distance import Indel

from .align import likeness
from .tokens import HAN, parts

# Letters that must have stayed together, the place among them, before its new place is believed.
ENOUGH = 20
# Of what stands around a place this many characters on each side are looked at.
AROUND = 120
# A passage keeps its place while this share of its letters stays, and it is like what was quoted at first.
SURVIVES = 0.5
# The table of a comparison has a bit for each pair; beyond it the words count as new.
MOST_PAIRS = 400_000_000
# Fewer letters in common are chance: two sentences share their "the".
LEAST_SHARED = 4


@dataclass(frozen=True, slots=True)
class Stretch:
    """``length`` characters that stand at ``old`` in the earlier and at ``new`` in the later text."""

    old: int
    new: int
    length: int


@dataclass(frozen=True, slots=True)
class Place:
    """Characters ``start`` to ``end``; ``same``: they are the very ones, else the passage was changed inside."""

    start: int
    end: int
    same: bool = True


class Following:
    """An earlier and a later text, prepared for many places."""

    def __init__(self, old: str, new: str):
        self.old, self.new = old, new
        self.stretches = stretches(old, new)
        self._starts = [each.old for each in self.stretches]

    def exactly(self, start: int, end: int) -> Place | None:
        """Where these very characters (or, of none, the point between two) stand now; None where nothing proves it."""
        if self.old == self.new:
            return Place(start, end)
        held = self._holding(start, end)
        if held is not None and self._proved(held, start, end):
            at = held.new + start - held.old
            return Place(at, at + end - start)
        return self._elsewhere(start, end)

    def passage(self, start: int, end: int, quote: str = "") -> Place | None:
        """The same, and where the passage was changed inside, what became of it while half of it survives.

        ``quote``: what was marked at first, which the passage must still be like after many small changes.
        """
        found = self.exactly(start, end)
        if found is not None or start == end:
            return found
        total = _letters(self.old[start:end])
        kept = [each for each in self._within(start, end) if _letters(self._text(each)) >= LEAST_SHARED]
        # Far apart from one another they are no passage any more: the largest group that stayed together counts.
        groups: list[list[Stretch]] = []
        for each in kept:
            last = groups[-1][-1] if groups else None
            if last and abs((each.new - last.new) - (each.old - last.old)) <= 2 * (end - start) + ENOUGH:
                groups[-1].append(each)
            else:
                groups.append([each])
        best = max(groups, key=lambda group: sum(_letters(self._text(s)) for s in group), default=None)
        if not best or sum(_letters(self._text(s)) for s in best) < SURVIVES * total:
            return None
        if not any(
            self._proved(self._holding(s.old, s.old + s.length), s.old, s.old + s.length) for s in best
        ):
            return None
        first = min(each.new for each in best)
        last = max(each.new + each.length for each in best)
        if likeness(quote or self.old[start:end], self.new[first:last]) < SURVIVES:
            return None
        return Place(first, last, same=False)

    def _text(self, stretch: Stretch) -> str:
        return self.old[stretch.old : stretch.old + stretch.length]

    def _holding(self, start: int, end: int) -> Stretch | None:
        index = bisect_right(self._starts, start) - 1
        # The point at the seam of two stretches belongs to neither, except at the ends of the texts.
        for each in self.stretches[max(0, index) : index + 1]:
            inside = each.old <= start and end <= each.old + each.length
            if start < end:
                return each if inside else None
            at_seam = start in (each.old, each.old + each.length) and start not in (0, len(self.old))
            return each if inside and not at_seam else None
        return None

    def _within(self, start: int, end: int) -> list[Stretch]:
        """What stayed of the characters from start to end."""
        found = []
        for each in self.stretches[max(0, bisect_right(self._starts, start) - 1) :]:
            if each.old >= end:
                break
            first, last = max(start, each.old), min(end, each.old + each.length)
            if first < last:
                found.append(Stretch(first, each.new + first - each.old, last - first))
        return found

    def _proved(self, held: Stretch, start: int, end: int) -> bool:
        """Whether what stayed together around the place is enough, and stands once in the earlier text."""
        first = max(held.old, start - AROUND)
        last = min(held.old + held.length, end + AROUND)
        around = self.old[first:last]
        whole = (first, last) == (0, len(self.old))
        return (whole or _letters(around) >= ENOUGH) and self.old.count(around) == 1

    def _elsewhere(self, start: int, end: int) -> Place | None:
        """Where the words were carried off to: they and those beside them in their line stand once, then and now."""
        if start == end:
            return None
        for reach in (AROUND // 2, 0):
            before = self.old[max(0, start - reach) : start].rpartition("\n")[2]
            after = self.old[end : end + reach].partition("\n")[0]
            around = before + self.old[start:end] + after
            wanted = ENOUGH if reach else 2 * ENOUGH
            if _letters(around) >= wanted and self.old.count(around) == 1 == self.new.count(around):
                at = self.new.index(around) + len(before)
                return Place(at, at + end - start)
        return None


def found_again(text: str, before: str, quote: str, after: str) -> Place | None:
    """A place that was lost, once its words stand between their old neighbours again, and nowhere else."""
    around = before + quote + after
    if _letters(around) < ENOUGH or text.count(around) != 1:
        return None
    at = text.index(around) + len(before)
    return Place(at, at + len(quote))


def stretches(old: str, new: str) -> list[Stretch]:
    """What both texts hold, in the order of the earlier; no character of either belongs to two stretches."""
    was, now = _Lines(old), _Lines(new)
    kept = [(was.full[a], now.full[b]) for a, b in _pairs(was.texts(was.full), now.texts(now.full))]
    moved = _moved(was, now, kept)
    whole = kept + moved
    found = [(was.at[one], now.at[other], len(was.lines[one].rstrip())) for one, other in whole]
    gone, came = {one for one, _ in whole}, {other for _, other in whole}
    # Words between two lines that kept their order; then, of lines that found nothing there, wherever they went.
    between = [(-1, -1), *kept, (len(was.lines), len(now.lines))]
    gaps = [
        (
            [n for n in was.full if a < n < b and n not in gone],
            [n for n in now.full if c < n < d and n not in came],
        )
        for (a, c), (b, d) in pairwise(between)
        if b - a > 1 or d - c > 1
    ]
    lost, new_lines = [], []
    for mine, theirs in gaps:
        pieces = _shared(was, mine, now, theirs)
        found += pieces
        lost += was.without([at for at, _to, _length in pieces], mine)
        new_lines += now.without([to for _at, to, _length in pieces], theirs)
    found += _shared(was, lost, now, new_lines)
    return _grown(old, new, sorted(found))


class _Lines:
    """A text in its lines; ``full`` are those that hold more than white space."""

    def __init__(self, text: str):
        self.lines = text.splitlines(keepends=True)
        self.at, end = [], 0
        for line in self.lines:
            self.at.append(end)
            end += len(line)
        self.full = [n for n, line in enumerate(self.lines) if line.strip()]

    def texts(self, chosen: Iterable[int]) -> list[str]:
        return [self.lines[n].rstrip() for n in chosen]

    def tokens(self, chosen: Iterable[int]) -> list[tuple[int, str]]:
        """Words and marks of the chosen lines, without the white space, each with where it stands in the text."""
        found = []
        for n in chosen:
            at = self.at[n]
            for token in parts(self.lines[n]):
                if not token.isspace():
                    found.append((at, token))
                at += len(token)
        return found

    def without(self, taken: Sequence[int], chosen: Sequence[int]) -> list[int]:
        """Of the chosen lines those in which no taken character stands."""
        held = {bisect_right(self.at, at) - 1 for at in taken}
        return [n for n in chosen if n not in held]


def _shared(
    was: _Lines, mine: Sequence[int], now: _Lines, theirs: Sequence[int]
) -> list[tuple[int, int, int]]:
    one, other = was.tokens(mine), now.tokens(theirs)
    pairs = _pairs([token for _, token in one], [token for _, token in other])
    return [(one[a][0], other[b][0], len(one[a][1])) for a, b in pairs]


def _pairs(one: Sequence[Hashable], other: Sequence[Hashable]) -> list[tuple[int, int]]:
    """The longest run of equal members that keeps its order; what both share at their ends costs nothing."""
    head = 0
    for mine, theirs in zip(one, other, strict=False):
        if mine != theirs:
            break
        head += 1
    tail = 0
    while tail < min(len(one), len(other)) - head and one[-1 - tail] == other[-1 - tail]:
        tail += 1
    found = [(index, index) for index in range(head)]
    left, right = one[head : len(one) - tail], other[head : len(other) - tail]
    if left and right and len(left) * len(right) <= MOST_PAIRS:
        for step in Indel.opcodes(left, right):
            if step.tag == "equal":
                size = step.src_end - step.src_start
                found += [(head + step.src_start + n, head + step.dest_start + n) for n in range(size)]
    return found + [(len(one) - n, len(other) - n) for n in range(tail, 0, -1)]


def _moved(was: _Lines, now: _Lines, kept: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Lines that stand once in each text and in another order."""
    here, there = {one for one, _ in kept}, {other for _, other in kept}
    once_was, once_now = Counter(was.texts(was.full)), Counter(now.texts(now.full))
    places = {now.lines[n].rstrip(): n for n in now.full if n not in there}
    return [
        (n, places[line])
        for n in was.full
        if n not in here and (line := was.lines[n].rstrip()) in places
        if once_was[line] == once_now[line] == 1 and _letters(line) >= ENOUGH
    ]


def _grown(old: str, new: str, found: list[tuple[int, int, int]]) -> list[Stretch]:
    """The pieces joined where the same white space lies between them in both texts."""
    joined: list[list[int]] = []
    for at, to, length in found:
        if joined:
            last = joined[-1]
            end, other = last[0] + last[2], last[1] + last[2]
            if at - end == to - other >= 0 and old[end:at] == new[other:to]:
                last[2] = at + length - last[0]
                continue
        joined.append([at, to, length])
    return [Stretch(*each) for each in joined]


def _letters(text: str) -> int:
    """How much a text says: its letters and digits, a Han character or kana for three."""
    return sum(3 if _is_han(sign) else 1 for sign in text if sign.isalnum())


def _is_han(sign: str) -> bool:
    return any(first <= sign <= last for first, last in _HAN)


_HAN = [(HAN[n], HAN[n + 2]) for n in range(0, len(HAN), 3)]


def written_by(texts: Iterable[tuple[Hashable, str]]) -> list[tuple[Hashable, str]]:
    """The last of the texts as (key, passage) in order: the key of the text in which each passage was written.

    ``texts`` are (key, text), the earliest first. What a later text brings back whole, as a restored version does,
    belongs to whoever wrote it then.
    """
    owners: list[Hashable] = []
    text = ""
    seen: dict[str, list[Hashable]] = {}
    for key, later in texts:
        owners = seen[later] if later in seen else _owned(text, owners, key, later)
        seen[later] = owners
        text = later
    found, at = [], 0
    for key, run in groupby(owners):
        length = sum(1 for _ in run)
        found.append((key, text[at : at + length]))
        at += length
    return found


def _owned(old: str, owners: list[Hashable], key: Hashable, new: str) -> list[Hashable]:
    found: list[Hashable] = [key] * len(new)
    for each in stretches(old, new):
        held = old[each.old : each.old + each.length]
        whole = (not each.new or new[each.new - 1] == "\n") and new[
            each.new + each.length : each.new + each.length + 1
        ] in ("", "\n")
        if whole or _letters(held) >= LEAST_SHARED:
            found[each.new : each.new + each.length] = owners[each.old : each.old + each.length]
    return found
