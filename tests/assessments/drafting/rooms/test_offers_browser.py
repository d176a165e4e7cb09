"""What the editor offers while somebody types: sources behind @, places behind [#."""

import re

import pytest

from assessments.drafting import actions
from assessments.sources.importing import import_sources
from tests.assessments.drafting.rooms.test_room_browser import house  # noqa: F401  a fixture
from tests.world import NOW

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]


def test_an_at_sign_offers_the_sources_with_their_printed_form_and_closes_the_bracket(house):  # noqa: F811
    un = house.world.un
    bibliography = (
        b"@article{smith2025, author={Smith, A.}, title={On agents}, journal={Journal}, year={2025}}"
    )
    import_sources(un.cycle, bibliography, "list.bib", by=un.secretariat, now=NOW)
    seat = house.open(un.la).ready()
    seat.put("of about 80 per cent", " [@smi")
    option = seat.page.get_by_role("option", name=re.compile("@smith2025"))
    option.wait_for()
    assert "On agents" in seat.page.locator(".cm-completionInfo").inner_text()
    option.click()
    seat.reads("80 per cent [@smith2025] (")
    # A closed bracket is not closed twice, and a bare key gets its brackets.
    seat.put("[@smith2025", "; @smi")
    option.click()
    seat.reads("80 per cent [@smith2025; @smith2025] (")
    seat.put("hard to make", " @smi")
    option.click()
    seat.reads("hard to make [@smith2025]")
    # From the toolbar too one goes on writing behind it.
    seat.put("simple to state", " ")
    seat.page.locator("[data-do=citation]").click()
    option.click()
    seat.page.keyboard.type(", they say,")
    seat.reads("simple to state [@smith2025], they say,")


def test_a_cross_reference_leads_to_any_place_and_gives_it_a_key_where_it_has_none(house):  # noqa: F811
    un = house.world.un
    text = (
        "# Title\n\n## Évaluation des risques\n\nfirst\n\n## 结论\n\n"
        'Table: Incidents {#tbl:incidents}\n\n::: box Terms\nBoxed.\n:::\n\n![A](figure:f "Curve")\n\n'
        "```\n## Listing\n```\n"
    )
    actions.save(un.chapter("1"), un.chapter("1").current, text, by=un.la, now=NOW)
    seat = house.open(un.la).ready()
    offers = seat.page.locator(".cm-tooltip-autocomplete [role=option]")
    for words, key in (("risques", "sec:evaluation-des-risques"), ("结", "sec:3"), ("box", "box:terms")):
        seat.put("first", " ")
        seat.page.locator("[data-do=reference]").click()
        offers.first.wait_for()
        offered = offers.all_inner_texts()
        assert len([row for row in offered if not row.startswith("ch:")]) == 6, offered
        assert not any("Listing" in row for row in offered)
        seat.page.keyboard.press("Escape")
        seat.page.keyboard.type(words)
        offers.filter(has_text=key).click()
        seat.page.keyboard.type(" shows.")
        seat.reads(f"first [#{key}] shows.")
        seat.reads(f"{{#{key}}}")
    # What has its key keeps it.
    seat.put("first", " [#inc")
    offers.filter(has_text="tbl:incidents").click()
    seat.reads("first [#tbl:incidents] ")
    assert seat.text.count("{#tbl:incidents}") == seat.text.count("{#box:terms}") == 1
    assert [fault for fault in seat.faults if "404" not in fault] == []  # the figure has no image
