"""A quote is found where it stood, or nowhere: a wrong place is worse than none."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assessments.text.anchors import Finder, Found, Orphan, char_to_nonspace, find, nonspace_to_char

BLOCKS = [
    ("a", "The “risk” is low – very low. It rose by 3 per cent in the decade."),
    ("b", "The risk is low. A tempera\u00adture change was seen in most of the regions of the world."),
    ("c", "The risk is low. Again."),
]


def words(found):
    text = dict(BLOCKS)[found.block]
    return found.block, text[found.start : found.end], found.method


def test_a_quote_that_stands_once_is_found_whatever_its_quotes_and_dashes():
    assert words(find(BLOCKS, '"risk"  is low - very')) == ("a", "“risk” is low – very", "exact")
    assert words(find(BLOCKS, "“temperature change”")) == ("b", "tempera\u00adture change", "exact")
    assert words(find(BLOCKS, "tem- perature change was")) == ("b", "tempera\u00adture change was", "compact")


def test_a_quote_that_stands_several_times_needs_something_to_tell_them_apart():
    assert find(BLOCKS, "The risk is low.") is None
    assert Finder(BLOCKS).locate("The risk is low.") == Orphan("ambiguous", 2)
    assert words(find(BLOCKS, "The risk is low.", suffix=" Again")) == ("c", "The risk is low.", "context")
    assert words(find(BLOCKS, "The risk is low.", near="b")) == ("b", "The risk is low.", "near")
    assert find(BLOCKS, "The risk is low.", suffix=" Elsewhere") is None
    assert find(BLOCKS, "The risk is low.", near="a") is None
    assert find([("a", "no no no")], "no", near="a") is None


def test_only_a_likeness_far_above_all_others_is_taken():
    like = "temperature change was noticed in most of the regions of the world"
    found = find(BLOCKS, like)
    assert (found.block, found.method, found.score >= 0.9, found.runner_up < 0.8) == ("b", "like", True, True)
    noticed = find(BLOCKS, f"A {like}.")
    assert words(noticed)[1] == BLOCKS[1][1].split(". ")[1]
    twin = [*BLOCKS, ("d", "A temperature change was soon in most of the regions of the world.")]
    assert Finder(twin).locate(like) == Orphan("ambiguous", 2)
    assert Finder(BLOCKS).locate("It rose by 4 per cent in the decade.") == Orphan("absent")
    assert Finder(BLOCKS).locate("Nothing of the kind was ever written here") == Orphan("absent")
    assert Finder(BLOCKS).locate(" \u00ad ") == Orphan("empty")


TEXTS = st.lists(
    st.text("abc “”–-.\u00ad", min_size=1, max_size=30).map(lambda text: " ".join(text.split())),
    min_size=1,
    max_size=6,
)


@settings(max_examples=300, deadline=None)
@given(TEXTS, st.data())
def test_a_quote_cut_from_a_block_is_never_placed_elsewhere(texts, data):
    blocks = [(f"b{index}", text) for index, text in enumerate(texts)]
    at = data.draw(st.integers(0, len(blocks) - 1))
    text = blocks[at][1]
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    found = find(blocks, text[start:end], text[max(0, start - 40) : start], text[end : end + 40])
    if found is not None and found.method == "exact":
        assert found.block == f"b{at}"
    if found is not None:
        assert 0 <= found.start < found.end <= len(dict(blocks)[found.block])


@given(st.text("ab \u00a0中", max_size=40), st.data())
def test_offsets_that_count_letters_lead_back_to_the_same_letters(text, data):
    text = " ".join(text.split())
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    first = nonspace_to_char(text, char_to_nonspace(text, start))
    last = nonspace_to_char(text, char_to_nonspace(text, end), end=True)
    assert text[first:last] == text[start:end].strip()


def test_offsets_outside_the_text_are_refused():
    assert nonspace_to_char("a b", 2) == 3
    with pytest.raises(ValueError, match="has 2 characters"):
        nonspace_to_char("a b", 3)
    with pytest.raises(ValueError, match="has 3 characters"):
        char_to_nonspace("a b", 4)


def test_a_found_place_is_a_value():
    assert Found("a", 0, 1, "exact", 1.0, 0.0) == find([("a", "x")], "x")
