"""What became of what one commented on: for each reviewer their own, in drafts that they may read, and no more."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from assessments.drafting import actions as drafting
from panels.models import Appointment
from reviews.comments import actions, answers
from tests.reviews import held
from tests.world import NOW, THEN, build_world, seat

pytestmark = pytest.mark.django_db

LATER = """# What agents can do

Agents now complete software tasks of half an hour with success rates of roughly 80 per cent (*medium confidence*). \
Longer tasks fail more often, and for reasons that differ from those of people.

## What is measured {#sec:measure}

The measure is simple to state and hard to make. It depends on which tasks are drawn.
"""
WORDS = {
    "changed": "success rates of about 80 per cent",
    "same": "The measure is simple to state",
    "gone": "The tasks come from one family of test suites.",
}


class Scene:
    """A round on FOD with comments of a reviewer; SOD is frozen, and its round opened for the same people."""

    def __init__(self, later=LATER):
        self.world = build_world()
        un = self.un = self.world.un
        self.round = held.open_round(un)
        held.register(self.round, un.reviewer)
        self.comments = {key: self.comment(un.reviewer, words) for key, words in WORDS.items()}
        actions.send_drafts(self.round, by=un.reviewer, now=NOW)
        chapter = un.chapter("1")
        drafting.save(chapter, chapter.current, later, by=un.la, now=NOW)
        self.later = held.freeze(un.cycle, "SOD")
        type(self.later).objects.filter(pk=self.later.pk).update(created_at=NOW, ready_at=NOW)

    def comment(self, user, words, text=""):
        anchor = held.anchor_on(self.round, words)
        return actions.save_draft(
            self.round, self.un.chapter("1"), text=text or f"On: {words}", anchor=anchor, by=user, now=NOW
        )

    def open_second_round(self):
        found = held.open_round(self.un, "sod-experts", stage="sod-review", label="SOD")
        held.register(found, self.un.reviewer)

    def page(self, user, **query):
        client = Client()
        client.force_login(user)
        return client.get(reverse("round_became", args=["un-test", "fod-experts"]), query)


@pytest.fixture
def scene():
    return Scene()


def labels(response) -> list[str]:
    return [row.comment.text.removeprefix("On: ") for row in response.context["answer"].rows]


def test_each_passage_is_told_as_it_was_and_as_it_is(scene):
    scene.open_second_round()
    response = scene.page(scene.un.reviewer)
    rows = {row.comment.pk: row for row in response.context["answer"].rows}
    assert {key: rows[c.pk].group for key, c in scene.comments.items()} == {k: k for k in WORDS}
    assert rows[scene.comments["changed"].pk].new == "success rates of roughly 80 per cent"
    page = response.content.decode()
    assert (
        '<del><span class="sr">old: </span>about</del><ins><span class="sr">new: </span>roughly</ins>' in page
    )
    assert "no longer there" in page
    assert "/drafts/FOD/1/?at=1-1%3A" in page and "/drafts/SOD/1/?block=" in page


def test_they_stand_as_the_text_runs(scene):
    scene.open_second_round()
    assert labels(scene.page(scene.un.reviewer)) == [WORDS["changed"], WORDS["same"], WORDS["gone"]]


@pytest.mark.parametrize("outcome", list(WORDS))
def test_filters_are_kept_in_the_address(scene, outcome):
    scene.open_second_round()
    response = scene.page(scene.un.reviewer, outcome=outcome)
    assert labels(response) == [WORDS[outcome]]
    assert f'value="{outcome}" selected' in response.content.decode()
    assert labels(scene.page(scene.un.reviewer, outcome="doubt")) == []


def test_another_number_waits_for_a_person():
    scene = Scene(LATER.replace("roughly 80 per cent", "about 85 per cent"))
    scene.open_second_round()
    assert labels(scene.page(scene.un.reviewer, outcome="doubt")) == [WORDS["changed"]]
    assert labels(scene.page(scene.un.reviewer, outcome="changed")) == []


def test_a_later_draft_that_is_not_open_to_the_reviewer_stays_hidden(scene):
    response = scene.page(scene.un.reviewer)
    assert response.context["later"] is None
    assert "roughly 80 per cent" not in response.content.decode() and "SOD" not in response.content.decode()
    assert scene.page(scene.un.reviewer, to="SOD").status_code == 404
    assert "No later draft yet" in response.content.decode()


def test_nobody_sees_other_peoples_comments(scene):
    scene.open_second_round()
    other = seat(scene.un, "second_reviewer", "expert-reviewer", "reviewers")
    held.register(scene.round, other)
    for found in scene.un.cycle.rounds.exclude(pk=scene.round.pk):
        held.register(found, other)
    response = scene.page(other)
    assert response.status_code == 200
    assert labels(response) == []
    assert all(words not in response.content.decode() for words in WORDS.values())


def test_who_has_no_part_is_told_nothing(scene):
    assert scene.page(scene.world.outsider).status_code == 404
    assert (
        scene.page(scene.un.delegate_b).status_code == 404
    )  # takes part, but did not register for this round


def test_an_answer_shows_once_it_is_published(scene):
    scene.open_second_round()
    scene.round.refresh_from_db()
    type(scene.round).objects.filter(pk=scene.round.pk).update(
        status="closed", closed_at=NOW, closed_by=scene.un.secretariat
    )
    answers.answer([scene.comments["changed"]], "accepted", "Now said so, a secret.", by=scene.un.la, now=NOW)
    assert "a secret" not in scene.page(scene.un.reviewer).content.decode()
    assert scene.page(scene.un.reviewer, answer="yes").context["answer"].total == 3  # nor by its filter
    type(scene.round).objects.filter(pk=scene.round.pk).update(status="answered", answers_published_at=NOW)
    assert "a secret" in scene.page(scene.un.reviewer).content.decode()
    assert labels(scene.page(scene.un.reviewer, answer="yes")) == [WORDS["changed"]]


def test_an_author_sees_what_became_of_what_she_answered(scene):
    type(scene.round).objects.filter(pk=scene.round.pk).update(
        status="closed", closed_at=NOW, closed_by=scene.un.secretariat
    )
    assert labels(scene.page(scene.un.la)) == []
    answers.answer([scene.comments["gone"]], "accepted", "Taken out.", by=scene.un.la, now=NOW)
    assert labels(scene.page(scene.un.la)) == [WORDS["gone"]]
    assert labels(scene.page(scene.un.cla)) == []


def test_a_draft_comment_is_not_listed(scene):
    scene.open_second_round()
    scene.comment(scene.un.reviewer, "It depends on which tasks are drawn.", "Not sent")
    assert "Not sent" not in scene.page(scene.un.reviewer).content.decode()


def test_the_number_of_queries_does_not_grow_with_the_comments(scene):
    scene.open_second_round()
    scene.page(scene.un.reviewer)
    with CaptureQueriesContext(connection) as few:
        scene.page(scene.un.reviewer)
    type(scene.round).objects.filter(pk=scene.round.pk).update(status="open")
    for number in range(30):
        scene.comment(scene.un.reviewer, "The measure is simple", f"More {number}")
    actions.send_drafts(scene.round, by=scene.un.reviewer, now=NOW)
    with CaptureQueriesContext(connection) as many:
        response = scene.page(scene.un.reviewer)
    assert len(response.context["answer"].rows) == 25
    assert len(many) <= len(few)
    assert len(scene.page(scene.un.reviewer, page="2").context["answer"].rows) == 8


def test_a_program_reads_the_same(scene):
    scene.open_second_round()
    client = Client()
    client.force_login(scene.un.reviewer)
    address = "/api/v1/cycles/un-test/rounds/fod-experts/became/"
    found = client.get(address, {"outcome": "changed"}).json()
    assert [(row["outcome"], row["now"]) for row in found["results"]] == [
        ("edited", "success rates of roughly 80 per cent")
    ]
    assert found["next"] is None
    assert client.get(address, {"to": "TOD"}).status_code == 404
    client.force_login(scene.world.outsider)
    assert client.get(address).status_code == 404
    assert Appointment.objects.filter(starts=THEN).exists()
