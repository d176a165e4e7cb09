"""Roles with a number of seats and with caps on what their holders share (procedure 2.10)."""

import pytest

from assessments.cycles import actions as cycles
from panels.models import State
from tests.assessments.procedures.walking import Walk, blocked, member, state

pytestmark = pytest.mark.django_db


@pytest.fixture
def panel() -> Walk:
    return Walk("un_panel")


def refused_member(walk: Walk, name: str, role: str = "member", **facts) -> list[str]:
    user = walk.candidate(role, name, **facts)
    return blocked(
        cycles.appoint, walk.cycle, user.person, role, walk.body(role), by=walk.secretariat, now=walk.now
    )


def test_a_third_member_of_one_nationality_is_refused(panel):
    member(panel, "a")
    member(panel, "b")
    assert refused_member(panel, "c", nationality=state("KEN"), affiliation="c") == ["cap-reached"]
    member(panel, "d", "BRA")


def test_a_third_member_of_one_affiliation_is_refused_however_it_is_spelt(panel):
    member(panel, "a", "KEN", "Mila")
    member(panel, "b", "BRA", "MILA")
    assert refused_member(panel, "c", nationality=state("FRA"), affiliation=" mila ") == ["cap-reached"]


def test_a_seat_that_is_given_up_is_free_again(panel):
    member(panel, "a")
    member(panel, "b")
    held = panel.a.person.appointments.get()
    later = panel.now + panel.now.resolution
    cycles.end_appointment(panel.cycle, held, "Resigned.", by=panel.secretariat, now=later)
    panel.now = later
    member(panel, "c")


def test_who_has_no_known_nationality_or_affiliation_is_refused(panel):
    assert refused_member(panel, "a") == ["not-known"]


def test_the_forty_first_member_is_refused(panel):
    for number, one in enumerate(State.objects.filter(status="member")[:40]):
        user = panel.candidate("observer", f"m{number}", nationality=one, affiliation=str(number))
        panel.body("member").appointments.create(person=user.person, role="member", starts=panel.now)
    taken = set(panel.body("member").appointments.values_list("person__nationality", flat=True))
    free = State.objects.filter(status="member").exclude(pk__in=taken).first()
    assert refused_member(panel, "late", nationality=free, affiliation="late") == ["seats-taken"]


def test_the_co_chairs_come_from_different_kinds_of_country(panel):
    panel.appoint("co-chair", "one", nationality=state("KEN"))
    assert refused_member(panel, "two", "co-chair", nationality=state("BRA")) == ["cap-reached"]
    panel.appoint("co-chair", "three", nationality=state("CAN"))
    assert refused_member(panel, "four", "co-chair", nationality=state("FRA")) == ["seats-taken"]


def test_a_role_without_caps_takes_whoever_is_appointed(no_pango):
    walk = Walk("ipcc")
    for number in range(3):
        walk.appoint("expert-reviewer", f"reviewer{number}", nationality=state("KEN"), affiliation="One")
    assert walk.body("expert-reviewer").appointments.count() == 3
