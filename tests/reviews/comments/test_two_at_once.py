"""Two people press send at the same moment: both are taken, and no number is given twice."""

import threading

import pytest
from django.db import connection, connections

from reviews.comments import actions
from reviews.comments.models import Comment
from tests.reviews.comments.test_comments import draft
from tests.reviews.held import open_round, register
from tests.world import NOW, build_world, seat

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.databases]


def test_numbers_are_given_one_after_the_other():
    world = build_world()
    held = open_round(world.un)
    people = [seat(world.un, f"un_reviewer_{n}", "expert-reviewer", "reviewers") for n in range(4)]
    for person in people:
        register(held, person)
        for text in ("One.", "Two.", "Three."):
            draft(held, person, text=text)
    together, faults = threading.Barrier(len(people)), []

    def press(person):
        try:
            together.wait(timeout=20)
            actions.send_drafts(held, by=person, now=NOW)
        except Exception as fault:
            faults.append(fault)
        finally:
            connections.close_all()

    pressing = [threading.Thread(target=press, args=(person,)) for person in people]
    for one in pressing:
        one.start()
    for one in pressing:
        one.join(timeout=60)
    assert faults == [], connection.vendor
    assert sorted(Comment.objects.values_list("number", flat=True)) == list(range(1, 13))
    assert held.cycle.stream.entries.filter(verb="comment.sent").count() == 4
