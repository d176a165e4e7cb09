"""Words marked across emphasis, the mark of a note, a list and a table: the anchor has the block's characters."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from assessments.drafting import actions
from assessments.drafting.rendered import render_chapter
from assessments.snapshots.models import SnapshotChapter
from tests.reviews.held import line_map, open_round, register
from tests.world import THEN, build_world

pytestmark = pytest.mark.django_db(transaction=True)
TEXT = """# Title

One *slanted word* stands[^1] before the **bold one** in this line of many words, and more words follow it here.

- an *item* of a list

| Year | Count |
|------|------:|
| 2025 | *about* 120 |

[^1]: The note.
"""
MARK = """([first, last]) => {
  const nodes = [], walker = document.createTreeWalker(document.querySelector(".lines"), NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) nodes.push(walker.currentNode);
  const from = nodes.find((n) => n.data.includes(first)), to = nodes.findLast((n) => n.data.includes(last));
  const range = document.createRange();
  range.setStart(from, from.data.indexOf(first));
  range.setEnd(to, to.data.lastIndexOf(last) + last.length);
  document.getSelection().removeAllRanges();
  document.getSelection().addRange(range);
}"""


@pytest.fixture
def reading(page, live_server):
    world = build_world()
    chapter = world.un.chapter("1")
    actions.save(chapter, chapter.current, TEXT, by=world.un.la, now=THEN)
    chapter.refresh_from_db()
    held = open_round(world.un, now=timezone.now() - timezone.timedelta(days=1))
    register(held, world.un.reviewer, timezone.now())
    frozen = SnapshotChapter.objects.get(snapshot=held.snapshot, chapter__number="1")
    frozen.html = render_chapter(chapter, chapter.current.markdown, chapter.current.blocks).html
    frozen.line_map = line_map("1", frozen.blocks, lines_a_page=40)
    frozen.save()
    client = Client()
    client.force_login(world.un.reviewer)
    cookie = {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}
    page.context.add_cookies([cookie])
    page.goto(live_server.url + reverse("round_read", args=[held.cycle.slug, held.slug, "1"]))
    return page, {b["id"]: b["text"] for b in frozen.blocks}


@pytest.mark.parametrize(
    ("first", "last", "quote"),
    [
        ("slanted", "bold", "slanted word stands before the bold"),
        ("stands", "before", "stands before"),
        ("an ", "list", "an item of a list"),
        ("about", "120", "about 120"),
        ("many", "follow", "many words, and more words follow"),
    ],
)
def test_marked_words_are_the_characters_of_their_block(reading, first, last, quote):
    page, texts = reading
    assert page.locator(".lines em").count() == 3
    page.evaluate(MARK, [first, last])
    page.wait_for_function("q => document.querySelector('[data-anchor-quote]').textContent === q", arg=quote)
    value = {
        name: page.locator(f"[name=anchor_{name}]").input_value()
        for name in ("block", "start", "end", "quote")
    }
    text = texts[value["block"]]
    # A block that begins on an earlier line counts from its own first character.
    assert text[int(value["start"]) : int(value["end"])] == value["quote"] == quote


def test_numbers_stand_at_the_end_of_their_column(reading):
    page, _texts = reading
    cells = page.locator(".cell--2")
    assert cells.evaluate_all("c => c.map((e) => getComputedStyle(e).textAlign)") == ["end", "end"]
    edges = cells.evaluate_all("c => c.map((e) => Math.round(e.getBoundingClientRect().right))")
    assert len(set(edges)) == 1
