"""Webhooks: what is told to whom, in order and signed; what is tried again; and where nothing is ever sent."""

from __future__ import annotations

import json
import threading
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connections, transaction
from django.utils import timezone

import records.append
from assessments.publishing.models import Publication
from panels.models import Appointment
from records import retention
from records.jobs import queue
from records.models import Delivery, Entry, Job, Notice, Webhook
from records.obstacles import Blocked
from records.webhooks import actions, sending
from tests.records.receivers import receiver, verified
from tests.world import NOW, build_world


@pytest.fixture
def world(db):
    return build_world(texts=False)


@pytest.fixture
def far(settings):
    """A receiver that the portal may reach though it lies on this machine."""
    with receiver() as kept:
        settings.WEBHOOKS_INSIDE = [kept.where]
        yield kept


def hook_of(world, url: str, **more) -> Webhook:
    given = {"level": "own", **more}
    return actions.register("un-test", url, **given, by=world.un.secretariat, now=NOW)


def say(world, words: str, visibility: str = "public"):
    with transaction.atomic():
        return records.append.append(
            world.un.cycle.stream,
            "cycle.decided",
            {"title": words, "text": ""},
            by=world.un.secretariat,
            at=NOW,
            visibility=visibility,
        )


def deliver() -> None:
    queue.work_off("work")


def titles(kept) -> list[str]:
    return [json.loads(body)["data"]["content"]["title"] for _headers, body in kept.got]


# ---- What is told ---------------------------------------------------------------------------------


def test_an_act_is_told_signed_as_the_standard_says(world, far):
    hook = hook_of(world, far.url, verbs=["cycle.decided"])
    entry = say(world, "Scope")
    deliver()
    ((headers, body),) = far.got
    assert verified(hook.secret, headers, body)
    assert not verified(hook.secret, headers, body + b" ")
    said = json.loads(body)
    assert (said["type"], said["timestamp"]) == ("cycle.decided", "2026-11-23T09:00:00.000000Z")
    assert {name: said["data"][name] for name in ("stream", "seq", "hash")} == {
        "stream": "cycle/un-test", "seq": entry.seq, "hash": entry.hash
    }  # fmt: skip
    assert said["data"]["content"]["title"] == "Scope"
    row = hook.deliveries.get()
    assert (row.status, row.response_status, row.message_id) == ("sent", 204, headers["webhook-id"])


def test_an_act_that_was_rolled_back_is_told_to_nobody(world, far):
    hook_of(world, far.url, verbs=["cycle.decided"])
    with pytest.raises(RuntimeError), transaction.atomic():
        say(world, "Scope")
        raise RuntimeError
    assert Delivery.objects.count() == 0
    deliver()
    assert far.got == []


def test_verbs_and_cycles_that_were_not_asked_for_are_not_told(world, far):
    hook = hook_of(world, far.url, verbs=["round.opened"])
    say(world, "Scope")
    with transaction.atomic():
        for stream in (world.adv.cycle.stream, records.append.stream("portal/people", "portal")):
            records.append.append(
                stream, "round.opened", {"round": "x"}, by=None, at=NOW, visibility="public"
            )
    assert hook.deliveries.count() == 0


def test_at_the_public_level_only_what_everybody_may_read_is_told(world, far):
    hook = hook_of(world, far.url, verbs=["cycle.decided"], level="public")
    say(world, "Of a cycle that is not public yet")
    deliver()
    assert far.got == []
    Publication.objects.create(
        cycle=world.un.cycle, act="summary.release", by=world.system, at=NOW, done_at=NOW
    )
    say(world, "For everybody")
    say(world, "For the team", "team")
    deliver()
    assert titles(far) == ["For everybody"]
    assert [d.status for d in hook.deliveries.order_by("pk")] == ["withheld", "sent", "withheld"]


def test_at_the_own_level_the_registrant_s_sight_at_the_time_of_sending_counts(world, far):
    hook = hook_of(world, far.url, verbs=["cycle.decided"])
    say(world, "For the team", "team")
    deliver()
    assert titles(far) == ["For the team"]
    say(world, "After")
    Appointment.objects.filter(person=world.un.secretariat.person).update(ends=timezone.now())
    deliver()
    assert titles(far) == ["For the team"]
    hook.refresh_from_db()
    assert not hook.active
    assert "no longer keeps" in hook.why_ended


# ---- In order, and again --------------------------------------------------------------------------


def later(hook: Webhook) -> None:
    """As if the time of the next try had come."""
    past = timezone.now() - timedelta(seconds=1)
    Webhook.objects.filter(pk=hook.pk).update(next_try_at=past)
    Job.objects.filter(kind="webhooks.send", status="queued").update(run_after=past)


def test_what_fails_is_tried_again_and_the_later_ones_wait(world, far):
    hook = hook_of(world, far.url, verbs=["cycle.decided"])
    far.answers = [500, 503]
    for words in ("One", "Two", "Three"):
        say(world, words)
    deliver()
    assert titles(far) == ["One"]
    hook.refresh_from_db()
    assert hook.failures == 1
    assert timezone.now() < hook.next_try_at <= timezone.now() + sending.BACK_OFF[0]
    deliver()  # its time has not come
    assert titles(far) == ["One"]
    later(hook)
    deliver()
    hook.refresh_from_db()
    assert hook.next_try_at > timezone.now() + sending.BACK_OFF[0]
    later(hook)
    deliver()
    assert titles(far) == ["One", "One", "One", "Two", "Three"]
    ids = [headers["webhook-id"] for headers, _body in far.got]
    assert len(set(ids[:3])) == 1
    assert len(set(ids)) == 3
    hook.refresh_from_db()
    assert (hook.failing_since, hook.failures, hook.next_try_at) == (None, 0, None)


def test_the_waits_grow_to_hours():
    hours = [wait.total_seconds() / 3600 for wait in sending.BACK_OFF]
    assert hours == sorted(hours)
    assert hours[-1] == 6
    assert timedelta(days=1) < sending.GIVE_UP


def test_after_days_of_failure_it_ends_with_an_entry_and_a_letter(world, far):
    hook = hook_of(world, far.url, verbs=["cycle.decided"])
    far.answers = [500, 500]
    say(world, "One")
    deliver()
    Webhook.objects.update(failing_since=timezone.now() - sending.GIVE_UP)
    later(hook)
    deliver()
    hook.refresh_from_db()
    assert not hook.active
    entry = Entry.objects.select_related("content").get(verb="webhook.ended")
    assert entry.content.fields["host"] == hook.host
    letter = Notice.objects.get(channel="mail", to=world.un.secretariat.email, kind="webhook.ended")
    assert hook.host in letter.subject
    assert letter.sent_at is not None
    say(world, "While it is stopped")
    actions.start(hook, by=world.un.secretariat, now=NOW)
    deliver()
    assert titles(far) == ["One", "One", "One"]  # what waited comes; what happened meanwhile does not


def test_gone_is_gone(world, far):
    hook = hook_of(world, far.url, verbs=["cycle.decided"])
    far.answers = [410]
    say(world, "One")
    deliver()
    hook.refresh_from_db()
    assert not hook.active
    with pytest.raises(Blocked):
        actions.ping(hook, by=world.un.secretariat, now=NOW)


def test_a_test_message_and_a_try_by_hand(world, far):
    hook = hook_of(world, far.url, verbs=["cycle.decided"])
    far.answers = [500]
    say(world, "One")
    deliver()
    actions.try_again(hook, by=world.un.secretariat, now=NOW)
    actions.ping(hook, by=world.un.secretariat, now=NOW)
    deliver()
    assert [json.loads(body)["type"] for _h, body in far.got] == ["cycle.decided"] * 2 + ["webhook.ping"]
    assert all(verified(hook.secret, *got) for got in far.got)


def test_while_secrets_are_exchanged_both_verify(world, far):
    hook = hook_of(world, far.url, verbs=["cycle.decided"])
    old = hook.secret
    new = actions.exchange_secret(hook, by=world.un.secretariat, now=timezone.now()).secret
    say(world, "One")
    deliver()
    assert [verified(key, *far.got[0]) for key in (old, new)] == [True, True]
    Webhook.objects.update(old_until=timezone.now() - timedelta(seconds=1))
    say(world, "Two")
    deliver()
    assert [verified(key, *far.got[1]) for key in (old, new)] == [False, True]


def test_the_log_goes_after_a_month(world, far):
    hook = hook_of(world, far.url, verbs=["cycle.decided"])
    say(world, "One")
    deliver()
    assert retention.run(timezone.now())["deliveries"] == 0
    hook.deliveries.update(ended_at=timezone.now() - timedelta(days=31))
    assert retention.run(timezone.now())["deliveries"] == 1


@pytest.mark.databases
@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_two_workers_tell_each_act_once_and_in_order(far):
    world = build_world(texts=False)
    hook_of(world, far.url, verbs=["cycle.decided"])
    for number in range(8):
        say(world, str(number))

    def work():
        deliver()
        connections.close_all()

    workers = [threading.Thread(target=work) for _n in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert titles(far) == [str(n) for n in range(8)]


def test_a_worker_that_died_is_followed_by_its_own_job(world, far):
    hook = hook_of(world, far.url, verbs=["cycle.decided"])
    say(world, "One")
    job = Job.objects.get(kind="webhooks.send")
    soon = timezone.now() + timedelta(seconds=60)
    Webhook.objects.filter(pk=hook.pk).update(lease_until=soon, lease_job=job.pk + 1)
    assert sending.send_waiting(job, None) == {"sent": 0}  # another worker is at it
    Webhook.objects.filter(pk=hook.pk).update(lease_job=job.pk)
    assert sending.send_waiting(job, None) == {"sent": 1}


# ---- Who ------------------------------------------------------------------------------------------


def test_only_the_cycle_s_secretariat_keeps_webhooks(world):
    for user in (world.un.chair, world.un.la, world.adv.secretariat, world.outsider):
        with pytest.raises(PermissionDenied):
            actions.register("un-test", "https://example.org/", by=user, now=NOW)
    hook = hook_of(world, "https://example.org/hook?key=private")
    for act in (actions.ping, actions.remove, actions.stop, actions.start, actions.exchange_secret):
        with pytest.raises(PermissionDenied):
            act(hook, by=world.adv.secretariat, now=NOW)
    recorded = Entry.objects.select_related("content").get(verb="webhook.registered")
    assert recorded.visibility == "team"
    assert "private" not in str(recorded.content.fields)
    assert hook.secret not in str(recorded.content.fields)


def test_what_cannot_be_registered(world):
    hook_of(world, "https://example.org/")
    for wrong in (
        {"url": "https://example.org/"},
        {"url": "https://10.0.0.1/"},
        {"verbs": ["no.such"]},
        {"level": "all"},
    ):
        given = {"url": "https://example.org/2", "verbs": [], "level": "public", **wrong}
        with pytest.raises(Blocked):
            actions.register("un-test", **given, by=world.un.secretariat, now=NOW)


def test_a_redirect_is_a_failure_and_is_not_followed(world, far, settings):
    with receiver() as target:
        settings.WEBHOOKS_INSIDE = [far.where, target.where]
        hook = hook_of(world, far.url, verbs=["cycle.decided"])
        far.answers, far.location = [302, 307], target.url
        say(world, "One")
        deliver()
        later(hook)
        deliver()
        assert len(far.got) == 2
        assert target.got == []
    row = hook.deliveries.get()
    assert (row.status, row.response_status, row.tries) == ("waiting", 307, 2)
    assert "redirect" in row.error
