"""The pages of tokens and webhooks in a real browser: read by axe, on a phone, from right to left."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test import Client

from records.webhooks import actions
from records.webhooks.models import Delivery
from tests.portal.api.caller import BACKEND, token_of
from tests.world import NOW, build_world


@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.parametrize(("width", "language"), [(1280, "en"), (390, "ar")])
@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_they_are_read_by_everybody(browser, live_server, width, language):
    world = build_world(texts=False)
    user = world.un.secretariat
    token_of(user, "write", "comments", "record", cycle="un-test")
    hook = actions.register("un-test", "https://receiver.example/hook", by=user, now=NOW)
    Delivery.objects.create(webhook=hook, created_at=NOW, tries=1, tried_at=NOW, error="No answer.")
    signed = Client()
    signed.force_login(user, backend=BACKEND)
    context = browser.new_context(viewport={"width": width, "height": 800}, locale=language)
    context.add_cookies(
        [{"name": name, "value": value, "url": live_server.url}
         for name, value in (("sessionid", signed.cookies["sessionid"].value), ("django_language", language))]
    )  # fmt: skip
    page, faults = context.new_page(), []
    page.on("console", lambda said: faults.append(said.text) if said.type == "error" else None)
    here = ("/settings/tokens/", "/c/un-test/webhooks/", f"/c/un-test/webhooks/{hook.pk}/", "/api/problems/",
            "/api/problems/blocked/")  # fmt: skip
    for path in here:
        page.goto(live_server.url + path)
        found = Axe().run(page).response["violations"]
        assert not found, [(path, v["id"], [n["html"][:160] for n in v["nodes"][:3]]) for v in found]
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
        assert page.locator("html").get_attribute("dir") == ("rtl" if language == "ar" else "ltr")
    page.goto(f"{live_server.url}/settings/tokens/")
    page.locator("input[name=name]").fill("backup")
    page.locator("main form").last.locator("button[type=submit]").click()
    assert page.locator("main code.hash").inner_text().startswith("concord_")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert faults == []
    context.close()
