"""Reads RIS records into CSL fields; what stands outside a record or is not closed is named with its line.

Pure: no Django.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from assessments.sources import clean
from assessments.sources.clean import Raw

_RIS_TYPES = {
    "JOUR": "article-journal", "EJOUR": "article-journal", "MGZN": "article-magazine",
    "NEWS": "article-newspaper", "BOOK": "book", "EBOOK": "book", "EDBOOK": "book", "CHAP": "chapter",
    "ECHAP": "chapter", "CONF": "paper-conference", "CPAPER": "paper-conference", "RPRT": "report",
    "THES": "thesis", "ELEC": "webpage", "WEB": "webpage", "BLOG": "post-weblog", "DATA": "dataset",
    "COMP": "software", "PAT": "patent", "LEGAL": "legislation", "STAT": "legislation", "BILL": "bill",
    "CASE": "legal_case", "STAND": "standard", "UNPB": "manuscript", "INPR": "article-journal",
    "PREPRINT": "article", "VIDEO": "motion_picture", "MPCT": "motion_picture", "SLIDE": "speech",
    "MAP": "map", "ENCYC": "entry-encyclopedia", "GOVDOC": "report",
}  # fmt: skip
_RIS_FIELDS = {
    "TI": "title", "T1": "title", "CT": "title", "T2": "container-title", "JO": "container-title",
    "JF": "container-title", "BT": "container-title", "JA": "container-title-short", "T3": "collection-title",
    "ST": "title-short", "VL": "volume", "IS": "issue", "CP": "issue", "ET": "edition", "PB": "publisher",
    "CY": "publisher-place", "PP": "publisher-place", "DO": "DOI", "UR": "URL", "LA": "language",
    "AB": "abstract", "N2": "abstract", "N1": "note", "M3": "genre", "C7": "number",
}  # fmt: skip
_RIS_LINE = re.compile(r"([A-Z][A-Z0-9]) {1,2}-(?: (.*)|\s*)$")


def read_ris(text: str, filename: str) -> Iterator[Raw]:
    tags: list[tuple[str, str]] = []
    start = 0
    open_record = False
    for number, line in enumerate(text.splitlines(), start=1):
        match = _RIS_LINE.match(line.rstrip())
        tag, value = (match[1], (match[2] or "").strip()) if match else ("", line.strip())
        if tag == "TY":
            if open_record:
                yield _unclosed(start, tags)
            tags, start, open_record = [(tag, value)], number, True
        elif not open_record:
            if tag and tag != "ER":
                yield Raw(
                    f"line {number}", "", {}, f"{tag} stands outside a record; a record begins with TY."
                )
        elif tag == "ER":
            yield Raw(f"line {start}", _ris_key(tags), _from_ris(tags))
            open_record = False
        elif tag:
            tags.append((tag, value))
        elif value:
            tags[-1] = (tags[-1][0], f"{tags[-1][1]} {value}")
    if open_record:
        yield _unclosed(start, tags)


def _unclosed(start: int, tags: list[tuple[str, str]]) -> Raw:
    return Raw(f"line {start}", _ris_key(tags), {}, "the record is not closed by ER; it may be cut off.")


def _ris_key(tags: list[tuple[str, str]]) -> str:
    return next((value for tag, value in tags if tag == "ID" and value), "")


def _from_ris(tags: list[tuple[str, str]]) -> dict[str, Any]:
    many: dict[str, list[str]] = {}
    for tag, value in tags:
        if value:
            many.setdefault(tag, []).append(value)
    csl: dict[str, Any] = {"type": _RIS_TYPES.get(many.get("TY", [""])[0].upper(), "document")}
    for tag, target in _RIS_FIELDS.items():
        if tag in many and target not in csl:
            csl[target] = " ".join(many[tag]) if tag in ("N1", "AB", "N2") else many[tag][0]
    first, last = many.get("SP", [""])[0], many.get("EP", [""])[0]
    if first or last:
        csl["page"] = f"{first}-{last}" if first and last and first != last else first or last
    if "SN" in many:
        csl["ISBN" if csl["type"] in ("book", "chapter") else "ISSN"] = many["SN"][0]
    if "KW" in many:
        csl["keyword"] = ", ".join(many["KW"])
    authors = many.get("AU", []) + many.get("A1", [])
    for target, written in (("author", authors), ("editor", many.get("A2", []) + many.get("ED", []))):
        if written:
            csl[target] = [_ris_name(name) for name in written]
    issued = _ris_date(many)
    if issued:
        csl["issued"] = issued
    return csl


def _ris_date(many: dict[str, list[str]]) -> dict[str, Any] | None:
    """The year of PY or Y1, with month and day of DA where both agree."""
    year = clean.parse_date((many.get("PY") or many.get("Y1") or [""])[0])
    day = clean.parse_date(many.get("DA", [""])[0])
    if day and "date-parts" in day and (not year or year.get("date-parts") == [day["date-parts"][0][:1]]):
        return day
    return year or day


def _ris_name(written: str) -> dict[str, str]:
    parts = [part.strip() for part in written.split(",")]
    if len(parts) == 1:
        return {"literal": written}
    name = {"family": parts[0], "given": parts[1]}
    return {**name, "suffix": parts[2]} if len(parts) > 2 and parts[2] else name
