"""Rounds by the procedure: opened, registered for, extended, closed, answered; each refusal beside its
success."""

from datetime import datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from portal.waiting import waiting_for
from records import reading
from records.models import Entry, Job
from records.notices.post import send_waiting
from records.notices.send import send_for_entry
from records.obstacles import Blocked
from records.registry import gates
from reviews.comments import actions as comments
from reviews.comments import answers
from reviews.rounds import actions as rounds
from reviews.rounds.models import Registration, ReviewRound
from tests.reviews.held import freeze, open_round, places, register
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


def later(**of) -> datetime:
    return NOW + timedelta(**of)


def open_until(side, bell, reason=""):
    freeze(side.at("fod-review"), "FOD")
    return rounds.open_round(
        side.cycle, "fod-experts", by=side.secretariat, now=NOW, closes_at=bell, reason=reason
    )


def test_a_round_that_leaves_nobody_a_day_to_register_is_refused_whatever_the_reason(world):
    with pytest.raises(Blocked) as refused:
        open_until(world.un, later(days=7, hours=23), "a hurry")
    assert codes(refused) == ["bell-too-early"]
    assert not ReviewRound.objects.exists()


def test_a_round_shorter_than_the_procedure_gives_its_reason_and_the_entry_keeps_it(world):
    with pytest.raises(Blocked) as refused:
        open_until(world.un, later(weeks=3))
    assert codes(refused) == ["shorter-than-procedure"]
    rounds.open_round(
        world.un.cycle,
        "fod-experts",
        by=world.un.secretariat,
        now=NOW,
        closes_at=later(weeks=3),
        reason="Agreed.",
    )
    assert world.un.cycle.stream.entries.get(verb="round.opened").content.fields["reason"] == "Agreed."


def test_the_tick_and_the_reason_are_asked_together_and_what_was_typed_stays(world, client):
    freeze(world.un.at("fod-review"), "FOD")
    client.force_login(world.un.secretariat)
    bell = f"{timezone.now() + timedelta(weeks=3):%Y-%m-%dT%H:%M}"
    sent = {"rule": "fod-experts", "closes_at": bell, "reason": "Agreed."}
    page = client.post("/c/un-test/rounds/", sent)
    assert page.status_code == 200
    assert "a shorter one gives its reason" in page.content.decode()
    assert bell in page.content.decode()
    assert not ReviewRound.objects.exists()
    assert client.post("/c/un-test/rounds/", {**sent, "shorter": "on"}).status_code == 302
    assert ReviewRound.objects.get().status == "open"


def test_grace_is_not_cut_off_where_somebody_is_registered(world):
    held = open_round(world.un)
    register(held, world.un.reviewer)
    with pytest.raises(Blocked) as refused:
        rounds.close_round(held, by=world.un.secretariat, now=held.closes_at + timedelta(minutes=60))
    assert codes(refused) == ["grace-runs"]
    assert "can still be sent until" in str(refused.value)
    after = held.closes_at + timedelta(minutes=61)
    assert rounds.close_round(held, by=world.un.secretariat, now=after).status == "closed"


def reopen(held, side, now, until, reason="the bell was set by mistake"):
    return rounds.reopen_round(held, until, reason=reason, by=side.secretariat, now=now)


def test_a_round_whose_bell_rang_is_opened_again_with_reasons_for_everybody(world, mailoutbox):
    held = open_round(world.un)
    bell = held.closes_at
    with pytest.raises(Blocked) as refused:
        reopen(held, world.un, NOW, later(weeks=20))
    assert codes(refused) == ["bell-has-not-rung"]
    rounds.close_round(held, by=world.un.secretariat, now=bell)
    with pytest.raises(Blocked) as refused:
        reopen(held, world.un, bell, bell + timedelta(days=7))
    assert codes(refused) == ["bell-too-early"]
    with pytest.raises(Blocked) as refused:
        reopen(held, world.un, bell, bell + timedelta(weeks=4), reason=" ")
    assert codes(refused) == ["no-reason"]
    with pytest.raises(PermissionDenied):
        rounds.reopen_round(held, bell + timedelta(weeks=4), reason="x", by=world.un.la, now=bell)
    again = reopen(held, world.un, bell, bell + timedelta(weeks=4))
    assert (again.status, again.closed_at) == ("open", None)
    register(again, world.un.reviewer, bell + timedelta(days=1))
    entry = world.un.cycle.stream.entries.get(verb="round.reopened")
    assert entry.content.fields["reason"] == "the bell was set by mistake"
    for job in Job.objects.filter(kind="notices.send", args__entry=entry.pk):
        send_for_entry(job, lambda *progress: None)
    send_waiting(None, lambda *progress: None)
    assert [m.to for m in mailoutbox] == [[world.un.reviewer.email]]


def test_a_round_of_which_a_comment_was_answered_is_not_opened_again(world):
    held = open_round(world.un)
    register(held, world.un.reviewer)
    comments.save_draft(
        held, world.un.chapter("1"), text="Which?", anchor=places(held).whole(), by=world.un.reviewer, now=NOW
    )
    comments.send_drafts(held, by=world.un.reviewer, now=NOW)
    answers.answer([held.comments.get()], "accepted", "Done.", by=world.un.cla, now=NOW)
    with pytest.raises(Blocked) as refused:
        reopen(held, world.un, held.closes_at, held.closes_at + timedelta(weeks=4))
    assert codes(refused) == ["answering-began"]


def test_after_the_bell_the_page_and_the_waiting_list_say_so(world, client):
    held = open_round(world.un)
    register(held, world.un.reviewer)
    bell = timezone.now() - timedelta(minutes=5)
    ReviewRound.objects.filter(pk=held.pk).update(opens_at=bell - timedelta(days=60), closes_at=bell)
    client.force_login(world.un.secretariat)
    page = client.get(held.get_absolute_url()).content.decode()
    assert "the bell has rung; time of grace" in page
    assert "Open until" not in page
    assert "Comments begun before the bell can still be sent until" in page
    assert "Open the round again" in page
    assert [w.title for w in waiting_for(world.un.reviewer, timezone.now())] == []
    after = timezone.now() + timedelta(hours=2)
    assert held.title in [w.title for w in waiting_for(world.un.secretariat, after)]


def test_the_record_says_round_moment_and_number_as_people_do(world, client):
    held = open_round(world.un)
    register(held, world.un.reviewer)
    rounds.close_round(held, by=world.un.secretariat, now=held.closes_at + timedelta(hours=2))
    client.force_login(world.un.secretariat)
    page = client.get("/record/cycle/un-test/").content.decode()
    assert "until 18 January 2027, 09:00" in page
    assert "registered for “Expert review of the first order draft”" in page
    assert "0 comments of 0 reviewers" in page
    assert "un-test/fod-experts" not in page
    shown = reading.show(world.un.cycle.stream.entries.get(verb="round.closed"), frozenset({"public"}))
    shown.fields.update(comments=1, reviewers=1)
    assert "1 comment of 1 reviewer." in shown.sentence


def test_a_hash_is_short_in_the_sentence_and_whole_beside_it(world):
    held = open_round(world.un)
    entry = world.un.cycle.stream.entries.get(verb="round.opened")
    shown = reading.show(entry, frozenset({"public"}))
    assert shown.hashes == [held.snapshot.content_hash]
    assert reading.for_people(held.snapshot.content_hash) == held.snapshot.content_hash[:12] + "…"
    assert reading.show(entry, frozenset()).hashes == []
