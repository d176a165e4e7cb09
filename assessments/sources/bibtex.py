"""Reads BibTeX and BibLaTeX records into CSL fields; bad blocks are handed on one by one, with their line.

Pure: no Django.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from typing import Any

import bibtexparser
from bibtexparser import model

from assessments.sources import clean
from assessments.sources.clean import Raw, SourcesError
from assessments.sources.latex import decode_latex

# The parser logs each bad block, text of the file included; they are handed on as records instead.
logging.getLogger("bibtexparser").addHandler(logging.NullHandler())

# Characters of one field as written; the longest author lists have a fifth of it.
MAX_RAW_FIELD = 500_000

_BIBTEX_TYPES = {
    "article": "article-journal", "book": "book", "booklet": "pamphlet", "mvbook": "book",
    "inbook": "chapter", "incollection": "chapter", "inproceedings": "paper-conference",
    "conference": "paper-conference", "proceedings": "book", "manual": "report", "techreport": "report",
    "report": "report", "mastersthesis": "thesis", "phdthesis": "thesis", "thesis": "thesis",
    "online": "webpage", "electronic": "webpage", "www": "webpage", "dataset": "dataset",
    "software": "software", "patent": "patent", "unpublished": "manuscript", "collection": "book",
}  # fmt: skip
_BIBTEX_FIELDS = {
    "title": "title", "shorttitle": "title-short", "journal": "container-title",
    "journaltitle": "container-title", "booktitle": "container-title", "series": "collection-title",
    "volume": "volume", "issue": "issue", "pages": "page", "edition": "edition", "publisher": "publisher",
    "school": "publisher", "institution": "publisher", "organization": "publisher",
    "address": "publisher-place", "location": "publisher-place", "doi": "DOI", "url": "URL",
    "isbn": "ISBN", "issn": "ISSN", "language": "language", "langid": "language", "note": "note",
    "howpublished": "note", "annote": "annote", "abstract": "abstract", "keywords": "keyword",
    "type": "genre", "version": "version", "chapter": "chapter-number", "eid": "number", "pmid": "PMID",
}  # fmt: skip
_VERBATIM = frozenset({"DOI", "URL", "ISBN", "ISSN"})
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


def read_bibtex(text: str, filename: str) -> Iterator[Raw]:
    try:
        library = bibtexparser.parse_string(text)
    except RecursionError:
        raise SourcesError(f"{filename} is nested too deeply to be BibTeX.") from None
    for block in library.blocks:
        where = f"line {block.start_line + 1}"
        if isinstance(block, model.DuplicateBlockKeyBlock):
            # A key given twice is sorted out by content, like everywhere. The parser hands such a block
            # on as it was written, so its fields are opened here.
            block = _opened(block.ignore_error_block, library)
        if isinstance(block, model.Entry):
            long = next((f.key for f in block.fields if len(str(f.value)) > MAX_RAW_FIELD), None)
            if long is None:
                yield Raw(where, block.key.strip(), _from_bibtex(block))
            else:
                yield Raw(where, block.key.strip(), {}, f"the field {long[:40]} is too long to be one.")
        elif isinstance(block, model.DuplicateFieldKeyBlock):
            names = ", ".join(sorted(block.duplicate_keys))
            key = getattr(block.ignore_error_block, "key", "")
            yield Raw(where, key, {}, f"a field is given twice: {clean.clean_plain(names)[:100]}.")
        elif isinstance(block, model.ParsingFailedBlock):
            yield Raw(where, _key_of_raw(block.raw), {}, f"broken BibTeX: {_why(block.error)}")


def _opened(block: model.Block, library: bibtexparser.Library) -> model.Block:
    """The block with the braces or quotes around its fields taken off, and string names replaced."""
    strings = {name.lower(): string.value for name, string in library.strings_dict.items()}
    for written in getattr(block, "fields", []):
        value = str(written.value).strip()
        if (value[:1], value[-1:]) in (("{", "}"), ('"', '"')):
            value = value[1:-1]
        written.value = strings.get(value.lower(), value)
    return block


def _key_of_raw(raw: str) -> str:
    match = re.match(r"\s*@\w+\s*[{(]\s*([^\s,={}]+)", raw or "")
    return match[1] if match else ""


def _why(error: Exception) -> str:
    text = getattr(error, "abort_reason", None) or str(error)
    return clean.clean_plain(text)[:300]


def _from_bibtex(entry: model.Entry) -> dict[str, Any]:
    kind = entry.entry_type.lower()
    csl: dict[str, Any] = {"type": _BIBTEX_TYPES.get(kind, "document")}
    values = {f.key.lower(): str(f.value) for f in entry.fields}
    if csl["type"] == "document" and values.get("url"):
        csl["type"] = "webpage"
    for name, target in _BIBTEX_FIELDS.items():
        if values.get(name) and target not in csl:
            csl[target] = _verbatim(values[name]) if target in _VERBATIM else decode_latex(values[name])
    if "page" in csl:
        csl["page"] = re.sub("\u2013+|-+", "-", csl["page"])
    if values.get("number"):
        csl["issue" if csl["type"] == "article-journal" and "issue" not in csl else "number"] = values[
            "number"
        ]
    for name in ("author", "editor", "translator"):
        if values.get(name):
            csl[name] = _bibtex_names(values[name])
    if values.get("eprint") and "arxiv" in values.get("archiveprefix", values.get("eprinttype", "")).lower():
        csl.setdefault("URL", f"https://arxiv.org/abs/{values['eprint'].strip()}")
    issued = _bibtex_date(values)
    if issued:
        csl["issued"] = issued
    return csl


def _verbatim(value: str) -> str:
    return re.sub(r"\\([_%&#~{}$])", r"\1", value.removeprefix("\\url{").strip("{} \t\n"))


def _bibtex_date(values: dict[str, str]) -> dict[str, Any] | None:
    """The year of ``year`` with the rest of ``date`` where both agree; a month may be a word."""
    date = clean.parse_date(decode_latex(values.get("date", "")))
    year = clean.parse_date(decode_latex(values.get("year", "")))
    if date and "date-parts" in date and (not year or year == {"date-parts": [date["date-parts"][0][:1]]}):
        return date
    if year and "date-parts" in year and len(year["date-parts"][0]) == 1:
        month = values.get("month", "").strip("{} ").lower()
        if month[:3] in _MONTHS:
            year["date-parts"][0].append(_MONTHS.index(month[:3]) + 1)
        elif re.fullmatch(r"0?[1-9]|1[0-2]", month):
            year["date-parts"][0].append(int(month))
    return year or date


def _bibtex_names(value: str) -> list[dict[str, str]]:
    names = []
    for written in _split_outside_braces(value, re.compile(r"\s+and\s+", re.IGNORECASE)):
        written = written.strip()
        if not written:
            continue
        if written.lower() == "others":
            names.append({"literal": "et al."})
        elif written.startswith("{") and written.endswith("}") and "{" not in written[1:]:
            names.append({"literal": decode_latex(written)})
        else:
            names.append(
                _person([decode_latex(part) for part in _split_outside_braces(written, re.compile(","))])
            )
    return names


def _split_outside_braces(text: str, separator: re.Pattern[str]) -> list[str]:
    if "{" not in text and "}" not in text:
        return separator.split(text)
    parts, depth, start, index = [], 0, 0, 0
    while index < len(text):
        char = text[index]
        if char == "{":
            depth += 1
        elif char == "}":
            depth -= 1
        elif depth <= 0 and (char.isspace() or char == ",") and (match := separator.match(text, index)):
            parts.append(text[start:index])
            start = index = match.end()
            continue
        index += 1
    return [*parts, text[start:]]


def _person(parts: list[str]) -> dict[str, str]:
    """ "von Last, First", "von Last, Jr, First" or "First von Last" as a CSL name."""
    parts = [" ".join(part.split()) for part in parts]
    if len(parts) == 1:
        words = parts[0].split()
        # The family name begins at the first particle in small letters, else at the last word.
        start = next((i for i, w in enumerate(words[1:-1], 1) if w[:1].islower()), max(len(words) - 1, 0))
        if not start:
            return {"literal": parts[0]}
        return {"family": " ".join(words[start:]), "given": " ".join(words[:start])}
    name = {"family": parts[0], "given": parts[-1]}
    return {**name, "suffix": parts[1]} if len(parts) > 2 and parts[1] else name
