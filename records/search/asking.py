"""A question put to the index, and how well a text answers it: whole numbers, the same on every database. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cached_property

from records.search import words

LONGEST_QUESTION = 200  # characters
MOST_WORDS = 12
_QUOTED = re.compile(r'["“”«»„]([^"“”«»„]+)["“”«»„]')
TITLE = "t:"


@dataclass(frozen=True)
class Wanted:
    """One word of a question: the word, what may stand for it, and whether it is only the beginning of one."""

    word: str
    others: tuple[str, ...] = ()
    begins: bool = False

    def tokens(self, mark: str = "") -> list[str]:
        return [mark + self.word, *(mark + other for other in self.others)]


@dataclass(frozen=True)
class Question:
    """Every ``wanted`` must be there, and each of ``phrases`` (words in order, one space apart) as it stands."""

    wanted: tuple[Wanted, ...]
    phrases: tuple[str, ...]

    def __bool__(self) -> bool:
        return bool(self.wanted)

    def lights(self, tokens: frozenset[str]) -> bool:
        """Whether a word with these tokens is one that was asked for."""
        begun = tuple(w.word for w in self.wanted if w.begins)
        return not tokens.isdisjoint(self._tokens) or any(token.startswith(begun) for token in tokens)

    @cached_property
    def _tokens(self) -> frozenset[str]:
        return frozenset(token for wanted in self.wanted for token in wanted.tokens())


def read(text: str, *, typing: bool = False) -> Question:
    """The question in a text: words, and phrases in quotation marks. ``typing``: the last word may go on."""
    text = text[:LONGEST_QUESTION]
    phrases = []
    for quoted in _QUOTED.findall(text):
        found = words.terms(quoted)[0]
        if len(found) > 1:
            phrases.append(" ".join(found))
    wanted: dict[str, Wanted] = {}
    listed = words.asked(text)
    for word, stems in listed:
        others = tuple(dict.fromkeys(form for stem in stems for form in (stem, words.STEM + stem)))
        more = (words.STEM + word,) if words.has_stems(word) else ()
        wanted.setdefault(word, Wanted(word, (*more, *others), words.is_hash(word)))
    if typing and listed and text[-1].strip() and text[-1] not in '"”»':
        last = listed[-1][0]
        wanted[last] = replace(wanted[last], begins=True)
    return Question(tuple(wanted.values())[:MOST_WORDS], tuple(phrases))


def score(question: Question, terms: str) -> int | None:
    """How well indexed ``terms`` answer: None where a word or phrase is missing, else a number, more is better.

    A word as it was typed counts more than its stem, one in the title more than one in the text, and four
    mentions as much as forty. Words that follow each other as they were typed count once more.
    """
    held = f" {terms} "
    if any(f" {phrase} " not in held for phrase in question.phrases):
        return None
    total = 0
    for wanted in question.wanted:
        exact = _times(held, wanted.word, wanted.begins)
        near = 0 if exact >= 4 else sum(held.count(f" {other} ") for other in wanted.others)
        if not exact and not near:
            return None
        total += 8 * min(exact, 4) + 4 * min(near, 4)
        if _times(held, TITLE + wanted.word, wanted.begins):
            total += 60
        elif any(f" {TITLE}{other} " in held for other in wanted.others):
            total += 30
    together = " ".join(w.word for w in question.wanted)
    if len(question.wanted) > 1 and f" {together}{'' if question.wanted[-1].begins else ' '}" in held:
        total += 40
    return total + 20 * len(question.phrases)


def _times(held: str, word: str, begins: bool) -> int:
    return held.count(f" {word}" if begins else f" {word} ")
