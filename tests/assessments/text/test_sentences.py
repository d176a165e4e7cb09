"""Sentences end where a reader would end them; their spans cover the text."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assessments.text.sentences import VERSION, split
from tests.support import shared


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


@pytest.mark.parametrize(
    ("language", "sentences"),
    [
        ("en", ["J. Smith and P. Q. Jones (2020) agree.", "Cases, e.g. in Fig. S1 of vol. 3, rose by 3.5 per cent.",
                "He asked, “Is it so?”", "They left at 5 p.m.", "It rained... then it stopped.", "(It was so.)"]),
        ("fr", ["M. Dupont et Mme Durand arrivent.", "« Est-ce vrai ? » demanda-t-il.",
                "Voir p. ex. le vol. 2, chap. 3."]),
        ("es", ["El Sr. García y la Dra. Ruiz llegaron.", "Véase p. ej. el cap. 3, art. 5.", "¿Es cierto?"]),
        ("ru", ["А. С. Пушкин писал.", "«Правда?» — спросил он.", "Это т.е. пример и т.д.", "Далее идут др. слова.",
                "Выросло на 3,5 тыс. руб. за год."]),
        ("ar", ["قال د. أحمد ذلك.", "ارتفع بنسبة 3.5 في المائة (انظر الشكل 2).", "هل هذا صحيح؟"]),
    ],
)  # fmt: skip
def test_abbreviations_decimals_quotes_and_citations_end_no_sentence(language, sentences):
    assert cut(" ".join(sentences), language) == sentences


def test_chinese_marks_count_however_they_are_typed():
    sentences = [
        "真的吗?!",
        "是。",
        "温度上升了3.5度(见图2)。",
        "见 Smith et al. 2020。",
        "A. 第一项；B. 第二项。",
    ]
    assert cut("".join(sentences), "zh") == sentences


# Paragraphs of the preamble and of articles 1 to 15, and the sentences in them.
DECLARED = {"en": (47, 51), "fr": (46, 50), "es": (47, 50), "ru": (46, 50), "ar": (46, 51), "zh": (45, 49)}


@pytest.mark.parametrize("language", DECLARED)
def test_the_declaration_is_cut_alike_in_all_six_languages(language):
    text = (shared("udhr-six-languages") / f"{language}.txt").read_text(encoding="utf-8")
    paragraphs = [line.strip() for line in text.splitlines() if line.strip()]
    pieces = [cut(paragraph, language) for paragraph in paragraphs]
    assert (len(paragraphs), sum(map(len, pieces))) == DECLARED[language]
    # A sentence taken alone is still one sentence.
    assert [cut(piece, language) for found in pieces for piece in found] == [
        [p] for found in pieces for p in found
    ]
    assert max(map(len, pieces)) == 2


def test_chinese_sentences_need_no_space():
    sentences = ["气候变化（参见图1。说明）很重要。", "是吗？", "“是！”", "结束"]
    assert cut("".join(sentences), "zh") == sentences


def test_a_text_without_a_mark_is_one_sentence_and_no_text_is_none():
    assert cut("  A heading ") == ["A heading"]
    assert cut(" \n") == []
    assert VERSION == 2


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
    begun = time.process_time()
    split(unit * (60_000 // len(unit)))
    assert time.process_time() - begun < 2
