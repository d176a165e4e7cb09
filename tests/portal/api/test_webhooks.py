"""Webhooks as pages and in the API: who keeps them, and that a secret is shown once."""

from __future__ import annotations

import pytest
from django.test import Client

from records.jobs import queue
from records.models import Delivery, Webhook
from records.webhooks import actions
from tests.portal.api.caller import BACKEND, Caller, codes
from tests.records.receivers import receiver, verified
from tests.world import NOW

HERE = "cycles/un-test/webhooks/"
GIVEN = {"url": "https://receiver.example/hook", "level": "public", "verbs": ["round.opened"]}


@pytest.fixture
def page(world):
    client = Client()
    client.force_login(world.un.secretariat, backend=BACKEND)
    return client


def test_the_secretariat_keeps_them_through_the_api(world, settings):
    caller = Caller(world.un.secretariat)
    status, made = caller.post(HERE, **GIVEN)
    assert (status, made["verbs"], made["active"]) == (201, ["round.opened"], True)
    assert made["secret"].startswith("whsec_")
    one = f"{HERE}{made['id']}/"
    assert "secret" not in caller.get(one)[1]
    assert [h["id"] for h in caller.get(HERE, active="true")[1]["results"]] == [made["id"]]
    assert caller.get(HERE, active="false")[1]["results"] == []
    assert caller.put(one, **{**GIVEN, "level": "own"})[1]["level"] == "own"
    status, changed = caller.post(f"{one}secret/")
    assert (status, changed["secret"] != made["secret"]) == (200, True)
    assert codes(caller.post(HERE, **GIVEN)) == (409, ["webhook-exists"])
    for url in ("http://receiver.example/", "https://127.0.0.1/", "https://[::ffff:10.0.0.1]/"):
        assert codes(caller.post(HERE, **{**GIVEN, "url": url})) == (409, ["webhook-address"])
    assert caller.post(f"{one}stop/")[1]["active"] is False
    assert codes(caller.post(f"{one}ping/")) == (409, ["webhook-stopped"])
    assert caller.post(f"{one}start/")[1]["active"] is True
    with receiver() as far:
        settings.WEBHOOKS_INSIDE = [far.where]
        assert caller.put(one, **{**GIVEN, "url": far.url})[0] == 200
        assert caller.post(f"{one}ping/")[0] == 202
        queue.work_off("work")
        assert [verified(changed["secret"], *got) for got in far.got] == [True]
    sent = caller.get(f"{one}deliveries/", status="sent")[1]["results"]
    assert [(d["stream"], d["response_status"], d["tries"]) for d in sent] == [(None, 204, 1)]
    assert caller.post(f"{one}try-again/")[0] == 200
    assert caller.delete(one) == (204, None)
    assert caller.get(one)[0] == 404


def test_nobody_else_sees_them(world, page):
    hook = actions.register("un-test", **GIVEN, by=world.un.secretariat, now=NOW)
    for user in (world.un.chair, world.un.la, world.adv.secretariat, world.outsider):
        caller = Caller(user)
        assert caller.get(HERE)[0] == 404
        assert caller.post(HERE, **GIVEN)[0] == 404
        assert caller.delete(f"{HERE}{hook.pk}/")[0] == 404
    # Nor is one reached through another cycle.
    assert Caller(world.adv.secretariat).get(f"cycles/adv-test/webhooks/{hook.pk}/")[0] == 404
    assert page.get(f"/c/un-test/webhooks/{hook.pk}/").status_code == 200
    other = Client()
    other.force_login(world.un.la, backend=BACKEND)
    assert other.get("/c/un-test/webhooks/").status_code == 404
    assert other.post(f"/c/un-test/webhooks/{hook.pk}/act/remove/").status_code == 404
    assert Webhook.objects.filter(pk=hook.pk).exists()


def test_the_pages_register_test_change_and_remove(world, page, settings):
    with receiver() as far:
        settings.WEBHOOKS_INSIDE = [far.where]
        made = page.post("/c/un-test/webhooks/", {"url": far.url, "level": "own", "verbs": []})
        hook = Webhook.objects.get()
        assert made["Cache-Control"] == "no-store"
        assert hook.secret in made.content.decode()
        here = f"/c/un-test/webhooks/{hook.pk}/"
        assert hook.secret not in page.get(here).content.decode()
        far.answers = [500]
        far.text = b"<script>no</script>"
        assert page.post(f"{here}act/ping/").status_code == 302
        queue.work_off("work")
        shown = page.get(here).content.decode()
        assert "&lt;script&gt;no" in shown
        assert "act/try-again/" in shown
        page.post(f"{here}act/try-again/")
        queue.work_off("work")
    # The test, and before it that the webhook was registered: it hears of all acts.
    assert [d.status for d in Delivery.objects.all()] == ["sent", "sent"]
    exchanged = page.post(f"{here}secret/").content.decode()
    hook.refresh_from_db()
    assert hook.secret in exchanged
    refused = page.post(here, {"url": "https://10.0.0.1/", "level": "own"})
    assert "public Internet" in refused.content.decode()
    assert page.post(here, {"url": "https://receiver.example/", "level": "public"}).status_code == 302
    hook.refresh_from_db()
    assert (hook.url, hook.level) == ("https://receiver.example/", "public")
    assert page.post(f"{here}act/explode/").status_code == 404
    assert page.post(f"{here}act/remove/").status_code == 302
    assert not Webhook.objects.exists()
