"""Two states of a table are compared by row and by cell; no cell is lost and none shown twice."""

from hypothesis import given, settings
from hypothesis import strategies as st

from assessments.text.grids import Cell, GridCell, compare_tables


def table(rows, ids=None):
    ids = iter(ids or ())
    return [
        Cell(next(ids, f"{r}.{c}"), r, c, text, r == 1)
        for r, row in enumerate(rows, 1)
        for c, text in enumerate(row, 1)
        if text
    ]


def test_a_changed_cell_a_new_row_and_a_row_taken_out():
    old = table([["Year", "Cases"], ["2023", "4"], ["2024", "9"], ["2025", "12"]])
    new = [cell for cell in old if cell.row != 2]
    new = [Cell(c.id, c.row - (c.row > 2), c.column, "10" if c.text == "9" else c.text, c.head) for c in new]
    new += [Cell("n1", 4, 1, "2026"), Cell("n2", 4, 2, "14")]
    rows = compare_tables(old, new)
    assert [row.outcome for row in rows] == ["same", "removed", "edited", "same", "added"]
    assert rows[2].cells == [
        GridCell("same", False, [("=", "2024")]),
        GridCell("edited", False, [("-", "9"), ("+", "10")]),
    ]


def test_a_new_column_and_a_row_that_moved():
    old = table([["Year", "Cases"], ["2023", "4"], ["2024", "9"], ["2025", "12"]])
    at = {1: 1, 2: 4, 3: 2, 4: 3}
    new = [Cell(c.id, at[c.row], c.column * 2 - 1, c.text, c.head) for c in old]
    new += [Cell(f"m{row}", row, 2, "new") for row in range(1, 5)]
    rows = compare_tables(old, new)
    assert [row.outcome for row in rows] == ["edited", "edited", "edited", "moved"]
    assert [cell.outcome for cell in rows[3].cells] == ["same", "added", "same"]


grid = st.lists(
    st.lists(st.sampled_from(["", "1", "2", "n/a"]), min_size=3, max_size=3), min_size=1, max_size=5
)
names = st.permutations([f"{r}.{c}" for r in range(1, 7) for c in range(1, 4)])


@settings(deadline=None)
@given(grid, grid, names)
def test_every_cell_of_both_tables_is_there_once(before, after, ids):
    old, new = table(before), table(after, ids)
    cells = [cell for row in compare_tables(old, new) for cell in row.cells]

    def read(sign):
        texts = ("".join(t for s, t in cell.diff if s != sign) for cell in cells)
        return sorted(text for text in texts if text)

    assert read("+") == sorted(c.text for c in old)
    assert read("-") == sorted(c.text for c in new)
