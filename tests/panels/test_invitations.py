"""People come in by invitation; interests are filed by their owner and decided by another (procedure 2)."""

from datetime import timedelta

import pytest
from django.core import mail
from django.core.exceptions import PermissionDenied

from assessments.cycles import actions as cycles
from panels import actions
from panels.models import Body, Person, User
from records.jobs import queue
from records.obstacles import Blocked
from tests.world import NOW, build_world

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return build_world(texts=False)


def token_in_letter() -> str:
    queue.work_off("work")
    return next(w for w in mail.outbox[-1].body.split() if "/invitations/" in w).rstrip("/").split("/")[-1]


def codes(refused):
    return [o.code for o in refused.value.obstacles]


def test_an_invitation_makes_an_account_once(world, client):
    actions.invite(name="Ada", email="Ada@Example.org", by=world.un.secretariat, now=NOW)
    token = token_in_letter()
    user = actions.accept_invitation(token, password="a long password", name="Ada", language="en", now=NOW)
    assert user.email == "ada@example.org"
    assert user.person.name == "Ada"
    with pytest.raises(Blocked) as refused:
        actions.accept_invitation(token, password="another one!", name="Ada", language="en", now=NOW)
    assert codes(refused) == ["accepted"]


def test_an_expired_invitation_says_so_and_makes_nothing(world, client):
    actions.invite(
        name="Ada", email="ada@example.org", by=world.un.secretariat, now=NOW - timedelta(days=400)
    )
    token = token_in_letter()
    page = client.get(f"/invitations/{token}/")
    assert page.status_code == 410
    with pytest.raises(Blocked) as refused:
        actions.accept_invitation(token, password="a long password", name="Ada", language="en", now=NOW)
    assert codes(refused) == ["expired"]
    assert not User.objects.filter(email="ada@example.org").exists()


def test_a_guessed_invitation_is_unknown(client, world):
    assert client.get("/invitations/guess/").status_code == 404


def test_an_author_cannot_invite(world):
    with pytest.raises(PermissionDenied):
        actions.invite(name="Ada", email="ada@example.org", by=world.un.la, now=NOW)


def test_only_the_hash_of_the_secret_is_kept(world):
    made = actions.invite(name="Ada", email="ada@example.org", by=world.un.secretariat, now=NOW)
    assert made.token_hash != token_in_letter()


def decide(world, disclosure, by, status="cleared", reasons=""):
    return actions.decide_disclosure(
        disclosure, status, reasons, by=by, now=NOW, authority=world.un.cycle, stream=world.un.cycle.stream
    )


def ask(world, person, team, role="la"):
    return cycles.ask_disclosure(world.un.cycle, person, role, team, by=world.un.secretariat, now=NOW)


@pytest.fixture
def disclosure(world):
    team = Body.objects.get(key="un-test-team-1")
    ask(world, world.outsider.person, team)
    return actions.file_disclosure(
        world.outsider.person, team, "Shares in a vendor.", by=world.outsider, now=NOW
    )


def test_a_disclosure_is_filed_and_cleared_by_somebody_else(world, disclosure):
    assert decide(world, disclosure, world.un.interests).status == "cleared"


def test_nobody_decides_on_their_own_disclosure(world):
    body = Body.objects.get(key="un-test-bureau")
    own = actions.file_disclosure(world.un.interests.person, body, "None.", by=world.un.interests, now=NOW)
    with pytest.raises(Blocked) as refused:
        decide(world, own, world.un.interests)
    assert codes(refused) == ["own-case"]


def test_tolerance_needs_recorded_reasons(world, disclosure):
    with pytest.raises(Blocked) as refused:
        decide(world, disclosure, world.un.interests, "tolerated")
    assert codes(refused) == ["no-reasons"]


def test_nobody_files_for_another(world):
    with pytest.raises(Blocked):
        actions.file_disclosure(
            world.un.la.person, Body.objects.get(key="un-test-team-1"), "None.", by=world.outsider, now=NOW
        )


def test_an_author_cannot_decide(world, disclosure):
    with pytest.raises(PermissionDenied):
        decide(world, disclosure, world.un.la)


def test_an_unknown_state_code_is_named_and_nobody_is_invited(world, client):
    client.force_login(world.un.secretariat, backend="allauth.account.auth_backends.AuthenticationBackend")
    sent = {
        "act": "invite",
        "person-name": "Ada",
        "person-email": "ada@example.org",
        "person-nationality": "XQZ",
        "person-role": "la",
        "person-body": world.un.chapter("1").team_id,
    }
    page = client.post("/c/un-test/people/", sent)
    assert "XQZ is no state" in page.content.decode()
    assert not Person.objects.filter(email="ada@example.org").exists()
    assert client.post("/c/un-test/people/", {**sent, "person-nationality": "ken"}).status_code == 302
    assert Person.objects.get(email="ada@example.org").nationality.iso3 == "KEN"
