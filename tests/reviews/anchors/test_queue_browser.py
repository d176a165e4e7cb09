"""The queue in a real browser: a key decides, another takes it back; accessible in both languages and widths."""

from __future__ import annotations

import os

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test import Client
from django.urls import reverse

from tests.reviews.anchors.conftest import COUNTED

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]


@pytest.fixture
def queue(page, live_server, held):
    client = Client()
    client.force_login(held.world.un.cla)
    cookie = {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}
    page.context.add_cookies([cookie])
    page.goto(live_server.url + reverse("anchors", args=["un-test", "FOD", "SOD"]))
    return page


def look(page, name: str) -> None:
    """No fault that axe knows; a picture where somebody asks for one."""
    found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]})
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    if folder := os.environ.get("CONCORD_PICTURES"):
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)


def test_one_key_decides_and_u_takes_it_back(queue, held):
    queue.keyboard.press("1")
    queue.get_by_text("1 of 1 decided").wait_for()
    assert held.of(COUNTED).decision == "place"
    queue.keyboard.press("u")
    queue.get_by_text("0 of 1 decided").wait_for()
    queue.keyboard.press("d")
    queue.get_by_text("1 of 1 decided").wait_for()
    assert held.of(COUNTED).decision == "deleted"
    queue.keyboard.press("u")
    queue.get_by_text("0 of 1 decided").wait_for()
    queue.keyboard.press("w")
    queue.get_by_text("1 of 1 decided").wait_for()
    assert held.of(COUNTED).decision == "section"
    look(queue, "empty-en-1280")


@pytest.mark.parametrize("language", ["en", "ar"])
def test_it_is_accessible_in_both_directions_and_widths(queue, held, language):
    user = held.world.un.cla
    user.language = language
    user.save(update_fields=["language"])
    queue.context.add_cookies([{"name": "django_language", "value": language, "url": queue.url}])
    for width in (1280, 390):
        queue.set_viewport_size({"width": width, "height": 900})
        queue.reload()
        assert queue.evaluate("document.documentElement.lang").startswith(language)
        look(queue, f"queue-{language}-{width}")
