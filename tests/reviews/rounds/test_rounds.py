"""Rounds by the procedure: opened, registered for, extended, closed, answered; each refusal beside its
success."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied

from records.models import Entry, Job
from records.notices.post import send_waiting
from records.notices.send import send_for_entry
from records.obstacles import Blocked
from records.registry import gates
from reviews.rounds import actions as rounds
from reviews.rounds.models import Registration, ReviewRound
from tests.reviews.held import freeze, open_round, register
from tests.world import NOW, build_world

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return build_world()


def codes(refused) -> list[str]:
    return [o.code for o in refused.value.obstacles]


def test_a_round_opens_on_its_frozen_draft_for_as_long_as_the_procedure_says(world):
    held = open_round(world.un)
    assert (held.key, held.snapshot.label, held.status) == ("un-test/fod-experts", "FOD", "open")
    assert held.closes_at - held.opens_at == timedelta(weeks=8)
    entry = world.un.cycle.stream.entries.get(verb="round.opened")
    assert entry.visibility == "public"
    assert entry.content.fields["draft"] == "FOD"


def test_the_audience_and_nobody_else_is_written_to(world, mailoutbox):
    open_round(world.un)
    for job in Job.objects.filter(kind="notices.send"):
        send_for_entry(job, lambda *progress: None)
    send_waiting(None, lambda *progress: None)
    assert [m.to for m in mailoutbox if "is open" in m.subject] == [[world.un.reviewer.email]]


def test_a_round_does_not_open_in_another_stage_or_without_its_draft(world):
    with pytest.raises(Blocked) as refused:
        rounds.open_round(world.un.at("drafting"), "fod-experts", by=world.un.secretariat, now=NOW)
    assert codes(refused) == ["wrong-stage", "snapshot-not-ready"]
    with pytest.raises(Blocked) as refused:
        rounds.open_round(world.un.at("sod-review"), "fod-experts", by=world.un.secretariat, now=NOW)
    assert codes(refused) == ["round-in-other-stage", "snapshot-not-ready"]


def test_one_round_per_rule(world):
    open_round(world.un)
    with pytest.raises(Blocked) as refused:
        open_round(world.un)
    assert codes(refused) == ["round-exists"]


def test_only_those_whom_the_procedure_names_open_a_round(world):
    freeze(world.un.at("fod-review"), "FOD")
    with pytest.raises(PermissionDenied):
        rounds.open_round(world.un.cycle, "fod-experts", by=world.un.la, now=NOW)
    with pytest.raises(PermissionDenied):
        rounds.open_round(world.un.cycle, "fod-experts", by=world.adv.secretariat, now=NOW)


def test_registration_comes_before_any_sight_of_the_draft(world):
    held, reviewer = open_round(world.un), world.un.reviewer
    assert not reviewer.has_perm("round.read", held)
    assert not reviewer.has_perm("snapshot.read", held.snapshot)
    made = register(held, reviewer)
    assert (made.undertaking_at, made.consent_at) == (NOW, NOW)
    assert reviewer.has_perm("round.read", held)
    assert reviewer.has_perm("snapshot.read", held.snapshot)
    assert register(held, reviewer) == made


@pytest.mark.parametrize(
    ("missing", "code"),
    [("undertaking", "no-undertaking"), ("consent", "no-consent"), ("expertise", "no-expertise")],
)
def test_registration_without_undertaking_consent_or_expertise_is_refused(world, missing, code):
    held = open_round(world.un)
    said = {"expertise": "agents", "undertaking": True, "consent": True, missing: ""}
    with pytest.raises(Blocked) as refused:
        rounds.register_reviewer(held, **said, by=world.un.reviewer, now=NOW)
    assert codes(refused) == [code]
    assert not Registration.objects.exists()


def test_registration_closes_a_week_before_the_bell(world):
    held = open_round(world.un)
    with pytest.raises(Blocked) as refused:
        register(held, world.un.reviewer, held.closes_at - timedelta(days=7))
    assert codes(refused) == ["registration-closed"]
    register(held, world.un.reviewer, held.closes_at - timedelta(days=7, seconds=1))


@pytest.mark.parametrize("who", ["focal_a", "delegate_a", "observer", "la"])
def test_nobody_outside_the_audience_registers(world, who):
    held = open_round(world.un)
    with pytest.raises(PermissionDenied):
        register(held, getattr(world.un, who))


def test_people_of_the_other_cycle_see_nothing_of_the_round(world):
    held = open_round(world.un)
    for user in (world.outsider, world.adv.reviewer, world.adv.chair):
        assert not user.has_perm("round.view", held)
        assert not user.has_perm("round.read", held)


def test_a_round_is_extended_before_the_bell_for_everybody(world):
    held = open_round(world.un)
    later = held.closes_at + timedelta(days=7)
    rounds.extend_round(held, later, reason="a holiday", by=world.un.secretariat, now=NOW)
    held.refresh_from_db()
    assert held.closes_at == later
    with pytest.raises(Blocked) as refused:
        rounds.extend_round(held, later, reason="again", by=world.un.secretariat, now=NOW)
    assert codes(refused) == ["not-later"]
    with pytest.raises(Blocked) as refused:
        rounds.extend_round(
            held, later + timedelta(days=1), reason="late", by=world.un.secretariat, now=later
        )
    assert codes(refused) == ["bell-has-rung"]


def test_no_round_closes_before_its_bell(world):
    held = open_round(world.un)
    with pytest.raises(Blocked) as refused:
        rounds.close_round(held, by=world.un.secretariat, now=held.closes_at - timedelta(seconds=1))
    assert codes(refused) == ["bell-has-not-rung"]
    closed = rounds.close_round(held, by=world.un.secretariat, now=held.closes_at)
    assert (closed.status, closed.closed_by) == (ReviewRound.Status.CLOSED, world.un.secretariat)
    with pytest.raises(Blocked) as refused:
        rounds.close_round(held, by=world.un.co_chair, now=held.closes_at)
    assert codes(refused) == ["round-not-open"]


def test_the_gate_asks_that_the_round_is_closed(world):
    condition = world.un.cycle.procedure.stage("fod-review").leave
    asked = next(c for c in condition if c.key == "round-closed")
    assert [o.code for o in gates.obstacles("round-closed", world.un.cycle, asked)] == ["round-not-held"]
    held = open_round(world.un)
    assert [o.code for o in gates.obstacles("round-closed", world.un.cycle, asked)] == ["round-open"]
    rounds.close_round(held, by=world.un.secretariat, now=held.closes_at)
    assert gates.obstacles("round-closed", world.un.cycle, asked) == []


def test_a_refused_act_leaves_no_entry(world):
    held = open_round(world.un)
    before = Entry.objects.count()
    with pytest.raises(Blocked):
        rounds.close_round(held, by=world.un.secretariat, now=NOW)
    assert Entry.objects.count() == before
