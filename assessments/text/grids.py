"""Two states of one table, by row and by cell: what was added, taken out, moved or changed. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from .compare import Budget, _steady


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell as printed; ``row`` and ``column`` count from 1. Empty cells are not there."""

    id: str
    row: int
    column: int
    text: str
    head: bool = False


@dataclass(frozen=True, slots=True)
class GridCell:
    """One cell of the comparison; ``outcome``: same, edited, added, removed or empty."""

    outcome: str
    head: bool
    diff: list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class GridRow:
    """One row of both tables together; ``outcome``: same, edited, added, removed or moved."""

    outcome: str
    cells: list[GridCell]


def compare_tables(old: Sequence[Cell], new: Sequence[Cell], budget: Budget | None = None) -> list[GridRow]:
    """Both tables in one: every row and column of either, in the order of the new one; each cell once."""
    budget = budget or Budget()
    before, after = _by_place(old), _by_place(new)
    rows, moved = _matched(old, new, "row")
    columns, _moved = _matched(old, new, "column")
    found = []
    for was, now in rows:
        cells = []
        for left, right in columns:
            one, other = before.get((was, left)), after.get((now, right))
            cells.append(_cell(one, other, budget))
        found.append(GridRow(_outcome(was, now, now in moved, cells), cells))
    return found


def _by_place(cells: Sequence[Cell]) -> dict[tuple[int | None, int | None], Cell]:
    return {(cell.row, cell.column): cell for cell in cells}


def _cell(one: Cell | None, other: Cell | None, budget: Budget) -> GridCell:
    if one is None and other is None:
        return GridCell("empty", False, [])
    old, new = one.text if one else "", other.text if other else ""
    head = (other or one).head
    outcome = "added" if one is None else "removed" if other is None else "same" if old == new else "edited"
    return GridCell(outcome, head, budget.word_diff(old, new)[0])


def _outcome(was: int | None, now: int | None, moved: bool, cells: list[GridCell]) -> str:
    if was is None:
        return "added"
    if now is None:
        return "removed"
    if moved:
        return "moved"
    return "same" if all(cell.outcome in ("same", "empty") for cell in cells) else "edited"


def _matched(
    old: Sequence[Cell], new: Sequence[Cell], side: str
) -> tuple[list[tuple[int | None, int | None]], set[int]]:
    """Which row (or column) of the new table is which of the old; and those of the new that moved.

    Cells of one id vote first, then rows with the same words.
    """
    place = {cell.id: getattr(cell, side) for cell in old}
    votes: dict[int, Counter] = defaultdict(Counter)
    for cell in new:
        here = votes[getattr(cell, side)]
        if cell.id in place:
            here[place[cell.id]] += 1
    olds = sorted({getattr(cell, side) for cell in old})
    came: dict[int, int] = {}
    offers = [
        (-count, abs(now - was), now, was) for now, seen in votes.items() for was, count in seen.items()
    ]
    given: set[int] = set()
    for _count, _apart, now, was in sorted(offers):
        if now not in came and was not in given:
            came[now] = was
            given.add(was)
    _same_words(old, new, side, came)
    news = sorted(votes)
    kept = [now for now in news if now in came]
    steady = _steady([came[now] for now in kept], [1] * len(kept))
    still = {now for now, stays in zip(kept, steady, strict=True) if stays}
    taken, pairs, at = set(came.values()), [], 0
    for now in news:
        if now in still:
            gone = [was for was in olds[at:] if was < came[now]]
            pairs += [(was, None) for was in gone if was not in taken]
            at += len(gone) + 1
        pairs.append((came.get(now), now))
    pairs += [(was, None) for was in olds[at:] if was not in taken]
    return pairs, set(kept) - still


def _same_words(old: Sequence[Cell], new: Sequence[Cell], side: str, came: dict[int, int]) -> None:
    def said(cells: Sequence[Cell]) -> dict[int, tuple]:
        found = defaultdict(list)
        for cell in cells:
            found[getattr(cell, side)].append(cell.text)
        return {key: tuple(texts) for key, texts in found.items()}

    waiting = defaultdict(list)
    given = set(came.values())
    for was, texts in sorted(said(old).items()):
        if was not in given:
            waiting[texts].append(was)
    for now, texts in sorted(said(new).items()):
        if now not in came and waiting[texts]:
            came[now] = waiting[texts].pop(0)
