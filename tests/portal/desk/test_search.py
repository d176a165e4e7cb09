"""Search in the record finds what its reader may look into, and of the rest not even a number."""

from datetime import timedelta

import pytest
from django.db import transaction

import records.append
from panels import actions as panels
from portal.desk import search
from portal.desk.search import Wanted
from records import erasure
from records.reading import readable_entries, show, visibilities, visible_streams
from tests.portal.api.caller import Caller
from tests.world import NOW

pytestmark = pytest.mark.databases


def decided(side, text: str, visibility: str = "public", at=NOW, by=None):
    with transaction.atomic():
        return records.append.append(
            side.cycle.stream,
            "cycle.decided",
            {"kind": "outline", "title": "Outline", "text": text},
            by=by or side.people.get("co_chair", side.chair),
            at=at,
            visibility=visibility,
        )


def sought(user, **said) -> list:
    found = search.search(readable_entries(user), Wanted.of(said))
    return [row.entry for row in found.rows]


def test_what_one_may_look_into_is_what_the_pages_of_the_record_show(world):
    for visibility in ("public", "plenary", "review", "team", "officers"):
        decided(world.un, visibility, visibility)
        decided(world.adv, visibility, visibility)
    panels.invite(name="A", email="a@example.org", by=world.un.secretariat, now=NOW)
    for user in (world.un.secretariat, world.un.chair, world.un.reviewer, world.adv.chair, world.outsider):
        shown = {
            entry.pk
            for stream in visible_streams(user)
            for entry in stream.entries.select_related("content")
            if not show(entry, visibilities(user, stream)).withheld
        }
        assert set(readable_entries(user).values_list("pk", flat=True)) == shown
    assert readable_entries(world.un.secretariat).count() > readable_entries(world.un.reviewer).count() > 0


def test_every_word_is_found_in_any_order_and_script(world):
    entry = decided(world.un, "The outline has ÉLEVEN chapters; المخطط")
    decided(world.un, "The outline was put off")
    assert sought(world.un.secretariat, q="chapters éleven") == [entry]
    assert sought(world.un.secretariat, q="المخطط") == [entry]
    assert sought(world.un.secretariat, q="chapters twelve") == []


def test_withheld_and_erased_content_is_matched_by_nothing(world):
    hidden = decided(world.un, "Unspeakable", "officers")
    gone = decided(world.un, "Forgettable", "team")
    erasure.erase(gone, reason="by law", by=world.un.secretariat, at=NOW)
    assert hidden not in readable_entries(world.un.secretariat)
    for user in (world.un.secretariat, world.un.chair):
        assert sought(user, q="unspeakable") == sought(user, q="forgettable") == []
    # Nor by who acted, the verb or the day.
    assert hidden not in sought(
        world.un.secretariat, actor="co chair", verb="cycle.decided", since="2026-11-23"
    )
    assert gone not in sought(world.un.secretariat, verb="cycle.decided")


def test_nothing_of_another_cycle_is_found(world):
    decided(world.un, "Only here", "team")
    assert len(sought(world.un.la, q="only here")) == 1
    assert sought(world.adv.chair, q="only here") == sought(world.un.reviewer, q="only here") == []
    assert "cycle.decided" not in search.verbs_of(readable_entries(world.un.reviewer))


def test_actor_verb_and_days_narrow_the_search(world):
    first = decided(world.un, "A", at=NOW - timedelta(days=2))
    last = decided(world.un, "B", by=world.un.secretariat)
    officer = world.un.secretariat
    assert sought(officer, verb="cycle.decided") == [last, first]
    assert sought(officer, verb="cycle.decided", actor="un co") == [first]
    assert sought(officer, verb="cycle.decided", since="2026-11-22") == [last]
    assert sought(officer, verb="cycle.decided", until="2026-11-21") == [first]
    assert sought(officer, verb="cycle.decided", since="no day") == [last, first]


def test_a_long_search_stops_says_how_far_it_came_and_goes_on(world, monkeypatch):
    monkeypatch.setattr(search, "READ_AT_MOST", 10)
    monkeypatch.setattr(search, "BATCH", 5)
    entry = decided(world.un, "Needle")
    for n in range(12):
        decided(world.un, f"Hay {n}")
    found = search.search(readable_entries(world.un.secretariat), Wanted.of({"q": "needle"}))
    assert (found.rows, found.back_to) == ([], NOW)
    onward = Wanted.of({"q": "needle", "before": str(found.further)})
    assert [r.entry for r in search.search(readable_entries(world.un.secretariat), onward).rows] == [entry]


def test_the_page_leads_to_the_entry_and_the_api_names_its_stream(world, sign_in):
    entry = decided(world.un, "Needle")
    page = sign_in(world.un.secretariat).get("/desk/record/?q=needle").content.decode()
    assert f"/record/cycle/un-test/?after={entry.seq - 1}#n{entry.seq}" in page
    (row,) = Caller(world.un.secretariat).get("desk/record/", q="needle")[1]["results"]
    assert (row["stream"], row["seq"]) == ("cycle/un-test", entry.seq)
