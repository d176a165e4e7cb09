"""Cutting a block's text into sentences, in the six languages of the United Nations.

A sentence ends at its mark, with closing quotes, and with what supports it: citations in brackets, a
confidence in parentheses, the line of sight in braces. Where in doubt, text is not cut: two sentences
in one line can be divided by hand, a line cut at "et al." looks like a fault. Snapshots store VERSION
beside the sentences, so a change of these rules asks for a new number.
"""

from __future__ import annotations

import re

from .tokens import HAN

VERSION = 2


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


# Never the end of a sentence.
_NEVER = _set(
    "e.g i.e cf vs viz approx ca dr mr mrs ms prof st jr sr gen gov rep sen ed eds incl resp wg dept univ"
)
_NEVER_IN = {
    "en": _set("jan feb mar apr jun jul aug sept sep oct nov dec est mt mts ft lb"),
    "fr": _set("m mm mme mlle p.ex chap éd env réf janv févr avr juil sept oct nov déc"),
    "es": _set("sra dra ud uds p.ej pág págs núm aprox ee.uu ee uu art tel"),
    "ru": _set("т.е см ср гл рис табл стр напр п пп руб млн млрд тыс акад проф ред им"),
    "ar": _set("د أ م ص ج"),
}
# The end of a sentence only if the next word opens one.
_EITHER = _set("al etc u.s u.k u.n e.u u.s.a a.m p.m inc ltd co corp ph.d т.д т.п др пр г гг с.г н.э п.м")
# Abbreviations only before a number or a letter that stands for one ("No. 5", "Fig. S1", "p. 3").
_NUMBERED = _set(
    "no nos fig figs tab eq eqs vol vols p pp ch chap chaps sec sect art n para paras ref refs app ann "
    "рис табл гл стр с т п núm pág cap"
)
_STARTERS = _set(
    "the this these those in on at it its we they he she however but and for a an as if when while although "
    "there our their such some many most both no le la les ce ces cette il elle ils elles un une dans en el "
    "los las esta este estos se al por para он она они это эти в на но для также однако "
    "далее затем если когда этот эта эти так"
)
_MARKS = re.compile(r"[.!?…]+|[؟۔。！？｡]+")
_WIDE = set("。！？｡")
_CLOSERS = "\"'”’»)]}」』）》】›"
_OPENERS = "\"'“‘«([{「『（《【‹„"
_PAIRS = {")": "(", "]": "[", "}": "{", "）": "（", "】": "【", "』": "『", "」": "「"}
# What follows a full stop and still belongs to the sentence.
_SUPPORT = re.compile(
    r"\s*(?:\{[^{}]{1,300}\}"
    r"|\[(?:[\d\s,;–\-]+|[^\[\]]{0,300}@[^\[\]]{1,300})\]"
    r"|\((?:[^()]{0,60}\b(?:confidence|likely|unlikely|certain|agreement|evidence|confiance|confianza)\b"
    r"[^()]{0,60})\)"
    r"|[\u00b9\u00b2\u00b3\u2070-\u2079]+)\.?",
    re.IGNORECASE,
)
_ITEM_MARK = re.compile(r"\d+(?:\.\d+)*|[A-Z]")
_WORD_BEFORE = re.compile(r"[^\s(\[{\"'“‘«„；，。、：（]+$")
_DASH = re.compile(r"[—–-]\s+")
_HAN_NEXT = re.compile(rf"[{HAN}]")


def split(text: str, language: str = "en") -> list[tuple[int, int]]:
    """[(start, end)] in characters, in order; together they cover every character but white space.

    ``language`` is one of en, fr, es, ru, ar, zh, or any other, which then has the common rules.
    """
    language = language.split("-")[0].lower()
    never = _NEVER | _NEVER_IN.get(language, frozenset())
    inside = _inside_pairs(text)
    spans: list[tuple[int, int]] = []
    start = _skip(text, 0)
    for mark in _MARKS.finditer(text):
        if mark.end() <= start or inside[mark.start()]:
            # In parentheses a sentence ends only with them.
            end = _end_of_parentheses(text, mark.end(), inside)
            if mark.end() <= start or end is None:
                continue
        else:
            end = mark.end()
            while end < len(text) and text[end] in _CLOSERS:
                end += 1
            # French sets a space before its closing quotes.
            if text[end : end + 2] in (" »", " ›"):
                end += 2
        # Between Han characters "?" and "!" need no space either, whichever way they are typed.
        wide = mark[0][-1] in _WIDE or bool(mark[0][-1] in "?!" and _HAN_NEXT.match(text, end))
        if not wide and end < len(text) and not text[end].isspace() and not _SUPPORT.match(text, end):
            continue
        if mark[0] == "." and _is_abbreviation(text, start, mark.start(), end, never):
            continue
        while support := _SUPPORT.match(text, end):
            end = support.end()
        following = _skip(text, end)
        if following < len(text):
            if end == following and not wide:
                continue
            if _continues(text, following):
                continue
        spans.append((start, end))
        start = following
    if start < len(text):
        spans.append((start, len(text.rstrip())))
    return spans


def _inside_pairs(text: str) -> bytearray:
    """1 for every character between a bracket and its partner; a bracket without one counts for nothing."""
    inside = bytearray(len(text))
    waiting: list[int] = []
    for index, letter in enumerate(text):
        if letter in "([{（【『「":
            waiting.append(index)
        elif letter in _PAIRS and waiting and text[waiting[-1]] == _PAIRS[letter]:
            begin = waiting.pop()
            # Only the outermost pair is painted: each character once.
            if not waiting or index - begin < 2000:
                inside[begin : index + 1] = b"\x01" * (index + 1 - begin)
    return inside


def _end_of_parentheses(text: str, at: int, inside: bytearray) -> int | None:
    """The end of "(A sentence of its own.)", if the mark at its end is the last thing in it."""
    end = at
    while end < len(text) and text[end] in _CLOSERS:
        end += 1
    if end > at and (end == len(text) or not inside[end]) and inside[end - 1]:
        return end
    return None


def _skip(text: str, at: int) -> int:
    while at < len(text) and text[at].isspace():
        at += 1
    return at


def _next_word(text: str, at: int) -> str:
    at = _skip(text, at)
    while at < len(text) and text[at] in _OPENERS:
        at += 1
    match = re.compile(r"\w+").match(text, at)
    return match[0] if match else ""


def _is_abbreviation(text: str, start: int, dot: int, end: int, never: frozenset[str]) -> bool:
    before = _WORD_BEFORE.search(text, max(start, dot - 40), dot)
    if before is None:
        return False
    word = before[0]
    plain = word.lower()
    following = _next_word(text, end)
    if not following:
        return False
    # "1. First", "B. The second": the mark of an item, not a sentence.
    if before.start() == start and _ITEM_MARK.fullmatch(word):
        return True
    initial = len(word) == 1 and word.isalpha() and word.isupper()
    if plain in _NUMBERED:
        stands_for_number = following[0].isdigit() or re.fullmatch(
            r"[A-Z]{1,3}\d*(?:\.\d+)*|[ivxlc]+", following
        )
        if stands_for_number and following.lower() not in _STARTERS:
            return True
        if plain not in never and not initial:
            return False
    letters = bool(re.fullmatch(r"(?:\w\.)+\w", word)) and not any(map(str.isdigit, word))
    if plain in _EITHER or initial or letters:
        return following.lower() not in _STARTERS or following[0].islower()
    return plain in never


def _continues(text: str, at: int) -> bool:
    """Whether what follows cannot open a sentence: a small letter, or punctuation."""
    while at < len(text) and text[at] in _OPENERS:
        at += 1
    # "“Is it?” — he asked": the dash goes on with what was said.
    after_dash = _DASH.match(text, at)
    if after_dash and text[after_dash.end() : after_dash.end() + 1].islower():
        return True
    return at < len(text) and (text[at].islower() or text[at] in ",;:)]}،؛，；：")
