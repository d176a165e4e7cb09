"""The palette as a person meets it, by keyboard alone, in both directions of writing."""

from __future__ import annotations

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client
from django.urls import reverse

from records.search import index
from tests.world import build_world

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def visit(page, live_server):
    """A signed-in page in the language asked for; what the console says against it fails the test."""
    world = build_world()
    index.catch_up()
    faults = []
    page.on("pageerror", lambda fault: faults.append(str(fault)))
    page.on("console", lambda said: faults.append(said.text) if said.type == "error" else None)

    def open_page(language: str):
        client = Client()
        client.force_login(world.un.secretariat)
        cookies = {"sessionid": client.cookies["sessionid"].value, settings.LANGUAGE_COOKIE_NAME: language}
        page.context.add_cookies(
            [{"name": k, "value": v, "url": live_server.url} for k, v in cookies.items()]
        )
        page.goto(live_server.url + reverse("cycle", args=["un-test"]))
        return page

    yield open_page
    assert faults == []


def axe(page) -> list[str]:
    return [found["id"] for found in Axe().run(page).response["violations"]]


@pytest.mark.parametrize("language", ["en", "ar"])
def test_the_palette_goes_to_a_page_and_to_a_hit_by_keyboard(visit, language):
    from playwright.sync_api import expect

    page = visit(language)
    button = page.locator("[data-palette-open]")
    button.focus()
    page.keyboard.press("Control+k")
    box = page.get_by_role("combobox")
    expect(box).to_be_focused()
    expect(page.get_by_role("option").first).to_be_visible()
    assert axe(page) == []
    page.keyboard.press("Escape")
    expect(button).to_be_focused()

    page.keyboard.press("/")
    page.keyboard.type("doubling ti")
    hit = page.get_by_role("option").filter(has_text=re.compile("doubling time", re.IGNORECASE)).first
    expect(hit).to_be_visible()
    expect(hit.locator("mark").first).to_have_text(re.compile("doubling", re.IGNORECASE))
    first = box.get_attribute("aria-activedescendant")
    page.keyboard.press("ArrowDown")
    assert box.get_attribute("aria-activedescendant") != first
    page.keyboard.press("ArrowUp")
    assert box.get_attribute("aria-activedescendant") == first
    assert page.locator(f"#{first}").get_attribute("aria-selected") == "true"
    assert axe(page) == []
    address = page.locator(f"#{first}").get_attribute("data-href")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{address}")

    page.keyboard.press("Control+k")
    page.keyboard.type("cycles" if language == "en" else "zzzz")
    page.keyboard.press("Enter")  # before any answer: the page of the search
    page.wait_for_url("**/search/?q=*")
    assert axe(page) == []


@pytest.mark.parametrize("language", ["en", "ar"])
def test_the_page_of_the_search_fits_a_phone(visit, language):
    page = visit(language)
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto(page.url.replace("/c/un-test/", "/search/?q=agents"))
    assert page.locator(".hits > li").count() == 3
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert axe(page) == []
    page.keyboard.press("Control+k")
    page.keyboard.type("agents")
    page.wait_for_selector(".palette__list mark")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_a_slash_that_somebody_types_is_a_slash(visit):
    page = visit("en")
    page.goto(page.url.replace("/c/un-test/", "/search/"))
    page.locator("#q").focus()
    page.keyboard.press("/")
    assert page.locator("#q").input_value() == "/"
    assert page.locator("dialog[open]").count() == 0
    page.locator("[data-palette-open]").click()
    page.keyboard.type("create")
    page.get_by_role("option", name="Create a cycle").click()
    page.wait_for_url("**/cycles/new/")
