"""Texts, rounds and sessions through the API: the acts of the pages, from draft to gavel."""

from __future__ import annotations

import re
from collections import Counter

import pytest
from django.test import Client
from django.urls import reverse

from assessments.snapshots import actions as snapshots
from portal.api.engine import Endpoint
from portal.api.urls import urlpatterns
from records.jobs.queue import wait_for
from tests.portal.api.caller import BACKEND, Caller, codes
from tests.world import CHAPTER, NOW

JSON = "application/json"


@pytest.fixture
def fod(world, without_pdf):
    """A round on a frozen first draft, open to experts."""
    snapshot = snapshots.freeze(world.un.cycle, "FOD", by=world.system, now=NOW)
    wait_for(snapshot.job)
    world.un.at("fod-review")
    status, made = Caller(world.un.secretariat).post("cycles/un-test/rounds/", rule="fod-experts")
    assert (status, made["key"], made["draft"]) == (201, "un-test/fod-experts", "FOD")
    return "cycles/un-test/rounds/fod-experts/"


def register(user, review_round: str) -> Caller:
    caller = Caller(user)
    given = {"expertise": "Evaluation of agents", "undertaking": True, "consent": True}
    assert caller.post(f"{review_round}registration/", **given)[0] == 200
    return caller


# ---- Texts ----------------------------------------------------------------------------------------


def test_two_who_save_at_once_keep_both_texts(world):
    one, other = Caller(world.un.la), Caller(world.un.cla)
    base = one.get("cycles/un-test/chapters/1/text/")[1]
    mine = base["markdown"].replace("half an hour", "two hours")
    theirs = base["markdown"].replace("half an hour", "three hours")
    where = "cycles/un-test/chapters/1/text/"
    assert one.post(where, markdown=mine, base_version=base["number"])[1]["status"] == "saved"
    status, result = other.post(where, markdown=theirs, base_version=base["number"])
    assert (status, result["status"]) == (200, "collision")
    assert result["version"]["markdown"] == theirs
    assert result["theirs"]["markdown"] == mine
    settled = f"cycles/un-test/chapters/1/versions/{result['version']['number']}/settle/"
    status, result = other.post(settled, markdown=theirs, base_version=result["theirs"]["number"])
    assert (status, result["status"]) == (200, "saved")


def test_only_the_chapters_own_team_saves_its_text(world):
    status, _body = Caller(world.un.other_la).post(
        "cycles/un-test/chapters/1/text/", markdown="# Mine now", base_version=None
    )
    assert status == 403
    status, body = Caller(world.un.la).post(
        "cycles/un-test/chapters/1/text/", markdown="# Mine now", base_version=99
    )
    assert (status, [e["field"] for e in body["errors"]]) == (400, ["base_version"])


def test_a_bibliography_is_imported_from_a_file(world):
    entry = b"@article{lee2026, title={Agents}, author={Lee, Ann}, year={2026}, journal={J}}"
    status, report = Caller(world.un.la).upload("cycles/un-test/sources/", "refs.bib", entry)
    assert (status, report["added"]) == (200, ["lee2026"])
    assert [s["key"] for s in Caller(world.un.cla).get("cycles/un-test/sources/")[1]["results"]] == [
        "lee2026"
    ]
    assert Caller(world.un.delegate_a).upload("cycles/un-test/sources/", "refs.bib", entry)[0] == 404


# ---- Rounds ---------------------------------------------------------------------------------------


def test_a_comment_is_drafted_sent_and_answered_through_the_api(world, fod):
    reviewer = register(world.un.reviewer, fod)
    given = {"chapter": "1", "text": "What is a task?", "kind": "substantive"}
    status, draft = reviewer.post(f"{fod}comments/", **given)
    assert (status, draft["number"], draft["anchor"]["method"]) == (201, None, "whole")
    # Nobody else sees a draft, not even the authors.
    author = Caller(world.un.cla)
    assert author.get(f"{fod}comments/{draft['id']}/")[0] == 404
    status, receipt = reviewer.post(f"{fod}sendings/")
    assert (status, receipt["stream"]) == (201, "cycle/un-test")
    assert author.get(f"{fod}comments/{draft['id']}/")[1]["label"] == "1-1"
    assert codes(reviewer.post(f"{fod}sendings/")) == (409, ["nothing-to-send"])
    assert author.post(f"{fod}answers/", comments=[draft["id"]], disposition="maybe")[0] == 400
    status, made = author.post(f"{fod}answers/", comments=[draft["id"]], disposition="accepted", text="Done.")
    assert (status, made["answers"][0]["disposition"]) == (200, "accepted")
    assert author.get(f"{fod}comments/{draft['id']}/")[1]["response"]["text"] == "Done."
    # The reviewer hears of it when the answers are published, and not before.
    assert reviewer.get(f"{fod}comments/{draft['id']}/")[1]["response"] is None


def test_a_comment_points_to_words_that_stand_in_the_frozen_draft(world, fod):
    reviewer = register(world.un.reviewer, fod)
    blocks = reviewer.get("cycles/un-test/snapshots/FOD/chapters/1/")[1]["blocks"]
    block = next(b for b in blocks if b["kind"] == "paragraph")
    place = {"block": block["id"], "start": 0, "end": 10, "quote": block["text"][:10]}
    status, made = reviewer.post(f"{fod}comments/", chapter="1", text="Who?", place=place)
    assert (status, made["anchor"]["quote"]) == (201, block["text"][:10])
    status, body = reviewer.post(
        f"{fod}comments/", chapter="1", text="Who?", place={**place, "quote": "words that stand nowhere here"}
    )
    assert (status, [e["field"] for e in body["errors"]]) == (400, ["place.anchor"])
    status, changed = reviewer.put(f"{fod}comments/{made['id']}/", text="Who are they?")
    assert (status, changed["text"], changed["anchor"]) == (200, "Who are they?", made["anchor"])
    assert reviewer.delete(f"{fod}comments/{made['id']}/") == (204, None)
    assert reviewer.get(f"{fod}comments/")[1]["results"] == []


def test_a_draft_is_read_only_after_registering(world, fod):
    reviewer = Caller(world.un.reviewer)
    assert reviewer.get("cycles/un-test/snapshots/FOD/")[0] == 404
    assert reviewer.post(f"{fod}comments/", chapter="1", text="Hm.")[0] == 403
    register(world.un.reviewer, fod)
    assert reviewer.get("cycles/un-test/snapshots/FOD/")[0] == 200


# ---- Sessions -------------------------------------------------------------------------------------


@pytest.fixture
def session(world, without_pdf):
    world.un.at("final-draft")
    wait_for(snapshots.freeze(world.un.cycle, "FGD", by=world.system, now=NOW).job)
    world.un.at("approval")
    status, made = Caller(world.un.secretariat).post(
        "cycles/un-test/sessions/", snapshot="FGD", chapter="SPM", title="First session"
    )
    assert (status, made["number"]) == (201, 1)
    return "cycles/un-test/sessions/1/"


def test_acts_of_a_session_are_the_pages_own_acts(world, session):
    chair, delegate = Caller(world.un.chair), Caller(world.un.delegate_a)
    assert delegate.post(f"{session}acts/open/")[0] == 403
    status, head = chair.post(f"{session}acts/open/")
    assert (status, head["stream"]) == (200, "session/un-test/1")
    line = delegate.get(f"{session}lines/")[1]["results"][0]
    status, body = chair.post(f"{session}acts/call/", line="Z.9")
    assert (status, [e["field"] for e in body["errors"]]) == (400, ["line"])
    assert chair.post(f"{session}acts/call/", line=line["label"])[0] == 200
    words = {"line": line["label"], "base_hash": line["text_hash"], "text": "Agents do more each year."}
    assert delegate.post(f"{session}acts/propose/", **words)[0] == 200
    shown = delegate.get(f"{session}lines/{line['label']}/")[1]
    assert [(p["by"], p["text"]) for p in shown["proposals"]] == [("Delegation A", words["text"])]
    assert delegate.post(f"{session}acts/object/", line=line["label"], reason="Too early.")[0] == 200
    gavel = chair.post(f"{session}acts/gavel/", line=line["label"], text_hash=line["text_hash"])
    assert gavel[0] == 409
    assert "standing-objection" in codes(gavel)[1]
    assert Caller(world.un.reviewer).get(f"{session}lines/")[0] == 404


def test_a_preview_shows_what_an_author_should_mend(world):
    status, shown = Caller(world.un.la).post("cycles/un-test/chapters/1/preview/", markdown=CHAPTER)
    assert (status, shown["problems"]) == (200, [])
    assert (
        reverse("api-chapters-preview", args=["un-test", "1"]) == "/api/v1/cycles/un-test/chapters/1/preview/"
    )


def test_no_row_of_the_table_breaks_on_a_bare_call(world, fod, session):
    """Each address, read and posted to with nothing: an answer or a refusal, never a fault."""
    register(world.un.reviewer, fod)
    trickle = {"line_label": "A.1", "old": "x", "new": "y", "reason": "z"}
    world.un.at("approval")
    Caller(world.un.secretariat).post("cycles/un-test/trickle-backs/", chapter="1", **trickle)
    given = {
        "cycle": "un-test", "number": "1", "n": 1, "label": "FGD", "round": "fod-experts", "comment": 1,
        "session": 1, "appointment": 1, "disclosure": 1, "trickle_back": 1, "act": "summary-release",
        "key": "cycle/un-test", "pk": 1, "token": "x", "report": 1,
        "seq": 1, "group": 1, "webhook": 1, "invitation": 1, "name": "x.pdf", "copy": 1, "link": 1,
        "finding": 1, "kind": "x", "note": 1, "person": 1, "projection": 1, "term": 1, "code": "KE", "suggestion": 1,
        "thread": 1, "contribution": 1, "body": "secretariat", "meeting": 1, "document": 1, "task": 1,
    }  # fmt: skip
    seen = Counter()
    for user in (world.un.secretariat, world.un.chair, world.un.cla, world.un.reviewer):
        client = Client()
        client.force_login(user, backend=BACKEND)
        for row in (r for r in urlpatterns if issubclass(getattr(r.callback, "cls", object), Endpoint)):
            address = "/" + re.sub(r"<\w+:(\w+)>", lambda match: str(given[match[1]]), str(row.pattern))
            for method in row.callback.cls.door.methods:
                sent = {} if method in ("GET", "DELETE") else {"data": {}, "content_type": JSON}
                if method == "POST" and row.callback.cls.acts["POST"].file:
                    sent = {"data": {}}
                status = getattr(client, method.lower())(address, **sent).status_code
                seen[status] += 1
    assert set(seen) <= {200, 201, 202, 204, 400, 403, 404, 409}
    assert seen[200] > 60
