"""Sentences that stand several times, and passages of several: each keeps its own place, or waits for a person."""

from __future__ import annotations

from assessments.text.placing import Placing
from assessments.text.sentences import split
from assessments.text.units import Text
from tests.assessments.text.placed import NEW, A, B, C, D, E, chapter, prepared, went


def stands_in(old: str, new: str, quote: str, block: int):
    """(outcome, the block in which it stands now by its place in the text) of a quotation of the old text's block."""
    before, after, placing = prepared(old, new)
    known = before[block]
    start = known.text.index(quote)
    placed = placing.place(known.id, start, start + len(quote))
    return placed.outcome, [k.id for k in after].index(placed.block) if placed.block else None


def test_a_copy_put_in_elsewhere_does_not_draw_the_comments_of_what_stayed():
    old = chapter(D, f"{A} {B} {C}", E)
    assert stands_in(old, chapter(f"{B} {D}", f"{A} {B} {C}", E), B, 2) == ("same", 2)
    # Nor does the one that is left draw those of the one that went.
    twice = chapter(f"{B} {D}", f"{A} {B} {C}", E)
    assert stands_in(twice, chapter(f"{B} {D}", f"{A} {C}", E), B, 2) == ("deleted", None)
    assert stands_in(twice, chapter(f"{B} {D}", f"{A} {C}", E), B, 1) == ("same", 1)


def test_short_remarks_that_stand_everywhere_keep_their_neighbours():
    remark, numbered = "See above.", [f"{A.removesuffix('.')} of round {n}." for n in range(60)]
    left = [one for one in numbered if one != numbered[7]]
    _before, after, placing = prepared(
        chapter(" ".join(f"{one} {remark}" for one in numbered)),
        chapter(f"{NEW} " + " ".join(f"{one} {remark}" for one in left)),
    )
    block = next(text for text in placing.before.values() if remark in text.text)
    for number, one in enumerate(numbered):
        start = block.text.index(one) + len(one) + 1
        placed = placing.place(block.id, start, start + len(remark))
        if number == 7:
            assert placed.block is None
        else:
            now = next(k.text for k in after if k.id == placed.block)
            assert (placed.outcome, now[: placed.start].endswith(f"{one} ")) == ("same", True)


def whole(*blocks: str, first: int = 0):
    return [Text(f"b{n}", "paragraph", text, split(text)) for n, text in enumerate(blocks, first)]


def test_a_repeated_sentence_keeps_to_its_block_when_all_around_it_is_written_anew():
    remark = "It is not known why this is so."
    before, after = whole(f"{A} {remark} {C}", f"{D} {remark} {E}"), whole(f"{NEW} {remark}", f"{remark} {B}")
    placing = Placing(before, after, {"b0": ["b0"], "b1": ["b1"]})
    for text, place in ((before[0], after[0]), (before[1], after[1])):
        start = text.text.index(remark)
        placed = placing.place(text.id, start, start + len(remark))
        assert (placed.outcome, placed.block, placed.start) == ("same", place.id, place.text.index(remark))
    # Of two in one block nobody can tell which is left.
    before, after = whole(f"{A} {remark} {C} {remark} {D}", E), whole(f"{NEW} {remark} {B}", E)
    placing = Placing(before, after, {"b0": ["b0"], "b1": ["b1"]})
    for start in (len(A) + 1, len(f"{A} {remark} {C} ")):
        assert placing.place("b0", start, start + len(remark)).outcome == "ambiguous"


def test_a_sentence_that_stands_too_often_to_be_told_apart_waits():
    remark = "See above."
    old = " ".join(f"{A.removesuffix('.')} of round {n}. {remark}" for n in range(70))
    new = " ".join(f"{NEW.removesuffix('.')} of the year {n}. {remark}" for n in range(70))
    placing = Placing(whole(old), whole(new), {"b0": ["b0"]})
    start = old.index(remark, len(old) // 2)
    placed = placing.place("b0", start, start + len(remark))
    assert placed.outcome == "ambiguous" and placed.candidates


def test_a_short_remark_alone_is_not_taken_for_another_of_the_same_words():
    """Two words stand together by chance: taken out here and written there, they are no passage that moved."""
    outcome, place = stands_in(
        chapter(f"{A} See below. {B}", f"{C} {D}"),
        chapter(f"{A} {B}", f"{C} See below. {D}"),
        "See below.",
        1,
    )
    assert place is None and outcome in ("deleted", "ambiguous")


def test_equal_sentences_that_nothing_tells_apart_wait_for_a_person():
    lost = chapter(*[f"{one} Costs rose." for one in (A, C)], NEW)
    assert stands_in(lost, chapter(NEW, "Costs rose. Costs rose."), "Costs rose.", 1) == ("ambiguous", None)


def test_words_with_other_punctuation_are_the_same_words_and_only_where_they_stand_once():
    other = B.replace("cent while", "cent, while")
    old = chapter(f"{A} {B} {C}", f"{D} {E}")
    assert went(old, chapter(f"{A} {C}", f"{D} {other} {E}"), B) == [("edited", other)]
    twice = chapter(f"{A} {C}", f"{D} {other} {E}", f"{other} {NEW}")
    assert went(old, twice, B)[0][1] == ""


def test_a_passage_of_which_too_little_is_left_together_waits():
    passage = f"{A} {B} {C} {D}"
    for new, reason in (
        (whole(f"{A} {B}", E, f"{C} {D}", first=1), "apart"),
        (whole(f"{NEW} {A}", E, first=1), "apart"),
    ):
        placing = Placing(whole(passage), new, {"b0": [text.id for text in new]})
        placed = placing.place("b0", 0, len(passage))
        assert (placed.outcome, placed.reason, len(placed.candidates)) == ("ambiguous", reason, 1)


def test_repeated_sentences_keep_their_own_place():
    old, new = chapter(f"{A} {B}", f"{C} {B}", f"{D} {B} {E}"), chapter(f"{A} {B}", f"{C}", f"{D} {B} {E}")
    before, _after, placing = prepared(old, new)
    blocks = [k for k in before if B in k.text]
    outcomes = [placing.place(k.id, k.text.index(B), k.text.index(B) + len(B)).outcome for k in blocks]
    assert outcomes == ["same", "deleted", "same"]
