"""The API's own ways: its schema, its doors, its refusals and lists; the record, people and jobs."""

from __future__ import annotations

import json
import re

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import get_resolver

from assessments.drafting.actions import add_chapter, save
from panels.models import Body, User
from portal.api.engine import Endpoint
from records.doors import Door
from records.jobs.queue import enqueue, wait_for
from records.models import Notice
from tests.portal.api.caller import BACKEND, Caller, codes
from tests.world import CHAPTER, NOW, seat

# ---- The description ------------------------------------------------------------------------------


def test_the_schema_has_no_warnings(tmp_path):
    call_command("spectacular", "--fail-on-warn", "--validate", "--file", str(tmp_path / "schema.yml"))


@pytest.mark.django_db
def test_the_schema_is_read_without_signing_in():
    response = Client().get("/api/schema/", headers={"accept": "application/vnd.oai.openapi+json"})
    described = json.loads(response.content)["paths"]
    assert response.status_code == 200
    assert set(described["/api/v1/cycles/"]) == {"get", "post"}
    assert set(described["/api/v1/cycles/{cycle}/advance/"]["post"]["responses"]) == {
        "200", "400", "401", "403", "404", "405", "409", "413", "415", "422", "429"
    }  # fmt: skip


def test_every_address_has_a_door():
    views = [p.callback.cls for p in get_resolver().url_patterns for p in getattr(p, "url_patterns", [])
             if str(p.pattern).startswith("api/v1/")]  # fmt: skip
    assert len(views) > 60
    assert [v for v in views if not (issubclass(v, Endpoint) and isinstance(v.door, Door))] == []


# ---- Who sees, who may, what stands in the way ----------------------------------------------------


def test_what_is_hidden_answers_404_and_what_one_may_not_do_403(world):
    assert Caller(world.un.la).get("cycles/un-test/")[0] == 200
    assert Caller(world.outsider).get("cycles/un-test/")[0] == 404
    assert Caller().get("cycles/un-test/")[0] == 404
    assert Caller(world.outsider).post("cycles/un-test/advance/")[0] == 404
    status, body = Caller(world.un.la).post("cycles/un-test/advance/")
    assert (status, body["title"]) == (403, "Forbidden")
    # A role in the other cycle is no role in this one.
    assert Caller(world.adv.chair).get("cycles/un-test/")[0] == 404
    assert Caller(world.un.reviewer).get("cycles/un-test/chapters/1/text/")[0] == 404
    assert Caller(world.un.la).get("cycles/un-test/chapters/1/text/")[0] == 200


def test_a_gate_that_is_shut_answers_409_with_its_obstacles_and_an_open_one_lets_through(world, without_pdf):
    secretariat = Caller(world.un.secretariat)
    assert codes(secretariat.post("cycles/un-test/advance/")) == (409, ["snapshot-missing"])
    assert [o["code"] for o in secretariat.get("cycles/un-test/")[1]["obstacles"]] == ["snapshot-missing"]
    status, made = secretariat.post("cycles/un-test/snapshots/", label="FOD")
    assert (status, made["status"]) == (202, "building")
    wait_for(world.un.cycle.snapshots.get().job)
    assert secretariat.get("cycles/un-test/snapshots/FOD/")[1]["status"] == "ready"
    status, moved = secretariat.post("cycles/un-test/advance/", to="fod-review")
    assert (status, moved["stage"]) == (200, "fod-review")


def test_a_refusal_is_a_problem_in_its_own_media_type(world):
    client = Client()
    client.force_login(world.un.secretariat, backend=BACKEND)
    response = client.post("/api/v1/cycles/un-test/advance/", {}, content_type="application/json")
    assert response.headers["Content-Type"] == "application/problem+json"
    assert set(response.json()) == {"type", "title", "status", "detail", "obstacles"}


def test_input_of_the_wrong_shape_answers_400_and_names_the_field(world):
    secretariat = Caller(world.un.secretariat)
    status, body = secretariat.post("cycles/", slug="no good", procedure="ipcc")
    assert (status, [e["field"] for e in body["errors"]]) == (400, ["slug"])
    status, body = secretariat.post("cycles/", slug="good", procedure="nobody-knows")
    assert (status, [e["field"] for e in body["errors"]]) == (400, ["procedure"])
    status, body = secretariat.post("cycles/", slug="good", procedure="ipcc", chapters=1)
    assert (status, body["stage"]) == (201, "scoping")
    assert codes(secretariat.post("cycles/", slug="good", procedure="ipcc")) == (409, ["cycle-exists"])


def test_a_signed_in_browser_needs_the_token_against_forged_requests(world):
    client = Client(enforce_csrf_checks=True)
    client.get("/accounts/login/")
    client.force_login(world.un.secretariat, backend=BACKEND)
    send = {
        "path": "/api/v1/cycles/un-test/advance/",
        "data": {"to": "nowhere"},
        "content_type": "application/json",
    }
    assert client.post(**send).status_code == 403
    token = client.cookies["csrftoken"].value
    assert client.post(**send, headers={"X-CSRFToken": token}).status_code == 409


def test_an_address_takes_only_the_methods_it_says(world):
    assert Caller(world.un.secretariat).get("cycles/un-test/advance/")[0] == 405


def test_an_input_too_large_is_refused_before_it_is_read(world, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100
    answer = Caller(world.un.la).post("cycles/un-test/chapters/1/preview/", markdown="x" * 200)
    assert answer[0] == 413


# ---- Lists ----------------------------------------------------------------------------------------


def test_lists_come_in_pages_that_go_on_where_the_last_ended(world):
    caller = Caller(world.un.la)
    whole = caller.get("cycles/un-test/chapters/")[1]["results"]
    first = caller.get("cycles/un-test/chapters/", limit=2)[1]
    second = caller.get("cycles/un-test/chapters/", limit=2, after=first["next"])[1]
    assert [c["number"] for c in whole] == ["SPM", "1", "2"]
    assert first["results"] + second["results"] == whole
    assert second["next"] is None
    assert caller.get("cycles/un-test/chapters/", after="nonsense")[0] == 400
    assert caller.get("cycles/un-test/chapters/", limit="0")[0] == 400


def test_each_person_lists_their_own_cycles(world):
    def slugs(user):
        return [c["slug"] for c in Caller(user).get("cycles/")[1]["results"]]

    assert slugs(world.un.la) == ["un-test"]
    assert slugs(world.adv.chair) == ["adv-test"]
    assert slugs(world.outsider) == slugs(None) == []


# ---- Record, people, jobs -------------------------------------------------------------------------


def test_the_record_is_read_and_exported_as_far_as_one_may_see(world):
    caller = Caller(world.un.la)
    first = caller.get("streams/cycle/un-test/entries/", limit=1)[1]
    assert (first["results"][0]["verb"], first["next"]) == ("cycle.created", "1")
    rest = caller.get("streams/cycle/un-test/entries/", after=first["next"])[1]
    assert [e["seq"] for e in rest["results"]] == list(range(2, len(rest["results"]) + 2))
    assert caller.get("streams/cycle/un-test/")[1]["head"].startswith(f"{len(rest['results']) + 1}:")
    exported = caller.client.get("/api/v1/streams/cycle/un-test/export/")
    assert len(b"".join(exported.streaming_content).splitlines()) == len(rest["results"]) + 2
    assert caller.get("streams/cycle/adv-test/")[0] == 404
    assert [s["key"] for s in caller.get("streams/", kind="cycle")[1]["results"]] == ["cycle/un-test"]


def test_who_keeps_people_invites_and_appoints_others_do_not(world):
    given = {"name": "Ann Lee", "email": "ann.lee@example.org", "nationality": None}
    assert Caller(world.un.la).post("invitations/", **given)[0] == 403
    secretariat = Caller(world.un.secretariat)
    status, invited = secretariat.post("invitations/", **given)
    assert (status, invited["name"]) == (201, "Ann Lee")
    seat = {"person": invited["person"], "role": "expert-reviewer"}
    seat["body"] = Body.objects.get(key="un-test-reviewers").key
    status, made = secretariat.post("cycles/un-test/seats/", **seat)
    role = world.un.cycle.procedure.roles["expert-reviewer"]
    if role.discloses:
        assert codes((status, made)) == (409, ["disclosure-not-cleared"])
    else:
        assert (status, made["person_name"]) == (201, "Ann Lee")
    assert Caller(world.un.la).post("cycles/un-test/seats/", **seat)[0] == 403


def test_everybody_sees_their_own_jobs_and_no_others(world):
    mine = enqueue("mail.send", {"mail": 0}, by=world.un.la)
    enqueue("mail.send", {"mail": 0}, by=world.un.cla)
    caller = Caller(world.un.la)
    assert [j["id"] for j in caller.get("jobs/")[1]["results"]] == [mine.pk]
    assert caller.get(f"jobs/{mine.pk}/")[1]["status"] == "queued"
    assert Caller(world.outsider).get(f"jobs/{mine.pk}/")[0] == 404
    assert Caller().get("jobs/")[0] == 401


def test_me_names_ones_roles(world):
    status, body = Caller(world.un.la).get("me/")
    assert (status, body["roles"]) == (200, {"un-test": ["la"]})


def test_an_invitation_makes_one_account_and_its_owner_changes_the_settings(world):
    Caller(world.un.secretariat).post("invitations/", name="Ann Lee", email="ann.lee@example.org")
    token = re.search(r"/invitations/([\w-]+)/", Notice.objects.get(to="ann.lee@example.org").body)[1]
    given = {"name": "Ann Lee", "language": "en", "password": "quiet harbour lanterns"}
    anybody = Caller()
    assert anybody.post(f"invitations/{token}/answer/", **{**given, "password": "short"})[0] == 400
    status, account = anybody.post(f"invitations/{token}/answer/", **given)
    assert (status, account["email"]) == (201, "ann.lee@example.org")
    assert codes(anybody.post(f"invitations/{token}/answer/", **given)) == (409, ["accepted"])
    assert codes(anybody.post("invitations/guessed/answer/", **given)) == (409, ["no-invitation"])
    owner = Caller(User.objects.get(email="ann.lee@example.org"))
    status, changed = owner.put("me/", name="Ann B. Lee", language="ar", zone="Africa/Nairobi")
    assert (status, changed["zone"]) == (200, "Africa/Nairobi")
    status, body = owner.put("me/", name="Ann", language="en", zone="Middle/Earth")
    assert (status, [e["field"] for e in body["errors"]]) == (400, ["zone"])
    assert anybody.put("me/", name="Nobody", language="en", zone="UTC")[0] == 401


def test_a_list_asks_no_more_of_the_database_when_it_grows(world):
    def queries(path: str) -> int:
        caller = Caller(world.un.la)
        with CaptureQueriesContext(connection) as held:
            assert caller.get(f"cycles/un-test/{path}")[0] == 200
        return len(held)

    paths = ("chapters/", "chapters/1/versions/", "seats/", "bodies/")
    before = [queries(path) for path in paths]
    for number in range(3, 8):
        chapter = add_chapter(world.un.cycle, str(number), "More", by=world.system, now=NOW)
        save(chapter, None, CHAPTER, by=world.system, now=NOW)
        seat(world.un, f"more_{number}", "la", f"team:{number}")
    base = world.un.chapter("1")
    for word in ("one", "two", "three"):
        base.refresh_from_db()
        save(base, base.current, f"{CHAPTER}\nAnd {word}.\n", by=world.system, now=NOW)
    assert [queries(path) for path in paths] == before
