"""Text is followed to the last character of every block, whatever the layout does to its lines."""

from hypothesis import given
from hypothesis import strategies as st

from assessments.rendering.coverage import Coverage


def test_a_block_seen_to_its_end_is_not_lost():
    coverage = Coverage({"a": "Onetwothree"})
    assert coverage.follow("a", "One two ") == (0, 6)
    assert coverage.follow("a", "three") == (6, 11)
    assert coverage.lost() == []


def test_a_block_never_seen_is_lost_whole():
    coverage = Coverage({"a": "One", "note": "Asmallnote"})
    coverage.follow("a", "One")
    assert coverage.lost() == [("note", "Asmallnote")]


def test_a_block_that_lacks_its_last_character_is_lost_from_there():
    coverage = Coverage({"a": "One."})
    coverage.follow("a", "One")
    assert coverage.lost() == [("a", ".")]


def test_a_hyphen_of_the_layout_is_no_character_of_the_block():
    coverage = Coverage({"a": "measurement"})
    assert coverage.follow("a", "measure-") == (0, 7)
    assert coverage.follow("a", "ment") == (7, 11)


def test_a_hyphen_of_the_author_is_a_character_of_the_block():
    coverage = Coverage({"a": "well-known"})
    assert coverage.follow("a", "well-") == (0, 5)
    assert coverage.follow("a", "known") == (5, 10)


def test_a_soft_hyphen_that_was_not_used_counts_in_the_block():
    coverage = Coverage({"a": "mea\u00adsure"})
    assert coverage.follow("a", "measure") == (0, 8)


def test_a_repeated_table_head_is_neither_new_nor_wrong():
    coverage = Coverage({"head": "Country"})
    coverage.follow("head", "Country")
    assert coverage.follow("head", "Country") is None
    assert (coverage.repeated, coverage.unmatched, coverage.lost()) == (1, 0, [])


def test_other_text_is_unmatched_and_shows_as_a_loss():
    coverage = Coverage({"a": "One"})
    assert coverage.follow("a", "Two") is None
    assert (coverage.unmatched, coverage.lost()) == (1, [("a", "One")])


@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), min_size=1), st.data())
def test_any_text_in_any_pieces_is_covered(text, data):
    source = "".join(text.split())
    cuts = sorted(data.draw(st.sets(st.integers(0, len(source)))) | {0, len(source)})
    coverage = Coverage({"a": source})
    for start, end in zip(cuts, cuts[1:], strict=False):
        coverage.follow("a", source[start:end])
    assert (coverage.lost(), coverage.unmatched) == ([], 0)
