"""What the world sees of a round: nothing, until the stage that the procedure names; then all of it."""

import csv
import io
from datetime import timedelta

import pytest
from django.urls import reverse

from assessments.publishing.models import Publication
from reviews.comments import answers
from reviews.comments.registered import as_csv, published_comments
from reviews.rounds import actions as rounds
from tests.reviews.comments.test_comments import draft, sent
from tests.reviews.held import open_round, register
from tests.world import NOW, build_world

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return build_world()


@pytest.fixture
def answered(world):
    held = open_round(world.un)
    register(held, world.un.reviewer)
    made = sent(held, world.un.reviewer, text="=1+1 is no formula here.")
    draft(held, world.un.reviewer, text="Never sent.")
    answers.answer([made], "rejected", "The source says otherwise.", by=world.un.la, now=NOW)
    rounds.close_round(held, by=world.un.secretariat, now=held.closes_at + timedelta(hours=2))
    world.un.at("final-edition")
    return rounds.publish_answers(held, by=world.un.secretariat, now=NOW)


def publication(world) -> Publication:
    return Publication.objects.create(
        cycle=world.un.cycle,
        act="edition.publish",
        snapshot=world.un.cycle.snapshots.get(),
        by=world.un.secretariat,
        at=NOW,
        done_at=NOW,
    )


def test_the_public_sees_comments_and_answers_from_the_stage_named_and_not_before(client, world, answered):
    publication(world)
    address = reverse("round_comments", args=[answered.cycle.slug, answered.slug])
    leading = [
        "/",
        reverse("cycle", args=[answered.cycle.slug]),
        reverse("publications", args=[answered.cycle.slug]),
    ]
    assert client.get(address).status_code == 302
    assert not any(address in client.get(page).content.decode() for page in leading)
    world.un.at("published")
    assert all(address in client.get(page).content.decode() for page in leading)
    places = [place["label"] for place in client.get(leading[1]).context["places"][-1]["items"]]
    assert places == ["This cycle", "Review rounds", "Publications"]
    page = client.get(address)
    assert [c.text for c in page.context["rows"]] == ["=1+1 is no formula here."]
    assert "The source says otherwise." in page.content.decode()
    assert (
        client.get(reverse("round_read", args=[answered.cycle.slug, answered.slug, "1"])).status_code == 200
    )


def test_the_edition_carries_comments_with_answers_and_no_drafts(world, answered):
    [(kind, name, _title, data)] = published_comments(publication(world))
    assert (kind, name, data) == ("comments", "comments-fod-experts.csv", as_csv(answered))
    rows = list(csv.DictReader(io.StringIO(data.decode())))
    assert [(r["Comment No"], r["Comment"], r["Disposition"]) for r in rows] == [
        ("1-1", "'=1+1 is no formula here.", "rejected")
    ]
