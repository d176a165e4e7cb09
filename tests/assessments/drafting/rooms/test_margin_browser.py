"""The margin beside the editor: words are chosen there, suggested and spoken about, and settled without leaving it."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from assessments.drafting.margin.models import Suggestion, Thread
from tests.assessments.drafting.rooms.test_room_browser import house  # noqa: F401  a fixture

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]

CHOOSE = """words => {
  const { view } = document.querySelector('.cm-content').cmTile;
  const from = view.state.doc.toString().indexOf(words);
  view.dispatch({ selection: { anchor: from, head: from + words.length } });
  view.focus();
}"""
LOOK = "() => document.dispatchEvent(new Event('visibilitychange'))"


def test_a_suggestion_is_made_by_keys_and_accepted_beside_the_text(house):  # noqa: F811
    un = house.world.un
    cla, la = (house.open(user).ready() for user in (un.cla, un.la))
    assert cla.page.locator("[data-margin-empty]").is_visible()

    cla.page.evaluate(CHOOSE, "simple to state")
    cla.page.keyboard.press("Control+Alt+e")
    dialog = cla.page.locator("[data-margin-new=suggest]")
    assert dialog.locator("[data-margin-quote]").inner_text() == "simple to state"
    dialog.get_by_label("What should stand there").fill("easily stated")
    dialog.get_by_label("Why").fill("Shorter.")
    dialog.get_by_role("button", name="Suggest it").click()
    cla.page.wait_for_selector(".card--suggestion")
    assert cla.page.locator(".passage--suggestion").inner_text() == "simple to state"
    # The edit is no wider than it must be, and the text stays as it is.
    assert "easily stated" not in cla.text

    la.page.evaluate(LOOK)
    card = la.page.locator(".card--suggestion")
    card.get_by_role("button", name="Show in the text").click()
    assert la.page.evaluate("() => document.activeElement.className.includes('cm-content')")
    card.get_by_role("button", name="Accept").click()
    for seat in (la, cla):
        seat.reads("easily stated")
    la.page.wait_for_selector(".card--suggestion", state="detached")
    assert Suggestion.objects.get().settled_by == un.la
    assert cla.faults == la.faults == []


def test_a_comment_is_answered_and_stays_with_its_passage(house):  # noqa: F811
    un = house.world.un
    la = house.open(un.la).ready()
    la.page.locator("[data-do=remark]").click()
    assert "Choose words in the text first." in la.page.locator("[data-room-why]").inner_text()

    la.page.evaluate(CHOOSE, "is simple to state")
    la.page.locator("[data-do=remark]").click()
    dialog = la.page.locator("[data-margin-new=remark]")
    said = dialog.get_by_label("Your comment")
    said.fill("Is it?")
    said.press("End")
    la.page.keyboard.type(" @un c")
    offered = dialog.get_by_role("option")
    expect(offered.first).to_have_text(str(un.cla))
    assert [each["id"] for each in Axe().run(la.page).response["violations"]] == []
    la.page.keyboard.press("Escape")
    expect(offered).to_have_count(0)
    expect(dialog).to_be_visible()
    la.page.keyboard.type("l")
    la.page.keyboard.press("ArrowDown")
    la.page.keyboard.press("ArrowUp")
    la.page.keyboard.press("Enter")
    assert said.input_value() == f"Is it? @{un.cla} "
    found = Axe().run(la.page).response["violations"]
    assert [each["id"] for each in found] == []
    dialog.get_by_role("button", name="Comment", exact=True).click()
    la.page.wait_for_selector(".card--thread")

    la.put("# What agents can do", " today")
    la.state("kept")
    card = la.page.locator(".card--thread")
    card.get_by_text("Answer", exact=True).first.click()
    card.get_by_label("Your answer").fill("It is.")
    card.get_by_role("button", name="Answer").click()
    la.page.wait_for_function("() => document.querySelectorAll('.card__said li').length === 2")
    assert la.page.locator(".passage--thread").inner_text() == "is simple to state"
    card.get_by_role("button", name="Resolve").click()
    la.page.wait_for_selector(".card--thread", state="detached")
    thread = Thread.objects.get()
    assert (thread.status, thread.settled_by) == ("resolved", un.la)
    assert list(thread.remarks.first().mentions.all()) == [un.cla]
    assert la.faults == []


def test_who_only_reads_may_speak_and_is_offered_no_suggestion_where_none_is_theirs(house):  # noqa: F811
    editor = house.open(house.world.un.editor).ready()
    assert editor.page.locator("[data-do=suggest]").count() == 0
    editor.page.evaluate(CHOOSE, "is simple to state")
    editor.page.locator("[data-do=remark]").click()
    dialog = editor.page.locator("[data-margin-new=remark]")
    dialog.get_by_label("Your comment").fill("Says who?")
    dialog.get_by_role("button", name="Comment", exact=True).click()
    editor.page.wait_for_selector(".card--thread")
