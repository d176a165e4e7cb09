"""Writes the workbook in which a round's comments are given, answered and read: the published columns,
drop-down lists, locked numbers, and the mark of the snapshot that the pages and lines belong to.

Every text is written as text: one that begins with =, +, - or @ is no formula, here or after editing.
Rows are written as they come, in constant memory.

Pure: no Django.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

if TYPE_CHECKING:
    from reviews.comments.positions import Position
    from reviews.comments.sheets import Row

HIDDEN_SHEET = "Concord"
MARK = re.compile(r"Concord snapshot (\S.{0,300})")
MAX_CELL = 32_767
NEW_ROWS = 500
# A page so wide or a name so long is cut by no program that we know.
_COLUMNS: tuple[tuple[str, int, str], ...] = (
    # name, width in characters, kind
    ("Concord No", 12, "locked"),
    ("Comment No", 13, "locked"),
    ("Chapter", 10, "text"),
    ("From Page", 10, "text"),
    ("From Line", 10, "text"),
    ("To Page", 10, "text"),
    ("To Line", 10, "text"),
    ("Section", 14, "text"),
    ("Figure", 10, "text"),
    ("Table", 10, "text"),
    ("Quote", 40, "wrapped"),
    ("Comment", 70, "wrapped"),
    ("Proposed Text", 50, "wrapped"),
    ("Reviewer", 26, "wrapped"),
    ("Disposition", 20, "text"),
    ("Response", 60, "wrapped"),
    ("Place As Written", 24, "locked"),
)
_UNIT, _DISPOSITION = 2, 14
_RTL = ("ar", "he", "fa", "ur")
_BAD = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


def write_workbook(
    out: str | Path | BinaryIO,
    *,
    title: str,
    round_key: str,
    mark: str,
    units: Sequence[str],
    rows: Iterable[Row],
    dispositions: Mapping[str, str],
    instructions: Sequence[str],
    language: str = "en",
) -> None:
    """Write the workbook to a path or an open binary file.

    ``mark`` names the snapshot ("un-2027/FOD sha256:…"); ``units`` are the chapters offered;
    ``dispositions`` is key → label in ``language``; ``instructions`` are paragraphs. Column names are the
    published ones in every language. Reading the file with `sheets.read_sheet` gives the same rows, save
    row numbers and columns that were ``extra``. Raises ValueError for a text longer than a cell holds
    (32,767 characters) or a mark that is no single line; then the file is of no use.
    """
    if not MARK.fullmatch(f"Concord snapshot {mark}"):
        raise ValueError(f"The snapshot's mark {mark!r} is no single line of at most 300 characters.")
    book = xlsxwriter.Workbook(
        out if not isinstance(out, Path) else str(out),
        {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False},
    )
    book.set_properties({"title": _clean(title)[:255], "subject": _clean(round_key)[:255]})
    try:
        guide, sheet, hidden = (book.add_worksheet(n) for n in ("Instructions", "Comments", HIDDEN_SHEET))
        for worksheet in (guide, sheet):
            if language.split("-")[0] in _RTL:
                worksheet.right_to_left()
        _write_instructions(book, guide, title, mark, instructions)
        last = _write_comments(book, sheet, rows, dispositions)
        _write_lists(hidden, mark, units, dispositions)
        _offer_choices(sheet, last, len(units), len(dispositions))
        sheet.activate()
    finally:
        book.close()


def _clean(text: object) -> str:
    return _BAD.sub("", str(text or "").replace("\r\n", "\n").replace("\r", "\n"))


def _write_instructions(
    book: xlsxwriter.Workbook, guide: Worksheet, title: str, mark: str, paragraphs: Sequence[str]
) -> None:
    heading = book.add_format({"bold": True, "font_size": 14, "text_wrap": True, "quote_prefix": True})
    body = book.add_format({"text_wrap": True, "valign": "top", "quote_prefix": True})
    guide.set_column(0, 0, 100)
    guide.write_string(0, 0, _clean(title)[:MAX_CELL], heading)
    for number, paragraph in enumerate((f"Concord snapshot {mark}", "", *paragraphs), start=1):
        guide.write_string(number, 0, _clean(paragraph)[:MAX_CELL], body)
    guide.protect()


def _write_comments(
    book: xlsxwriter.Workbook, sheet: Worksheet, rows: Iterable[Row], dispositions: Mapping[str, str]
) -> int:
    """Header and rows; returns the index of the last row written."""
    head = book.add_format(
        {"bold": True, "text_wrap": True, "valign": "top", "bottom": 1, "bg_color": "#E8EDF2"}
    )
    # "@" keeps a page such as 3-12 from becoming a date when it is typed.
    base = {"num_format": "@", "valign": "top", "quote_prefix": True}
    formats = {
        "locked": book.add_format({**base, "font_color": "#555555"}),
        "text": book.add_format({**base, "locked": False}),
        "wrapped": book.add_format({**base, "locked": False, "text_wrap": True}),
    }
    plain = {
        k: book.add_format({"num_format": "@", "valign": "top", "locked": k == "locked"}) for k in formats
    }
    for column, (name, width, kind) in enumerate(_COLUMNS):
        sheet.set_column(column, column, width, plain[kind])
        sheet.write_string(0, column, name, head)
    last = 0
    for last, row in enumerate(rows, start=1):
        _write_row(sheet, last, row, dispositions, formats)
    sheet.freeze_panes(1, 3)
    sheet.autofilter(0, 0, last + NEW_ROWS, len(_COLUMNS) - 1)
    sheet.protect(
        "",
        {
            "autofilter": True, "sort": True, "format_columns": True, "format_rows": True,
            "format_cells": True, "insert_rows": True, "select_locked_cells": True,
        },
    )  # fmt: skip
    return last


def _write_row(
    sheet: Worksheet, number: int, row: Row, dispositions: Mapping[str, str], formats: dict[str, Format]
) -> None:
    key = row.disposition or ""
    cells = [
        row.number, row.file_id, row.unit, *_place_cells(row.position), row.quote, row.text, row.proposed,
        row.reviewer, dispositions.get(key, key), row.response, row.position.as_written,
    ]  # fmt: skip
    for column, value in enumerate(cells):
        text = _clean(value)
        if len(text) > MAX_CELL:
            raise ValueError(
                f"Comment {row.number or row.file_id or number}: the column {_COLUMNS[column][0]!r} would "
                f"hold {len(text):,} characters; a cell holds {MAX_CELL:,}."
            )
        if text:
            sheet.write_string(number, column, text, formats[_COLUMNS[column][2]])


def _place_cells(place: Position) -> list[Any]:
    if place.whole_unit:
        return ["0", "0", "0", "0", place.section, place.figure, place.table]
    return [
        place.page_from, place.line_from, place.page_to, place.line_to,
        place.section, place.figure, place.table,
    ]  # fmt: skip


def _write_lists(hidden: Worksheet, mark: str, units: Sequence[str], dispositions: Mapping[str, str]) -> None:
    """The hidden sheet: A1 the mark, B the units, C and D the dispositions' labels and keys."""
    hidden.hide()
    hidden.protect()
    labels = list(dispositions.items())
    for index in range(max(1, len(units), len(labels))):
        if index == 0:
            hidden.write_string(0, 0, f"Concord snapshot {mark}")
        if index < len(units):
            hidden.write_string(index, 1, _clean(units[index]))
        if index < len(labels):
            hidden.write_string(index, 2, _clean(labels[index][1]))
            hidden.write_string(index, 3, labels[index][0])


def _offer_choices(sheet: Worksheet, last: int, units: int, dispositions: int) -> None:
    """Drop-down lists on the rows written and the empty ones below; a wrong word is warned of, not lost."""
    for column, letter, number in ((_UNIT, "B", units), (_DISPOSITION, "C", dispositions)):
        if number:
            sheet.data_validation(
                1, column, last + NEW_ROWS, column,
                {
                    "validate": "list", "source": f"={HIDDEN_SHEET}!${letter}$1:${letter}${number}",
                    "error_type": "warning", "ignore_blank": True,
                },
            )  # fmt: skip
