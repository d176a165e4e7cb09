"""Which cell of a table is which cell of the table before (design 3.4); pure, no Django.

The text of a cell may be one number, so its place is what it is: its table, the row named by its first
cell, the column named by its head. Tables are paired by what stands in them, columns by their heads, rows by
their words, then by their names, then by likeness between the same neighbours.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence

from .around import rising

Place = tuple[int, int, int]
# Shares of likeness: of two tables, of two rows, of two rows at the same place, of what is left there.
TABLE, ROW, SLOT, LEFT = 0.25, 0.6, 0.55, 0.3
MARGIN = 0.1
# A text of so many words in two places is the same text, wherever it stands.
TELLING = 4
_TAG = re.compile(r"<(table|tr|t[dh])\b([^<>]*)>")
_BLOCK = re.compile(r'\bdata-b="([^"]*)"')


def cells(html: str) -> dict[str, Place]:
    """(table, row, column) of each cell of sanitised HTML, from 0, by its ``data-b``."""
    table = row = column = -1
    found: dict[str, Place] = {}
    for tag in _TAG.finditer(html):
        if tag[1] == "table":
            table, row = table + 1, -1
        elif tag[1] == "tr":
            row, column = row + 1, -1
        else:
            column += 1
            if name := _BLOCK.search(tag[2]):
                found[name[1]] = (table, row, column)
    return found


class _Table:
    """One table: ``grid`` leads from (row, column) to the index of the cell among all cells."""

    def __init__(self) -> None:
        self.grid: dict[tuple[int, int], int] = {}

    def finish(self, texts: Sequence[str]) -> None:
        self.rows = 1 + max(row for row, _column in self.grid)
        self.columns = 1 + max(column for _row, column in self.grid)
        self.text = {place: texts[index] for place, index in self.grid.items()}
        self.bag = Counter(self.text.values())

    def row(self, row: int, columns: Sequence[int]) -> tuple[str, ...]:
        return tuple(self.text.get((row, column), "") for column in columns)

    def column(self, column: int) -> Counter:
        return Counter(text for (_row, c), text in self.text.items() if c == column)


def pair(
    before: Sequence[tuple[Place, str]],
    after: Sequence[tuple[Place, str]],
    likeness: Callable[[str, str], float],
) -> dict[int, tuple[int, bool]]:
    """Pairs of cells, both given as (place, text) in order: {index after: (index before, whether it moved)}."""
    old, new = _tables(before), _tables(after)
    found: dict[int, tuple[int, bool]] = {}
    for one, other in _pair_tables(old, new):
        found |= _Pairing(old[one], new[other], likeness).cells()
    _telling(before, after, found)
    return found


def _tables(given: Sequence[tuple[Place, str]]) -> list[_Table]:
    made: dict[int, _Table] = defaultdict(_Table)
    for index, ((table, row, column), _text) in enumerate(given):
        made[table].grid[row, column] = index
    texts = [text for _place, text in given]
    for table in made.values():
        table.finish(texts)
    return [made[number] for number in sorted(made)]


def _dice(one: Counter, other: Counter) -> float:
    total = one.total() + other.total()
    return 2 * (one & other).total() / total if total else 0.0


def _pair_tables(old: Sequence[_Table], new: Sequence[_Table]) -> list[tuple[int, int]]:
    """The likest first; what then stands alone between the same neighbours, if its heads are alike."""
    holding: dict[str, set[int]] = defaultdict(set)
    for index, table in enumerate(new):
        for text in table.bag:
            holding[text].add(index)
    scored = []
    for index, table in enumerate(old):
        near = Counter(other for text in table.bag for other in holding.get(text, ()))
        for other, _common in near.most_common(12):
            score = _dice(table.bag, new[other].bag)
            if score >= TABLE:
                scored.append((-score, abs(index - other), index, other))
    pairs: dict[int, int] = {}
    for _score, _far, one, other in sorted(scored):
        if one not in pairs and other not in pairs.values():
            pairs[one] = other
    for one in range(len(old)):
        if one in pairs:
            continue
        before = pairs.get(one - 1, -1 if one == 0 else None)
        after = pairs.get(one + 1, len(new) if one == len(old) - 1 else None)
        if before is not None and after == before + 2:
            other = before + 1
            heads = [Counter(t.row(0, range(t.columns))) for t in (old[one], new[other])]
            if other not in pairs.values() and _dice(*heads) >= 0.5:
                pairs[one] = other
    return sorted(pairs.items())


class _Pairing:
    """The columns and rows of two tables that are one table."""

    def __init__(self, old: _Table, new: _Table, likeness):
        self.old, self.new, self.likeness = old, new, likeness
        self.columns = self._pair_columns()
        self.sides = [old_ for old_, _new in self.columns], [new_ for _old, new_ in self.columns]
        self.rows: dict[int, int] = {}
        self._pair_rows()

    def _pair_columns(self) -> list[tuple[int, int]]:
        heads = [[t.text.get((0, c), "") for c in range(t.columns)] for t in (self.old, self.new)]
        found: dict[int, int] = {}
        for column, head in enumerate(heads[0]):
            if head and heads[0].count(head) == heads[1].count(head) == 1:
                found[column] = heads[1].index(head)
        scored = []
        for one in range(self.old.columns):
            for other in range(self.new.columns):
                score = _dice(self.old.column(one), self.new.column(other))
                if one not in found and other not in found.values() and score >= 0.5:
                    scored.append((-score, abs(one - other), one, other))
        for _score, _far, one, other in sorted(scored):
            if one not in found and other not in found.values():
                found[one] = other
        left = [c for c in range(self.old.columns) if c not in found]
        open_ = [c for c in range(self.new.columns) if c not in found.values()]
        if len(left) == len(open_) and self.old.columns == self.new.columns:
            found |= dict(zip(left, open_, strict=True))
        return sorted(found.items())

    def _pair_rows(self) -> None:
        self._same([self.old.row(r, self.sides[0]) for r in range(self.old.rows)],
                   [self.new.row(r, self.sides[1]) for r in range(self.new.rows)])  # fmt: skip
        if self.old.rows and self.new.rows and 0 not in self.rows and 0 not in self.rows.values():
            self.rows[0] = 0
        self._named()
        for slot in (True, False, True):
            self._alike(slot)
        self._left()

    def _free(self) -> tuple[list[int], list[int]]:
        taken = set(self.rows.values())
        return (
            [r for r in range(self.old.rows) if r not in self.rows],
            [r for r in range(self.new.rows) if r not in taken],
        )

    def _same(self, old: list[tuple], new: list[tuple]) -> None:
        """Equal rows: those that stand once, then as many as there are, in their order."""
        was, now = defaultdict(list), defaultdict(list)
        for row, texts in enumerate(old):
            was[texts].append(row)
        for row, texts in enumerate(new):
            now[texts].append(row)
        for texts, rows in was.items():
            if any(texts) and len(rows) == len(now.get(texts, ())):
                self.rows |= dict(zip(rows, now[texts], strict=True))

    def _named(self) -> None:
        """Rows whose first cell stands once on each side."""
        if not self.columns:
            return
        first, other = self.columns[0]
        names = [
            Counter(t.text.get((r, c), "") for r in range(t.rows))
            for t, c in ((self.old, first), (self.new, other))
        ]
        free = self._free()
        there = {self.new.text.get((row, other), ""): row for row in free[1]}
        for row in free[0]:
            name = self.old.text.get((row, first), "")
            if name and names[0][name] == names[1][name] == 1 and name in there:
                self.rows[row] = there[name]

    def _score(self, one: int, other: int) -> float:
        mine, theirs = self.old.row(one, self.sides[0]), self.new.row(other, self.sides[1])
        total = weights = 0.0
        for place, (a, b) in enumerate(zip(mine, theirs, strict=True)):
            if not a and not b:
                continue
            weight = 2.0 if place == 0 else 1.0
            weights += weight
            total += weight * (1.0 if a == b else 0.7 * self.likeness(a, b))
        return total / weights if weights else 0.0

    def _name_like(self, one: int, other: int) -> float:
        mine, theirs = self.old.row(one, self.sides[0][:1]), self.new.row(other, self.sides[1][:1])
        return self.likeness(*mine, *theirs) if mine and theirs else 0.0

    def _between(self, one: int, other: int) -> bool:
        """Whether both rows stand between the same two neighbours (or the table's ends)."""

        def meets(step: int) -> bool:
            row, there = one + step, other + step
            if row in (-1, self.old.rows) or there in (-1, self.new.rows):
                return row in (-1, self.old.rows) and there in (-1, self.new.rows)
            return self.rows.get(row) == there

        return meets(-1) and meets(1)

    def _alike(self, slot: bool) -> None:
        old, new = self._free()
        if len(old) * len(new) > 40_000:
            return
        scored = []
        for one in old:
            for other in new:
                if slot and not self._between(one, other):
                    continue
                score = self._score(one, other)
                if score >= SLOT if slot else score >= ROW and self._name_like(one, other) >= ROW:
                    scored.append((score, one, other))
        scored.sort(reverse=True)
        for score, one, other in scored:
            rivals = [s for s, a, b in scored if (a == one) != (b == other)]
            if (
                one not in self.rows
                and other not in self.rows.values()
                and score - max(rivals, default=0) >= MARGIN
            ):
                self.rows[one] = other

    def _left(self) -> None:
        old, new = self._free()
        for one in old:
            for other in new:
                free = one not in self.rows and other not in self.rows.values()
                if free and self._between(one, other) and self._score(one, other) >= LEFT:
                    self.rows[one] = other

    def cells(self) -> dict[int, tuple[int, bool]]:
        moved_rows = set(self.rows) - set(rising(sorted(self.rows.items())))
        moved_columns = {c for c, _n in self.columns} - set(rising(self.columns))
        found = {}
        for one, other in self.rows.items():
            for c, n in self.columns:
                if (one, c) in self.old.grid and (other, n) in self.new.grid:
                    moved = one in moved_rows or c in moved_columns
                    found[self.new.grid[other, n]] = (self.old.grid[one, c], moved)
        self._exchanged(found)
        return found

    def _exchanged(self, found: dict[int, tuple[int, bool]]) -> None:
        """Two cells that changed places: each keeps its text."""
        was = {index: place for place, index in self.old.grid.items()}
        now = {index: place for place, index in self.new.grid.items()}
        old_text = {index: self.old.text[place] for index, place in was.items()}
        new_text = {index: self.new.text[place] for index, place in now.items()}
        changed = {new: old for new, (old, _m) in found.items() if old_text[old] != new_text[new]}
        there = defaultdict(list)
        for new in changed:
            there[new_text[new]].append(new)
        for new, old in list(changed.items()):
            others = there.get(old_text[old], ())
            if len(others) != 1 or self.old.bag[old_text[old]] != 1:
                continue
            other = others[0]
            if (
                new_text[new] == old_text[changed[other]]
                and self.old.bag[new_text[new]] == 1
                and other != new
            ):
                found[other] = (old, True)
                found[new] = (changed[other], True)


def _telling(before, after, found: dict[int, tuple[int, bool]]) -> None:
    """Cells of some words that stand once on each side and have no counterpart of the same text: they moved."""
    kept = {old for old, _moved in found.values()}
    was, now = defaultdict(list), defaultdict(list)
    for index, (_place, text) in enumerate(before):
        was[text].append(index)
    for index, (_place, text) in enumerate(after):
        now[text].append(index)
    for text, olds in was.items():
        news = now.get(text, ())
        if len(olds) != 1 or len(news) != 1 or len(re.findall(r"\w+", text)) < TELLING and len(text) < 16:
            continue
        old, new = olds[0], news[0]
        if new in found and before[found[new][0]][1] == text:
            continue
        if new in found:
            kept.discard(found[new][0])
        if old in kept:
            del found[next(n for n, (o, _m) in found.items() if o == old)]
        found[new] = (old, True)
        kept.add(old)
