"""The editor as a person meets it: text keeps itself, marks go around words, problems lead to their line."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import reverse

from assessments.drafting import actions
from tests.world import NOW, build_world

TEXT = "# Title\n\nThe first sentence.\n\n| a | b |\n| c | d | e |\n"


@pytest.mark.django_db(transaction=True)
def test_a_text_keeps_itself_and_a_problem_leads_to_its_line(page, live_server):
    from playwright.sync_api import expect

    world = build_world(texts=False)
    chapter = world.un.chapter("1")
    actions.save(chapter, None, TEXT, by=world.un.la, now=NOW)
    client = Client()
    client.force_login(world.un.la)
    session = {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}
    page.context.add_cookies([session])
    faults = []
    page.on("pageerror", lambda fault: faults.append(str(fault)))
    page.goto(live_server.url + reverse("chapter_edit", args=["un-test", "1"]) + "?plain=1")
    area = page.locator("#markdown")

    page.get_by_role("link", name="Line 5").click()
    assert area.evaluate("a => a.value.slice(a.selectionStart, a.selectionEnd)") == "| a | b |"

    area.evaluate("a => a.setSelectionRange(2, 7)")
    page.get_by_role("button", name="Bold").click()
    expect(page.locator("[data-autosave-state]")).to_have_text(re.compile("Kept"), timeout=10_000)
    expect(page.locator(".pv__page h1 strong")).to_have_text("Title", timeout=10_000)
    assert world.un.chapter("1").current.markdown == TEXT.replace("Title", "**Title**")

    area.fill(TEXT + "\n## A second heading\n\nThree words more.\n")
    outline = page.locator(".outline")
    expect(outline.get_by_role("link", name="A second heading")).to_be_visible(timeout=10_000)
    expect(outline).to_contain_text("15 words")
    assert page.locator(".pv__page template").count() == 0
    assert page.get_by_role("link", name="How to write it").get_attribute("href") == "/help/#markdown"
    assert faults == []
