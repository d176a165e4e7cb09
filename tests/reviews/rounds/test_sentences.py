"""Sentences of the record are for people: times in the reader's zone, choices by their labels; payloads stay."""

import zoneinfo

import pytest
from django.utils import timezone, translation

from records.reading import entries
from records.wording import moment
from reviews.comments import answers
from tests.reviews.comments.test_comments import sent
from tests.reviews.held import open_round, register
from tests.world import NOW, build_world

pytestmark = pytest.mark.django_db
ALL = frozenset({"public", "officers", "team", "review"})


def test_times_and_choices_are_in_words_and_the_payload_as_written():
    world = build_world()
    held = open_round(world.un)
    register(held, world.un.reviewer)
    made = sent(held, world.un.reviewer)
    answers.answer([made], "accepted-in-part", "The range is given.", by=world.un.la, now=NOW)
    with timezone.override(zoneinfo.ZoneInfo("Asia/Amman")):
        shown = {s.entry.verb: s for s in entries(held.cycle.stream, ALL)}
        ends = timezone.localtime(held.closes_at)
        opened, answered = shown["round.opened"], shown["comment.answered"]
        assert opened.sentence.endswith(f"until {ends.day} {ends:%B %Y, %H:%M}.")
    assert "Accepted in part. The range is given." in answered.sentence
    assert answered.fields["disposition"] == "accepted-in-part"
    assert opened.fields["closes_at"].endswith("Z")
    with translation.override("ar"):
        assert "accepted-in-part" not in answered.sentence


@pytest.mark.parametrize("written", ["", "soon", "2026-11-23T09:00:00", None])
def test_what_is_no_moment_stays_as_it_is(written):
    assert moment(written) == written
