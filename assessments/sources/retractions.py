"""Reads lists of retractions: CSV with a DOI in each row, as Retraction Watch and publishers give them out.

Pure: no Django.
"""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple

from assessments.sources.clean import SourcesError, clean_plain, safe_doi

MAX_BYTES = 100 * 1024 * 1024
MAX_ROWS = 300_000
# The column of each field, by any of the names that lists give it.
_COLUMNS = {
    "doi": ("originalpaperdoi", "doi", "original_doi", "paperdoi"),
    "nature": ("retractionnature", "nature", "type", "status"),
    "on": ("retractiondate", "date", "noticedate"),
    "notice": ("retractiondoi", "noticedoi", "notice", "replacedby", "replacement"),
    "reason": ("reason", "reasons", "why"),
}
_NATURES = (
    ("replaced", re.compile(r"replac|supersed|republish", re.IGNORECASE)),
    ("concern", re.compile(r"concern", re.IGNORECASE)),
    ("retracted", re.compile(r"retract|withdraw|remov", re.IGNORECASE)),
)
_IGNORED = re.compile(r"reinstat|correct|errat", re.IGNORECASE)


class Retracted(NamedTuple):
    """One row: the bare DOI in small letters, its nature (retracted, replaced or concern), day, notice, reason."""

    doi: str
    nature: str
    on: date | None
    notice: str
    reason: str


@dataclass
class RetractionsRead:
    """What a list held; ``passed`` are rows that speak of no retraction or name no DOI, ``refused`` (row, why)."""

    rows: list[Retracted] = field(default_factory=list)
    passed: int = 0
    refused: list[tuple[int, str]] = field(default_factory=list)


def read_retractions(data: bytes, filename: str) -> RetractionsRead:
    """The rows of a list. Raises SourcesError for a file that is too large, no CSV, or without a column of DOIs."""
    if len(data) > MAX_BYTES:
        raise SourcesError(
            f"{filename} has {len(data) // 1048576} MB; at most {MAX_BYTES // 1048576} MB are read."
        )
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("latin-1")
    if "\0" in text:
        raise SourcesError(f"{filename} is no CSV file (it holds zero bytes); save it again as CSV in UTF-8.")
    delimiter = max(",;\t", key=text.partition("\n")[0].count)
    reader = csv.reader(io.StringIO(text), delimiter=delimiter)
    columns = _columns(next(reader, []), filename)
    found = RetractionsRead()
    try:
        for number, row in enumerate(reader, start=2):
            if number > MAX_ROWS:
                raise SourcesError(f"{filename} holds more than {MAX_ROWS:,} rows; split it.")
            _take({name: row[at] for name, at in columns.items() if at < len(row)}, number, found)
    except csv.Error as error:
        raise SourcesError(f"{filename}, line {reader.line_num}: this is no CSV: {error}.") from None
    return found


def _columns(head: list[str], filename: str) -> dict[str, int]:
    names = [re.sub(r"[^a-z_]", "", name.lower()) for name in head]
    columns = {
        field: names.index(found)
        for field, wanted in _COLUMNS.items()
        if (found := next((name for name in wanted if name in names), None))
    }
    if "doi" not in columns:
        raise SourcesError(
            f"{filename} has no column of DOIs; expected a first row with DOI (or OriginalPaperDOI) and, if "
            "known, RetractionNature, RetractionDate, RetractionDOI and Reason."
        )
    return columns


def _take(row: dict[str, str], number: int, found: RetractionsRead) -> None:
    written = clean_plain(row.get("doi", "")[:500])
    nature = _nature(row.get("nature", ""))
    if not written or written.lower() in ("unavailable", "n/a") or not nature:
        found.passed += 1
        return
    doi = safe_doi(written)
    if doi is None:
        found.refused.append((number, f"{written[:80]} is no DOI; expected 10.NNNN/…"))
        return
    notice = clean_plain(row.get("notice", "")[:500])[:250]
    reason = clean_plain(row.get("reason", "").replace(";", "; ").replace("+", "")[:2000]).strip("; ")[:500]
    found.rows.append(Retracted(doi.lower()[:250], nature, _day(row.get("on", "")), notice, reason))


def _nature(written: str) -> str:
    """What became of the work; a list without that column lists retractions."""
    if not written.strip():
        return "retracted"
    if _IGNORED.search(written) and not re.search("retract", written, re.IGNORECASE):
        return ""
    return next((nature for nature, pattern in _NATURES if pattern.search(written)), "")


def _day(written: str) -> date | None:
    """The day, written as in 2024-03-05 or, as Retraction Watch does, month first (3/5/2024 0:00)."""
    head = written.strip().split(" ")[0].split("T")[0]
    for pattern in ("%Y-%m-%d", "%m/%d/%Y", "%d.%m.%Y"):
        try:
            return datetime.strptime(head, pattern).date()
        except ValueError:
            continue
    return None
