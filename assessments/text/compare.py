"""Showing what changed: words within a block, blocks within a chapter. For reading, never for merging."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from diff_match_patch import diff_match_patch
from rapidfuzz.distance import Indel

from .align import Known
from .tokens import parts

# Each word stands for one character of the upper planes, where no surrogates are.
_FIRST = 0x10000
# Words of both sides multiplied: what one comparison may cost (about a tenth of a second), and a chapter's all.
MOST_ONCE = 100_000_000
MOST_TOGETHER = 200_000_000
MOST_TIDIED = 400
# Kinds that are compared by something else than their words.
WHOLE = frozenset({"table"})


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a comparison; ``olds`` and ``news`` are places in the two lists that were compared.

    ``outcome``: same, edited, moved (its diff tells whether edited too), split (one became several), merged
    (several became one, or several others), added (no old) or removed (no new). A split piece that stands apart
    from the others has a row of its own, without old. Beside these, ``left`` marks the place where a moved
    block stood and names both; it is no change of its own. ``crude``: too long to be compared by words.
    """

    outcome: str
    olds: tuple[int, ...]
    news: tuple[int, ...]
    diff: list[tuple[str, str]] = field(default_factory=list)
    crude: bool = False


@dataclass
class Budget:
    """How much comparing by words may still cost; a pathological text is shown whole instead."""

    left: int = MOST_TOGETHER

    def word_diff(self, old: str, new: str) -> tuple[list[tuple[str, str]], bool]:
        """(the difference, whether it is crude): the parts as ``word_diff`` gives them, or old and new whole."""
        # Words are counted roughly: never more than characters, and splitting is what costs.
        cost = (len(old) // 2 + 1) * (len(new) // 2 + 1)
        if old != new and (cost > MOST_ONCE or cost > self.left):
            return [(sign, text) for sign, text in (("-", old), ("+", new)) if text], True
        if old != new:
            self.left -= cost
        return word_diff(old, new), False


def word_diff(old: str, new: str) -> list[tuple[str, str]]:
    """[(sign, text)] with sign "=", "-" or "+"; the "=" and "-" parts joined are ``old``, the others ``new``."""
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

    one, other = encode(old), encode(new)
    found: list[tuple[int, str]] = []
    for step in Indel.opcodes(one, other):
        if step.tag == "equal":
            found.append((0, one[step.src_start : step.src_end]))
        if step.tag in ("delete", "replace"):
            found.append((-1, one[step.src_start : step.src_end]))
        if step.tag in ("insert", "replace"):
            found.append((1, other[step.dest_start : step.dest_end]))
    differ = diff_match_patch()
    differ.diff_cleanupMerge(found)
    if len(found) <= MOST_TIDIED:
        # A lone space or "the" between two changed words is no help to a reader. The cost grows with the square.
        differ.diff_cleanupSemantic(found)
    signs = {0: "=", -1: "-", 1: "+"}
    return [(signs[sign], "".join(words[ord(letter) - _FIRST] for letter in text)) for sign, text in found]


def compare_blocks(
    old: Sequence[Known],
    new: Sequence[Known],
    came: Mapping[str, Sequence[str]] | None = None,
    *,
    words: bool = True,
) -> list[Row]:
    """The blocks of two states of a text, in the order of the new one, each block in one row.

    ``came`` names, for ids of ``new``, the ids of ``old`` that they came from; an id that it does not name came
    from itself. A removed block stands after the block that it followed. ``words=False`` leaves the
    differences empty, where only the counts are wanted.
    """
    rows = _paired(old, new, came or {})
    firsts = [min(row.olds) for row in rows if row.olds]
    weights = [sum(len(new[n].text) + 1 for n in row.news) for row in rows if row.olds]
    steady = iter(_steady(firsts, weights))
    still = {row.news: next(steady) for row in rows if row.olds}
    ordered = _in_order(old, rows, still)
    budget = Budget()
    return [_worded(row, old, new, budget) if words else row for row in ordered]


def _paired(old: Sequence[Known], new: Sequence[Known], came: Mapping[str, Sequence[str]]) -> list[Row]:
    """A row for each new block, or for each run of them that came from the same; outcomes without moves."""
    was = {block.id: index for index, block in enumerate(old)}
    sources = [
        sorted({was[name] for name in came.get(block.id, (block.id,)) if name in was}) for block in new
    ]
    families = _families(sources)
    rows: list[Row] = []
    told: set[int] = set()
    for index, block in enumerate(new):
        if index in told:
            continue
        if not sources[index]:
            rows.append(Row("added", (), (index,)))
            continue
        olds, news = families[sources[index][0]]
        if len(olds) == len(news) == 1:
            same = old[olds[0]].text == block.text
            rows.append(Row("same" if same else "edited", tuple(olds), (index,)))
            continue
        run = _home(olds, news, old, new)
        if index in run:
            told.update(run)
            rows.append(Row("split" if len(olds) == 1 else "merged", tuple(olds), tuple(run)))
        else:
            rows.append(Row("split", (), (index,)))
    return rows


def _families(sources: list[list[int]]) -> dict[int, tuple[list[int], list[int]]]:
    """Old place → (all old, all new places) of those that lineage ties together."""
    head: dict[int, int] = {}

    def find(one: int) -> int:
        while head.setdefault(one, one) != one:
            head[one] = head[head[one]]
            one = head[one]
        return one

    for found in sources:
        for one in found[1:]:
            head[find(one)] = find(found[0])
    olds, news = defaultdict(set), defaultdict(list)
    for index, found in enumerate(sources):
        if found:
            olds[find(found[0])].update(found)
            news[find(found[0])].append(index)
    return {one: (sorted(olds[top]), news[top]) for top in olds for one in olds[top]}


def _home(olds: list[int], news: list[int], old: Sequence[Known], new: Sequence[Known]) -> list[int]:
    """Of the new blocks the neighbours among which the old one's id lives on, else the first neighbours."""
    runs: list[list[int]] = []
    for index in news:
        if runs and runs[-1][-1] == index - 1:
            runs[-1].append(index)
        else:
            runs.append([index])
    names = {old[one].id for one in olds}
    return next((run for run in runs if any(new[n].id in names for n in run)), runs[0])


def _in_order(old: Sequence[Known], rows: list[Row], still: dict[tuple[int, ...], bool]) -> list[Row]:
    """The rows, moves named, with what was taken out, and the places that were left, where they stood."""
    holder = {one: row for row in rows for one in row.olds}
    found: list[Row] = []
    at = 0

    def pass_over(end: int) -> None:
        for index in range(at, end):
            row = holder.get(index)
            if row is None:
                found.append(Row("removed", (index,), ()))
            elif not still[row.news] and row.outcome in ("same", "edited"):
                found.append(Row("left", row.olds, row.news))

    for row in rows:
        if row.olds and still[row.news]:
            pass_over(row.olds[0])
            at = max(at, row.olds[0] + 1)
        moved = row.olds and not still[row.news] and row.outcome in ("same", "edited")
        found.append(Row("moved", row.olds, row.news) if moved else row)
    pass_over(len(old))
    return found


def _worded(row: Row, old: Sequence[Known], new: Sequence[Known], budget: Budget) -> Row:
    kinds = {old[n].kind for n in row.olds} | {new[n].kind for n in row.news}
    if row.outcome == "left" or kinds & WHOLE:
        return row
    # A line end stands between blocks; no text of a block needs one, so both sides can be read off.
    one = "\n".join(old[n].text for n in row.olds)
    other = "\n".join(new[n].text for n in row.news)
    diff, crude = budget.word_diff(one, other)
    return Row(row.outcome, row.olds, row.news, diff, crude)


def _steady(places: list[int], weights: list[int]) -> list[bool]:
    """Which of the places belong to the heaviest run that kept its order: the others moved."""
    ordered = sorted(set(places))
    best: list[tuple[int, int]] = [(0, -1)] * (
        len(ordered) + 1
    )  # a Fenwick tree of (weight, place in the list)
    back: list[int] = []
    total: list[int] = []
    for index, place in enumerate(places):
        rank = bisect_left(ordered, place)
        heaviest, at = (0, -1), rank
        while at > 0:
            heaviest = max(heaviest, best[at])
            at -= at & -at
        back.append(heaviest[1])
        total.append(heaviest[0] + weights[index])
        at = rank + 1
        while at < len(best):
            best[at] = max(best[at], (total[index], index))
            at += at & -at
    steady = [False] * len(places)
    at = max(range(len(places)), key=total.__getitem__, default=-1)
    while at >= 0:
        steady[at] = True
        at = back[at]
    return steady
