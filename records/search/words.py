"""Words of a text as search knows them: the same for what is indexed and what is asked, in any script.

Pure: no Django. A word is folded (width, case, Latin accents, Arabic vowels and letter forms, digits of any
script). Beside it stand its stems, marked ``~``; of Han text, which writes no spaces, each pair of signs is a word.
A label such as ``B.2.3`` or ``FOD-123`` is kept whole and in its parts.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

from snowballstemmer import stemmer

LONGEST = 64  # characters of a word that are kept
STEM = "~"
LATIN = ("en", "fr", "es")
_SNOWBALL = {"en": "english", "fr": "french", "es": "spanish", "ru": "russian"}
_FUNCTION_WORDS = {
    "en": " the of and to in is that for be with as by on this are or not it which has ",
    "fr": " le la les de des du et un une est dans que qui pour par sur au aux ne pas ou ce ",
    "es": " el la los las de del y en un una es que por para con no se su o al lo como ",
}


def _marks() -> str:
    """Combining marks as ranges of a regular expression: a word does not end where its vowel sign stands."""
    codes = [code for code in range(0x300, 0x3100) if unicodedata.category(chr(code)) in ("Mn", "Mc")]
    ranges, first = [], codes[0]
    for before, code in zip(codes, [*codes[1:], -1], strict=True):
        if code != before + 1:
            ranges.append(f"{chr(first)}-{chr(before)}")
            first = code
    return "".join(ranges)


_HAN = "\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af"
_LETTER = rf"(?:(?![{_HAN}])[\w\u0640{_marks()}])"
_PIECE = re.compile(rf"[{_HAN}]+|{_LETTER}+(?:[-./\u2010\u2011]{_LETTER}+)*")
_HAN_RUN = re.compile(rf"[{_HAN}]")
_JOINTS = re.compile(r"[-./\u2010\u2011]")
_HEX = re.compile(r"(?=[a-f]*[0-9])(?=[0-9]*[a-f])[0-9a-f]{6,64}")


class _Folded(dict):
    """Each character as it is compared; worked out when first met."""

    def __missing__(self, code: int):
        self[code] = found = _folded(chr(code))
        return found


def _folded(sign: str) -> str:
    if sign in _ONE_FORM:
        return _ONE_FORM[sign]
    category = unicodedata.category(sign)
    if category == "Nd":
        return str(unicodedata.digit(sign))
    if "\u0300" <= sign <= "\u036f" or "\u064b" <= sign <= "\u065f":
        return ""
    base = unicodedata.normalize("NFD", sign)[0]
    # Accents fall from Latin and Greek letters; a Cyrillic й is a letter of its own.
    return base if base < "\u0400" else sign


_ONE_FORM = {
    "\u0640": "", "\u0670": "",  # tatweel, dagger alef
    "أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا", "ى": "ي", "ی": "ي", "ئ": "ي", "ؤ": "و", "ة": "ه", "ک": "ك",
    "ё": "е", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ı": "i", "\u2010": "-", "\u2011": "-",
}  # fmt: skip
_FOLDED = _Folded()


def _lowered(text: str) -> str:
    lowered = unicodedata.normalize("NFKC", text).casefold()
    return unicodedata.normalize("NFKC", lowered)


def fold(text: str) -> str:
    """The text as it is compared; folding twice is folding once."""
    return unicodedata.normalize("NFC", _lowered(text).translate(_FOLDED))


@lru_cache(maxsize=8)
def _stemmer(language: str):
    return stemmer(_SNOWBALL[language])


@lru_cache(maxsize=200_000)
def _snowball(word: str, language: str) -> str:
    return _stemmer(language).stemWord(word)


_ARTICLES = ("وال", "بال", "كال", "فال", "ولل", "لل", "ال")
_PREFIXES = "وفبلك"
_SUFFIXES = ("ها", "ان", "ات", "ون", "ين", "يه", "ه", "ي")


@lru_cache(maxsize=50_000)
def _arabic(word: str) -> tuple[str, ...]:
    """A folded Arabic word without what is written onto it: wa-, fa-, bi-, li-, ka-, al-, and light endings."""
    found, rest = [word], word
    for _step in range(3):
        article = next((a for a in _ARTICLES if rest.startswith(a) and len(rest) - len(a) >= 2), None)
        if article is not None:
            found.append(rest[len(article) :])
            break
        if rest[0] not in _PREFIXES or len(rest) < 4:
            break
        rest = rest[1:]
        found.append(rest)
    for base in list(found):
        ending = next((e for e in _SUFFIXES if base.endswith(e) and len(base) - len(e) >= 3), None)
        if ending is not None:
            found.append(base[: -len(ending)])
    return tuple(dict.fromkeys(found[1:]))


def has_stems(word: str) -> bool:
    """Whether words in this script are stemmed at all, so that this one may be the stem of another."""
    return word[0] < "\u0700" and not any(sign.isdigit() for sign in word)


def stems(lowered: str, languages: tuple[str, ...]) -> tuple[str, ...]:
    """The stems of a word (in lower case, accents still on); ``languages`` are those tried for Latin script."""
    word = fold(lowered)
    if len(word) < 3 or not has_stems(word):
        return ()
    first = word[0]
    if "\u0600" <= first <= "\u06ff":
        return _arabic(word)
    if "\u0400" <= first <= "\u04ff":
        found = [_snowball(word, "ru")]
    elif first < "\u0250":
        found = [fold(_snowball(form, language)) for language in languages for form in (lowered, word)]
    else:
        return ()
    return tuple(dict.fromkeys(stem for stem in found if stem and stem != word))


def language_of(text: str, default: str = "en") -> str:
    """Which language in Latin script a text is in, by its commonest words; ``default`` where these say nothing."""
    seen = _lowered(text[:4000]).split()
    counts = {language: sum(f" {w} " in listed for w in seen) for language, listed in _FUNCTION_WORDS.items()}
    best = max(counts, key=lambda language: (counts[language], language == default))
    return best if counts[best] else (default if default in LATIN else "en")


@lru_cache(maxsize=200_000)
def _of_piece(piece: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """A word of a text in lower case with its finer words, in order; and the forms of it that are stemmed."""
    if _HAN_RUN.match(piece):
        piece = fold(piece)
        return tuple(piece[i : i + 2] for i in range(len(piece) - 1)) or (piece,), ()
    whole = fold(piece)[:LONGEST].strip("-./")
    forms = tuple(form for form in _JOINTS.split(piece) if fold(form))
    parts = tuple(fold(form)[:LONGEST] for form in forms)
    return (whole, *parts) if len(parts) > 1 else parts, forms


@lru_cache(maxsize=200_000)
def _beside(piece: str, languages: tuple[str, ...]) -> tuple[str, ...]:
    """What a word is found by besides: the stems of its forms, the single signs of Han text."""
    found, forms = _of_piece(piece)
    if found and not forms and len(found[0]) == 2:
        return found[0][0], *(pair[1] for pair in found)
    return tuple(STEM + stem[:LONGEST] for form in forms for stem in stems(form, languages))


def terms(text: str, default: str = "en") -> tuple[list[str], list[str]]:
    """What the index keeps of a text: its words in their order, and beside them stems and single Han signs."""
    languages = (language_of(text, default),)
    ordered: list[str] = []
    beside: list[str] = []
    for match in _PIECE.finditer(_lowered(text)):
        ordered += _of_piece(match[0])[0]
        beside += _beside(match[0], languages)
    return ordered, beside


def asked(text: str) -> list[tuple[str, tuple[str, ...]]]:
    """The words of a question, and for each the stems that may do instead.

    "well-being" may be written apart, so its parts are asked for; a label such as "B.2.3" may not.
    """
    result: list[tuple[str, tuple[str, ...]]] = []
    for match in _PIECE.finditer(_lowered(text)):
        found, forms = _of_piece(match[0])
        if not forms:
            result += [(pair, ()) for pair in found]
        elif len(found) > 1 and any(sign.isdigit() for sign in found[0]):
            result.append((found[0], ()))
        else:
            parts = found[-len(forms) :]
            for part, form in zip(parts, forms, strict=True):
                result.append((part, tuple(stem[:LONGEST] for stem in stems(form, LATIN))))
    return result


def is_hash(word: str) -> bool:
    """Whether a word looks like the beginning of a hash, which people copy in part."""
    return _HEX.fullmatch(word) is not None


def spans(text: str) -> Iterator[tuple[int, int, frozenset[str]]]:
    """The words of a text as written: start, end and every token each is found by. For marking what was found."""
    languages = (language_of(text),)
    for match in _PIECE.finditer(text):
        start, piece = match.start(), match[0]
        if _HAN_RUN.match(piece):
            for i, sign in enumerate(piece):
                pairs = (piece[i : i + 2], piece[max(0, i - 1) : i + 1])
                yield start + i, start + i + 1, frozenset(map(fold, (sign, *pairs)))
            continue
        lowered = [found[0] for found in _PIECE.finditer(_lowered(piece))]
        tokens = (token for one in lowered for token in (*_of_piece(one)[0], *_beside(one, languages)))
        yield start, match.end(), frozenset(tokens)
