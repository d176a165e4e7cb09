"""Idempotency keys: one act however often it is sent, also by two at once and across a crash."""

from __future__ import annotations

import os
import threading
from datetime import timedelta

import pytest
from django.db import connections
from django.utils import timezone

from panels import actions as panels
from panels.models import Invitation
from portal.api import repeating
from portal.api.models import KeptAnswer
from records import retention
from tests.portal.api.caller import Caller, codes
from tests.world import build_world

GIVEN = {"name": "Ann Lee", "email": "ann@example.org"}


def keyed(user, key: str = "a-1") -> Caller:
    return Caller(user, Idempotency_Key=key)


def test_the_same_request_acts_once_and_is_answered_alike(world):
    caller = keyed(world.un.secretariat)
    first = caller.post("invitations/", **GIVEN)
    again = caller.post("invitations/", **GIVEN)
    assert first[0] == 201
    assert again == first
    assert caller.last["Idempotent-Replayed"] == "true"
    assert Invitation.objects.count() == 1
    # The same words under another key are another act.
    assert keyed(world.un.secretariat, "a-2").post("invitations/", **GIVEN)[0] == 201
    assert Invitation.objects.count() == 2


def test_a_key_belongs_to_its_person_and_its_request(world):
    caller = keyed(world.un.secretariat)
    assert caller.post("invitations/", **GIVEN)[0] == 201
    status, body = caller.post("invitations/", **{**GIVEN, "name": "Bea Lee"})
    assert (status, body["type"]) == (422, "/api/problems/key-reused/")
    assert caller.post("cycles/un-test/advance/")[0] == 422
    assert keyed(world.adv.secretariat).post("invitations/", **GIVEN)[0] == 201
    assert Caller(world.un.la, Idempotency_Key="x" * 201).post("invitations/", **GIVEN)[0] == 400


def test_a_refused_act_leaves_its_key_free(world):
    caller = keyed(world.un.secretariat)
    assert codes(caller.post("cycles/un-test/advance/")) == (409, ["snapshot-missing"])
    assert caller.post("invitations/", name="x" * 200, email="no")[0] == 400
    assert KeptAnswer.objects.count() == 0
    assert caller.post("invitations/", **GIVEN)[0] == 201


def test_what_an_act_removed_is_still_answered_for(world):
    made = Caller(world.un.la).post(
        "tokens/", name="x", scopes=["read"], expires_at=(timezone.now() + timedelta(days=1)).isoformat()
    )[1]
    caller = keyed(world.un.la)
    assert [caller.delete(f"tokens/{made['id']}/") for _n in range(2)] == [(204, None)] * 2


def test_a_secret_that_is_shown_once_is_not_kept(world):
    caller = keyed(world.un.la)
    given = {"name": "x", "scopes": ["read"], "expires_at": (timezone.now() + timedelta(days=1)).isoformat()}
    first, again = caller.post("tokens/", **given)[1], caller.post("tokens/", **given)[1]
    assert first["secret"].startswith("concord_")
    assert again == {**first, "secret": ""}
    assert first["secret"] not in KeptAnswer.objects.get().body


def test_files_are_the_same_by_their_content(world):
    caller = keyed(world.un.la)
    entry = b"@article{lee2026, title={Agents}, author={Lee, Ann}, year={2026}, journal={J}}"
    first = caller.upload("cycles/un-test/sources/", "refs.bib", entry)
    assert first[1]["added"] == ["lee2026"]
    assert caller.upload("cycles/un-test/sources/", "refs.bib", entry) == first
    assert caller.upload("cycles/un-test/sources/", "refs.bib", entry + b" ")[0] == 422


def test_answers_are_forgotten_after_a_day(world):
    caller = keyed(world.un.secretariat)
    assert caller.post("invitations/", **GIVEN)[0] == 201
    assert retention.run(timezone.now())["answers"] == 0
    KeptAnswer.objects.update(claimed_at=timezone.now() - timedelta(hours=25))
    assert caller.post("invitations/", **GIVEN)[0] == 201
    assert Invitation.objects.count() == 2
    KeptAnswer.objects.update(claimed_at=timezone.now() - timedelta(hours=25))
    assert retention.run(timezone.now())["answers"] == 1


def test_a_claim_that_is_at_work_answers_409_and_a_dead_one_is_taken_over(world):
    caller = keyed(world.un.secretariat)
    assert caller.post("invitations/", **GIVEN)[0] == 201
    KeptAnswer.objects.update(status=None, body="")
    status, body = caller.post("invitations/", **GIVEN)
    assert (status, body["type"]) == (409, "/api/problems/in-flight/")
    assert caller.last["Retry-After"] == "1"
    KeptAnswer.objects.update(claimed_at=timezone.now() - repeating.LEASE - timedelta(seconds=1))
    assert caller.post("invitations/", **GIVEN)[0] == 201


@pytest.mark.databases
@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_two_at_once_act_once(monkeypatch):
    """The second comes while the first is in its act: it is told to wait, and gets the first one's answer after."""
    world = build_world(texts=False)
    inside, go_on = threading.Event(), threading.Event()
    invite = panels.invite

    def slowly(**given):
        made = invite(**given)
        inside.set()
        assert go_on.wait(10)
        return made

    monkeypatch.setattr(panels, "invite", slowly)
    one, other, answers = keyed(world.un.secretariat), keyed(world.un.secretariat), []

    def call():
        answers.append(one.post("invitations/", **GIVEN))
        connections.close_all()

    first = threading.Thread(target=call)
    first.start()
    assert inside.wait(10)
    second = other.post("invitations/", **GIVEN)
    go_on.set()
    first.join()
    assert second[0] == 409
    assert second[1]["type"] == "/api/problems/in-flight/"
    assert answers[0][0] == 201
    assert other.post("invitations/", **GIVEN) == answers[0]
    assert Invitation.objects.count() == 1


@pytest.mark.databases
@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_many_at_once_act_once():
    world = build_world(texts=False)
    start, answers = threading.Barrier(6), []
    callers = [keyed(world.un.secretariat) for _n in range(6)]

    def call(caller):
        start.wait()
        answers.append(caller.post("invitations/", **GIVEN)[0])
        connections.close_all()

    threads = [threading.Thread(target=call, args=(caller,)) for caller in callers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(answers) <= {201, 409}
    assert 201 in answers
    assert Invitation.objects.count() == 1


@pytest.mark.databases
@pytest.mark.django_db(transaction=True, serialized_rollback=True)
@pytest.mark.parametrize("when", ["in the act", "after it"])
def test_a_process_that_dies_leaves_the_act_and_its_answer_or_neither(when):
    world = build_world(texts=False)
    invite = panels.invite
    caller = keyed(world.un.secretariat)
    connections.close_all()
    child = os.fork()
    if child == 0:  # a process of its own that ends without a word, as a machine that loses power
        try:
            if when == "in the act":
                panels.invite = lambda **given: (invite(**given), os._exit(9))
            caller.post("invitations/", **GIVEN)
        finally:
            os._exit(7)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if when == "after it":
        assert (status, Invitation.objects.count()) == (7, 1)
        assert caller.post("invitations/", **GIVEN)[0] == 201
        assert caller.last["Idempotent-Replayed"] == "true"
    else:
        assert (status, Invitation.objects.count()) == (9, 0)
        assert KeptAnswer.objects.get().status is None
        assert caller.post("invitations/", **GIVEN)[0] == 409  # it may still be at work
        KeptAnswer.objects.update(claimed_at=timezone.now() - timedelta(minutes=2))
        assert caller.post("invitations/", **GIVEN)[0] == 201
    assert Invitation.objects.count() == 1


@pytest.mark.databases
@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_an_act_that_outlived_its_claim_is_rolled_back(monkeypatch):
    """It was taken for dead and its key taken over: it may not act as well."""
    world = build_world(texts=False)
    invite = panels.invite

    def robbed(**given):
        made = invite(**given)
        KeptAnswer.objects.update(claim="another")
        return made

    monkeypatch.setattr(panels, "invite", robbed)
    assert keyed(world.un.secretariat).post("invitations/", **GIVEN)[0] == 409
    assert Invitation.objects.count() == 0
