"""Which comments say the same, or nearly the same: pure, no Django.

Comments of one campaign, or of experts who agreed, differ by a word here and there. Two are alike when, of their words,
about a tenth differs at most; of short ones only those in the very same words, since there the one word that differs
is what matters. Nothing is removed by this, and nothing answered: it is shown, with the difference.
"""

from __future__ import annotations

import heapq
import zlib
from collections import defaultdict
from collections.abc import Iterable, Iterator

from rapidfuzz.distance import Levenshtein

from assessments.text import likeness

# So many words must be put in, taken out or replaced at most, of those of the longer comment.
MOST_CHANGED = 0.11
# Shorter ones are alike only in the same words.
SHORTEST = 12
RUN = 3  # words that are looked at together
# The smallest hashes of a comment's runs: two of ten that keep most of their runs share one almost surely.
SKETCH = 10
# Of a run that more share, a manner of speaking or a campaign's letter, each meets the next few alone.
COMMON, NEXT = 60, 8


def groups(texts: Iterable[str]) -> list[list[int]]:
    """The places of texts that are alike, two or more in a group, each group and all of them in order.

    Who is like one of a group is of the group. Time grows with the number of texts, not with that of their pairs.
    """
    said = [likeness.words(text) for text in texts]
    same: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for place, each in enumerate(said):
        if each:
            same[each].append(place)
    kinds = list(same)
    heads = list(range(len(kinds)))

    def head(kind: int) -> int:
        while heads[kind] != kind:
            heads[kind] = heads[heads[kind]]
            kind = heads[kind]
        return kind

    for one, other in _pairs(kinds):
        first, second = head(one), head(other)
        if first != second and _near(kinds[one], kinds[other]):
            heads[max(first, second)] = min(first, second)
    found: dict[int, list[int]] = defaultdict(list)
    for kind, each in enumerate(kinds):
        found[head(kind)] += same[each]
    return sorted(sorted(places) for places in found.values() if len(places) > 1)


def _pairs(kinds: list[tuple[str, ...]]) -> Iterator[tuple[int, int]]:
    """Pairs that share one of their smallest runs, and are about as long; most of them are alike."""
    met: dict[int, list[int]] = defaultdict(list)
    for kind, each in enumerate(kinds):
        for run in _sketch(each):
            met[run].append(kind)
    seen = set()
    for sharing in met.values():
        reach = len(sharing) if len(sharing) <= COMMON else NEXT
        for place, one in enumerate(sharing):
            for other in sharing[place + 1 : place + 1 + reach]:
                if (one, other) not in seen:
                    seen.add((one, other))
                    yield one, other


def _sketch(each: tuple[str, ...]) -> list[int]:
    if len(each) < SHORTEST:
        return []
    runs = {zlib.crc32(" ".join(each[place : place + RUN]).encode()) for place in range(len(each) - RUN + 1)}
    return heapq.nsmallest(SKETCH, runs)


def _near(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    longer = max(len(one), len(other))
    most = int(MOST_CHANGED * longer)
    return abs(len(one) - len(other)) <= most and Levenshtein.distance(one, other, score_cutoff=most) <= most
