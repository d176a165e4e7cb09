"""Makes one bibliographic entry of a stranger's file fit to keep: plain text, few marks, no surprises.

Inside Concord a source is CSL-JSON. A cleaned entry holds Unicode text in form C with single spaces.
Titles may carry the marks CSL allows (``<i> <b> <sub> <sup>``, balanced, without attributes); no other
field holds any, and no field holds anything that a browser would take for a tag. Text is *not* HTML:
whoever prints it escapes it (``style.py`` does). Cleaning twice changes nothing.

Pure: no Django.
"""

from __future__ import annotations

import hashlib
import html
import json
import re
import unicodedata
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple
from urllib.parse import unquote, urlsplit

# Longer than any abstract; a field beyond it is a file pasted into a field.
MAX_FIELD = 50_000
MAX_NAMES = 5_000
MAX_FIELDS = 200

MARKS = ("i", "b", "sub", "sup")
_SAME_MARK = {"em": "i", "italic": "i", "strong": "b", "bold": "b"}
# Fields in which CSL processors read marks.
RICH_FIELDS = frozenset(
    {"title", "title-short", "container-title", "container-title-short", "collection-title", "volume-title"}
)
NAME_FIELDS = frozenset(
    {
        "author", "chair", "collection-editor", "compiler", "composer", "container-author", "contributor",
        "curator", "director", "editor", "editorial-director", "editor-translator", "executive-producer",
        "guest", "host", "illustrator", "interviewer", "narrator", "organizer", "original-author",
        "performer", "producer", "recipient", "reviewed-author", "script-writer", "series-creator",
        "translator",
    }
)  # fmt: skip
DATE_FIELDS = frozenset({"accessed", "available-date", "event-date", "issued", "original-date", "submitted"})
NAME_PARTS = ("family", "given", "literal", "suffix", "dropping-particle", "non-dropping-particle")
TYPES = frozenset(
    {
        "article", "article-journal", "article-magazine", "article-newspaper", "bill", "book", "broadcast",
        "chapter", "classic", "collection", "dataset", "document", "entry", "entry-dictionary",
        "entry-encyclopedia", "event", "figure", "graphic", "hearing", "interview", "legal_case",
        "legislation", "manuscript", "map", "motion_picture", "musical_score", "pamphlet",
        "paper-conference", "patent", "performance", "periodical", "personal_communication", "post",
        "post-weblog", "regulation", "report", "review", "review-book", "software", "song", "speech",
        "standard", "thesis", "treaty", "webpage",
    }
)  # fmt: skip
# What an entry must have at least one of: with none of these nothing could be printed.
PRINTABLE = ("title", "author", "editor", "container-title", "publisher", "DOI", "URL", "note")

# What is dropped with all that stands in it: where it begins, where it ends.
_DROPPED_WHOLE = (
    (re.compile("<!--"), re.compile("-->")),
    (re.compile(r"<script\b[^<>]*+>", re.IGNORECASE), re.compile(r"</script\s*+>", re.IGNORECASE)),
    (re.compile(r"<style\b[^<>]*+>", re.IGNORECASE), re.compile(r"</style\s*+>", re.IGNORECASE)),
)
# Possessive, so that an endless "<aaa…" costs one reading.
_TAG = re.compile(r"<(/?)([A-Za-z!?][^\s<>/]*+)([^<>]*+)>|<(/)([^<>]*+)>")
_MARK = re.compile(r"</?(?:i|b|sub|sup)>")
_LOOKS_LIKE_TAG = re.compile(r"<(?=[A-Za-z/!?]|\Z)")
_CONTROL = re.compile(
    "[\u0000-\u0008\u000e-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069\ufeff\ufff9-\uffff\ud800-\udfff]"
)
_FIELD_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,39}")
_DOI = re.compile(r"10\.\d{4,9}/\S+")
_FOR_PROFIT = re.compile(r"(?:^|[;,]\s*)(?:industry|for[- ]profit)\s*(?=[;,]|$)", re.IGNORECASE)


class SourcesError(ValueError):
    """A file as a whole cannot be read; the text names it and says what was expected."""


class Raw(NamedTuple):
    """A record before cleaning: where it stood, its own key, its CSL fields, or why it is unreadable."""

    where: str
    key: str
    csl: dict[str, Any]
    error: str = ""


class EntryError(ValueError):
    """The entry cannot be kept; the text says why, in a sentence for the person who sent the file."""


def clean_plain(value: object) -> str:
    """Text without marks, tags, entities, control or direction-changing characters; single spaces."""
    return _settle(value, lambda text: _collapse(_TAG.sub("", text)))


def clean_rich(value: object) -> str:
    """Like `clean_plain`, but ``<i> <b> <sub> <sup>`` stay, balanced and without attributes."""
    return _settle(value, _balance)


def _settle(value: object, step: Callable[[str], str]) -> str:
    """Repeat decoding and dropping until nothing changes: a dropped tag may uncover another."""
    text = str(value)
    if (
        text.isascii()
        and text.isprintable()
        and "&" not in text
        and "<" not in text
        and len(text) <= MAX_FIELD
    ):
        return " ".join(text.split())  # nothing to decode or drop, as in nearly every field
    text = _CONTROL.sub("", text)
    if len(text) > MAX_FIELD:
        raise EntryError(f"a field has {len(text):,} characters; at most {MAX_FIELD:,} are kept.")
    for _ in range(8):
        before = text
        text = _CONTROL.sub("", html.unescape(text)) if "&" in text else text
        if "<" in text:
            text = _without_dropped(text)
        text = step(text)
        if text == before:
            return text
    # Nested deeper than any honest file: what still looks like a mark is taken out.
    return _collapse(re.sub("[<>&]", "", text))


def _without_dropped(text: str) -> str:
    """``text`` without comments, scripts and styles that are closed; one reading for each kind."""
    for begin, end in _DROPPED_WHOLE:
        kept, place = [], 0
        while (first := begin.search(text, place)) and (last := end.search(text, first.end())):
            kept.append(text[place : first.start()])
            place = last.end()
        text = "".join(kept) + text[place:]
    return text


def _collapse(text: str) -> str:
    return unicodedata.normalize("NFC", " ".join(_inert(text).split()))


def _inert(text: str) -> str:
    """Part a stray "<" from the letter behind it, so that no browser could read a tag ("n< k").

    One at the end, too: a mark may follow, and the letter stand behind that ("< <i></i>k").
    """
    return _LOOKS_LIKE_TAG.sub("< ", text)


def _balance(text: str) -> str:
    if "<" not in text:
        return _collapse(text)
    out: list[str] = []
    open_marks: list[str] = []
    end = 0
    for match in _TAG.finditer(text):
        out.append(_inert(text[end : match.start()]))
        end = match.end()
        name = (match[2] or match[5] or "").strip().lower()
        name = _SAME_MARK.get(name, name)
        if name not in MARKS:
            continue
        if match[1] or match[4]:
            if name in open_marks:
                # Close what stands inside it too: "<i><b>x</i>" becomes "<i><b>x</b></i>".
                while (inner := open_marks.pop()) != name:
                    out.append(f"</{inner}>")
                out.append(f"</{name}>")
        elif name not in open_marks and not match[3].rstrip().endswith("/"):
            open_marks.append(name)
            out.append(f"<{name}>")
    out.append(_inert(text[end:]))
    out += [f"</{name}>" for name in reversed(open_marks)]
    return unicodedata.normalize("NFC", " ".join("".join(out).split()))


def strip_marks(text: str) -> str:
    """Cleaned text without its marks, for sorting and labels."""
    return _MARK.sub("", text)


def safe_url(value: object) -> str | None:
    """The address when it is plain http or https to a host, without user or control characters; else None."""
    text = str(value).strip()
    if not text or len(text) > 2_000 or re.search(r"[\s<>\"'`{}|\\^\x00-\x1f\x7f]", text):
        return None
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return None
    if parts.scheme.lower() not in ("http", "https") or not host or "@" in parts.netloc:
        return None
    return text


def safe_doi(value: object) -> str | None:
    """The bare DOI ("10.1234/abc") out of any usual way to write one; None when there is none."""
    text = clean_plain(value)
    text = re.sub(r"^(?:https?://(?:dx\.)?doi\.org/|doi:?\s*)", "", text, flags=re.IGNORECASE)
    if "%" in text:
        text = unquote(text)
    return text if _DOI.fullmatch(text) else None


def parse_date(value: object) -> dict[str, Any] | None:
    """A CSL date out of "2020", "2010-11-21", "2020/04", or words ("in press"); None if blank."""
    text = clean_plain(value)
    if not text:
        return None
    match = re.fullmatch(r"(-?\d{1,4})(?:[-/.](\d{1,2})(?:[-/.](\d{1,2}))?)?(?:[T ].*)?/*", text)
    if match:
        return {"date-parts": [_date_parts([part for part in match.groups() if part])]}
    return {"literal": text[:200]}


def _date_parts(values: list[Any]) -> list[int]:
    """Year, month, day; month and day only as far as they can be true."""
    numbers = [int(value) for value in values[:3]]
    if not -9999 <= numbers[0] <= 9999:
        raise EntryError(f"the year {numbers[0]} is out of range; expected -9999 to 9999.")
    if len(numbers) > 1 and not 1 <= numbers[1] <= 12:
        return numbers[:1]
    if len(numbers) > 2 and not 1 <= numbers[2] <= 31:
        return numbers[:2]
    return numbers


def clean_date(value: object) -> dict[str, Any] | None:
    """A CSL date object made regular; a string or number is read as `parse_date` does."""
    if not isinstance(value, Mapping):
        return parse_date(value)
    parts = value.get("date-parts")
    if isinstance(parts, list) and parts:
        kept = []
        for part in parts[:2]:
            present = [p for p in part if p not in ("", None)] if isinstance(part, list) else []
            try:
                if present:
                    kept.append(_date_parts(present))
            except (TypeError, ValueError) as error:
                if isinstance(error, EntryError):
                    raise
                return {"literal": clean_plain(" ".join(map(str, present)))[:200]}
        if kept:
            return {"date-parts": kept, **({"circa": True} if value.get("circa") else {})}
    for field in ("raw", "literal"):
        if value.get(field):
            return parse_date(value[field])
    return None


def clean_names(value: object, field: str) -> list[dict[str, str]]:
    """A CSL list of names, each {"family", "given", …} or {"literal"}; a bare string is a literal name."""
    if isinstance(value, str | Mapping):
        value = [value]
    if not isinstance(value, list):
        raise EntryError(f"{field} is not a list of names.")
    if len(value) > MAX_NAMES:
        raise EntryError(f"{field} has {len(value):,} names; at most {MAX_NAMES:,} are kept.")
    names = []
    for raw in value:
        given = raw if isinstance(raw, Mapping) else {"literal": raw}
        name = {part: text for part in NAME_PARTS if given.get(part) and (text := clean_plain(given[part]))}
        if name.keys() == {"given"}:
            name = {"family": name["given"]}
        if name:
            names.append(name)
    return names


def clean_csl(raw: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """The entry as it may be kept, without its id, and what was left out of it, in sentences.

    Raises EntryError when nothing printable remains or a field is not what CSL says it is.
    """
    if len(raw) > MAX_FIELDS:
        raise EntryError(f"the entry has {len(raw)} fields; at most {MAX_FIELDS} are kept.")
    csl: dict[str, Any] = {}
    warnings: list[str] = []
    for field, value in raw.items():
        if field in ("id", "custom", "type") or value in (None, "", [], {}):
            continue
        if not isinstance(field, str) or not _FIELD_NAME.fullmatch(field):
            warnings.append(f"the field {clean_plain(field)[:40]!r} was left out: no CSL name.")
            continue
        cleaned = _clean_field(field, value, warnings)
        if cleaned:
            csl[field] = cleaned
    kind = clean_plain(raw.get("type", ""))
    csl["type"] = kind if kind in TYPES else "document"
    _add_custom(csl, raw.get("custom"))
    if not any(csl.get(field) for field in PRINTABLE):
        raise EntryError(
            "the entry has nothing to print; expected at least a title, an author, a DOI or a URL."
        )
    return csl, warnings


def _clean_field(field: str, value: Any, warnings: list[str]) -> Any:
    if field in NAME_FIELDS:
        return clean_names(value, field)
    if field in DATE_FIELDS:
        return clean_date(value)
    if isinstance(value, list) and all(isinstance(part, str) for part in value):
        value = value[0] if field in RICH_FIELDS else ", ".join(value)
    if isinstance(value, Mapping | list):
        warnings.append(f"the field {field} was left out: expected text.")
        return None
    if field in RICH_FIELDS:
        return clean_rich(value)
    text = clean_plain(value)
    if field == "DOI":
        return safe_doi(value) or text
    if field == "URL" and text and safe_url(text) is None:
        if re.match(r"(?i)[a-z][a-z0-9+.-]*:", text) and not re.match(r"(?i)https?:", text):
            warnings.append("the URL was left out: only http and https addresses are kept.")
            return None
        # An address broken by a space or a line end is kept to be read, and never made a link.
        warnings.append("the URL is no working address; it is printed, not linked.")
    return text


def _add_custom(csl: dict[str, Any], custom: object) -> None:
    """Keep plain values of ``custom``; mark industry sources that the file names in words.

    Reports that flag for-profit sources write it as a keyword or at the head of the note.
    """
    kept: dict[str, Any] = {}
    if isinstance(custom, Mapping):
        for name, value in list(custom.items())[:50]:
            if isinstance(name, str) and _FIELD_NAME.fullmatch(name):
                if isinstance(value, bool):
                    kept[name] = value
                elif isinstance(value, str | int) and (text := clean_plain(value)):
                    kept[name] = text
    note = str(csl.get("note", ""))
    if _FOR_PROFIT.search(str(csl.get("keyword", ""))) or _FOR_PROFIT.match(note):
        kept.setdefault("industry", True)
    if kept:
        csl["custom"] = kept


def safe_key(value: object) -> str:
    """The file's own key with only ``A-Z a-z 0-9 _ : . -`` in it (accents dropped); "" when none is left."""
    text = unicodedata.normalize("NFKD", str(value))
    text = "".join(char for char in text if not unicodedata.combining(char))
    text = re.sub(r"[^A-Za-z0-9_:.\-]+", "-", text).strip("-.:")
    return text[:100]


def content_hash(csl: Mapping[str, Any]) -> str:
    """SHA-256 (hex) of what a cleaned entry says: its id and its number in some list do not count."""
    said = {field: value for field, value in csl.items() if field not in ("id", "citation-number")}
    data = json.dumps(said, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(unicodedata.normalize("NFC", data).encode()).hexdigest()
