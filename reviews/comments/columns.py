"""Which column of a comment sheet means what, and what reviewers and authors pack into one cell.

The columns are those of published review files: "Comment No | Chapter | From Page | From Line | To Page |
To Line | Comment | Response" with the reviewer in brackets behind the comment, and the older form with
"Batch" and numbers such as "E-3-12" (E: expert, G: government). Names are compared without case, spaces
and punctuation.

Pure: no Django.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence

from reviews.comments.positions import cell_text

# Field → the names under which it is known. The first name of the first column wins.
_KNOWN_AS = {
    "number": ("concord no", "concord number"),
    "file_id": ("comment no", "comment number", "comment id", "comment nr", "no", "nr", "number", "id"),
    "unit": ("chapter", "chapter no", "chapter number", "unit", "chapter unit", "chapter or section"),
    "from_page": ("from page", "page from", "start page", "first page", "page", "page no", "pages"),
    "from_line": ("from line", "line from", "start line", "first line", "line", "line no", "lines"),
    "to_page": ("to page", "page to", "end page", "last page"),
    "to_line": ("to line", "line to", "end line", "last line"),
    "place": ("place as written", "place", "location", "position", "page line", "page and line"),
    "section": ("section", "section no", "section number", "section heading", "section title"),
    "figure": ("figure", "figure no", "figure number", "fig"),
    "table": ("table", "table no", "table number"),
    "quote": ("quote", "quoted text", "original text", "text commented on"),
    "text": ("comment", "comments", "comment text", "review comment", "reviewer comment"),
    "proposed": ("proposed text", "proposed wording", "suggested text", "suggested wording"),
    "response": (
        "response", "responses", "author response", "authors response", "response of authors", "reply",
        "answer", "considerations by the writing team", "notes of the writing team", "writing team response",
    ),
    "disposition": ("disposition",),
    "reviewer": ("reviewer", "reviewer name", "name of reviewer", "commenter", "submitted by"),
}  # fmt: skip

FIELDS = tuple(_KNOWN_AS)
_ALIASES = {"comment": "text"}

DISPOSITIONS = ("accepted", "accepted-in-part", "rejected", "taken-into-account", "noted", "not-applicable")

_OPENINGS = (
    ("accepted-in-part", r"(?:partly|partially|in part)[ ,-]*(?:accepted|accept|agreed)|"
                         r"accept(?:ed)?[ ,-]*\(?(?:in part|partly|partially)\)?|accepted with changes"),
    ("taken-into-account", r"taken (?:in|into) (?:account|consideration)|take into account"),
    ("not-applicable", r"not applicable|n/a|n\.a\.?"),
    ("rejected", r"reject(?:ed|s)?|not accepted|declined"),
    ("accepted", r"accept(?:ed|s)?"),
    ("noted", r"noted"),
)  # fmt: skip
_OPENING = re.compile(
    "|".join(f"(?P<{key.replace('-', '_')}>{pattern})" for key, pattern in _OPENINGS), re.IGNORECASE
)
# "Agreed" and "Disagree" open answers of many kinds: they count only where a stop or dash follows.
_WEAK = re.compile(
    r"(?:(?P<accepted>agree[ds]?)|(?P<rejected>disagree[ds]?))(?=\s*(?:$|[.;:,–—]|\s-\s))", re.IGNORECASE
)
_SEPARATOR = re.compile(r"\s*(?:[.;:,!]+(?=\s|$)|\s[-–—]+\s|[–—])\s*|\s*$")
_BRACKET = re.compile(r"\[([^\[\]\n]{2,200})\]\s*+\.?\s*+$")
# What stands in brackets at the end of a comment and is no person or government.
_NO_REVIEWER = re.compile(
    r"(?i)(?:see|fig|figure|table|tab|section|chapter|box|ref|refs|reference|page|line|sic|e\.g|i\.e|cf|note|"
    r"emphasis|https?|doi|citation|insert|delete|add|new|end)\b"
)
# Units that have names, not numbers, in published review files.
_UNITS = frozenset({"SPM", "TS", "ES", "FAQ", "FAQS", "ANNEX", "GLOSSARY", "ATLAS", "SYR", "GENERAL"})
_FILE_ID = re.compile(r"(?:([EG])-)?([A-Za-z][A-Za-z ]{0,9}|[A-Za-z]{0,3}\d{1,2}(?:\.\d{1,2})?)-(\d{1,6})")


def plain_name(name: str) -> str:
    """A column's name as it is compared: small Latin letters and digits only."""
    text = unicodedata.normalize("NFKD", name).casefold()
    return "".join(char for char in text if char.isalnum())


_BY_NAME = {plain_name(name): field for field, names in _KNOWN_AS.items() for name in names}


def field_named(name: str) -> str | None:
    """The field that a mapping names ("comment" is another word for "text"); None for no field."""
    name = name.strip().casefold()
    name = _ALIASES.get(name, name)
    return name if name in FIELDS else None


def recognise(header: Sequence[object], mapping: Mapping[str, str]) -> dict[int, str]:
    """Column index → field, for one row taken as header; ``mapping`` (plain name → field) goes first.

    A field is given to one column: the mapped one, else the first. Others keep their own names.
    """
    names = [plain_name(cell_text(cell)) for cell in header]
    columns: dict[int, str] = {}
    for source in (mapping, _BY_NAME):
        for index, name in enumerate(names):
            field = source.get(name) if name else None
            if field and index not in columns and field not in columns.values():
                columns[index] = field
    return columns


def split_disposition(response: str) -> tuple[str | None, str]:
    """("accepted", "reason") out of "Accepted – reason"; (None, response) where none opens the text.

    Where nothing parts the word from what follows ("Accepted text revised") the text is kept whole.
    """
    match = _OPENING.match(response) or _WEAK.match(response)
    if not match or response[match.end() : match.end() + 1].isalnum():
        return None, response
    key = (match.lastgroup or "").replace("_", "-")
    separator = _SEPARATOR.match(response, match.end())
    return key, response[separator.end() :].strip() if separator else response


def disposition_named(text: str, labels: Mapping[str, str]) -> str | None:
    """The key for a cell of a disposition column: a label of our workbook, a key, or the usual words."""
    plain = plain_name(text)
    for label, key in labels.items():
        if plain_name(label) == plain:
            return key
    for key in DISPOSITIONS:
        if plain_name(key) == plain:
            return key
    key, rest = split_disposition(text)
    return key if not rest else None


def split_reviewer(text: str) -> tuple[str, str]:
    """("comment", "Government of China") out of "comment [Government of China]"; ("", …) changes nothing."""
    match = _BRACKET.search(text)
    if not match or not text[: match.start()].strip():
        return text, ""
    name = " ".join(match[1].split())
    letters = sum(char.isalpha() for char in name)
    capital = name[:1].isalpha() and not name[:1].islower()
    if not capital or letters * 2 < len(name) or _NO_REVIEWER.match(name):
        return text, ""
    return text[: match.start()].rstrip(), name


def split_file_id(file_id: str) -> tuple[str, str]:
    """(unit, audience) told by a number such as "3-12" or "E-SPM-1"; "" for what it does not tell.

    Other prefixes ("ERO-006") are names that a journal or an office gave; they name no unit.
    """
    match = _FILE_ID.fullmatch(file_id.strip())
    if not match:
        return "", ""
    unit = match[2] if match[2][0].isdigit() or match[2].upper() in _UNITS else ""
    return unit, {"E": "experts", "G": "governments"}.get(match[1] or "", "")


def plain_unit(text: str) -> str:
    """ "3" out of "Chapter 3", "Ch. 3" or "3.0"; other names ("SPM") as they are."""
    match = re.fullmatch(r"(?:chapter|chap\.?|ch\.?)?\s*(\d{1,3})(?:\.0+)?", text, re.IGNORECASE)
    return str(int(match[1])) if match else re.sub(r"(?i)^chapter\s+", "", " ".join(text.split()))
