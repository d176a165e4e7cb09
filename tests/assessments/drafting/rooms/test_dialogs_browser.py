"""A formula and a figure are put in by dialogs, which say what is wrong before the text does."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from assessments.drafting import assets
from assessments.imprint.actions import approve_term
from assessments.imprint.models import Term
from tests.assessments.drafting.rooms.test_margin_browser import CHOOSE
from tests.assessments.drafting.rooms.test_room_browser import house  # noqa: F401  a fixture
from tests.assessments.drafting.test_assets import png
from tests.world import NOW

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]


def clean(page) -> list[str]:
    return [found["id"] for found in Axe().run(page).response["violations"]]


def test_a_formula_is_typed_seen_put_in_and_changed_again(house):  # noqa: F811
    la = house.open(house.world.un.la).ready()
    la.page.evaluate(CHOOSE, "simple to state")
    la.page.keyboard.press("ArrowRight")
    la.page.keyboard.press("Control+Alt+x")
    dialog = la.page.locator("[data-room-dialog=formula]")
    source = dialog.get_by_label("In the notation of TeX")
    source.fill(r"\frac{n}{N")
    expect(dialog.locator("[data-formula-fault]")).not_to_be_empty()
    assert clean(la.page) == []
    source.fill("\\frac{n}{N}\n+ 1")
    expect(dialog.locator("[data-formula-shown] mfrac")).to_have_count(1)
    expect(dialog.locator("[data-formula-fault]")).to_be_empty()
    dialog.get_by_role("button", name="Put it in").click()
    expect(dialog).to_be_hidden()
    assert r"simple to state $\frac{n}{N} + 1$ and hard" in la.text
    # With the cursor in it, the same button changes it.
    la.page.evaluate(CHOOSE, r"\frac{n}{N}")
    la.page.locator("[data-do=formula]").click()
    assert source.input_value() == r"\frac{n}{N} + 1"
    source.fill("p")
    dialog.get_by_label("on a line of its own").check()
    dialog.get_by_role("button", name="Put it in").click()
    assert "simple to state $$p$$ and hard" in la.text
    la.page.keyboard.press("Control+z")
    assert r"$\frac{n}{N} + 1$" in la.text
    # One on a line of its own stands below the paragraph, and one writes on below it.
    la.page.evaluate(CHOOSE, "The measure is")
    la.page.locator("[data-do=formula]").click()
    source.fill("q")
    dialog.get_by_label("on a line of its own").check()
    dialog.get_by_role("button", name="Put it in").click()
    la.page.keyboard.type("And so on.")
    la.reads("\n\n$$q$$\n\nAnd so on.\n")
    la.state("kept")
    assert la.faults == []


@pytest.mark.parametrize("width", [1280, 390])
def test_a_figure_is_chosen_described_and_put_in_with_a_key_of_its_own(house, width):  # noqa: F811
    un = house.world.un
    la = house.open(un.la).ready()
    la.page.set_viewport_size({"width": width, "height": 900})
    la.page.evaluate(CHOOSE, "The measure is")
    la.page.locator("[data-do=figure]").click()
    dialog = la.page.locator("[data-room-dialog=figure]")
    expect(dialog.get_by_text("This report has no images yet.")).to_be_visible()
    dialog.get_by_role("button", name="Cancel").click()

    facts = assets.Facts(alt="A line that rises.", origin="The authors", licence="report")
    assets.upload(un.cycle, "curve", ("curve.png", png()), facts, by=un.la, now=NOW)
    for _twice in range(2):
        la.page.locator("[data-do=figure]").click()
        dialog.get_by_label("Image", exact=True).select_option("curve")
        expect(dialog.locator("img")).to_be_visible()
        assert dialog.get_by_label("What it shows").input_value() == "A line that rises."
        dialog.get_by_label("What it shows").fill("A line [of tasks] that rises.")
        dialog.get_by_label("Caption").fill('Tasks that agents "finish"')
        assert clean(la.page) == []
        assert la.page.evaluate("document.documentElement.scrollWidth") == width
        dialog.get_by_role("button", name="Put it in").click()
    la.page.keyboard.type("Below it.")
    la.reads("{#fig:curve-2}\n\nBelow it.\n")
    found = re.findall(r"^!.*$", la.text, re.MULTILINE)
    line = '![A line [of tasks] that rises.](figure:curve "Tasks that agents ”finish”"){#fig:'
    assert found == [line + "curve}", line + "curve-2}"]
    la.state("kept")
    assert la.faults == []


def test_an_image_is_sent_from_the_dialog_with_origin_and_licence_or_says_what_is_wrong(house, tmp_path):  # noqa: F811
    un = house.world.un
    la = house.open(un.la).ready()
    la.page.evaluate(CHOOSE, "The measure is")
    la.page.locator("[data-do=figure]").click()
    dialog = la.page.locator("[data-room-dialog=figure]")
    dialog.get_by_label("Image", exact=True).select_option("+")
    (tmp_path / "Growth of tasks.png").write_bytes(png()[:60])
    dialog.get_by_label("File", exact=True).set_input_files(tmp_path / "Growth of tasks.png")
    assert dialog.get_by_label("Key for cross references").input_value() == "growth-of-tasks"
    dialog.get_by_label("Origin").fill("The authors")
    dialog.get_by_label("What it shows").fill("A line that rises.")
    dialog.get_by_label("Caption").fill("Tasks that agents finish")
    dialog.get_by_role("button", name="Put it in").click()
    expect(dialog.get_by_role("alert")).to_contain_text("damaged")
    assert clean(la.page) == []
    assert dialog.get_by_label("What it shows").input_value() == "A line that rises."

    (tmp_path / "Growth of tasks.png").write_bytes(png())
    dialog.get_by_label("File", exact=True).set_input_files(tmp_path / "Growth of tasks.png")
    dialog.get_by_role("button", name="Put it in").click()
    la.reads('![A line that rises.](figure:growth-of-tasks "Tasks that agents finish"){#fig:growth-of-tasks}')
    kept = un.cycle.assets.get()
    assert (kept.key, kept.origin, kept.licence) == ("growth-of-tasks", "The authors", "report")
    assert [fault for fault in la.faults if "409" not in fault and "400" not in fault] == []


def test_a_term_is_defined_once_and_its_definition_shown_to_whoever_takes_it_next(house):  # noqa: F811
    la = house.open(house.world.un.la).ready()
    la.page.evaluate(CHOOSE, "success rates")
    la.page.locator("[data-do=term]").click()
    dialog = la.page.locator("[data-room-dialog=term]")
    word = dialog.get_by_label("Term", exact=True)
    assert word.input_value() == "success rates"
    expect(word).to_be_focused()
    expect(dialog.get_by_text("Not defined yet")).to_be_visible()
    definition = dialog.get_by_label("Definition")
    definition.fill("The share of tasks that are finished.")
    assert clean(la.page) == []
    dialog.get_by_role("button", name="Put it in").click()
    expect(dialog).to_be_hidden()
    entered = Term.objects.get()
    assert (entered.term, entered.kind, entered.approved_at) == ("success rates", "term", None)
    assert la.text.count("success rates") == 1  # it stood there already
    expect(la.page.locator("[data-room-why]")).to_contain_text("“success rates” stands in the glossary now")

    la.page.evaluate(CHOOSE, "hard to make")
    la.page.keyboard.press("ArrowRight")
    la.page.locator("[data-do=term]").click()
    word.fill("Success rates")
    expect(dialog.get_by_text("The share of tasks that are finished.")).to_be_visible()
    expect(dialog.get_by_text("Not defined yet")).to_be_hidden()
    assert clean(la.page) == []
    dialog.get_by_role("button", name="Put it in").click()
    la.reads("hard to make Success rates")
    expect(la.page.locator("[data-room-why]")).to_have_text("“success rates” stands in the glossary already.")
    # Defined otherwise: the same entry, to be approved anew.
    approve_term(Term.objects.get(), by=house.world.un.secretariat, now=NOW)
    la.page.locator("[data-do=term]").click()
    word.fill("SUCCESS rates")
    definition.fill("Finished tasks of all.")
    dialog.get_by_role("button", name="Put it in").click()
    expect(dialog).to_be_hidden()
    entered = Term.objects.get()
    assert (entered.term, entered.definition) == ("success rates", "Finished tasks of all.")
    assert entered.approved_at is None

    # What the server refuses is said, and what was typed stays.
    la.page.locator("[data-do=term]").click()
    word.fill("   ")
    definition.fill("Words without a term.")
    dialog.get_by_role("button", name="Put it in").click()
    expect(dialog.get_by_role("alert")).not_to_be_empty()
    assert definition.input_value() == "Words without a term."
    assert [fault for fault in la.faults if "400" not in fault and "409" not in fault] == []


def test_enter_goes_on_with_a_list_until_an_item_stays_empty(house):  # noqa: F811
    la = house.open(house.world.un.la).ready()
    keys = la.page.keyboard
    la.page.locator(".cm-content").press("Control+End")
    keys.press("Enter")
    for line in ("1. alpha", "beta", "", "after"):
        keys.type(line)
        keys.press("Enter")
    assert la.text.endswith("\n1. alpha\n2. beta\n\nafter\n")
    keys.type("- alpha")
    keys.press("Home")
    keys.press("Enter")  # before the mark it is a new line as everywhere
    assert la.text.endswith("after\n\n- alpha")
