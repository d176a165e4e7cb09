"""Sentences end where a reader would end them; their spans cover the text."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assessments.text.sentences import VERSION, split


def cut(text, language="en"):
    return [text[start:end] for start, end in split(text, language)]


@pytest.mark.parametrize(
    ("language", "sentences"),
    [
        ("en", ["Smith et al. (2010) found 3.2 per cent.", "Dr. J. Doe of the U.S. Government disagreed."]),
        ("en", ["See vol. 3, p. 4, e.g. Fig. S1.", "The answer is no.", "No. 5 is better."]),
        ("en", ["It is likely (medium confidence).", "Next."]),
        ("en", ["It is likely. (high confidence)", "Next."]),
        ("en", ["It is likely. {3.2, Figure 1}", "Next {3.3}.", "Last."]),
        ("en", ["Shown before. [12, 13]", "Shown again.[14]", "Then not [@a; @b, p. 3]."]),
        ("en", ["“It ended.”", "(A sentence of its own. And a second.)", "After."]),
        ("en", ["Work by Smith et al.", "The rest followed in the U.S.", "It ended."]),
        ("en", ["1. First things first.", "B. Second ones."]),
        ("en", ["What?", "Yes!", "It went on... and on."]),
        ("fr", ["M. Dupont a dit « Oui. »", "Puis, cf. chap. 3, il partit.", "Vraiment ?", "Oui."]),
        ("es", ["¿Qué pasa?", "¡Nada!", "El Sr. Pérez vive en EE. UU. desde 2010."]),
        ("ru", ["В 2010 г. температура выросла, см. рис. 3.", "Это всё и т. д.", "Конец."]),
        ("ar", ["ما هذا؟", "هذا نص۔", "انتهى."]),
    ],
)
def test_sentences_with_spaces_between_are_found(language, sentences):
    assert cut(" ".join(sentences), language) == sentences


def test_chinese_sentences_need_no_space():
    sentences = ["气候变化（参见图1。说明）很重要。", "是吗？", "“是！”", "结束"]
    assert cut("".join(sentences), "zh") == sentences


def test_a_text_without_a_mark_is_one_sentence_and_no_text_is_none():
    assert cut("  A heading ") == ["A heading"]
    assert cut(" \n") == []
    assert VERSION == 1


PIECES = st.sampled_from(
    ["word", "Word", ". ", "。", "? ", "!", "…", "(", ")", "[1]", "{3.2}", "et al.", "e.g.", " "]
    + ["“", "”", "«", " »", "\n", "3.2", "г. ", "؟ "]
)


@settings(max_examples=300, deadline=None)
@given(
    st.one_of(st.text(max_size=60), st.lists(PIECES, max_size=40).map("".join)),
    st.sampled_from(["en", "fr", "es", "ru", "ar", "zh", "sw"]),
)
def test_spans_cover_every_letter_once_and_in_order(text, language):
    spans = split(text, language)
    at = 0
    for start, end in spans:
        assert at <= start < end <= len(text)
        assert text[at:start].strip() == ""
        assert text[start:end].strip() == text[start:end]
        at = end
    assert text[at:].strip() == ""


@pytest.mark.parametrize("unit", ["(", "a. ", "( a. ", "{", ". ", "[1] ", "“a. ", "[", "(confidence "])
def test_a_long_text_is_cut_in_proportion(unit):
    begun = time.perf_counter()
    split(unit * (60_000 // len(unit)))
    assert time.perf_counter() - begun < 2
