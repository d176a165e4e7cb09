"""A comparison shows what changed, and both texts can be read off it."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assessments.text.align import Known
from assessments.text.compare import Budget, Row, compare_blocks, word_diff


def test_numbers_and_words_change_whole():
    assert word_diff("The risk is 3.2 per cent, low.", "The hazard is 3.5 per cent, low.") == [
        ("=", "The "),
        ("-", "risk"),
        ("+", "hazard"),
        ("=", " is "),
        ("-", "3.2"),
        ("+", "3.5"),
        ("=", " per cent, low."),
    ]
    assert word_diff("same", "same") == [("=", "same")]
    assert word_diff("", "") == []


@settings(deadline=None)
@given(st.text(max_size=60), st.text(max_size=60))
def test_both_texts_can_be_read_off_the_difference(old, new):
    diff = word_diff(old, new)
    assert "".join(text for sign, text in diff if sign != "+") == old
    assert "".join(text for sign, text in diff if sign != "-") == new


few_words = st.lists(st.sampled_from(["a", "b", "c", "the", "of", ".", ",", "3.2", "%"]), max_size=30).map(
    " ".join
)


@settings(deadline=None)
@given(few_words, few_words)
def test_both_texts_can_be_read_off_the_difference_of_texts_that_repeat_themselves(old, new):
    diff = word_diff(old, new)
    assert "".join(text for sign, text in diff if sign != "+") == old
    assert "".join(text for sign, text in diff if sign != "-") == new


def test_moves_removals_and_additions_are_told_apart_and_a_move_leaves_a_mark():
    a, b, c, d = (Known(key, "paragraph", f"text of {key}") for key in "abcd")
    e, b2 = Known("e", "paragraph", "text of e"), Known("b", "paragraph", "text of bee")
    rows = compare_blocks([a, b, c, d], [d, a, b2, e])
    assert rows == [
        Row("moved", (3,), (0,), [("=", "text of d")]),
        Row("same", (0,), (1,), [("=", "text of a")]),
        Row("edited", (1,), (2,), [("=", "text of "), ("-", "b"), ("+", "bee")]),
        Row("added", (), (3,), [("+", "text of e")]),
        Row("removed", (2,), (), [("-", "text of c")]),
        Row("left", (3,), (0,)),
    ]


def test_the_longer_text_stays_and_the_shorter_one_moves():
    short, long = Known("s", "heading", "Risks"), Known("l", "paragraph", "A long text. " * 20)
    assert [row.outcome for row in compare_blocks([short, long], [long, short])] == ["left", "same", "moved"]
    other = Known("o", "paragraph", "Two words.")
    rows = compare_blocks([long, short, other], [short, other, long])
    assert [(row.outcome, row.news) for row in rows if row.outcome != "left"] == [
        ("moved", (0,)),
        ("moved", (1,)),
        ("same", (2,)),
    ]


def test_a_split_and_a_merge_are_one_row_each():
    whole = Known("w", "paragraph", "One thing. Another thing.")
    first, second = Known("w", "paragraph", "One thing."), Known("x", "paragraph", "Another thing.")
    split = compare_blocks([whole], [first, second], {"x": ["w"]})
    assert split == [
        Row("split", (0,), (0, 1), [("=", "One thing."), ("-", " "), ("+", "\n"), ("=", "Another thing.")])
    ]
    merged = compare_blocks([first, second], [whole], {"w": ["w", "x"]})
    assert merged == [
        Row("merged", (0, 1), (0,), [("=", "One thing."), ("-", "\n"), ("+", " "), ("=", "Another thing.")])
    ]


def test_a_split_piece_that_went_elsewhere_has_a_row_of_its_own():
    whole, other = Known("w", "paragraph", "One. Two."), Known("o", "paragraph", "Other.")
    pieces = [Known("w", "paragraph", "One."), other, Known("x", "paragraph", "Two.")]
    rows = compare_blocks([whole, other], pieces, {"x": ["w"]})
    assert [(row.outcome, row.olds, row.news) for row in rows] == [
        ("split", (0,), (0,)),
        ("same", (1,), (1,)),
        ("split", (), (2,)),
    ]


lineages = st.dictionaries(
    st.integers(0, 14).map(str), st.lists(st.integers(0, 7).map(str), max_size=3), max_size=15
)


@settings(deadline=None)
@given(
    st.permutations(range(8)),
    st.sets(st.integers(0, 7)),
    st.sets(st.integers(8, 14)),
    lineages,
    st.booleans(),
)
def test_every_block_of_both_states_has_one_row_and_a_move_is_told_once(order, dropped, added, came, edits):
    old = [Known(str(n), "item", f"t{n}") for n in range(8)]
    new = [Known(str(n), "item", f"t{n}" + " e" * edits) for n in order if n not in dropped]
    new += [Known(str(n), "item", f"t{n}") for n in sorted(added)]
    rows = compare_blocks(old, new, came)
    told = [row for row in rows if row.outcome != "left"]
    assert [n for row in told for n in row.news] == list(range(len(new)))
    assert sorted(n for row in told for n in row.olds) == list(range(8))
    moved = sorted((row.olds, row.news) for row in rows if row.outcome == "moved")
    assert moved == sorted((row.olds, row.news) for row in rows if row.outcome == "left")
    for row in told:
        assert "".join(t for s, t in row.diff if s != "+") == "\n".join(old[n].text for n in row.olds)
        assert "".join(t for s, t in row.diff if s != "-") == "\n".join(new[n].text for n in row.news)


def test_an_overlong_passage_is_shown_whole_and_soon():
    old, new = "one two three " * 4_000, "two one four " * 4_000
    began = time.process_time()
    diff, crude = Budget().word_diff(old, new)
    assert crude
    assert diff == [("-", old), ("+", new)]
    assert time.process_time() - began < 0.5
    assert Budget().word_diff("one two", "one four") == ([("=", "one "), ("-", "two"), ("+", "four")], False)


def test_many_long_passages_use_up_the_budget_and_the_rest_is_shown_whole():
    old = [Known(str(n), "paragraph", f"a{n} b c " * 1_500) for n in range(60)]
    new = [Known(str(n), "paragraph", f"a{n} c d " * 1_500) for n in range(60)]
    began = time.process_time()
    crude = [row.crude for row in compare_blocks(old, new)]
    assert crude == sorted(crude)
    assert 0 < sum(crude) < 60
    assert time.process_time() - began < 5


@pytest.mark.parametrize("pair", [("", ""), ("a", "")])
def test_counting_needs_no_words(pair):
    old, new = ([Known("x", "item", text)] for text in pair)
    assert [row.diff for row in compare_blocks(old, new, words=False)] == [[]]


def test_a_lone_word_between_two_changed_ones_goes_with_them():
    assert word_diff("We met a cat today.", "We met old dogs today.") == [
        ("=", "We met "),
        ("-", "a cat"),
        ("+", "old dogs"),
        ("=", " today."),
    ]


def test_a_table_is_not_compared_by_words_but_by_its_cells():
    old, new = [Known("b1", "table", "1 2 3")], [Known("b1", "table", "1 2 4")]
    assert compare_blocks(old, new) == [Row("edited", (0,), (0,))]


def test_the_piece_that_keeps_the_name_is_the_home_of_a_split():
    old = [Known("b1", "paragraph", "One. Two. Three.")]
    new = [
        Known("b2", "paragraph", "One."),
        Known("b9", "paragraph", "New."),
        Known("b1", "paragraph", "Two. Three."),
    ]
    rows = compare_blocks(old, new, {"b2": ["b1"], "b1": ["b1"], "b9": []})
    assert [(row.outcome, row.olds, row.news) for row in rows] == [
        ("split", (), (0,)),
        ("added", (), (1,)),
        ("split", (0,), (2,)),
    ]
