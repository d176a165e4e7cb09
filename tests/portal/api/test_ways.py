"""What all addresses share: ETags, parameters, limits, and refusals in one shape."""

from __future__ import annotations

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from assessments.cycles.models import Cycle
from panels import actions as panels
from portal.api.problems import KINDS
from portal.caching import TolerantRedisCache
from tests import support
from tests.portal.api.caller import BACKEND, Caller, token_of

# ---- ETags ----------------------------------------------------------------------------------------


def test_what_did_not_change_is_not_sent_again(world):
    for path in ("cycles/", "cycles/un-test/", "streams/cycle/un-test/entries/"):
        caller = Caller(world.un.la)
        assert caller.get(path)[0] == 200
        mark = caller.last["ETag"]
        held = Caller(world.un.la, If_None_Match=f'"other", W/{mark}')
        assert held.get(path) == (304, None)
        assert held.last["ETag"] == mark
    Cycle.objects.filter(slug="un-test").update(title="Renamed")
    assert Caller(world.un.la, If_None_Match=mark).get("cycles/un-test/")[0] == 200


def test_what_changed_since_it_was_read_is_not_changed_by_if_match(world):
    caller = Caller(world.un.la)
    caller.get("me/")
    mark = caller.last["ETag"]
    given = {"name": "New Name", "language": "en", "zone": "UTC"}
    assert Caller(world.un.la, If_Match=mark).put("me/", **given)[0] == 200
    status, body = Caller(world.un.la, If_Match=mark).put("me/", **{**given, "name": "Other"})
    assert (status, body["type"]) == (412, "/api/problems/changed/")
    world.un.la.refresh_from_db()
    assert world.un.la.name == "New Name"
    assert Caller(world.un.la, If_Match="*").put("me/", **given)[0] == 200


# ---- Parameters -----------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["cycles/", "cycles/un-test/", "cycles/un-test/chapters/"])
def test_a_parameter_nobody_knows_is_named(world, path):
    status, body = Caller(world.un.la).get(path, colour="red")
    assert (status, [e["field"] for e in body["errors"]]) == (400, ["colour"])


def test_filters_select_and_refuse_what_they_cannot_read(world):
    caller = Caller(world.un.la)

    def numbers(**asked):
        return [c["number"] for c in caller.get("cycles/un-test/chapters/", **asked)[1]["results"]]

    assert numbers(kind="summary") == ["SPM"]
    assert numbers(empty="false") == ["SPM", "1", "2"]
    assert numbers(empty="true") == []
    status, body = caller.get("cycles/un-test/chapters/", empty="perhaps")
    assert (status, [e["field"] for e in body["errors"]]) == (400, ["empty"])
    entries = caller.get("streams/cycle/un-test/entries/", verb="cycle.created")[1]["results"]
    assert [e["seq"] for e in entries] == [1]
    assert caller.get("streams/cycle/un-test/entries/", since="yesterday")[0] == 400
    assert caller.get("streams/cycle/un-test/entries/", until="2020-01-01T00:00:00Z")[1]["results"] == []
    assert Caller(world.un.secretariat).get("cycles/un-test/seats/", person="one")[0] == 400


# ---- Refusals -------------------------------------------------------------------------------------


def test_every_refusal_has_the_same_shape_and_a_page(world):
    caller = Caller(world.un.secretariat)
    signed = Client(raise_request_exception=False)
    signed.force_login(world.un.secretariat, backend=BACKEND)
    advance = "/api/v1/cycles/un-test/advance/"
    responses = {
        "malformed": signed.post(advance, "{no json", content_type="application/json"),
        "input": signed.get("/api/v1/cycles/?colour=red"),
        "unauthenticated": Client().get("/api/v1/me/"),
        "forbidden": _as(world.un.la).post(advance, {}, content_type="application/json"),
        "token-scope": Client().post(
            advance, {}, headers={"Authorization": f"Bearer {token_of(world.un.la, 'read')}"}
        ),
        "method": signed.put(advance, {}, content_type="application/json"),
        "blocked": signed.post(advance, {}, content_type="application/json"),
        "media-type": signed.post(advance, {"file": SimpleUploadedFile("x", b"x")}),
    }
    for number, path in enumerate(("/api/v1/nothing/", "/api/nothing", "/api/v1/cycles/none/")):
        responses["not-found"] = signed.get(path)
        _is_problem(responses["not-found"], "not-found")
        assert number < 3
    for code, response in responses.items():
        _is_problem(response, code)
    assert responses["method"]["Allow"] == "POST, OPTIONS"
    assert caller.get("cycles/", limit="x")[1]["detail"].startswith("limit: ")


def _as(user) -> Client:
    client = Client()
    client.force_login(user, backend=BACKEND)
    return client


def _is_problem(response, code: str) -> None:
    body = response.json()
    assert response["Content-Type"] == "application/problem+json"
    assert (body["type"], body["status"]) == (f"/api/problems/{code}/", response.status_code)
    assert KINDS[code].status == response.status_code
    assert body["title"] and body["detail"]
    assert Client().get(body["type"]).status_code == 200


def test_a_fault_of_ours_says_nothing_of_itself(world, monkeypatch):
    def broken(**_given):
        raise RuntimeError("the password is swordfish")

    monkeypatch.setattr(panels, "invite", broken)
    client = Client(raise_request_exception=False)
    client.force_login(world.un.secretariat, backend=BACKEND)
    given = {"name": "Ann", "email": "ann@example.org"}
    response = client.post("/api/v1/invitations/", given, content_type="application/json")
    _is_problem(response, "fault")
    assert "swordfish" not in response.content.decode()
    assert client.get("/nothing/")["Content-Type"].startswith("text/html")


def test_each_kind_of_problem_has_its_page_and_no_other(db):
    page = Client().get("/api/problems/").content.decode()
    for code in KINDS:
        assert f"/api/problems/{code}/" in page
    assert Client().get("/api/problems/no-such/").status_code == 404


# ---- Limits ---------------------------------------------------------------------------------------


@pytest.fixture
def few(settings):
    cache.clear()
    settings.API_RATE_PERSON, settings.API_RATE_ANONYMOUS = 5, 3
    yield
    cache.clear()


def test_a_person_with_all_their_tokens_has_one_limit(world, few):
    callers = [Caller(world.un.la), Caller(token=token_of(world.un.la, "read"))]
    statuses = [callers[n % 2].get("cycles/")[0] for n in range(7)]
    assert statuses == [200] * 5 + [429] * 2
    assert 1 <= int(callers[0].last["Retry-After"]) <= 60
    assert callers[0].last.json()["type"] == "/api/problems/too-many/"
    assert Caller(world.un.cla).get("cycles/")[0] == 200


def test_strangers_are_limited_by_their_address(world, few):
    def calls(address: str, n: int, **headers) -> list[int]:
        return [
            Client().get("/api/v1/cycles/", REMOTE_ADDR=address, **headers).status_code for _n in range(n)
        ]

    assert calls("192.0.2.1", 4) == [200] * 3 + [429]
    assert calls("192.0.2.2", 1) == [200]
    # All of a network of IPv6 is one stranger; a header that anybody may write makes nobody another.
    assert calls("2001:db8::1", 2) + calls("2001:db8::2", 2) == [200] * 3 + [429]
    assert calls("192.0.2.1", 1, HTTP_X_FORWARDED_FOR="192.0.2.9") == [429]
    # Guessing tokens is limited as well.
    guess = {"HTTP_AUTHORIZATION": "Bearer concord_guess"}
    assert calls("192.0.2.3", 5, **guess) == [401] * 3 + [429] * 2


def test_signing_in_is_limited(world, client):
    cache.clear()
    world.un.la.set_password("quiet harbour lanterns")
    world.un.la.save()

    def attempt(password: str) -> bool:
        client.post("/accounts/login/", {"login": world.un.la.email, "password": password})
        return "_auth_user_id" in client.session

    assert attempt("quiet harbour lanterns")
    client.logout()
    assert not any(attempt(f"wrong {n}") for n in range(5))
    # After five failures the right password waits too.
    assert not attempt("quiet harbour lanterns")
    cache.clear()
    assert attempt("quiet harbour lanterns")


def test_without_redis_nothing_is_refused_and_with_it_the_count_is_shared():
    away = TolerantRedisCache("redis://127.0.0.1:1/0", {})
    assert [away.add("x", 0, 9), away.incr("x"), away.get("x", "none"), away.delete("x")] == [
        True, 0, "none", False
    ]  # fmt: skip
    url = support.need("redis")
    one, other = (TolerantRedisCache(url, {}) for _n in range(2))
    one.add("api-rate:test", 0, 9)
    assert [one.incr("api-rate:test"), other.incr("api-rate:test")] == [1, 2]
    one.delete("api-rate:test")
