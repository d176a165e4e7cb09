"""What a reader may stumble over in findings, summary and chapters; noted, never rewritten (procedure 11.10, 11.11).

Each check gives (code, words that it concerns, what to put into the sentence of the note). Pure: no Django.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from rapidfuzz import fuzz, process

from assessments.findings.reading import Sections, Sentence
from assessments.findings.scale import TYPED, Scale

_POLICY = tomllib.loads(Path(__file__).with_name("policy.toml").read_text("utf-8"))
# A place that has less than this share of a statement's telling words does not say it. Of the demonstration's 104
# statements none has less where it points; sections that have nothing to do with one mostly do.
FAR = 0.28
# Words that tell nothing, beside those of fewer than four letters.
_COMMON = frozenset(
    [
        "about",
        "above",
        "across",
        "after",
        "also",
        "among",
        "because",
        "been",
        "before",
        "being",
        "between",
        "both",
        "cannot",
        "could",
        "does",
        "each",
        "even",
        "every",
        "from",
        "have",
        "into",
        "just",
        "less",
        "like",
        "many",
        "more",
        "most",
        "much",
        "must",
        "only",
        "other",
        "over",
        "same",
        "should",
        "some",
        "such",
        "than",
        "that",
        "their",
        "them",
        "then",
        "there",
        "these",
        "they",
        "this",
        "those",
        "through",
        "under",
        "until",
        "upon",
        "very",
        "were",
        "what",
        "when",
        "where",
        "which",
        "while",
        "will",
        "with",
        "within",
        "without",
        "would",
    ]
)
# From this likeness on, two sentences say the same, and their confidence is compared.
NEAR = 62.0
_NUMBER = re.compile(r"(?<![\w.])\d[\d,\u202f\u00a0]*(?:\.\d+)?(?:[-\u2013]?fold)?")
_WORDS = {
    "one": "1", "two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "seven": "7", "eight": "8",
    "nine": "9", "ten": "10", "twelve": "12", "twenty": "20", "half": "0.5",
}  # fmt: skip
_UNIT = re.compile(
    r"\s*(per cent|percent|%|percentage points?|million|billion|trillion|thousand|hours?|days?|weeks?|months?|years?|"
    r"minutes?|GW|TWh|times|US\$|dollars)",
    re.IGNORECASE,
)
_SAME_UNIT = {"%": "per cent", "percent": "per cent"}


@dataclass(frozen=True)
class Noted:
    """A note: ``code``, the sentence it is about, and what its words are filled with."""

    code: str
    sentence: Sentence
    said: dict = field(default_factory=dict)


def of_text(
    found: Iterable[Sentence], scale: Scale, language: str, *, summary: bool, neutral: bool
) -> Iterator[Noted]:
    """Notes that a text gives rise to by itself."""
    for sentence in found:
        yield from _casual(sentence, language)
        if sentence.marked and not sentence.is_finding and sentence.kind != "caption":
            yield Noted("confidence-without-finding", sentence, {"term": sentence.marked[0].word(language)})
        likely = next((term for term in sentence.marked if term.part == "likelihood"), None)
        if likely and sentence.is_finding and not sentence.numbered:
            yield Noted("likelihood-without-numbers", sentence, {"term": likely.word(language)})
        if (
            sentence.marked
            and sentence.is_finding
            and not sentence.sight
            and not (sentence.near and not summary)
        ):
            yield Noted("no-sight", sentence)
        if neutral and (summary or sentence.is_finding) and (word := prescribes(sentence.text, language)):
            yield Noted("prescriptive", sentence, {"word": word})


def _casual(sentence: Sentence, language: str) -> Iterator[Noted]:
    """Terms of the scale in plain type, in languages whose words for them are everyday words."""
    if language not in TYPED or sentence.kind == "caption":
        return
    for met in sentence.met:
        if not met.marked:
            code = "casual-term" if met.term.part == "likelihood" else "term-in-plain-type"
            yield Noted(code, sentence, {"term": met.term.word(language)})
            return


def against(found: Iterable[Sentence], sections: Sections, language: str) -> Iterator[Noted]:
    """Notes on a summary's statements, held against the places of the chapters to which they point."""
    for sentence in found:
        if not sentence.sight:
            continue
        lost = [sight for sight in sentence.sight if not sections.knows(sight)]
        if lost:
            yield Noted("sight-leads-nowhere", sentence, {"sight": ", ".join(lost)})
        held = sections.under(sentence.sight)
        if not held:
            continue
        likest, alike = _likest(sentence, held)
        if _covered(sentence, held) < FAR:
            yield Noted("not-in-chapters", sentence, {"sight": ", ".join(sentence.sight)})
            continue
        missing = _numbers_missing(sentence, held)
        if missing:
            yield Noted(
                "number-differs", sentence, {"numbers": ", ".join(missing), "there": likest.text[:400]}
            )
        if alike >= NEAR:
            yield from _level(sentence, likest, language)


def _level(sentence: Sentence, likest: Sentence, language: str) -> Iterator[Noted]:
    """The same statement with another confidence or likelihood."""
    for part in ("confidence", "likelihood"):
        mine = [term for term in sentence.marked if term.part == part]
        theirs = [term for term in likest.marked if term.part == part]
        if mine and theirs and {t.key for t in mine}.isdisjoint(t.key for t in theirs):
            said = {
                "here": mine[0].word(language),
                "chapter": theirs[0].word(language),
                "there": likest.text[:400],
            }
            yield Noted("level-differs", sentence, said)


def _telling(text: str) -> set[str]:
    """The beginnings of the words that tell what a text is about; of scripts without spaces, pairs of signs."""
    han = re.findall(r"[\u3400-\u9fff]+", text)
    pairs = {run[n : n + 2] for run in han for n in range(len(run) - 1)}
    words = re.findall(r"[^\W\d_\u3400-\u9fff]{4,}", text.casefold())
    return pairs | {word[:5] for word in words if word not in _COMMON}


def _covered(sentence: Sentence, held: list[Sentence]) -> float:
    """The share of a statement's telling words that stand anywhere in the places it points to."""
    mine = _telling(sentence.bare)
    there = set().union(*(_telling(one.bare) for one in held))
    return len(mine & there) / len(mine) if mine else 1.0


def _likest(sentence: Sentence, held: list[Sentence]) -> tuple[Sentence, float]:
    texts = [one.bare for one in held]
    _text, alike, place = process.extractOne(sentence.bare, texts, scorer=fuzz.token_set_ratio)
    return held[place], alike


def numbers(text: str) -> dict[str, str]:
    """The numbers of a text, in digits, each with its unit ("" for none); years count as any other number."""
    found = {}
    for match in _NUMBER.finditer(text):
        bare = re.sub(r"[,\u202f\u00a0]|[-\u2013]?fold", "", match[0])
        unit = _UNIT.match(text, match.end())
        said = unit[1].lower() if unit else ""
        found[bare.rstrip(".")] = _SAME_UNIT.get(said, said.rstrip("s"))
    return found


def _numbers_missing(sentence: Sentence, held: list[Sentence]) -> list[str]:
    """Numbers of the summary that no sentence of the places it points to has, or has with another unit alone."""
    there: dict[str, set[str]] = {}
    for one in held:
        for number, unit in numbers(one.text).items():
            there.setdefault(number, set()).add(unit)
        for word, number in _WORDS.items():
            if re.search(rf"\b{word}\b", one.text, re.IGNORECASE):
                there.setdefault(number, set()).add("")
    missing = []
    for number, unit in numbers(sentence.text).items():
        units = there.get(number)
        if units is None or (unit and "" not in units and unit not in units):
            missing.append(f"{number} {unit}".strip())
    return missing


@cache
def _prescribing(language: str):
    data = _POLICY.get(language)
    if data is None:
        return None
    edge = "" if language == "zh" else r"\b"

    def any_of(name: str) -> str:
        return "|".join(data[name])

    return {
        "always": re.compile(f"{edge}(?:{any_of('always')}){edge}", re.IGNORECASE),
        "acting": re.compile(
            # What stands in a clause of its own ("systems of firms that must …") is not what the actor is told.
            f"{edge}(?:{any_of('actors')}){edge}(?:(?!\\b(?:that|which|who)\\b)[^.;:]){{0,40}}?"
            f"{edge}({any_of('acting')}){edge}",
            re.IGNORECASE,
        ),
        "asking": re.compile(f"{edge}(?:{any_of('asking')}){edge}[^.;]{{0,90}}$", re.IGNORECASE),
        "reading": re.compile(any_of("reading"), re.IGNORECASE),
    }


def prescribes(text: str, language: str) -> str:
    """The word with which a sentence tells somebody what to do; "" where it tells nobody (procedure 11.11).

    Questions, reports of what others say, quoted words, and what a text says to its reader about itself do not.
    """
    patterns = _prescribing(language)
    if patterns is None:
        return ""
    plain = re.sub(r"[“\"«][^”\"»]{1,400}[”\"»]", " ", text)
    if plain.rstrip().endswith(("?", "？", "؟")):
        return ""
    plain = patterns["reading"].sub(" ", plain)
    found = [(m.start(), m[0]) for m in patterns["always"].finditer(plain)]
    found += [(m.start(1), m[1]) for m in patterns["acting"].finditer(plain)]
    for at, word in sorted(found):
        if not patterns["asking"].search(plain[:at]):
            return word
    return ""
