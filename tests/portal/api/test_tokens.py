"""Tokens: whom they stand for, how far they reach, and that they end."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from portal.api.engine import Endpoint
from portal.api.table import AREA_OF
from portal.api.urls import urlpatterns
from portal.tokens import actions
from portal.tokens.models import Token
from portal.tokens.scopes import AREAS, OWN
from records.models import Entry
from records.obstacles import Blocked
from tests.portal.api.caller import BACKEND, Caller, token_of

HERE = "cycles/un-test/"


def test_a_token_does_what_its_person_may_and_is_recorded_as_that_person(world):
    caller = Caller(token=token_of(world.un.secretariat, "write"))
    assert caller.get("me/")[1]["roles"] == {"un-test": ["secretariat"]}
    status, made = caller.post("invitations/", name="Ann Lee", email="ann@example.org")
    assert (status, made["name"]) == (201, "Ann Lee")
    entry = Entry.objects.select_related("content").get(verb="person.invited")
    assert entry.content.fields["@actor"] == str(world.un.secretariat)
    # It never widens what the person may.
    assert (
        Caller(token=token_of(world.un.la, "write")).post("invitations/", name="A", email="a@b.org")[0] == 403
    )
    assert Caller(token=token_of(world.outsider, "write")).get(HERE)[0] == 404


def test_only_the_hash_of_a_secret_is_kept(world):
    secret = token_of(world.un.la, "read")
    row = Token.objects.get(user=world.un.la)
    assert row.hash == actions.hash_of(secret)
    assert secret not in "".join(str(value) for value in vars(row).values())
    recorded = Entry.objects.select_related("content").get(verb="token.made")
    assert secret not in str(recorded.content.fields)


@pytest.mark.parametrize(
    ("scopes", "cycle", "reads", "posts", "elsewhere"),
    [
        (["read"], "", 200, 403, 200),
        (["write"], "", 200, 200, 200),
        (["read", "drafting"], "", 200, 403, 403),
        (["write", "drafting"], "", 200, 200, 403),
        (["write", "comments"], "", 403, 403, 403),
        (["write"], "un-test", 200, 200, 403),
        (["write"], "adv-test", 403, 403, 403),
    ],
)
def test_scopes_narrow(world, scopes, cycle, reads, posts, elsewhere):
    caller = Caller(token=_token(world.un.la, scopes, cycle))
    assert caller.get(f"{HERE}chapters/1/text/")[0] == reads
    assert caller.post(f"{HERE}chapters/1/preview/", markdown="# x")[0] == posts
    assert caller.get("jobs/")[0] == elsewhere
    if elsewhere == 403:
        assert caller.last.json()["type"] == "/api/problems/token-scope/"


def _token(user, scopes, cycle):
    """A token with any cycle, also one that the person does not see."""
    secret = token_of(user, *scopes)
    Token.objects.filter(hash=actions.hash_of(secret)).update(cycle=cycle)
    return secret


def test_a_token_of_one_cycle_reads_its_streams_and_no_others(world):
    caller = Caller(token=token_of(world.un.la, "read", cycle="un-test"))
    assert caller.get("streams/cycle/un-test/entries/")[0] == 200
    assert caller.get("streams/cycle/adv-test/entries/")[0] == 403
    assert caller.get("streams/portal/people/entries/")[0] == 403
    assert caller.get("streams/")[0] == 403


@pytest.mark.parametrize("end", ["revoked", "expired", "deactivated", "guessed", "gone"])
def test_a_token_that_ended_answers_401(world, end):
    secret = token_of(world.un.la, "read")
    assert Caller(token=secret).get("me/")[0] == 200
    token = Token.objects.get(user=world.un.la)
    if end == "revoked":
        actions.revoke(token, by=world.un.la, now=timezone.now())
    elif end == "expired":
        past = timezone.now() - timedelta(days=1)
        Token.objects.update(created_at=past - timedelta(days=1), expires_at=past)
    elif end == "deactivated":
        type(world.un.la).objects.filter(pk=world.un.la.pk).update(is_active=False)
    elif end == "gone":
        token.delete()
    else:
        secret = secret[:-1] + ("x" if secret[-1] != "x" else "y")
    caller = Caller(token=secret)
    status, body = caller.get("me/")
    assert (status, body["type"]) == (401, "/api/problems/unauthenticated/")
    assert caller.last["WWW-Authenticate"].startswith("Bearer")
    # Not even what is public is read with it: who holds it shall learn that it ended.
    assert caller.get("cycles/")[0] == 401


def test_tokens_do_not_manage_tokens(world):
    caller = Caller(token=token_of(world.un.la, "write"))
    ends = (timezone.now() + timedelta(days=9)).isoformat()
    assert caller.get("tokens/")[0] == 403
    assert caller.post("tokens/", name="more", scopes=["write"], expires_at=ends)[0] == 403
    assert caller.delete(f"tokens/{Token.objects.get().pk}/")[0] == 403
    assert Token.objects.filter(revoked_at=None).count() == 1


def test_whoever_is_signed_in_makes_and_revokes_tokens_of_their_own(world):
    caller, now = Caller(world.un.la), timezone.now()
    given = {
        "name": "backup",
        "scopes": ["read", "record"],
        "expires_at": (now + timedelta(days=9)).isoformat(),
    }
    status, made = caller.post("tokens/", **given)
    assert (status, made["scopes"], made["used_at"]) == (201, ["read", "record"], None)
    assert Caller(token=made["secret"]).get("streams/")[0] == 200
    listed = caller.get("tokens/")[1]["results"]
    assert [t["id"] for t in listed] == [made["id"]]
    assert "secret" not in listed[0]
    assert listed[0]["used_at"] is not None
    assert Caller(world.un.cla).delete(f"tokens/{made['id']}/")[0] == 404
    assert caller.delete(f"tokens/{made['id']}/") == (204, None)
    assert Caller(token=made["secret"]).get("streams/")[0] == 401
    for wrong in ({"scopes": ["drafting"]}, {"expires_at": (now + timedelta(days=400)).isoformat()},
                  {"expires_at": (now - timedelta(days=1)).isoformat()}, {"cycle": "adv-test"}):  # fmt: skip
        assert caller.post("tokens/", **{**given, **wrong})[0] == 409
    assert caller.post("tokens/", **{**given, "scopes": ["everything"]})[0] == 400


def test_nobody_makes_a_token_for_somebody_else(world):
    now = timezone.now()
    with pytest.raises(Blocked):
        actions.make(
            world.un.la,
            "x",
            scopes=["read"],
            expires_at=now + timedelta(days=1),
            by=world.un.secretariat,
            now=now,
        )


def test_the_page_shows_a_secret_once(world):
    client = Client()
    client.force_login(world.un.la, backend=BACKEND)
    given = {"name": "backup", "reach": "write", "areas": ["comments"], "cycle": "un-test", "days": "30"}
    page = client.post("/settings/tokens/", given)
    secret = page.context["secret"]
    assert page.status_code == 200
    assert secret in page.content.decode()
    assert page["Cache-Control"] == "no-store"
    again = client.get("/settings/tokens/").content.decode()
    assert secret not in again
    assert "backup" in again
    assert Caller(token=secret).get(f"{HERE}rounds/")[0] == 200
    token = Token.objects.get()
    assert (token.scopes, token.cycle) == (["write", "comments"], "un-test")
    other = Client()
    other.force_login(world.un.cla, backend=BACKEND)
    assert other.post(f"/settings/tokens/{token.pk}/revoke/").status_code == 404
    assert client.post(f"/settings/tokens/{token.pk}/revoke/").status_code == 302
    assert Caller(token=secret).get(f"{HERE}rounds/")[0] == 401


def test_every_part_of_the_api_is_one_that_a_token_can_be_narrowed_to():
    areas = {row.callback.cls.area for row in urlpatterns
             if issubclass(getattr(row.callback, "cls", object), Endpoint)}  # fmt: skip
    assert areas == set(AREA_OF.values()) == {*AREAS, OWN}
