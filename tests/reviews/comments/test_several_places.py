"""What reviewers really write: several places in one comment, numbers of parts, shortened ranges, or a lead."""

from __future__ import annotations

import csv

import pytest

from reviews.comments.anchoring import PlaceError
from reviews.comments.positions import leading_place, parse_position
from reviews.comments.sheets import read_sheet
from tests.reviews.held import open_round, places
from tests.support import shared
from tests.world import build_world


def read(text: str) -> list[tuple]:
    first = parse_position(free_text=text)
    return [
        (p.page_from, p.line_from, p.line_to, p.section or p.figure or p.table)
        for p in (first, *first.others)
    ]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("p. 12, l. 3–5 and p. 14, l. 1", [("12", 3, 5, None), ("14", 1, 1, None)]),
        ("Sections 2.1 and 2.3", [(None, None, None, "2.1"), (None, None, None, "2.3")]),
        ("Figures 3, 4 and 6", [(None, None, None, n) for n in "346"]),
        ("p. 2, l. 3, l. 9", [("2", 3, 3, None), ("2", 9, 9, None)]),
        ("line 45", [(None, 45, 45, None)]),
        ("Section 2 and 14 more people", [(None, None, None, "2")]),
        ("p. 3-12, lines 5 to 9; Section 3.4", [("3-12", 5, 9, "3.4")]),
        ("somewhere near the end", [(None, None, None, None)]),
    ],
)
def test_each_place_of_a_comment_is_read(text, wanted):
    assert read(text) == wanted
    assert parse_position(free_text=text).as_written == text


def test_a_shortened_last_line_is_completed_and_said():
    place = parse_position("", "116", "", "7")
    assert (place.line_from, place.line_to) == (116, 117)
    assert place.warnings == ("the last line 7 was read as 117.",)
    # Nothing to complete: the ends stand in the wrong order.
    assert (parse_position("", "16", "", "3").line_from, parse_position("", "16", "", "3").line_to) == (3, 16)


@pytest.mark.parametrize(
    ("text", "lead"),
    [
        ("Line 24 Maybe a bit odd", "Line 24"),
        ("In lines 206-209, the point about", "lines 206-209"),
        ("Fig. 5: The elevation", "Fig. 5"),
        ("pp. 3, l. 4: why?", "pp. 3, l. 4"),
        ("The line 24 is odd", ""),
        ("Well written.", ""),
        ("", ""),
    ],
)
def test_a_comment_may_begin_with_its_place(text, lead):
    assert leading_place(text) == lead


def test_real_referees_lines_and_figures_are_read():
    """25 lines given in cells; of the others, those that begin with a figure say which."""
    data = (shared("review-comments-glacier-erosion") / "comments.csv").read_bytes()
    found = read_sheet(data, "comments.csv", {"author_response": "response"})
    assert (len(found.rows), found.refused) == (77, [])
    lined = [row for row in found.rows if row.position.line_from]
    assert len(lined) == 25
    shortened = next(row for row in lined if row.file_id.endswith("047"))
    assert (shortened.position.line_from, shortened.position.line_to) == (116, 117)
    figures = {row.position.figure for row in found.rows if row.position.figure}
    assert figures >= {"2", "5", "7", "8a"}


@pytest.mark.parametrize("name", ["requests-2021.csv", "requests-2022.csv"])
def test_requests_that_name_no_place_keep_their_words(name):
    path = shared("review-requests-noaa-memos") / name
    with path.open(encoding="utf-8", newline="") as file:
        count = sum(1 for row in csv.DictReader(file) if row["Request"].strip())
    found = read_sheet(path.read_bytes(), name, {"Request": "text"})
    assert (len(found.rows), found.refused) == (count, [])
    assert not any(row.position.page_from or row.position.line_from for row in found.rows)


@pytest.fixture
def held(db):
    return open_round(build_world().un)


def test_every_place_gets_an_anchor_of_its_own(held):
    here = places(held)
    page = here.pages[0].label
    position = parse_position(free_text=f"p. {page}, l. 1 and p. {page}, l. 3")
    anchor = here.of_row(position, "", "", pages_count=True)
    assert [(a["method"], a["line_from"]) for a in (anchor, *anchor["more"])] == [
        ("page-line", 1),
        ("page-line", 3),
    ]
    # Of another print neither counts, and nothing is guessed.
    assert here.of_row(position, "", "", pages_count=False) == here.nowhere()


def test_a_further_place_that_is_none_is_refused_like_the_first(held):
    here = places(held)
    page = here.pages[0].label
    with pytest.raises(PlaceError, match="no page 99"):
        here.of_row(parse_position(free_text=f"p. {page}, l. 1 and p. 99"), "", "", pages_count=True)


def test_quoted_passages_of_one_comment_are_each_found_once(held):
    here = places(held)
    words = [t for t in here.texts.values() if len(t.split()) > 8]
    one, two = " ".join(words[0].split()[:6]), " ".join(words[-1].split()[:6])
    text = (
        f"“{one}” and “{two}” disagree, and “{one}” is wrong; so is “words that stand nowhere at all here”."
    )
    anchor = here.of_row(parse_position(), "", text, pages_count=False)
    assert [a["quote"] for a in (anchor, *anchor["more"])] == [one, two]


def test_a_section_is_found_by_the_number_that_the_draft_prints(held):
    here = places(held)
    heading = next(
        b for b in here.frozen.blocks if b["kind"] == "heading" and b["text"] == "What is measured"
    )
    here.frozen.html = here.frozen.html.replace(
        f'data-b="{heading["id"]}"', f'data-b="{heading["id"]}" data-number="1.1"'
    )
    found = here.of_row(parse_position(free_text="Section 1.1"), "", "", pages_count=True)
    assert (found["block"], found["method"], found["quote"]) == (heading["id"], "section", "What is measured")
    assert (
        places(held).of_row(parse_position(free_text="Section 7.7"), "", "", pages_count=True)["method"]
        == "none"
    )


def test_a_short_block_may_be_quoted_whole_and_chinese_needs_no_spaces(held):
    here = places(held)
    chinese = "人人生而自由,在尊严和权利上一律平等。"
    here.texts = {"c1": "Yes", "c2": "No", "c3": "No", "c4": f"{chinese}他们赋有理性和良心。"}
    assert here.quoted("Yes", "")["block"] == "c1"
    assert here.quoted("No", "") is None
    assert here.quoted("", "“Yes” it is") is None
    assert here.quoted(chinese, "")["quote"] == chinese
