"""Looks into an .xlsx file before anything opens it: size when unpacked, cells named, formulas that failed.

A workbook is a zip of XML. A few kilobytes can unpack to gigabytes, and two cells far apart make a reader
lay out every cell between them; both are found here by unpacking in pieces and counting what comes out.

Pure: no Django.
"""

from __future__ import annotations

import html
import io
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator

MAX_UNPACKED = 400 * 1024 * 1024
MAX_MEMBERS = 2_000
MAX_ROWS = 150_000
MAX_COLUMNS = 256
# A reader lays out every cell between the first and the last, the empty ones too.
MAX_AREA = 10_000_000
_HEADER_ROWS = 100
_PIECE = 1 << 20

# Attributes are matched up to a length: an endless tag must cost no more than its reading. A cell written
# otherwise than spreadsheet programs do it counts as bare, and a sheet with bare cells is refused.
_CELL = re.compile(rb'<(?:\w+:)?c\s(?:[^<>]{0,300}?\s)?r="([A-Z]{1,3})(\d{1,7})"[^<>]{0,300}?(/?)>')
_BARE_CELL = re.compile(rb'<(?:\w+:)?c(?:>|\s(?![^<>]{0,300}?\br="[A-Z]{1,3}\d{1,7}"[^<>]{0,300}>))')
_ERROR = re.compile(
    rb'<(?:\w+:)?c\s([^<>]{0,300}\bt="e"[^<>]{0,300})>\s*'
    rb"(?:<(?:\w+:)?f(?:\s[^<>]*)?>[^<]*</(?:\w+:)?f>|<(?:\w+:)?f[^<>]*/>)?"
    rb"\s*<(?:\w+:)?v>([^<]{1,20})<"
)
_REFERENCE = re.compile(rb'\br="([A-Z]{1,3})(\d{1,7})"')


class SheetError(ValueError):
    """The file as a whole cannot be read; the text names it and says what was expected."""


def look_into(data: bytes, filename: str) -> dict[str, dict[tuple[int, int], str]]:
    """Refuse a workbook that is broken or too large; say which cells hold a failed formula.

    Returns sheet name → {(row, column), both from 0: "#NAME?"}. Raises SheetError.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, struct.error, RuntimeError):
        raise SheetError(
            f"{filename} is no whole .xlsx workbook: it is cut off or damaged. Save it again."
        ) from None
    names = {member.filename for member in members}
    if "xl/workbook.xml" not in names:
        raise SheetError(f"{filename} is a zip file but no .xlsx workbook; save the sheet as .xlsx or .csv.")
    if len(members) > MAX_MEMBERS:
        raise SheetError(f"{filename} holds {len(members):,} parts; at most {MAX_MEMBERS:,} are read.")
    if sum(member.file_size for member in members) > MAX_UNPACKED:
        raise _too_large(filename)
    sheet_names = _sheet_names(data, members, filename)
    errors: dict[str, dict[tuple[int, int], str]] = {}
    left = MAX_UNPACKED
    for member in members:
        pieces = _counted(_unpacked(data, member, filename), left, filename)
        if member.filename in sheet_names:
            name = sheet_names[member.filename]
            left -= _scan(pieces, name, filename, errors.setdefault(name, {}))
        else:
            left -= sum(map(len, pieces))
    return errors


def _too_large(filename: str) -> SheetError:
    return SheetError(
        f"{filename} unpacks to more than {MAX_UNPACKED // 1048576} MB; no comment sheet needs that much. "
        "Split it, or remove pictures and unused sheets."
    )


def _unpacked(data: bytes, member: zipfile.ZipInfo, filename: str) -> Iterator[bytes]:
    """The member's bytes in pieces, as a reader would get them whatever the directory claims about size."""
    start = member.header_offset
    head = data[start : start + 30]
    if len(head) < 30 or head[:4] != b"PK\x03\x04" or member.flag_bits & 1:
        raise SheetError(f"{filename} is damaged or locked with a password; save it again without one.")
    name_size, extra_size = struct.unpack("<HH", head[26:30])
    start += 30 + name_size + extra_size
    packed = memoryview(data)[start : start + member.compress_size]
    if member.compress_type == zipfile.ZIP_STORED:
        yield from (bytes(packed[i : i + _PIECE]) for i in range(0, len(packed), _PIECE))
        return
    if member.compress_type != zipfile.ZIP_DEFLATED:
        raise SheetError(f"{filename} is packed in a way that workbooks are not; save it again as .xlsx.")
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        piece = inflater.decompress(packed, _PIECE)
        while piece:
            yield piece
            piece = inflater.decompress(inflater.unconsumed_tail, _PIECE)
    except zlib.error:
        raise SheetError(f"{filename} is damaged inside ({member.filename}); save it again.") from None
    if not inflater.eof:
        raise SheetError(f"{filename} is cut off inside ({member.filename}); send it anew.")


def _counted(pieces: Iterator[bytes], left: int, filename: str) -> Iterator[bytes]:
    for piece in pieces:
        left -= len(piece)
        if left < 0:
            raise _too_large(filename)
        yield piece


def _sheet_names(data: bytes, members: list[zipfile.ZipInfo], filename: str) -> dict[str, str]:
    """Path of a sheet's XML → the name people see on its tab."""
    by_name = {member.filename: member for member in members}
    texts = []
    for path in ("xl/workbook.xml", "xl/_rels/workbook.xml.rels"):
        member = by_name.get(path)
        pieces = _counted(_unpacked(data, member, filename), 8 * _PIECE, filename) if member else iter(())
        texts.append(b"".join(pieces).decode("utf-8", "replace"))
    targets = {}
    for tag in re.findall(r"<(?:\w+:)?Relationship\s[^<>]*>", texts[1]):
        attributes = dict(re.findall(r'(\w+)="([^"]*)"', tag))
        path = attributes.get("Target", "")
        path = path.lstrip("/") if path.startswith("/") else f"xl/{path}"
        targets[attributes.get("Id", "")] = path
    names = {}
    for tag in re.findall(r"<(?:\w+:)?sheet\s[^<>]*>", texts[0]):
        attributes = dict(re.findall(r'([\w:]+)="([^"]*)"', tag))
        relation = next((v for k, v in attributes.items() if k.endswith(":id")), "")
        if relation in targets:
            names[targets[relation]] = html.unescape(attributes.get("name", ""))
    # A sheet that no relation names is scanned all the same.
    for path in by_name:
        if re.fullmatch(r"xl/worksheets/[^/]+\.xml", path, re.IGNORECASE):
            names.setdefault(path, path)
    return names


def _scan(pieces: Iterator[bytes], sheet: str, filename: str, errors: dict[tuple[int, int], str]) -> int:
    """Count the sheet's XML, refuse cells beyond the caps, note failed formulas; returns bytes unpacked."""
    carry, size, reach = b"", 0, [0, 0]
    for piece in pieces:
        size += len(piece)
        if size == len(piece) and (piece[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\x00" in piece[:200]):
            raise SheetError(f"{filename}, sheet {sheet!r}, is not in UTF-8; save it again as .xlsx.")
        text = carry + piece
        # Cut before the last cell, so that a cell and its value are seen together.
        cut = max(text.rfind(b"<c "), text.rfind(b":c "), 0)
        cut = max(text.rfind(b"<", 0, cut + 1), 0)
        if len(text) - cut > 8 * _PIECE:
            raise SheetError(f"{filename}, sheet {sheet!r}, holds a cell too large to be text; remove it.")
        _check_cells(text[:cut], sheet, filename, errors, reach)
        carry = text[cut:]
    _check_cells(carry, sheet, filename, errors, reach)
    return size


def _check_cells(
    text: bytes, sheet: str, filename: str, errors: dict[tuple[int, int], str], reach: list[int]
) -> None:
    """Widen ``reach`` [columns, rows] to the cells with content, and refuse what is beyond the caps."""
    if b"<!DOCTYPE" in text or _BARE_CELL.search(text):
        raise SheetError(f"{filename}, sheet {sheet!r}, is no usual workbook; open it and save it as .xlsx.")
    filled = {(column_number(letters), int(row)) for letters, row, empty in _CELL.findall(text) if not empty}
    for column, row in filled:
        reach[:] = max(reach[0], column + 1), max(reach[1], row)
    if reach[1] > MAX_ROWS + _HEADER_ROWS or reach[0] > MAX_COLUMNS or reach[0] * reach[1] > MAX_AREA:
        raise SheetError(
            f"{filename}, sheet {sheet!r}, reaches to row {reach[1]:,} and column {reach[0]:,}; at most "
            f"{MAX_ROWS:,} rows and {MAX_COLUMNS} columns are read, {MAX_AREA:,} cells in all. "
            "Clear what lies beyond the comments, or split the sheet."
        )
    if b't="e"' in text:
        for match in _ERROR.finditer(text):
            place = _REFERENCE.search(match[1])
            if place and len(errors) < 10_000:
                shown = html.unescape(match[2].decode("utf-8", "replace"))
                errors[int(place[2]) - 1, column_number(place[1])] = shown


def column_number(letters: bytes) -> int:
    """A → 0, Z → 25, AA → 26."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number - 1
