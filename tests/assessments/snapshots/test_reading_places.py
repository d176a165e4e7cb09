"""Places of a draft: as people write them, as addresses keep them, as the page lights them."""

import re

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from assessments.snapshots import citing, reading
from tests.reviews import held
from tests.world import build_world


@pytest.mark.parametrize(
    ("written", "place"),
    [
        ("3-12:31", ("3-12", 31, 31)),
        ("3-12:31-33", ("3-12", 31, 33)),
        ("p. 3-12, l. 31–33", ("3-12", 31, 33)),
        ("page 3-12, lines 33–31", ("3-12", 31, 33)),
        ("SPM-4:2", ("SPM-4", 2, 2)),
        ("12", ("12", None, None)),
        ("ص 3-12، س 31", ("3-12", 31, 31)),
        ("٣-١٢:٣١", ("3-12", 31, 31)),
        (" 3-12 : 7 ", ("3-12", 7, 7)),
    ],
)
def test_a_place_is_read_as_people_write_it(written, place):
    assert citing.read_place(written) == place


@pytest.mark.parametrize(
    "written", ["somewhere", "3-12:", ":31", "3-12:31:33", "<b>", "3-12:99999", "²", "①"]
)
def test_what_names_no_page_is_refused_with_an_example(written):
    if written in "²①":  # a digit all the same, of another shape
        assert citing.read_place(written)[1:] == (None, None)
        return
    with pytest.raises(citing.NoSuchPlace, match="3-12:31"):
        citing.read_place(written)


@given(st.text(max_size=80))
def test_anything_is_a_place_or_refused(written):
    try:
        page, first, last = citing.read_place(written)
    except citing.NoSuchPlace:
        return
    assert page
    assert first is None or first <= last


@pytest.fixture
def frozen(db):
    world = build_world()
    snapshot = held.freeze(world.un.cycle, "FOD")
    made = snapshot.chapters.get(chapter__number="1")
    block = made.blocks[1]
    end = block["text"].index(". ") + 1
    block["sentences"] = [[0, end], [end + 1, len(block["text"])]]
    made.save(update_fields=["blocks"])
    made.reader = Client()
    made.reader.force_login(world.un.la)
    made.outsider = Client()
    made.outsider.force_login(world.outsider)
    return made


def page(frozen, **query):
    return frozen.reader.get(
        reverse("snapshot_chapter", args=["un-test", "FOD", "1"]), query
    ).content.decode()


def lit(shown: str) -> list[str]:
    return re.findall(r'is-lit" id="(p[^"]+)"', shown)


def test_a_range_in_the_address_lights_its_lines_and_is_cited_without_scripts(frozen):
    shown = page(frozen, at="1-1:2-3")
    assert lit(shown) == ["p1-1l2", "p1-1l3"]
    assert "<b data-cite-place>p. 1-1, l. 2–3</b>" in shown
    assert 'value="http://testserver/c/un-test/drafts/FOD/1/?at=1-1%3A2-3#p1-1l2"' in shown


def test_a_block_and_a_sentence_are_found_where_they_are_printed(frozen):
    block = frozen.blocks[1]
    whole = lit(page(frozen, block=block["id"]))
    second = lit(page(frozen, sentence=f"{block['id']}.2"))
    assert second
    assert set(second) < set(whole)
    assert f'id="{block["id"]}" data-b="{block["id"]}"' in page(frozen, block=block["id"])


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"at": "1-99:1"}, "This chapter has no page 1-99; its pages are 1-1 to"),
        ({"at": "1-1:99"}, "Page 1-1 has no line 99; its lines are 1 to 8."),
        ({"at": "there"}, "names no page"),
        ({"block": "b0000000000"}, "no such passage"),
        ({"sentence": "b0000000000.1"}, "no such passage"),
    ],
)
def test_a_place_that_is_not_there_is_said_beside_the_form(frozen, query, words):
    shown = page(frozen, **query)
    assert words in shown.replace("&#x27;", "'")
    assert lit(shown) == []


def test_a_sentence_that_the_block_does_not_have_is_refused(frozen):
    for count in ("0", "3", "x", "1.1"):
        assert "no such passage" in page(frozen, sentence=f"{frozen.blocks[1]['id']}.{count}")


def test_the_whole_chapter_shows_each_line_of_the_map_once(frozen):
    shown = page(frozen, all="1")
    wanted = [f"p{p['label']}l{n}" for p in frozen.line_map["pages"] for n, _spans in p["lines"]]
    assert re.findall(r'id="(p[^"]+l\d+)"', shown) == wanted
    assert [line.number for p in reading.pages(frozen) for line in p.lines] == [
        n for p in frozen.line_map["pages"] for n, _spans in p["lines"]
    ]
    ids = re.findall(r' id="([^"]+)"', shown)
    assert len(ids) == len(set(ids))


def test_a_place_of_a_hidden_draft_is_not_found(frozen):
    address = reverse("snapshot_chapter", args=["un-test", "FOD", "1"])
    assert frozen.outsider.get(address, {"at": "1-1:2"}).status_code == 404
