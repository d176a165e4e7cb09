"""What two ways of writing the same words have in common: for comparing and for searching.

Pure: no Django.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from datetime import date
from typing import Any

from assessments.sources.clean import safe_doi, strip_marks

# Letters that no decomposition leads to the plain one, and those that scripts write in several ways.
_ALIKE = str.maketrans(
    {
        "ø": "o",
        "ł": "l",
        "đ": "d",
        "ð": "d",
        "þ": "th",
        "æ": "ae",
        "œ": "oe",
        "ı": "i",
        "ى": "ي",
        "ة": "ه",
        "ـ": "",
    }
)
_PEOPLE = ("author", "editor")
_FIELDS = ("title", "container-title", "publisher", "DOI", "ISBN", "collection-title", "number")
_LANGUAGES = {
    "english": "en", "eng": "en", "french": "fr", "français": "fr", "francais": "fr", "fre": "fr", "fra": "fr",
    "spanish": "es", "español": "es", "espanol": "es", "spa": "es", "russian": "ru", "русский": "ru", "rus": "ru",
    "arabic": "ar", "العربية": "ar", "ara": "ar", "chinese": "zh", "中文": "zh", "chi": "zh", "zho": "zh",
    "german": "de", "deutsch": "de", "ger": "de", "deu": "de", "portuguese": "pt", "português": "pt", "por": "pt",
    "italian": "it", "ita": "it", "japanese": "ja", "jpn": "ja", "korean": "ko", "kor": "ko", "american": "en",
    "british": "en", "usenglish": "en", "ukenglish": "en",
}  # fmt: skip


def folded(text: object) -> str:
    """Small letters without accents, signs or tags, words parted by single spaces; every script alike."""
    flat = unicodedata.normalize("NFKD", str(text)).casefold()
    kept = "".join(char for char in flat if not unicodedata.combining(char)).translate(_ALIKE)
    return " ".join(re.sub(r"[\W_]+", " ", kept).split())


def said_by(csl: Mapping[str, Any], key: str, *more: str) -> str:
    """What a search finds a source by: key, people, title, year, where it stood, in folded words."""
    names = [
        f"{name.get('family', '')} {name.get('given', '')} {name.get('literal', '')}"
        for field in _PEOPLE
        for name in csl.get(field) or ()
    ]
    issued = ((csl.get("issued") or {}).get("date-parts") or [[""]])[0]
    said = [strip_marks(str(csl.get(name, ""))) for name in _FIELDS]
    return folded(" ".join([key, *names, *map(str, issued[:1]), *said, *more]))[:4000]


def language_of(csl: Mapping[str, Any]) -> str:
    """The two letters of the language that the entry names, "" where it names none that is known."""
    first = re.split(r"[\s;,/]", str(csl.get("language", "")).strip().casefold())[0]
    if first in _LANGUAGES:
        return _LANGUAGES[first]
    match = re.fullmatch(r"([a-z]{2})(?:[-_].*)?", first)
    return match[1] if match else ""


def doi_of(csl: Mapping[str, Any]) -> str:
    """The DOI in small letters, as two are compared; "" without one."""
    return (safe_doi(csl.get("DOI", "")) or "").lower()[:250]


def days_of(csl: Mapping[str, Any]) -> tuple[date | None, date | None]:
    """The first and the last day on which it may have come out, by the date that the entry gives; None: not told."""
    parts = ((csl.get("issued") or {}).get("date-parts") or [[]])[0]
    try:
        year, month, day = (*map(int, parts), 0, 0, 0)[:3]
        if not 1 <= year <= 9999:
            return None, None
        if day:
            return date(year, month, day), date(year, month, day)
        first = date(year, month or 1, 1)
        after = date(year + (month or 12) // 12, (month or 12) % 12 + 1, 1)
        return first, date.fromordinal(after.toordinal() - 1)
    except (TypeError, ValueError):
        return None, None
