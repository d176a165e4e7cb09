"""The pages of notices in a real browser: nothing that axe finds, nothing wider than a phone, in both directions."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone

from records.models import Address, Notice
from tests.portal.api.caller import BACKEND
from tests.world import build_world

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

PAGES = ("/notices/", "/settings/notices/", "/mail/")


@pytest.mark.parametrize("language", ["en", "ar"])
def test_the_pages_are_clean_and_fit_a_phone(page, live_server, client, tell, language):
    world = build_world(texts=False)
    reader = world.un.secretariat
    tell([reader], scope="")
    Notice.objects.filter(channel="mail").update(state="failed", error="550 5.1.1 " + "long " * 40)
    Address.objects.create(email=reader.email, bounces=3, failing_since=timezone.now(), reason="550 5.1.1")
    client.force_login(reader, backend=BACKEND)
    page.context.add_cookies(
        [
            {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url},
            {"name": "django_language", "value": language, "url": live_server.url},
        ]
    )
    page.set_viewport_size({"width": 390, "height": 800})
    for address in PAGES:
        page.goto(live_server.url + address)
        assert page.locator("h1").count() == 1
        found = Axe().run(page).response["violations"]
        assert [(v["id"], [n["html"] for n in v["nodes"]][:2]) for v in found] == [], address
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, address
