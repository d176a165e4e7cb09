"""A cycle from its beginning through its gates (procedure 3)."""

import pytest
from django.core.exceptions import PermissionDenied
from django.utils.translation import override

from assessments.cycles import actions, guards
from assessments.cycles.models import Cycle
from assessments.procedures import loader
from panels.models import User
from records.models import Entry
from records.obstacles import Blocked
from records.reading import Shown
from tests.world import NOW, build_world

pytestmark = pytest.mark.django_db


def codes(refused) -> list[str]:
    return [o.code for o in refused.value.obstacles]


@pytest.fixture
def system():
    return User.objects.system()


@pytest.fixture
def cycle(system):
    return actions.create_cycle("un-x", procedure="ipcc", title="X", by=system, now=NOW, chapters=1)


def test_a_cycle_begins_in_the_first_stage_of_its_pinned_procedure(cycle):
    assert cycle.stage == "scoping"
    assert cycle.procedure.key == "ipcc"
    assert [e.verb for e in cycle.stream.entries.all()] == ["cycle.created", "chapter.added"]


def test_a_gate_stays_shut_and_says_why_until_the_decision_is_recorded(cycle, system):
    with pytest.raises(Blocked) as refused:
        actions.advance(cycle, by=system, now=NOW)
    assert codes(refused) == ["scope-approved"]
    actions.decide(cycle, "scope-approved", "Approved in plenary.", by=system, now=NOW)
    assert actions.advance(cycle, by=system, now=NOW).stage == "nominations"


def test_only_the_next_stage_can_follow(cycle, system):
    actions.decide(cycle, "scope-approved", "Approved.", by=system, now=NOW)
    with pytest.raises(Blocked) as refused:
        actions.advance(cycle, by=system, now=NOW, to="approval")
    assert codes(refused) == ["not-the-next-stage"]
    assert Cycle.objects.get().stage == "scoping"


def test_a_cycle_that_begins_outside_says_why(system):
    with pytest.raises(Blocked) as refused:
        actions.create_cycle("in", procedure="independent", title="", by=system, now=NOW, at_stage="drafting")
    assert codes(refused) == ["no-reason"]
    made = actions.create_cycle(
        "in", procedure="independent", title="", by=system, now=NOW, at_stage="drafting", why="moved in"
    )
    assert made.stage == "drafting"


def test_an_unknown_stage_is_named_with_those_that_exist(system):
    with pytest.raises(Blocked) as refused:
        actions.create_cycle("in", procedure="ipcc", title="", by=system, now=NOW, at_stage="lunch", why="x")
    assert "scoping" in str(refused.value)


def test_an_outsider_cannot_begin_or_move_a_cycle():
    world = build_world(texts=False)
    with pytest.raises(PermissionDenied):
        actions.create_cycle("mine", procedure="ipcc", title="", by=world.outsider, now=NOW)
    with pytest.raises(PermissionDenied):
        actions.advance(world.un.cycle, by=world.outsider, now=NOW)


def test_a_role_of_the_other_cycle_gives_nothing_here():
    world = build_world(texts=False)
    with pytest.raises(PermissionDenied):
        actions.advance(world.un.cycle, by=world.adv.chair, now=NOW)


def test_nobody_takes_a_role_that_owes_a_disclosure_before_it_is_cleared():
    world = build_world(texts=False)
    team = world.un.chapter("1").team
    with pytest.raises(Blocked) as refused:
        actions.appoint(world.un.cycle, world.outsider.person, "la", team, by=world.un.secretariat, now=NOW)
    assert codes(refused) == ["disclosure-not-cleared"]
    assert (
        actions.appoint(
            world.un.cycle, world.outsider.person, "ca", team, by=world.un.secretariat, now=NOW
        ).role
        == "ca"
    )


def test_nobody_appoints_themselves():
    world = build_world(texts=False)
    with pytest.raises(Blocked) as refused:
        actions.appoint(
            world.un.cycle, world.un.secretariat.person, "ca", world.un.chapter("1").team,
            by=world.un.secretariat, now=NOW,
        )  # fmt: skip
    assert codes(refused) == ["own-case"]


def test_in_the_independent_cycle_no_stage_before_sign_off_is_held_open():
    world = build_world(texts=False)
    for stage in world.adv.cycle.procedure.stages[:-2]:
        assert guards.obstacles_to_advancing(world.adv.at(stage.key)) == []


def test_a_refused_act_leaves_nothing_in_the_record(cycle, system):
    before = Entry.objects.count()
    with pytest.raises(Blocked):
        actions.decide(cycle, "chapters-accepted", "Too early.", by=system, now=NOW)
    assert Entry.objects.count() == before


def test_the_record_says_by_its_title_under_which_procedure_a_cycle_began(cycle):
    entry = cycle.stream.entries.get(verb="cycle.created")
    fields = entry.content.fields
    assert fields["procedure"] == "ipcc"
    with override("en"):
        shown = Shown(entry, {**fields, "@actor": "Somebody"}, False, False).sentence
        assert f"under the procedure {loader.load('ipcc').title}." in shown
        gone = Shown(entry, {**fields, "@actor": "Somebody", "procedure": "of-old"}, False, False).sentence
        assert gone.endswith("under the procedure of-old.")
    with override("ar"):
        assert loader.load("ipcc").title not in Shown(entry, fields, False, False).sentence
