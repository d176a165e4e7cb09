"""Marks put into HTML at characters of blocks, wherever elements and entities stand."""

from __future__ import annotations

import re
from html import escape, unescape

from hypothesis import given
from hypothesis import strategies as st

from assessments.rendering import places


def test_a_mark_stands_before_its_character():
    html = '<p data-b="a">One &amp; <em>two</em>.</p>'
    assert places.insert(html, {"a": [(4, "|")]}) == '<p data-b="a">One &amp; <em>|two</em>.</p>'


def test_a_mark_within_a_link_stands_before_it():
    html = '<p data-b="a">See <a href="#x">Table 1</a> now.</p>'
    assert places.insert(html, {"a": [(5, "|")]}) == '<p data-b="a">See |<a href="#x">Table 1</a> now.</p>'


def test_blocks_within_blocks_keep_their_own_characters():
    html = '<li data-b="a">Item<ul><li data-b="b">Inner</li></ul> end</li>'
    made = places.insert(html, {"a": [(4, "|")], "b": [(0, "+")]})
    assert made == '<li data-b="a">Item<ul><li data-b="b">+Inner</li></ul> |end</li>'


def test_a_mark_beyond_the_end_stands_at_the_end():
    assert places.insert('<p data-b="a">Ab</p>', {"a": [(9, "|")]}) == '<p data-b="a">Ab|</p>'


def test_numbers_that_a_layout_made_count_for_nothing():
    html = '<h2 data-b="a"><span class="made">1.1 </span>Words</h2>'
    assert (
        places.insert(html, {"a": [(0, "|")]}) == '<h2 data-b="a"><span class="made">1.1 </span>|Words</h2>'
    )


@given(st.text(max_size=60), st.integers(0, 60))
def test_taking_the_mark_out_gives_the_text_again(text, at):
    html = f'<p data-b="a">{escape(text)}</p>'
    made = places.insert(html, {"a": [(at, "<i></i>")]})
    assert made.replace("<i></i>", "") == html
    assert made.count("<i></i>") == 1
    before = unescape(re.sub(r"<[^>]*>", "", made.partition("<i></i>")[0]))
    assert len(re.sub(r"\s", "", before)) <= at
