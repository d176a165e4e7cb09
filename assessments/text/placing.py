"""Where a stretch of an earlier text stands in a later one; pure, no Django.

A stretch is whole sentences, a part of one, or several. Whole ones go where their sentences went
(``passages.py``). A part is looked for inside the sentence that became of its own.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from rapidfuzz.distance import Indel

from .anchors import Finder, Found
from .passages import Passages
from .tokens import parts
from .units import Fate, Text

OUTCOMES = ("same", "moved", "edited", "split", "merged", "deleted", "ambiguous")
# Of a part of a sentence this share of its characters must survive to be shown; below the other it is gone.
SURVIVES, GONE = 0.5, 0.2
# Characters by which two neighbouring words may come apart, or closer, in an edit.
APART = 40
# A passage that lost its block is found again by its very words only if it has as many characters.
SHORTEST_ELSEWHERE = 40


@dataclass(frozen=True, slots=True)
class Candidate:
    """A stretch of the later text that may be meant; ``doubts`` say what differs (``likeness.doubts``)."""

    block: str
    start: int
    end: int
    score: float
    doubts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Placed:
    """The place of one stretch; ``block`` is None where it has none or a person must look.

    ``reason``, of the doubtful: unknown-block, rivals (several places), differs (another statement in its
    place), elsewhere (like it, but nothing else speaks for it), part (the words within a changed sentence),
    apart (its sentences went to different places).
    """

    outcome: str
    block: str | None = None
    start: int = 0
    end: int = 0
    score: float = 0.0
    runner_up: float = 0.0
    method: str = ""
    reason: str = ""
    candidates: tuple[Candidate, ...] = ()


class Placing:
    """Two states of one chapter, prepared for many stretches."""

    def __init__(
        self,
        before: Sequence[Text],
        after: Sequence[Text],
        descent: Mapping[str, Collection[str]] | None = None,
        moved: Collection[str] = (),
    ):
        """``descent``: the blocks that hold a block's text now, by the saved versions; ``moved``: those that moved."""
        self.before = {text.id: text for text in before}
        self.after = {text.id: text for text in after}
        self.descent, self.moved = descent, frozenset(moved)
        self.passages = Passages(before, after, descent)
        self._units: dict[str, list[int]] = defaultdict(list)
        for index, unit in enumerate(self.passages.old):
            self._units[before[unit.block].id].append(index)
        self._order = [text.id for text in after]

    @cached_property
    def whole(self) -> Finder:
        return Finder([(text.id, text.text) for text in self.after.values()])

    @cached_property
    def earlier(self) -> Finder:
        return Finder([(text.id, text.text) for text in self.before.values()])

    def place(self, block: str, start: int = 0, end: int = 0) -> Placed:
        """The place of characters ``start`` to ``end`` of a block; 0, 0 is the whole block."""
        known = self.before.get(block)
        if known is None:
            return Placed("ambiguous", reason="unknown-block", method="none")
        start, end = _within(start, end, known.text)
        units = [
            i for i in self._units.get(block, ())
            if self.passages.old[i].start < end and self.passages.old[i].end > start
        ]  # fmt: skip
        if known.kind == "cell" or not units:
            return self._by_block(known, start, end)
        if len(units) == 1:
            return self._of_one(known, units[0], start, end)
        return self._of_several(known, units, start, end)

    # A cell, or a block without words: where its lineage says.

    def _by_block(self, known: Text, start: int, end: int) -> Placed:
        names = self.descent.get(known.id, ()) if self.descent is not None else (known.id,)
        names = [name for name in names if name in self.after]
        if not names:
            return Placed("deleted", method="lineage")
        now = self.after[names[0]]
        if now.text == known.text:
            outcome = "moved" if known.id in self.moved else "same"
            return Placed(outcome, now.id, start, end, 1.0, 0.0, "lineage")
        share, first, last = _survivors(known.text, start, end, now.text)
        if (start, end) == (0, len(known.text)) or share < SURVIVES:
            first, last = 0, len(now.text)
        return Placed("edited", now.id, first, last, round(share, 4), 0.0, "lineage")

    # Sentences.

    def _of_one(self, known: Text, index: int, start: int, end: int) -> Placed:
        unit, fate = self.passages.old[index], self.passages.fates[index]
        if start <= unit.start and end >= unit.end:
            placed = self._placed(known, index, fate)
            if placed.outcome == "deleted":
                return self._elsewhere(known, start, end) or placed
            return placed
        if not fate.units:
            elsewhere = self._elsewhere(known, start, end)
            if elsewhere:
                return elsewhere
            return self._placed(known, index, fate)
        return self._part(known, index, fate, start, end)

    def _placed(self, known: Text, index: int, fate: Fate) -> Placed:
        made = Placed(
            fate.outcome, None, 0, 0, fate.score, fate.runner_up, fate.method,
            candidates=tuple(self._candidate(rival) for rival in fate.rivals),
        )  # fmt: skip
        if fate.outcome == "ambiguous":
            return replace(made, reason=self._reason(index, fate))
        if not fate.units:
            return made
        block, start, end = self._stretch(fate.units)
        outcome = fate.outcome
        if outcome == "same" and known.id in self.moved:
            outcome = "moved"
        return replace(made, outcome=outcome, block=block, start=start, end=end)

    def _reason(self, index: int, fate: Fate) -> str:
        if fate.rivals[0].doubts and self.passages.around.slot(index, fate.rivals[0].unit):
            return "differs"
        if len(fate.rivals) > 1 and fate.rivals[0].score - fate.rivals[1].score < 0.2:
            return "rivals"
        return "differs" if fate.rivals[0].doubts else "elsewhere"

    def _candidate(self, rival) -> Candidate:
        unit = self.passages.new[rival.unit]
        name = self.passages.after[unit.block].id
        return Candidate(name, unit.start, unit.end, rival.score, rival.doubts)

    def _stretch(self, units: Sequence[int]) -> tuple[str, int, int]:
        """(block, start, end) of sentences of the later text; of several blocks the one with most of them."""
        found = [self.passages.new[unit] for unit in units]
        sizes = Counter()
        for unit in found:
            sizes[unit.block] += unit.end - unit.start
        block = max(sizes, key=lambda b: (sizes[b], -b))
        inside = [unit for unit in found if unit.block == block]
        return self.passages.after[block].id, min(u.start for u in inside), max(u.end for u in inside)

    def _part(self, known: Text, index: int, fate: Fate, start: int, end: int) -> Placed:
        block, first, last = self._stretch(fate.units)
        unit, now = self.passages.old[index], self.after[block].text
        old = known.text[unit.start : unit.end]
        a, b = max(start, unit.start) - unit.start, min(end, unit.end) - unit.start
        placed = self._placed(known, index, fate)
        if old == now[first:last]:
            return replace(placed, start=first + a, end=first + b)
        share, at, to = _survivors(old, a, b, now[first:last])
        if share >= SURVIVES:
            return replace(placed, start=first + at, end=first + to, score=round(share, 4))
        elsewhere = self._elsewhere(known, start, end)
        if elsewhere:
            return elsewhere
        if share < GONE and _dropped(old, a, b, now[first:last]):
            return Placed("deleted", score=round(share, 4), method="part")
        candidate = Candidate(block, first, last, fate.score)
        return Placed("ambiguous", None, 0, 0, round(share, 4), 0.0, "part", "part", (candidate,))

    def _of_several(self, known: Text, units: Sequence[int], start: int, end: int) -> Placed:
        fates = [self.passages.fates[i] for i in units]
        went = [i for i, fate in zip(units, fates, strict=True) if fate.units]
        size = {i: self.passages.old[i].end - self.passages.old[i].start for i in units}
        placed, total = sum(size[i] for i in went), sum(size.values())
        if not went:
            doubtful = [f for f in fates if f.outcome == "ambiguous"]
            if not doubtful:
                return self._elsewhere(known, start, end) or Placed("deleted", method="sentences")
            return self._placed(known, units[fates.index(doubtful[0])], doubtful[0])
        block, first, last = self._stretch([n for i in went for n in self.passages.fates[i].units])
        inside = sum(
            size[i]
            for i in went
            if self.passages.after[self.passages.new[self.passages.to[i]].block].id == block
        )
        score = round(inside / total, 4)
        if placed < total * SURVIVES:
            gone = sum(size[i] for i, f in zip(units, fates, strict=True) if f.outcome == "deleted")
            reason = "apart" if gone == total - placed else "rivals"
            return Placed(
                "ambiguous",
                None,
                0,
                0,
                score,
                0.0,
                "sentences",
                reason,
                (Candidate(block, first, last, score),),
            )
        if inside < placed * 0.6:
            return Placed(
                "ambiguous",
                None,
                0,
                0,
                score,
                0.0,
                "sentences",
                "apart",
                (Candidate(block, first, last, score),),
            )
        outcomes = Counter(fate.outcome for fate in fates)
        if outcomes.keys() <= {"same"}:
            outcome = "moved" if known.id in self.moved else "same"
        elif inside < placed or "split" in outcomes:
            outcome = "split"
        elif "merged" in outcomes:
            outcome = "merged"
        else:
            outcome = "moved" if outcomes.keys() <= {"same", "moved"} else "edited"
        if outcome in ("same", "moved") and self.after[block].text[first:last] == known.text[start:end]:
            return Placed(outcome, block, first, last, 1.0, 0.0, "sentences")
        if start > self.passages.old[units[0]].start or end < self.passages.old[units[-1]].end:
            share, at, to = _survivors(known.text, start, end, self.after[block].text)
            if share >= SURVIVES:
                first, last = at, to
        return Placed(outcome, block, first, last, score, 0.0, "sentences")

    def _elsewhere(self, known: Text, start: int, end: int) -> Placed | None:
        """The very words in another block, where they stood nowhere else before; a lost full stop is an edit."""
        quote = known.text[start:end]
        if len(quote) < SHORTEST_ELSEWHERE:
            return None
        found = self.whole.locate(quote, like=False)
        if not isinstance(found, Found) or found.method != "exact":
            return None
        stood = self.earlier.locate(quote, like=False)
        if not isinstance(stood, Found):
            return None
        as_it_was = self.after[found.block].text[found.start : found.end] == quote
        outcome = "moved" if as_it_was and found.block != known.id else "edited"
        return Placed(outcome, found.block, found.start, found.end, 1.0, 0.0, "exact")


def _within(start: int, end: int, text: str) -> tuple[int, int]:
    """The characters within the text; all of it where none are named. White space at the ends does not count."""
    start, end = max(0, min(start, len(text))), max(0, min(end, len(text)))
    if end <= start:
        return 0, len(text)
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end


def _survivors(old: str, start: int, end: int, new: str) -> tuple[float, int, int]:
    """(share of the letters from start to end that stand together in ``new``, where they begin and end there).

    Common words stand everywhere: tokens that moved far apart from one another are no part of the passage.
    """
    was, now = _tokens(old), _tokens(new)
    total = sum(len(token) for at, token in was if start <= at < end and not token.isspace())
    groups, before = [], None
    for step in Indel.opcodes([token for _at, token in was], [token for _at, token in now]):
        if step.tag != "equal":
            continue
        for offset in range(step.src_end - step.src_start):
            source, token = was[step.src_start + offset]
            here = now[step.dest_start + offset][0]
            if not start <= source < end or token.isspace():
                continue
            if before is None or abs((here - before[1]) - (source - before[0])) > APART:
                groups.append([0, here, here])
            groups[-1][0] += len(token)
            groups[-1][2] = here + len(token)
            before = (source, here)
    kept, first, last = max(groups, default=(0, 0, 0))
    return (kept / total if total else 0.0), first, last


def _dropped(old: str, start: int, end: int, new: str) -> bool:
    """Whether the words from start to end were taken out, with nothing put in their place."""
    was, now = _tokens(old), _tokens(new)
    put = 0
    for step in Indel.opcodes([token for _at, token in was], [token for _at, token in now]):
        if step.tag == "insert" and step.src_start < len(was) and start <= was[step.src_start][0] <= end:
            put += sum(not now[i][1].isspace() for i in range(step.dest_start, step.dest_end))
    return put == 0


def _tokens(text: str) -> list[tuple[int, str]]:
    """The tokens of a text, each with where it begins."""
    found, at = [], 0
    for token in parts(text):
        found.append((at, token))
        at += len(token)
    return found
