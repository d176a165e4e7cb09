"""Reads bibliographies (BibTeX, RIS, CSL-JSON) into CSL-JSON entries with stable keys.

The good entries are taken and the rest is named, each with its place in the file; a file that is no
bibliography at all is refused whole with SourcesError. Every field passes `clean.clean_csl`.

Pure: no Django.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from assessments.sources import clean
from assessments.sources.bibtex import read_bibtex
from assessments.sources.clean import Raw, SourcesError
from assessments.sources.ris import read_ris

MAX_BYTES = 50 * 1024 * 1024
MAX_ENTRIES = 20_000


@dataclass(frozen=True)
class Source:
    """One entry: its key in the text, its cleaned CSL-JSON (``id`` is the key), where it stood.

    ``where`` is "line 12" in BibTeX and RIS, "entry 3" in CSL-JSON (counted from 1). ``warnings`` are
    sentences on what of the entry was left out.
    """

    key: str
    csl: dict[str, Any]
    where: str
    warnings: tuple[str, ...] = ()


class Rejected(NamedTuple):
    """One entry that was not taken; ``key`` is "" where the file gave none."""

    where: str
    key: str
    reason: str


class Duplicate(NamedTuple):
    """A repetition, word for word, of the entry ``key`` that stands at ``first_where``."""

    key: str
    first_where: str


@dataclass
class SourcesRead:
    """What a file held: entries + rejected + duplicates are all of its records; ``format`` is bib, ris or csl."""

    format: str = ""
    entries: list[Source] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)
    duplicates: list[Duplicate] = field(default_factory=list)


def read_sources(data: bytes, filename: str) -> SourcesRead:
    """Every entry of the bibliography ``data``, cleaned, with keys unique in the file.

    The format is told by the content, then by the ending of ``filename`` (.bib, .ris, .json). Text is
    UTF-8 (with or without mark), else Latin-1. Raises SourcesError for a file that is too large, of no
    known format, broken as JSON, or without a single record.
    """
    if len(data) > MAX_BYTES:
        raise SourcesError(
            f"{filename} has {len(data) / 1048576:.0f} MB; at most {MAX_BYTES // 1048576} MB are read. "
            "Split the bibliography into several files."
        )
    text = _decode(data, filename)
    reader = _reader(text, filename)
    kept = SourcesRead(_FORMATS[reader])
    records = list(_capped(reader(text, filename), filename))
    if not records:
        raise SourcesError(f"{filename} holds no entry; expected BibTeX, RIS or CSL-JSON.")
    _sort_out(records, kept)
    return kept


def _decode(data: bytes, filename: str) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\x00" in data:
        raise SourcesError(
            f"{filename} is no text in UTF-8 or Latin-1 (it holds zero bytes); save it again as UTF-8."
        )
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def _reader(text: str, filename: str) -> Callable[[str, str], Iterator[Raw]]:
    head = text[:2000].lstrip()
    if head.startswith(("[", "{")):
        return _read_csl
    if re.search(r"^TY {1,2}-", text, re.MULTILINE):
        return read_ris
    if re.search(r"@[A-Za-z]+\s*[{(]", text):
        return read_bibtex
    by_suffix = {"bib": read_bibtex, "bibtex": read_bibtex, "ris": read_ris, "json": _read_csl}
    reader = by_suffix.get(filename.rsplit(".", 1)[-1].lower())
    if reader is None or not head:
        raise SourcesError(
            f"{filename} is no bibliography that Concord reads; expected BibTeX (@article{{…}}), "
            "RIS (TY  - …) or CSL-JSON ([{…}])."
        )
    return reader


def _capped(records: Iterator[Raw], filename: str) -> Iterator[Raw]:
    for number, record in enumerate(records, start=1):
        if number > MAX_ENTRIES:
            raise SourcesError(
                f"{filename} holds more than {MAX_ENTRIES:,} entries; split it into several files."
            )
        yield record


def _sort_out(records: list[Raw], kept: SourcesRead) -> None:
    """Clean each record, find repetitions, give keys.

    Own keys are reserved first, so that a key made for one entry never takes another's.
    """
    reserved = {clean.safe_key(record.key) for record in records}
    first: dict[tuple[str, str], Source] = {}
    used: set[str] = set()
    for record in records:
        own = clean.safe_key(record.key)
        if record.error:
            kept.rejected.append(Rejected(record.where, own, record.error))
            continue
        try:
            csl, warnings = clean.clean_csl(record.csl)
        except clean.EntryError as error:
            kept.rejected.append(Rejected(record.where, own, str(error)))
            continue
        # The same work under two keys is no repetition: the text may cite either.
        identity = (own, clean.content_hash(csl))
        if identity in first:
            kept.duplicates.append(Duplicate(first[identity].key, first[identity].where))
            continue
        key = _unique(own or _made_key(csl), used, reserved, own)
        if own and key != own:
            warnings.append(f"the key {own} was taken by another entry; this one is {key}.")
        used.add(key)
        first[identity] = source = Source(key, {"id": key, **csl}, record.where, tuple(warnings))
        kept.entries.append(source)


def _unique(wanted: str, used: set[str], reserved: set[str], own: str) -> str:
    if wanted not in used and (wanted == own or wanted not in reserved):
        return wanted
    number = 2
    while f"{wanted}-{number}" in used or f"{wanted}-{number}" in reserved:
        number += 1
    return f"{wanted}-{number}"


def _made_key(csl: dict[str, Any]) -> str:
    """A key out of the entry itself, so that the same entry gets it again: "farrow2025", else its hash."""
    names = csl.get("author") or csl.get("editor") or [{}]
    name = clean.safe_key(names[0].get("family") or names[0].get("literal") or "").lower()[:40]
    parts = (csl.get("issued") or {}).get("date-parts") or [[""]]
    return f"{name}{parts[0][0]}" if name else f"source-{clean.content_hash(csl)[:8]}"


def _read_csl(text: str, filename: str) -> Iterator[Raw]:
    try:
        loaded = json.loads(text)
    except json.JSONDecodeError as error:
        raise SourcesError(
            f"{filename} is broken as JSON at line {error.lineno}, column {error.colno}: {error.msg}. "
            "Nothing of it was taken; export it again."
        ) from None
    except (RecursionError, ValueError):
        raise SourcesError(
            f"{filename} is nested too deeply, or holds a number too long, to be CSL-JSON."
        ) from None
    if isinstance(loaded, dict):
        inner = loaded.get("items", loaded.get("references"))
        loaded = inner if isinstance(inner, list) else [loaded]
    if not isinstance(loaded, list):
        raise SourcesError(f"{filename} is JSON but no list of entries; expected CSL-JSON ([{{…}}, …]).")
    for number, entry in enumerate(loaded, start=1):
        where = f"entry {number}"
        if isinstance(entry, dict):
            yield Raw(where, str(entry.get("id", "")), entry)
        else:
            yield Raw(where, "", {}, "the entry is no object; expected {…} with CSL fields.")


_FORMATS = {read_bibtex: "bib", read_ris: "ris", _read_csl: "csl"}
