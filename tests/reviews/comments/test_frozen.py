"""A comment on a draft that was really frozen and printed: the page's numbers, the lines, the words agree."""

import pytest

from assessments.snapshots.actions import build, freeze
from reviews.comments.anchoring import Places
from reviews.rounds.actions import open_round
from tests.reviews.held import register
from tests.support import need
from tests.world import NOW, build_world

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def test_page_and_line_of_the_printed_draft_are_the_words_that_stand_there(client):
    need("pango")
    world = build_world()
    cycle = world.un.at("fod-review")
    snapshot = freeze(cycle, "FOD", by=world.un.secretariat, now=NOW)
    build(snapshot.job, lambda *progress: None)
    held = open_round(cycle, "fod-experts", by=world.un.secretariat, now=NOW)
    register(held, world.un.reviewer)
    frozen = held.snapshot.chapters.select_related("chapter", "snapshot__cycle").get(chapter__number="1")
    found = Places(frozen)
    page = found.pages[0]
    line = next(line for line in page.lines if any("seven months" in p.text for p in line.pieces))
    anchor = found.page_line(page.label, line.number)
    assert anchor["quote"] == " ".join(p.text for p in line.pieces).strip()
    marked = found.selection(anchor["block"], anchor["start"], anchor["end"], anchor["quote"])
    assert (marked["page_label"], marked["line_from"]) == (page.label, line.number)
    client.force_login(world.un.reviewer)
    shown = client.get(f"{held.get_absolute_url()}read/1/?page={page.label}")
    assert shown.context["printed"].label == page.label
