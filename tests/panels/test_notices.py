"""People hear of what is decided about themselves, and nobody else does."""

from __future__ import annotations

import pytest

from assessments.cycles import actions as cycles
from panels import actions
from records.jobs import queue
from records.models import Notice
from tests.world import NOW, build_world

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return build_world(texts=False)


def told(kind: str) -> list[tuple[str, str]]:
    queue.work_off("work")
    return list(Notice.objects.filter(kind=kind, channel="mail").values_list("user__name", "subject"))


def test_the_person_hears_of_the_decision_on_their_disclosure(world):
    un = world.un
    body = un.cycle.chapters.get(number="1").team
    cycles.ask_disclosure(un.cycle, world.outsider.person, "la", body, by=un.secretariat, now=NOW)
    assert told("disclosure.asked") == [("Outsider", "A disclosure of interests is asked of you: un-test")]
    made = actions.file_disclosure(world.outsider.person, body, "None.", by=world.outsider, now=NOW)
    actions.decide_disclosure(
        made, "cleared", "", by=un.interests, now=NOW, authority=un.cycle, stream=un.cycle.stream
    )
    assert told("disclosure.decided") == [("Outsider", "Your disclosure of interests is decided")]


def test_the_person_hears_of_an_appointment_and_of_its_end(world):
    un = world.un
    body = un.cycle.bodies.get(part="observers").body
    seat = cycles.appoint(un.cycle, world.outsider.person, "observer", body, by=un.secretariat, now=NOW)
    assert told("person.appointed") == [("Outsider", "You are appointed for un-test")]
    cycles.end_appointment(un.cycle, seat, "The term is over.", by=un.secretariat, now=NOW.replace(day=24))
    assert told("appointment.ended") == [("Outsider", "Your appointment for un-test has ended")]
    assert "The term is over." in Notice.objects.get(kind="appointment.ended", channel="mail").body
