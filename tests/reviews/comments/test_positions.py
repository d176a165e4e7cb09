"""What reviewers write for a place, and what it is read as."""

from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviews.comments.positions import Position, parse_position


def _four(*cells, **named):
    place = parse_position(*cells, **named)
    return place.page_from, place.line_from, place.page_to, place.line_to


@pytest.mark.parametrize(
    ("cells", "read"),
    [
        (("12",), ("12", None, "12", None)),
        (("3-12",), ("3-12", None, "3-12", None)),
        (("SPM-4", "12"), ("SPM-4", 12, "SPM-4", 12)),
        (("p. 12",), ("12", None, "12", None)),
        (("12-14",), ("12-14", None, "12-14", None)),
        (("pp. 12-14",), ("12", None, "14", None)),
        (("12 to 14",), ("12", None, "14", None)),
        (("12–14",), ("12", None, "14", None)),
        (("3-12 to 3-14",), ("3-12", None, "3-14", None)),
        (("12", "l. 31–33"), ("12", 31, "12", 33)),
        (("12", "Lines 5 to 9"), ("12", 5, "12", 9)),
        (("12", "12-14"), ("12", 12, "12", 14)),
        (("p. 12, l. 31–33",), ("12", 31, "12", 33)),
        (("12:31-33",), ("12", 31, "12", 33)),
        ((12.0, 3.0, 13.0, 4.0), ("12", 3, "13", 4)),
        (("12", "3", "0", "0"), ("12", 3, "12", 3)),
        (("", "31", "", "33"), (None, 31, None, 33)),
        (("", "", "13", "4"), ("13", 4, "13", 4)),
        (("١٢", "٣", "١٢", "٥"), ("12", 3, "12", 5)),
        (("１２", "३"), ("12", 3, "12", 3)),
        ((), (None, None, None, None)),
    ],
)
def test_places_are_read_as_reviewers_write_them(cells, read):
    place = parse_position(*cells)
    assert (place.page_from, place.line_from, place.page_to, place.line_to) == read
    assert (place.whole_unit, place.warnings) == (False, ())


@pytest.mark.parametrize(
    "cells", [(0, 0, 0, 0), ("0", "0", "0", "0"), (0.0,), ("General",), ("Whole chapter", 0)]
)
def test_four_zeros_or_the_words_mean_the_whole_unit(cells):
    assert parse_position(*cells) == Position(whole_unit=True)


def test_blanks_are_not_the_whole_unit():
    assert parse_position("", None, " ", "").whole_unit is False
    assert parse_position().said is False


@pytest.mark.parametrize(
    ("cell", "label"),
    [
        (date(2026, 3, 12), "3-12"),
        (datetime(2026, 3, 12), "3-12"),
        ("2026-03-12", "3-12"),
        ("2026-03-12 00:00:00", "3-12"),
        ("12-Mar", "3-12"),
        (date(1945, 3, 1), "3-45"),
        ("Mar-45", "3-45"),
    ],
)
def test_a_date_made_from_a_page_label_becomes_the_label_with_a_warning(cell, label):
    place = parse_position(cell, 5)
    assert (place.page_from, place.page_to, place.line_from) == (label, label, 5)
    assert len(place.warnings) == 1 and label in place.warnings[0]


def test_a_hyphen_means_a_range_where_the_unit_is_another_chapter():
    assert _four("12-14", unit="3") == ("12", None, "14", None)
    assert _four("12-14", unit="12") == ("12-14", None, "12-14", None)
    assert _four("12-14", "", "12-15", "", unit="3") == ("12-14", None, "12-15", None)


def test_free_text_fills_the_gaps_and_names_section_figure_and_table():
    place = parse_position(free_text="p. 3-12, lines 5 to 9; Figure 3.2; Section 3.4.1, Table 3-1")
    assert place == Position("3-12", 5, "3-12", 9, section="3.4.1", figure="3.2", table="3-1")
    assert place.as_written == "p. 3-12, lines 5 to 9; Figure 3.2; Section 3.4.1, Table 3-1"


def test_ends_in_the_wrong_order_are_exchanged_with_a_warning():
    for cells, read in (((14, 2, 12, 9), ("12", 9, "14", 2)), ((12, 9, 12, 3), ("12", 3, "12", 9))):
        place = parse_position(*cells)
        assert (place.page_from, place.line_from, place.page_to, place.line_to) == read
        assert len(place.warnings) == 1


@pytest.mark.parametrize(
    ("cells", "read"),
    [
        (("12", "785-9"), ("12", 785, "12", 789)),
        (("12", "785", "12", "9"), ("12", 785, "12", 789)),
        (("6-1", "785", "6-10", "9"), ("6-1", 785, "6-10", 9)),
        (("6-1", "785-9", "6-10"), ("6-1", 785, "6-10", 9)),
    ],
)
def test_a_shortened_last_line_is_completed_on_one_page_only(cells, read):
    assert _four(*cells) == read


def test_words_that_name_no_place_are_kept_as_written():
    place = parse_position("somewhere in the middle", "bottom")
    assert (place.said, place.as_written) == (False, "somewhere in the middle | bottom")
    assert len(place.warnings) == 2


_cells = st.one_of(
    st.none(), st.text(max_size=30), st.integers(), st.floats(), st.dates(), st.datetimes(), st.times(),
    st.booleans(),
    st.from_regex(r"(p\. ?)?[0-9]{1,3}([-–.:][0-9]{1,3})?", fullmatch=True),
)  # fmt: skip


@given(_cells, _cells, _cells, _cells, st.text(max_size=60))
def test_any_cells_give_a_place_with_both_ends_or_none(a, b, c, d, free):
    place = parse_position(a, b, c, d, free)
    assert (place.page_from is None) == (place.page_to is None)
    assert (place.line_from is None) == (place.line_to is None)
    assert not place.whole_unit or place == Position(whole_unit=True)


@given(_cells, _cells, _cells, _cells)
def test_a_place_written_out_is_read_as_the_same_place(a, b, c, d):
    place = parse_position(a, b, c, d)
    cells = (
        (0, 0, 0, 0) if place.whole_unit else (place.page_from, place.line_from, place.page_to, place.line_to)
    )
    again = parse_position(*cells, unit="3")
    assert (again.page_from, again.line_from, again.page_to, again.line_to) == _ends(place)
    assert again.warnings == ()


def _ends(place):
    return place.page_from, place.line_from, place.page_to, place.line_to
