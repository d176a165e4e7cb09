"""Comparing and reading in a real browser: by keyboard, from right to left, without anything that axe finds."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client
from django.urls import reverse

from assessments.drafting import actions as drafting
from tests.reviews import held
from tests.world import CHAPTER, NOW, build_world

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

NEW = CHAPTER.replace("80 per cent", "85 per cent").replace("simple to state", "easy to state")
TABLE = "\n| Year | Cases |\n|---|---|\n| 2024 | {} |\n\n: Cases {{#tbl:cases}}\n"


@pytest.fixture
def visit(page, live_server):
    """A page for an author, in the language asked for; what the console says against it fails the test."""
    world = build_world()
    chapter = world.un.chapter("1")
    drafting.save(chapter, chapter.current, CHAPTER + TABLE.format(9), by=world.un.la, now=NOW)
    held.freeze(world.un.cycle, "FOD")
    chapter = world.un.chapter("1")
    drafting.save(chapter, chapter.current, NEW + TABLE.format(10), by=world.un.la, now=NOW)
    held.freeze(world.un.cycle, "SOD")
    faults = []
    page.on("pageerror", lambda fault: faults.append(str(fault)))
    page.on("console", lambda said: faults.append(said.text) if said.type == "error" else None)

    def open_page(language: str, name: str, *args, more: str = ""):
        client = Client()
        client.force_login(world.un.la)
        cookies = {"sessionid": client.cookies["sessionid"].value, settings.LANGUAGE_COOKIE_NAME: language}
        page.context.add_cookies(
            [{"name": k, "value": v, "url": live_server.url} for k, v in cookies.items()]
        )
        page.goto(live_server.url + reverse(name, args=["un-test", *args]) + more)
        return page

    yield open_page
    assert faults == []


def axe(page) -> list[str]:
    return [found["id"] for found in Axe().run(page).response["violations"]]


def fits(page) -> bool:
    return page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


@pytest.mark.parametrize("language", ["en", "ar"])
def test_one_goes_from_change_to_change_by_keyboard(visit, language):
    from playwright.sync_api import expect

    page = visit(language, "compare_chapter", "FOD", "SOD", "1")
    page.keyboard.press("j")
    expect(page.locator("#c1")).to_be_focused()
    page.keyboard.press("j")
    expect(page.locator("#c2")).to_be_focused()
    expect(page.locator("[data-compare-at]")).to_contain_text("2")
    page.keyboard.press("k")
    expect(page.locator("#c1")).to_be_focused()
    assert page.url.endswith("#c1")
    assert axe(page) == []
    page.set_viewport_size({"width": 390, "height": 800})
    assert fits(page)
    page.goto(page.url.split("#")[0] + "?view=side")
    assert fits(page)
    assert axe(page) == []


@pytest.mark.parametrize("language", ["en", "ar"])
def test_a_range_is_cited_by_keyboard_and_its_address_brings_it_back(visit, language):
    from playwright.sync_api import expect

    page = visit(language, "snapshot_chapter", "FOD", "1")
    page.locator('#p1-1l2 [data-line="2"]').focus()
    page.keyboard.press("Shift+ArrowDown")
    expect(page.locator('#p1-1l3 [data-line="3"]')).to_be_focused()
    assert page.locator(".is-lit").count() == 2
    expect(page.locator("[data-cite-place]")).to_contain_text("2–3")
    address = page.locator("#cite-link").input_value()
    assert address.endswith("/c/un-test/drafts/FOD/1/?at=1-1%3A2-3#p1-1l2")
    assert axe(page) == []
    page.goto("about:blank")
    page.goto(address)
    assert page.locator(".is-lit").count() == 2
    expect(page.locator('#p1-1l2 [data-line="2"]')).to_be_focused()
    page.set_viewport_size({"width": 390, "height": 800})
    assert fits(page)


def test_an_address_of_a_line_on_another_page_leads_there(visit):
    from playwright.sync_api import expect

    page = visit("en", "snapshot_chapter", "FOD", "1", more="#p1-2l1")
    expect(page.locator("#p1-2l1")).to_be_visible()
    expect(page.locator("[data-cite-place]")).to_have_text("p. 1-2, l. 1")
    page.fill("#at", "1-1:4")
    page.keyboard.press("Enter")
    expect(page.locator("[data-cite-place]")).to_have_text("p. 1-1, l. 4")


def test_without_scripts_a_line_number_cites_its_line(browser, live_server, visit):
    page = visit("en", "snapshot_chapter", "FOD", "1")
    plain = browser.new_context(
        java_script_enabled=False, storage_state=page.context.storage_state()
    ).new_page()
    plain.goto(page.url)
    plain.click('#p1-1l3 [data-line="3"]')
    assert plain.locator("[data-cite-place]").inner_text() == "p. 1-1, l. 3"
    assert plain.locator(".is-lit").count() == 1
    plain.context.close()
