"""Which block of a new version is which block of the version before (design 3.4).

Three steps, and similarity comes last, since alone it places deleted text wrongly (parts-findings):
equal text, where it is unique or stands in the same run of the order; then the order between such fixed
points; then likeness, only among the few blocks between the same two fixed points.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Protocol

from rapidfuzz import fuzz
from rapidfuzz.distance import Indel

from . import tables
from .around import rising
from .sentences import split

# Below this share of common words in order, two blocks are taken for different blocks (unrelated
# sentences of one language share up to a fifth; their letters, up to a half).
LIKE = 0.5
# Enough where one text lies within the other, as after a split or a merge, or where the order leaves
# one block on each side.
LEAST = 0.3
# A piece of a split (or a part of a merge) must lie almost whole in the other text.
WITHIN = 90.0
# Neighbourhoods larger than this are compared near the diagonal only, to stay linear.
WINDOW = 12
MIN_PIECE = 3
# Shorter sentences stand in two blocks by chance.
MIN_SENTENCE = 25
HAN = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
TOKEN = re.compile(rf"[{HAN}]|[^\W{HAN}]+|[^\w\s]")


class BlockLike(Protocol):
    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Known:
    """A block of a stored version, with its lasting id; ``at`` is (table, row, column) of a cell."""

    id: str
    kind: str
    text: str
    at: tables.Place | None = None


@dataclass(frozen=True, slots=True)
class Aligned:
    """What a current block is. ``outcome``: same, moved, edited, split, merged or new.

    ``sources`` are ids of blocks before: one, or those that were merged; none if new. Of a split block
    the likest piece keeps the id, the others get new ids and name it as their source. ``score`` 0 to 1.
    """

    id: str
    outcome: str
    sources: tuple[str, ...]
    score: float


class Alignment(list[Aligned]):
    """One Aligned for each current block, in order; ``gone`` are the ids that no block keeps."""

    gone: list[str]


@dataclass
class _Work:
    previous: Sequence[Known]
    current: Sequence[BlockLike]
    before: list[int | None] = field(default_factory=list)  # current index → previous index
    taken: dict[int, int] = field(default_factory=dict)  # previous index → current index
    result: list[Aligned | None] = field(default_factory=list)

    def pair(self, was: int, now: int) -> None:
        self.before[now] = was
        self.taken[was] = now


def align(
    previous: Sequence[Known],
    current: Sequence[BlockLike],
    new_id: Callable[[], str],
    places: Mapping[int, tables.Place] | None = None,
) -> Alignment:
    """Give every current block its id. Raises ValueError if ``previous`` holds an id twice.

    ``places``: (table, row, column) of the current cells, by index; with them cells are paired by table, row
    and column. No id is given twice: not one of before, and not one that ``new_id`` repeats.
    """
    used = {known.id for known in previous}
    if len(used) != len(previous):
        raise ValueError("The blocks of the version before hold an id twice.")
    made = _aligned(previous, current, places or {})
    for now, done in enumerate(made):
        if done is None or not done.id:
            fresh = new_id()
            if fresh in used:
                raise ValueError(f"The new id {fresh} is in use already.")
            used.add(fresh)
            outcome, sources, score = (done.outcome, done.sources, done.score) if done else ("new", (), 0.0)
            made[now] = Aligned(fresh, outcome, sources, score)
    answer = Alignment(made)
    kept = {aligned.id for aligned in answer}
    answer.gone = [known.id for known in previous if known.id not in kept]
    return answer


def _aligned(previous, current, places: Mapping[int, tables.Place]) -> list[Aligned | None]:
    """Text and tables apart: a number in a cell is nothing to the paragraphs around the table."""
    if [(k.kind, k.text) for k in previous] == [(b.kind, b.text) for b in current]:
        return [Aligned(known.id, "same", (known.id,), 1.0) for known in previous]
    cells = [i for i, block in enumerate(current) if block.kind == "cell" and i in places]
    was = [i for i, known in enumerate(previous) if known.kind == "cell" and known.at is not None]
    if not was:  # a version from before places were stored, or one without tables
        cells = []
    result: list[Aligned | None] = [None] * len(current)
    if cells:
        found = tables.pair(
            [(previous[i].at, previous[i].text) for i in was],
            [(places[i], current[i].text) for i in cells],
            likeness,
        )
        for new, (old, moved) in found.items():
            known, block = previous[was[old]], current[cells[new]]
            score = likeness(known.text, block.text)
            outcome = "edited" if score < 1 else "moved" if moved else "same"
            result[cells[new]] = Aligned(known.id, outcome, (known.id,), score)
    inside, before = set(cells), set(was) if cells else set()
    texts = [i for i in range(len(current)) if i not in inside]
    olds = [known for i, known in enumerate(previous) if i not in before]
    for index, done in zip(texts, _aligned_texts(olds, [current[i] for i in texts]), strict=True):
        result[index] = done
    return result


def _aligned_texts(previous, current) -> list[Aligned | None]:
    work = _Work(previous, current, [None] * len(current), {}, [None] * len(current))
    _equal_texts(work)
    steady = _rising(work)
    for gap in _gaps(work, steady):
        _likest(work, *gap)
    _elsewhere(work)
    _judge(work, set(steady))
    _joined(work)
    return work.result


def _elsewhere(work: _Work) -> None:
    """Pair blocks that moved and were edited: they share whole sentences that stand nowhere else."""
    old = [i for i in range(len(work.previous)) if i not in work.taken and work.previous[i].kind != "cell"]
    new = [i for i, was in enumerate(work.before) if was is None and work.current[i].kind != "cell"]
    if not old or not new:
        return
    was, now = (
        _by_sentence(blocks, indices) for blocks, indices in ((work.previous, old), (work.current, new))
    )
    common: Counter[tuple[int, int]] = Counter()
    for sentence, places in was.items():
        if len(places) == 1 and len(now.get(sentence, ())) == 1:
            common[places[0], now[sentence][0]] += len(sentence)
    for (before, here), size in common.most_common():
        one, other = work.previous[before], work.current[here]
        if size * 2 < max(len(one.text), len(other.text)) or one.kind != other.kind:
            continue
        if before not in work.taken and work.before[here] is None:
            work.pair(before, here)


def _by_sentence(blocks, indices) -> dict[str, list[int]]:
    found: dict[str, list[int]] = defaultdict(list)
    for index in indices:
        text = blocks[index].text
        for start, end in split(text):
            if end - start >= MIN_SENTENCE:
                found[text[start:end]].append(index)
    return found


def _equal_texts(work: _Work) -> None:
    """Pair equal (kind, text): unique ones first, then runs that grow from paired neighbours."""
    was, now = defaultdict(list), defaultdict(list)
    for index, known in enumerate(work.previous):
        was[known.kind, known.text].append(index)
    for index, block in enumerate(work.current):
        now[block.kind, block.text].append(index)
    for key, places in now.items():
        if len(places) == 1 and len(was.get(key, ())) == 1:
            work.pair(was[key][0], places[0])
    _grow(work, 1)
    _grow(work, -1)
    # Repeated texts ("Yes", "n/a") that no neighbour fixed: as many as there are, in their order.
    for key, places in now.items():
        free = [index for index in was.get(key, ()) if index not in work.taken]
        open_places = [index for index in places if work.before[index] is None]
        if len(free) == len(open_places):
            for old, new in zip(free, open_places, strict=True):
                work.pair(old, new)
    steady = _rising(work)
    for old_from, old_to, new_from, new_to in list(_gaps(work, steady)):
        waiting = defaultdict(list)
        for old in range(old_to - 1, old_from - 1, -1):
            if old not in work.taken:
                waiting[work.previous[old].kind, work.previous[old].text].append(old)
        for new in range(new_from, new_to):
            key = work.current[new].kind, work.current[new].text
            if work.before[new] is None and waiting.get(key):
                work.pair(waiting[key].pop(), new)


def _grow(work: _Work, step: int) -> None:
    """Pair equal neighbours of pairs, one way along the text; both texts' ends count as a pair."""
    last = len(work.current)
    for now in range(-1, last) if step > 0 else range(last, -1, -1):
        if 0 <= now < last:
            was = work.before[now]
        else:
            was = -1 if now < 0 else len(work.previous)
        if was is None:
            continue
        old, new = was + step, now + step
        if (
            0 <= new < len(work.current)
            and 0 <= old < len(work.previous)
            and work.before[new] is None
            and old not in work.taken
            and work.previous[old].text == work.current[new].text
            and work.previous[old].kind == work.current[new].kind
        ):
            work.pair(old, new)


def _rising(work: _Work) -> list[int]:
    """The current indices of the longest run of pairs that kept their order; the others moved."""
    return rising([(now, was) for now, was in enumerate(work.before) if was is not None])


def _gaps(work: _Work, steady: list[int]):
    """(previous from, to, current from, to) between fixed points, where both sides have blocks."""
    old, new = 0, 0
    ends = [(work.before[now], now) for now in steady] + [(len(work.previous), len(work.current))]
    for was, now in ends:
        if was > old and now > new:
            yield old, was, new, now
        old, new = was + 1, now + 1


def _likest(work: _Work, old_from: int, old_to: int, new_from: int, new_to: int) -> None:
    """Pair edited blocks of one neighbourhood: the likest first, of one kind, each once."""
    old = [index for index in range(old_from, old_to) if index not in work.taken]
    new = [index for index in range(new_from, new_to) if work.before[index] is None]
    if not old or not new:
        return
    found = []
    wide = len(old) * len(new) <= WINDOW * WINDOW * 4
    for place, now in enumerate(new):
        middle = place * len(old) // len(new)
        near = old if wide else old[max(0, middle - WINDOW) : middle + WINDOW + 1]
        for was in near:
            if work.previous[was].kind == work.current[now].kind:
                score = likeness(work.previous[was].text, work.current[now].text)
                if score >= LIKE or (score >= LEAST and _one_holds_other(work, was, now)):
                    found.append((-score, abs(place - middle), was, now))
    for _, _, was, now in sorted(found):
        if was not in work.taken and work.before[now] is None:
            work.pair(was, now)
    # One block on each side, between two fixed points: the order alone says that it is the same place,
    # so less likeness is enough.
    old = [was for was in old if was not in work.taken]
    new = [now for now in new if work.before[now] is None]
    if len(old) == len(new) == 1 and old_to - old_from == new_to - new_from == 1:
        was, now = old[0], new[0]
        known, block = work.previous[was], work.current[now]
        # A cell's text may be one number: its place in the table is what it is.
        least = 0 if block.kind == "cell" else LEAST
        if known.kind == block.kind and likeness(known.text, block.text) >= least:
            work.pair(was, now)


def likeness(one: str, other: str) -> float:
    """0 to 1: what two texts have in common, in order; 1 only if they are equal.

    Counted in words (Han and kana: in characters), and in characters where a text has fewer than five.
    """
    if one == other:
        return 1.0
    short, long = sorted((len(one), len(other)))
    if not short or short * 4 < long:
        return 0.0
    mine, theirs = _tokens(one), _tokens(other)
    if min(len(mine), len(theirs)) < 5:
        return min(fuzz.ratio(one, other) / 100, 0.9999)
    return min(Indel.normalized_similarity(mine, theirs), 0.9999)


@lru_cache(maxsize=8192)
def _tokens(text: str) -> tuple[str, ...]:
    return tuple(TOKEN.findall(text))


def _one_holds_other(work: _Work, was: int, now: int) -> bool:
    old, new = work.previous[was].text, work.current[now].text
    return _holds(old, new) or _holds(new, old)


def _judge(work: _Work, steady: set[int]) -> None:
    for now, was in enumerate(work.before):
        if was is None:
            continue
        known = work.previous[was]
        score = likeness(known.text, work.current[now].text)
        if score < 1:
            outcome = "edited"
        elif now in steady or _between(work, now, was):
            outcome = "same"
        else:
            outcome = "moved"
        work.result[now] = Aligned(known.id, outcome, (known.id,), score)


def _between(work: _Work, now: int, was: int) -> bool:
    """Whether the neighbours in the new text are the neighbours of before: then nothing moved."""
    left = now == 0 or work.before[now - 1] == was - 1
    right = now == len(work.before) - 1 or work.before[now + 1] == was + 1
    return left and right


def _joined(work: _Work) -> None:
    """Name splits (a new block beside the one it came from) and merges (a lost block in its neighbour).

    Both ways along the text, since the piece that kept the id may be the first or the last of several.
    """
    now = [index for index, done in enumerate(work.result) if done is None]
    was = [index for index in range(len(work.previous)) if index not in work.taken]
    for index in [*now, *reversed(now)]:
        if work.result[index] is None:
            _name_split(work, index)
    for index in [*was, *reversed(was)]:
        if index not in work.taken:
            _name_merge(work, index)


def _name_split(work: _Work, now: int) -> None:
    piece = work.current[now].text
    for side in (now - 1, now + 1):
        if not 0 <= side < len(work.current) or work.before[side] is None:
            continue
        beside, origin = work.result[side], work.previous[work.before[side]]
        if beside.outcome not in ("edited", "split") or not _holds(origin.text, piece):
            continue
        if _holds(work.current[side].text, piece):
            continue
        score = fuzz.partial_ratio(piece, origin.text) / 100
        work.result[now] = Aligned("", "split", (origin.id,), score)
        work.result[side] = Aligned(beside.id, "split", beside.sources, beside.score)
        # A third piece may stand beside this one.
        work.before[now] = work.before[side]
        return


def _name_merge(work: _Work, was: int) -> None:
    lost = work.previous[was]
    for side in (was - 1, was + 1):
        now = work.taken.get(side)
        if now is None or work.result[now].outcome not in ("edited", "merged"):
            continue
        if not _holds(work.current[now].text, lost.text) or _holds(work.previous[side].text, lost.text):
            continue
        done = work.result[now]
        sources = (lost.id, *done.sources) if side > was else (*done.sources, lost.id)
        work.result[now] = Aligned(done.id, "merged", sources, done.score)
        work.taken[was] = now
        return


def _holds(whole: str, part: str) -> bool:
    if len(re.findall(r"\w+", part)) < MIN_PIECE and len(part) < 12:
        return False
    if len(part) > len(whole) * 1.1:
        return False
    return part in whole or fuzz.partial_ratio(part, whole, score_cutoff=WITHIN) >= WITHIN
