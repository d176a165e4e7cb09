"""Words of six languages: one form for what is indexed and what is asked."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from records.search import asking, words
from tests.support import shared

SCRIPTS = st.one_of(
    st.text(alphabet="abcdefgéèñçßABCXYZ .,-'0123456789\u0301", max_size=80),
    st.text(alphabet="ابتثجحخلمنهويةىأإآ\u064b\u0650\u0640 ،٠١٢٣", max_size=80),
    st.text(alphabet="абвгдежзийклмнёЖЩ -.", max_size=80),
    st.text(alphabet="人权世界宣言普遍的AI1 ，。", max_size=80),
    st.text(max_size=80),
)


def indexed(text: str) -> str:
    return " ".join(sum(words.terms(text), []))


def finds(question: str, text: str, *, typing: bool = False) -> bool:
    return asking.score(asking.read(question, typing=typing), indexed(text)) is not None


@given(SCRIPTS)
@settings(deadline=None)
def test_folding_twice_is_folding_once(text):
    assert words.fold(words.fold(text)) == words.fold(text)


@given(SCRIPTS)
@settings(deadline=None)
def test_a_word_taken_from_the_index_is_itself_again(text):
    for word in words.terms(text)[0]:
        assert word in words.terms(word)[0]


@given(SCRIPTS)
@settings(deadline=None, max_examples=300)
def test_every_word_of_a_text_finds_the_text_also_while_it_is_typed(text):
    for word in text.split():
        if len(word) <= words.LONGEST and asking.read(word):
            assert finds(word, text), word
            assert finds(word, text, typing=True), word


@given(SCRIPTS)
@settings(deadline=None)
def test_tokens_hold_no_sign_that_marks_or_parts_tokens(text):
    ordered, beside = words.terms(text)
    assert not [t for t in ordered if not t or set(t) & set(' :~"')]
    assert not [t for t in beside if not t.lstrip("~") or set(t[1:]) & set(' :~"')]


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("rights", "Everyone has the right to life"),
        ("right", "All are equal in rights"),
        ("cheval", "les chevaux de la cour"),
        ("declaracion", "Declaración Universal"),
        ("derechos", "el derecho a la vida"),
        ("DÉCLARATION", "declaration"),
        ("человек", "права человека"),
        ("елка", "Ёлка"),
        ("حق", "بالحق"),
        ("الإنسان", "حقوق انسان"),
        ("انسان", "والإنسانُ"),
        ("كتاب", "للكتاب"),
        ("حُقُوق", "حقوق"),
        ("人权", "世界人权宣言"),
        ("权", "世界人权宣言"),
        ("B.2.3", "see line B.2.3 below"),
        ("b.2", "see B.2"),
        ("123", "FOD-123"),
        ("fod-123", "the comment FOD-123, sent"),
        ("3f2a9c1d", "hash 3f2a9c1d55aa77bb99cc"),
        ("well-being", "human well being"),
        ("wellbeing well", "wellbeing and well-being"),
        ("homme", "droits de l’homme"),
        ("٢٠٢٦", "in 2026"),
        ('"equal in dignity"', "free and equal in dignity and rights"),
    ],
)
def test_a_question_finds_its_text(question, text):
    assert finds(question, text)


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("B.2.3", "B.2.4 and 3, B 2"),
        ("left", "right"),
        ("中人", "中国人民"),
        ('"dignity in equal"', "free and equal in dignity and rights"),
        ("righ", "rights"),
        ("1", "11"),
        ("й", "и"),
    ],
)
def test_a_question_does_not_find_another_text(question, text):
    assert not finds(question, text)


def test_the_last_word_is_completed_only_while_it_is_typed():
    assert finds("the righ", "the rights", typing=True)
    assert not finds("the righ", "the rights")
    assert not finds("th rights", "the rights", typing=True)
    assert not finds("the righ ", "the rights", typing=True)


@pytest.mark.parametrize("language", ["en", "fr", "es"])
def test_the_language_of_a_text_is_told_by_its_commonest_words(language):
    said = [s[language] for s in json.loads(shared("udhr-six-languages/udhr.json").read_text())["segments"]]
    whole = " ".join(filter(None, said))
    assert words.language_of(whole, default="en") == language
    assert words.language_of("xyz", default="fr") == "fr"


def test_spans_mark_the_words_as_written():
    text = "Les Droits: 世界人权 B.2.3"
    lit = [text[a:b] for a, b, tokens in words.spans(text) if asking.read("droit 人权 b.2.3").lights(tokens)]
    assert lit == ["Droits", "人", "权", "B.2.3"]
