"""Reads comment sheets into rows and names every row it refuses; hashes rows for a second import.

`write_workbook`, the other half of the round trip, stands in `workbook` and is handed on here.

Pure: no Django.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from assessments.text.counting import letters
from reviews.comments.columns import (
    DISPOSITIONS,
    disposition_named,
    plain_unit,
    split_disposition,
    split_file_id,
    split_reviewer,
)
from reviews.comments.container import MAX_ROWS, SheetError
from reviews.comments.positions import (
    MAX_WRITTEN,
    Position,
    cell_text,
    leading_place,
    page_label,
    parse_position,
    with_names,
)
from reviews.comments.tables import Opened, Table, check_mapping, find_header, open_tables
from reviews.comments.workbook import HIDDEN_SHEET, MARK, write_workbook

__all__ = ["Refused", "Row", "SheetError", "SheetRead", "read_sheet", "row_hash", "write_workbook"]

# A cell of a spreadsheet holds 32,767 characters: no more may come in than can go out again.
MAX_TEXT = 32_000
MAX_NAME = 200
MAX_FILE_ID = 80
_LIMITS = {"file_id": MAX_FILE_ID, "unit": MAX_NAME, "reviewer": MAX_NAME, "number": MAX_FILE_ID}
# What a merged cell says for all its rows; a comment merged over rows is still one comment.
_SPREAD = frozenset({"unit", "reviewer", "from_page", "to_page", "section"})
_SAYS_SOMETHING = frozenset({"quote", "proposed", "response", "disposition", "from_line", "to_line", "place"})


@dataclass(frozen=True)
class Row:
    """One comment of a sheet.

    ``row`` is the row as people count it (from 1). ``number`` is Concord's own number where the sheet is
    our workbook, ``file_id`` the sheet's. ``audience`` is "experts" or "governments" where the sheet's
    number says so (E-, G-), else "". ``disposition`` is one of `columns.DISPOSITIONS` or None. ``extra``
    keeps columns that mean nothing to Concord. ``warnings`` are sentences on what was guessed.
    """

    sheet: str
    row: int
    file_id: str
    unit: str
    position: Position
    text: str
    response: str = ""
    disposition: str | None = None
    reviewer: str = ""
    quote: str = ""
    proposed: str = ""
    number: str = ""
    audience: str = ""
    extra: dict[str, str] = field(default_factory=dict)
    warnings: tuple[str, ...] = field(default=(), compare=False)


class Refused(NamedTuple):
    """A row that cannot be taken: where, the cell ("D12"), what stood there, what was expected."""

    sheet: str
    row: int
    column: str
    cell: str
    value: str
    expected: str
    text: str


@dataclass
class SheetRead:
    """What a comment sheet held.

    ``mapping`` is column name → field as it was read. ``mark`` is the snapshot named by our own workbook,
    else None: page and line count only with it. ``skipped`` are sheets without a comment column, ``blank``
    is the number of rows with at most a number and a chapter.
    """

    rows: list[Row] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    mapping: dict[str, str] = field(default_factory=dict)
    mark: str | None = None
    skipped: list[str] = field(default_factory=list)
    blank: int = 0


def read_sheet(data: bytes, filename: str, mapping: Mapping[str, str] | None = None) -> SheetRead:
    """The comments of an .xlsx, .csv or .json sheet.

    ``mapping`` is {"COLUMN": "field"} for sheets with columns of their own. Raises SheetError when the
    file cannot be read, is too large, or has no column for the comment; a row at fault is in ``refused``.
    """
    mapped = check_mapping(mapping or {}, filename)
    opened = open_tables(data, filename)
    read = SheetRead()
    mark, labels = _find_mark(opened)
    read.mark = mark
    visible = [table for table in opened.tables if not table.hidden]
    for table in visible:
        header = find_header(table, mapped)
        if header is None:
            read.skipped.append(table.name)
            continue
        _Reader(table, *header, read, labels).read()
        if len(read.rows) > MAX_ROWS:
            raise SheetError(f"{filename} holds more than {MAX_ROWS:,} comments; split it.")
    if len(read.skipped) == len(visible) or set(mapped.values()) - set(read.mapping.values()):
        raise _no_comment_column(visible, mapping, filename)
    _refuse_repeated(read)
    return read


def _no_comment_column(tables: list[Table], mapping: Mapping[str, str] | None, filename: str) -> SheetError:
    found = []
    for table in tables:
        first = max(table.rows[:20], key=lambda row: sum(bool(cell_text(c)) for c in row), default=[])
        names = ", ".join(repr(cell_text(cell)[:40]) for cell in first if cell_text(cell)) or "none"
        found.append(f"sheet {table.name!r}: {names}" if table.name else names)
    wanted = f"the mapped columns {', '.join(map(repr, mapping))}" if mapping else "a column for the comment"
    return SheetError(
        f"{filename} lacks {wanted}. Columns found: {'; '.join(found) or 'none'}. Expected a column "
        "“Comment”, or say which column holds it (COLUMN=comment)."
    )


def _find_mark(opened: Opened) -> tuple[str | None, dict[str, str]]:
    """The snapshot's mark and the disposition labels, out of our hidden sheet or the first rows."""
    if opened.mark:
        return opened.mark, {}
    for table in sorted(opened.tables, key=lambda table: table.name != HIDDEN_SHEET):
        for row in table.rows[:5]:
            match = MARK.fullmatch(cell_text(row[0])) if row else None
            if match:
                return match[1], _labels(table) if table.name == HIDDEN_SHEET else {}
    return None, {}


def _labels(table: Table) -> dict[str, str]:
    pairs = ((cell_text(row[2]), cell_text(row[3])) for row in table.rows if len(row) > 3)
    return {label: key for label, key in pairs if label and key in DISPOSITIONS}


class _Reader:
    """Reads the rows of one table below its header."""

    def __init__(
        self, table: Table, header: int, columns: dict[int, str], read: SheetRead, labels: dict[str, str]
    ):
        self.table, self.header, self.columns, self.into, self.labels = table, header, columns, read, labels
        self.index = {name: index for index, name in columns.items()}
        self.names = _column_names(table.rows[header])
        read.mapping |= {self.names[index]: name for index, name in columns.items()}
        self._spread_merged()

    def _spread_merged(self) -> None:
        rows = self.table.rows
        left_over = 1_000_000  # cells to fill at most: merged ranges of a hostile sheet may overlap endlessly
        for (top, left), (bottom, right) in self.table.merged:
            if self.columns.get(left) in _SPREAD and left == right and self.header < top < len(rows):
                value = rows[top][left] if left < len(rows[top]) else ""
                below = rows[top + 1 : bottom + 1]
                left_over -= len(below)
                if left_over < 0:
                    return
                for row in below:
                    if left < len(row):
                        row[left] = value

    def read(self) -> None:
        for number, cells in self._below():
            values = {name: cells[i] for i, name in self.columns.items() if i < len(cells)}
            if self._is_blank(number, values):
                self.into.blank += any(cell_text(cell) for cell in cells)
                continue
            refused = self._fault(number, values)
            if refused:
                self.into.refused.append(refused)
            else:
                self.into.rows.append(self._row(number, values, cells))

    def _below(self) -> Iterator[tuple[int, list[Any]]]:
        for index in range(self.header + 1, len(self.table.rows)):
            yield index + 1, self.table.rows[index]

    def _is_blank(self, number: int, values: dict[str, Any]) -> bool:
        """At most a number, a chapter and a page: rows are often numbered before anybody comments."""
        if cell_text(values.get("text")) or (number - 1, self.index["text"]) in self.table.errors:
            return False
        return not values.get("number") and not any(cell_text(values.get(name)) for name in _SAYS_SOMETHING)

    def _fault(self, number: int, values: dict[str, Any]) -> Refused | None:
        for name, index in self.index.items():
            failed = self.table.errors.get((number - 1, index))
            if failed:
                expected = "text; a formula stands here (a text that begins with = or -?), put ' before it"
                return self._refused(number, name, failed, expected)
        if not cell_text(values.get("text")):
            return self._refused(number, "text", "", "the text of the comment")
        for name, value in values.items():
            text, limit = cell_text(value), _LIMITS.get(name, MAX_TEXT)
            if len(text) > limit:
                return self._refused(number, name, text, f"at most {limit:,} characters, not {len(text):,}")
        disposition = cell_text(values.get("disposition"))
        if self.into.mark and disposition and disposition_named(disposition, self.labels) is None:
            known = ", ".join(self.labels or DISPOSITIONS)
            return self._refused(number, "disposition", disposition, f"one of: {known}")
        return None

    def _refused(self, number: int, name: str, value: str, expected: str) -> Refused:
        column = self.names[self.index[name]]
        cell = f"{letters(self.index[name])}{number}"
        sheet = f"sheet {self.table.name!r}, " if self.table.name else ""
        shown = f"{value[:80]!r} stands there" if value else "it is empty"
        text = f"{sheet}row {number}, column {column!r} (cell {cell}): {shown}; expected {expected}."
        return Refused(self.table.name, number, column, cell, value[:200], expected, text)

    def _row(self, number: int, values: dict[str, Any], cells: list[Any]) -> Row:
        # Our own workbook is read to the letter; elsewhere reviewer and disposition may hide in the text.
        own = self.into.mark is not None
        said = {name: cell_text(value) for name, value in values.items()}
        file_id, warning = (said.get("file_id", ""), "") if own else page_label(values.get("file_id"))
        unit_by_id, audience = split_file_id(file_id)
        unit = plain_unit(said.get("unit", "")) or unit_by_id
        text, reviewer = said["text"], said.get("reviewer", "")
        if not own and "reviewer" not in self.index:
            text, reviewer = split_reviewer(text)
        disposition = disposition_named(said.get("disposition", ""), self.labels)
        response = said.get("response", "")
        if not own and not said.get("disposition"):
            disposition, response = split_disposition(response)
        extra = {
            self.names[i]: cell_text(cell)
            for i, cell in enumerate(cells[: len(self.names)])
            if i not in self.columns and cell_text(cell)
        }
        if said.get("disposition") and disposition is None:
            extra["Disposition"] = said["disposition"]
        position = self._position(values, said, unit, own)
        if not own and position == Position(section=position.section):
            lead = parse_position(free_text=leading_place(text), unit=unit)
            position = replace(
                lead,
                section=position.section or lead.section,
                as_written=position.as_written or lead.as_written,
            )
        warnings = (*((warning,) if warning else ()), *position.warnings)
        return Row(
            self.table.name, number, file_id, unit, position, text, response, disposition, reviewer,
            said.get("quote", ""), said.get("proposed", ""), said.get("number", ""), audience, extra,
            warnings,
        )  # fmt: skip

    def _position(self, values: dict[str, Any], said: dict[str, str], unit: str, own: bool) -> Position:
        # What was written at first is only kept in our own workbook: its meaning stands in the cells.
        position = parse_position(
            *(values.get(name, "") for name in ("from_page", "from_line", "to_page", "to_line")),
            "" if own else said.get("place", ""), unit=unit,
        )  # fmt: skip
        if own and said.get("place"):
            position = replace(position, as_written=said["place"][:MAX_WRITTEN])
        return with_names(
            position, {name: said[name] for name in ("section", "figure", "table") if said.get(name)}
        )


def _column_names(header: list[Any]) -> list[str]:
    """The header's names, each once: a nameless column gets its letters, a repeated name a number."""
    names: list[str] = []
    for index, cell in enumerate(header):
        name = " ".join(cell_text(cell).split())[:100] or f"column {letters(index)}"
        number = 2
        unique = name
        while unique in names:
            unique, number = f"{name} ({number})", number + 1
        names.append(unique)
    return names


def _refuse_repeated(read: SheetRead) -> None:
    """A number names one comment of its unit; the second row with the same one is refused."""
    first: dict[tuple[str, str], Row] = {}
    kept = []
    for row in read.rows:
        key = (row.unit, row.file_id)
        if row.file_id and key in first:
            earlier = first[key]
            where = f"row {earlier.row}" + (
                f" of sheet {earlier.sheet!r}" if earlier.sheet != row.sheet else ""
            )
            column = next((name for name, known in read.mapping.items() if known == "file_id"), "")
            expected = f"a number of its own; {where} has it already"
            place = f"sheet {row.sheet!r}, " if row.sheet else ""
            text = (
                f"{place}row {row.row}, column {column!r}: {row.file_id!r} stands there; expected {expected}."
            )
            read.refused.append(Refused(row.sheet, row.row, column, "", row.file_id, expected, text))
        else:
            first[key] = row
            kept.append(row)
    read.rows = kept


def row_hash(row: Row) -> str:
    """SHA-256 (hex) of what the reviewer said and where: knows a row again that has no number.

    Answers, numbers and the row's place in the sheet do not count, nor do spaces.
    """
    place = row.position
    where = [place.page_from, place.line_from, place.page_to, place.line_to, place.whole_unit]
    where += [place.section, place.figure, place.table]
    said = [
        re.sub(r"\s+", " ", text).strip()
        for text in (row.unit, row.text, row.quote, row.proposed, row.reviewer)
    ]
    data = json.dumps([where, said], ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(data.encode()).hexdigest()
