"""Opens a comment sheet (.xlsx, .csv, .json) as tables of raw cells; refuses what is none.

Pure: no Django.
"""

from __future__ import annotations

import codecs
import csv
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import python_calamine

from reviews.comments.columns import field_named, plain_name, recognise
from reviews.comments.container import MAX_AREA, MAX_COLUMNS, MAX_ROWS, SheetError, look_into

MAX_BYTES = 60 * 1024 * 1024
_DELIMITERS = ",;\t|"


@dataclass
class Table:
    """One sheet: its cells by row and column from 0, failed formulas, merged ranges, whether it is hidden."""

    name: str
    rows: list[list[Any]]
    errors: dict[tuple[int, int], str] = field(default_factory=dict)
    merged: list[tuple[tuple[int, int], tuple[int, int]]] = field(default_factory=list)
    hidden: bool = False


@dataclass
class Opened:
    """The tables of a file, and the snapshot mark where the file's form has a place of its own for it."""

    tables: list[Table]
    mark: str = ""


def open_tables(data: bytes, filename: str) -> Opened:
    """The tables of ``data``, told by content first and by the ending of ``filename`` second.

    Raises SheetError for a file that is too large, broken, locked, or of another kind.
    """
    if len(data) > MAX_BYTES:
        raise SheetError(
            f"{filename} has {len(data) / 1048576:.0f} MB; at most {MAX_BYTES // 1048576} MB are read."
        )
    if not data.strip():
        raise SheetError(f"{filename} is empty; expected a comment sheet.")
    if data.startswith(b"PK"):
        return _open_xlsx(data, filename)
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise SheetError(
            f"{filename} is an old .xls workbook or locked with a password; save it as .xlsx without one."
        )
    suffix = filename.rsplit(".", 1)[-1].lower() if "." in filename else ""
    if suffix == "xlsx":
        raise SheetError(f"{filename} is named .xlsx but is no workbook; save it again as .xlsx, or as .csv.")
    if suffix == "json" or (suffix not in ("csv", "tsv", "txt") and data.lstrip()[:1] in (b"[", b"{")):
        return _open_json(data, filename)
    if suffix not in ("csv", "tsv", "txt", ""):
        raise SheetError(f"{filename} is of no known kind; expected .xlsx, .csv or .json.")
    return Opened([_open_csv(data, filename)])


def _open_xlsx(data: bytes, filename: str) -> Opened:
    errors = look_into(data, filename)
    tables = []
    try:
        workbook = python_calamine.load_workbook(io.BytesIO(data))
        for meta in workbook.sheets_metadata:
            if meta.typ != python_calamine.SheetTypeEnum.WorkSheet:
                continue
            sheet = workbook.get_sheet_by_name(meta.name)
            tables.append(
                Table(
                    meta.name,
                    sheet.to_python(skip_empty_area=False),
                    errors.get(meta.name, {}),
                    list(sheet.merged_cell_ranges or ()),
                    meta.visible != python_calamine.SheetVisibleEnum.Visible,
                )
            )
    # The reader's own errors are several classes, and a fault in it must not look like an empty sheet.
    except Exception as error:
        raise SheetError(
            f"{filename} cannot be read as a workbook ({str(error)[:200]}); save it again."
        ) from None
    return Opened(tables)


def _open_csv(data: bytes, filename: str) -> Table:
    text = _decode(data, filename)
    best: tuple[int, int, str] | None = None
    head = text[:20_000]
    for delimiter in _DELIMITERS:
        try:
            rows = list(csv.reader(io.StringIO(head, newline=""), delimiter=delimiter))[:20]
        except csv.Error:
            continue
        known = max((len(recognise(row, {})) for row in rows), default=0)
        width = max((len(row) for row in rows), default=0)
        if best is None or (known, width) > best[:2]:
            best = (known, width, delimiter)
    rows = []
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=best[2] if best else ","):
            rows.append(row)
            _check_size(len(rows), len(row), filename)
    except csv.Error as error:
        raise SheetError(
            f"{filename}, row {len(rows) + 1}: {error}; a quotation mark may not be closed."
        ) from None
    return Table("", rows)


def _decode(data: bytes, filename: str) -> str:
    encoding = "utf-8-sig"
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encoding = "utf-16"
    elif b"\x00" in data:
        raise SheetError(
            f"{filename} is no text (it holds zero bytes); save it as .xlsx, or as .csv in UTF-8."
        )
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        pass
    try:
        # What spreadsheet programs in Western Europe write when nobody asks for UTF-8.
        return data.decode("cp1252")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def _check_size(rows: int, columns: int, filename: str) -> None:
    if rows > MAX_ROWS + 100:
        raise SheetError(f"{filename} has more than {MAX_ROWS:,} rows; split it.")
    if columns > MAX_COLUMNS or rows * columns > MAX_AREA:
        raise SheetError(f"{filename}, row {rows}, has {columns:,} columns; at most {MAX_COLUMNS} are read.")


def _open_json(data: bytes, filename: str) -> Opened:
    try:
        loaded = json.loads(data.decode("utf-8-sig"))
    except json.JSONDecodeError as error:
        raise SheetError(
            f"{filename} is broken as JSON at line {error.lineno}, column {error.colno}: {error.msg}."
        ) from None
    except (RecursionError, ValueError):
        raise SheetError(f"{filename} is no JSON in UTF-8 that Concord reads; expected [{{…}}, …].") from None
    mark = ""
    if isinstance(loaded, dict):
        mark, loaded = str(loaded.get("mark") or ""), loaded.get("comments")
    if not isinstance(loaded, list):
        raise SheetError(f"{filename} is JSON but no list of comments; expected [{{…}}, …].")
    names: dict[str, int] = {}
    rows: list[list[Any]] = []
    for number, entry in enumerate(loaded, start=1):
        if not isinstance(entry, dict):
            raise SheetError(f"{filename}, entry {number}: expected an object with one comment.")
        for name in entry:
            names.setdefault(str(name), len(names))
        _check_size(number, len(names), filename)
        row: list[Any] = [""] * len(names)
        for name, value in entry.items():
            plain = (
                value
                if isinstance(value, str | int | float | bool | None)
                else json.dumps(value, ensure_ascii=False)
            )
            row[names[str(name)]] = plain
        rows.append(row)
    return Opened([Table("", [list(names), *rows])], mark)


def find_header(table: Table, mapping: dict[str, str]) -> tuple[int, dict[int, str]] | None:
    """Row index of the header among the first twenty rows and what its columns mean; None where none is.

    It is the row with most columns known, one of them the comment.
    """
    best: tuple[int, dict[int, str]] | None = None
    for index, row in enumerate(table.rows[:20]):
        columns = recognise(row, mapping)
        if "text" in columns.values() and (best is None or len(columns) > len(best[1])):
            best = (index, columns)
    return best


def check_mapping(mapping: Mapping[str, str], filename: str) -> dict[str, str]:
    """The mapping as plain name → field. Raises SheetError for a field that is none."""
    checked = {}
    for column, wanted in mapping.items():
        found = field_named(wanted)
        if found is None:
            raise SheetError(
                f"{filename}: {wanted!r} is no field of a comment; expected one of {', '.join(FIELD_NAMES)}."
            )
        if found in checked.values():
            raise SheetError(f"{filename}: two columns are mapped to {wanted!r}; map one.")
        checked[plain_name(column)] = found
    return checked


FIELD_NAMES = (
    "comment", "file_id", "unit", "from_page", "from_line", "to_page", "to_line", "place", "section",
    "figure", "table", "quote", "proposed", "response", "disposition", "reviewer",
)  # fmt: skip
