"""Lines out of blocks, hashes, brackets and differences: pure words (procedure 5.5, 7.3)."""

import hashlib
import unicodedata
from types import SimpleNamespace

from hypothesis import given
from hypothesis import strategies as st

from reviews.approval.lines import chapters_in, lines_of
from reviews.approval.wording import Piece, changes, normal, pieces, place_of, text_hash


def block(kind: str, text: str, *spans, name: str = "p") -> dict:
    return {"id": name, "kind": kind, "text": text, "sentences": [list(s) for s in spans]}


def test_sections_take_the_letter_of_their_heading_or_the_next_one():
    named = [
        block("heading", "C. Risks"),
        block("paragraph", "One."),
        block("heading", "D. More"),
        block("item", "Two."),
    ]
    assert [line.label for line in lines_of(named)] == ["C.0.1", "D.0.1"]
    plain = [
        block("heading", "Risks"),
        block("paragraph", "One."),
        block("heading", "More"),
        block("item", "Two."),
    ]
    assert [line.label for line in lines_of(plain)] == ["A.0.1", "B.0.1"]


def test_a_headline_counts_and_its_sentences_count_after_it():
    blocks = [
        block("heading", "B. Trends"),
        block("paragraph", "Bold. {1.2}", (0, 11), name="h1"),
        block("paragraph", "One. Two.", (0, 4), (5, 9)),
        block("paragraph", "Bolder.", (0, 7), name="h2"),
        block("paragraph", "Three.", (0, 6), name="q"),
    ]
    html = (
        '<p data-b="h1"><strong>Bold.</strong> {1.2}</p><p data-b="p"><strong>One.</strong> Two.</p>'
        '<p class="x" data-b="h2"><strong>Bolder <em>still</em>.</strong><sup>1</sup></p><p data-b="q">T.</p>'
    )
    found = [(line.label, line.headline) for line in lines_of(blocks, html)]
    assert found == [("B.1", True), ("B.1.1", False), ("B.1.2", False), ("B.2", True), ("B.2.1", False)]


def test_pointers_become_sight_wherever_the_splitter_left_them():
    text = "First {1.2, Figure 1.1}. Second. {3.4} {Table 2.1} Third."
    [first, second, third] = lines_of([block("paragraph", text, (0, 24), (25, 32), (33, 57))])
    assert (first.text, first.sight) == ("First .", "1.2, Figure 1.1")
    assert (second.text, second.sight) == ("Second.", "3.4, Table 2.1")
    assert (third.text, third.sight) == ("Third.", "")
    assert [text[line.start : line.end] for line in (second, third)] == ["Second.", "Third."]


def test_footnotes_and_captions_are_units_and_cells_are_none():
    blocks = [
        block("caption", "Figure 1. It grows. So it does."),
        block("cell", "12"),
        block("footnote", "See the note."),
        block("code", "x = 1"),
    ]
    assert [(line.label, line.kind) for line in lines_of(blocks)] == [
        ("caption 1", "caption"),
        ("note 1", "footnote"),
    ]


def test_where_the_procedure_decides_by_paragraph_a_paragraph_is_one_line():
    [line] = lines_of(
        [block("paragraph", "One. {1.1} Two. {2.1}", (0, 4), (5, 10), (11, 21))], unit="paragraph"
    )
    assert (line.text, line.sight) == ("One. Two.", "1.1, 2.1")


def test_lines_of_sight_name_their_chapters():
    assert chapters_in("3.2.1, Figure 5.1, Table 10.2, Box 4") == {"3", "5", "10", "4"}
    assert chapters_in("") == set()


@given(st.text())
def test_the_hash_does_not_depend_on_how_a_letter_is_composed(text):
    composed, apart = unicodedata.normalize("NFC", text), unicodedata.normalize("NFD", text)
    assert text_hash(text) == text_hash(apart) == hashlib.sha256(composed.encode()).hexdigest()


@given(st.text(), st.text())
def test_a_difference_holds_both_texts_whole(old, new):
    old, new = normal(old), normal(new)
    parts = changes(old, new)
    assert "".join(text for op, text in parts if op != "+") == old
    assert "".join(text for op, text in parts if op != "-") == new


def test_a_line_is_set_with_its_readings_in_brackets_and_calibrated_words_in_italics():
    bracket = SimpleNamespace(start=7, end=11, readings=[{"text": "will"}, {"text": ""}])
    assert pieces("Agents will likely act.", [bracket]) == [
        Piece("plain", "Agents "),
        Piece("bracket", readings=("will", "")),
        Piece("plain", " "),
        Piece("calibrated", "likely"),
        Piece("plain", " act."),
    ]


def test_words_are_found_only_where_they_name_one_place():
    assert place_of("may  act", "They may act.") == (5, 13 - 1)
    assert place_of("a", "a and a") is None
    assert place_of("absent", "They may act.") is None
