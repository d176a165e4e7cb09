"""Two drafts are compared on a page: for those who may read both, and for nobody else."""

import csv
import io
import json
import re

import pytest
from django.test import Client
from django.urls import reverse
from rapidfuzz import fuzz, process

from assessments.drafting import actions as drafting
from assessments.drafting.models import ChapterVersion
from assessments.snapshots.comparing import compare_states
from assessments.snapshots.states import came_from, of_version
from tests.reviews import held
from tests.support import shared
from tests.world import CHAPTER, NOW, build_world

pytestmark = pytest.mark.django_db

NEW = """# What agents can do

Agents now complete software tasks of half an hour with success rates of about 85 per cent (*medium confidence*). \
The doubling time of the task length was roughly seven months.

Longer tasks fail more often, and for reasons that differ from those of people.

## What is measured {#sec:measure}

The measure is simple to state and hard to make. It depends on which tasks are drawn.[^1]

A sentence that nobody wrote before.

[^1]: The tasks come from one family of test suites.
"""


@pytest.fixture
def world():
    return build_world()


@pytest.fixture
def drafts(world):
    """FOD and SOD of the un cycle; chapter 1 changed between them and once more since."""
    held.freeze(world.un.cycle, "FOD")
    chapter = world.un.chapter("1")
    drafting.save(chapter, chapter.current, NEW, by=world.un.la, now=NOW)
    held.freeze(world.un.cycle, "SOD")
    chapter = world.un.chapter("1")
    drafting.save(chapter, chapter.current, NEW + "\nThe very last words.\n", by=world.un.la, now=NOW)
    return world


def signed_in(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def get(user, *args, **query):
    name = "compare_chapter" if len(args) > 2 else "compare_drafts"
    return signed_in(user).get(reverse(name, args=["un-test", *args]), query)


def test_a_split_a_change_and_a_new_paragraph_are_told_with_their_places(drafts):
    page = get(drafts.un.la, "FOD", "SOD", "1").content.decode()
    assert "Paragraph: split</h3>" in page and "Paragraph: new</h3>" in page
    assert "1 of 2" in page and "2 of 2" in page
    assert '<del><span class="sr">old: </span>80</del><ins><span class="sr">new: </span>85</ins>' in page
    assert "FOD, p. 1-1, l. 2" in page and "?at=1-1%3A2#p1-1l2" in page
    assert "<details" in page and "unchanged paragraphs: show" in page


def test_side_by_side_is_kept_in_the_address(drafts):
    page = get(drafts.un.la, "FOD", "SOD", "1", view="side").content.decode()
    assert 'href="?view=side" aria-current="true"' in page
    assert 'href="?view=side&amp;as=csv"' in page
    assert "not there" in page


def test_the_current_text_is_for_those_who_write_it(drafts):
    assert "The very last words." in get(drafts.un.la, "SOD", "now", "1").content.decode()
    review = held.open_round(drafts.un)
    held.register(review, drafts.un.reviewer)
    assert signed_in(drafts.un.reviewer).get(review.snapshot.get_absolute_url()).status_code == 200
    assert get(drafts.un.reviewer, "FOD", "now", "1").status_code == 404


def test_the_list_of_references_is_not_taken_for_taken_out(drafts):
    frozen = drafts.un.cycle.snapshots.get(label="SOD").chapters.get(chapter__number="1")
    listed = {"id": "ref-smith2020", "kind": "item", "text": "Smith (2020).", "sentences": []}
    frozen.blocks.append(listed)
    frozen.save(update_fields=["blocks"])
    page = get(drafts.un.la, "SOD", "now", "1").content.decode()
    assert "Smith (2020)." not in page and "compared between frozen drafts only" in page
    rows = get(drafts.un.la, "SOD", "now").context["rows"]
    assert {row["chapter"].number: row["section"].counts for row in rows}["1"] == {"added": 1}
    assert "Smith (2020)." in get(drafts.un.la, "FOD", "SOD", "1").content.decode()


def test_a_reviewer_of_one_draft_does_not_see_what_became_of_it_in_another(drafts):
    review = held.open_round(drafts.un)
    held.register(review, drafts.un.reviewer)
    for args in (("FOD", "SOD"), ("SOD", "FOD"), ("FOD", "SOD", "1")):
        assert get(drafts.un.reviewer, *args).status_code == 404
    page = signed_in(drafts.un.reviewer).get(reverse("compare_choose", args=["un-test"]))
    assert b"SOD" not in page.content
    assert get(drafts.outsider, "FOD", "SOD").status_code == 404
    assert Client().get(reverse("compare_drafts", args=["un-test", "FOD", "SOD"])).status_code == 302


@pytest.mark.parametrize("args", [("FOD", "TOD"), ("FOD", "SOD", "77"), ("TOD", "SOD", "1")])
def test_what_is_not_there_is_not_found(drafts, args):
    assert get(drafts.un.la, *args).status_code == 404


def test_the_whole_report_is_counted_chapter_by_chapter(drafts):
    response = get(drafts.un.la, "FOD", "SOD")
    counts = {row["chapter"].number: row["section"].counts for row in response.context["rows"]}
    assert counts == {"SPM": {}, "1": {"split": 1, "added": 1}, "2": {}}


def test_the_other_way_round_a_split_is_a_merge(drafts):
    counts = {
        row["chapter"].number: row["section"].counts
        for row in get(drafts.un.la, "SOD", "FOD").context["rows"]
    }
    assert counts["1"] == {"merged": 1, "removed": 1}


def test_two_are_chosen_among_those_one_may_read(drafts):
    client = signed_in(drafts.un.la)
    chosen = client.get(reverse("compare_choose", args=["un-test"]), {"from": "FOD", "to": "now"})
    assert chosen.url == reverse("compare_drafts", args=["un-test", "FOD", "now"])
    assert (
        b"choose two"
        in client.get(reverse("compare_choose", args=["un-test"]), {"from": "FOD", "to": "FOD"}).content
    )


@pytest.mark.parametrize("args", [("FOD", "SOD"), ("FOD", "SOD", "1")])
def test_the_changes_are_a_table_that_no_spreadsheet_takes_for_formulas(drafts, args):
    chapter = drafts.un.chapter("1")
    drafting.save(chapter, chapter.current, "=1+1 is how it begins.\n", by=drafts.un.la, now=NOW)
    response = get(drafts.un.la, *args[:1], "now", *args[2:], **{"as": "csv"})
    assert response["Content-Disposition"].startswith("attachment")
    rows = list(csv.reader(io.StringIO(response.content.decode("utf-8-sig"))))
    assert rows[0][2] == "What happened"
    assert [row[7] for row in rows if "begins" in row[7]] == ["'=1+1 is how it begins."]


def test_the_comparison_is_kept_as_a_page_that_needs_nothing_else(drafts):
    response = get(drafts.un.la, "FOD", "SOD", "1", **{"as": "html"})
    page = response.content.decode()
    assert response["Content-Disposition"] == 'attachment; filename="un-test-1-FOD-SOD.html"'
    assert "<script" not in page and "<link" not in page and "85</ins>" in page


def test_the_number_of_queries_grows_neither_with_chapters_nor_with_changes(
    drafts, django_assert_max_num_queries
):
    client = signed_in(drafts.un.la)
    address = reverse("compare_drafts", args=["un-test", "FOD", "SOD"])
    client.get(address)
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as first:
        client.get(address)
    for number in ("3", "4"):
        made = drafting.add_chapter(drafts.un.cycle, number, "More", by=drafts.system, now=NOW)
        drafting.save(made, None, CHAPTER, by=drafts.system, now=NOW)
    for label in ("FOD", "SOD"):
        drafts.un.cycle.snapshots.filter(label=label).update(status="failed", label=f"{label}-old")
        held.freeze(drafts.un.cycle, label)
    with django_assert_max_num_queries(len(first)):
        client.get(address)


STAGES = ("draft1-internal-review-2025-02-12.md", "draft2-ssc-submission-2025-03-06.md", "final-2025-04.md")
STAGE_DATES = ("2025-03-06",)


def test_every_real_edit_between_three_stages_shows_and_nothing_else(world, record_property):
    """Of the 66 edits 62 lie in blocks shown as changed; the other four change nothing that a reader sees."""
    folder = shared("state-of-the-ecosystem-mid-atlantic-2025")
    chapter, versions = world.un.chapter("1"), []
    for name in STAGES:
        made = drafting.save(chapter, chapter.current, (folder / name).read_text(), by=world.un.la, now=NOW)
        versions.append(ChapterVersion.objects.select_related("chapter__cycle").get(pk=made.version.pk))
        chapter.refresh_from_db()
    shown = []
    for old, new in zip(versions, versions[1:], strict=False):
        found = compare_states(of_version(old, "a"), of_version(new, "b"), came_from(old, new))
        record_property("counts", found.counts)
        for row in found.rows:
            if row.outcome == "same":
                assert [u.text for u in row.olds] == [u.text for u in row.news]
                assert row.dress == []
        told = [u.id for r in found.rows if r.outcome != "left" for u in r.olds]
        assert sorted(told) == sorted(u.id for u in found.old.units)
        shown.append({u.text for r in found.changes for u in (*r.olds, *r.news)})
    unseen = []
    for edit in json.loads((folder / "edits.json").read_text()):
        stage = 0 if edit["date"] <= STAGE_DATES[0] else 1
        if not any(text in shown[stage] for text in _nearest(edit, versions[stage], versions[stage + 1])):
            unseen.append((edit["op"], (edit["new"] or edit["old"])[:35]))
    assert unseen == [
        # Put in and taken out again between the same two stages.
        ("insert", "[Habitat model-based species richne"),
        ("delete", "[Habitat model-based species richne"),
        # Keys and links of a heading, which no reader sees.
        ("replace", "### [2024 Highlights](#highlights)"),
        ("replace", "### 2024 Highlights {#highlights}"),
    ]


def _nearest(edit: dict, old: ChapterVersion, new: ChapterVersion) -> list[str]:
    """The blocks of both stages that are likest to the edit's words; it may have been edited once more since."""
    found = []
    for words, version in ((edit["old"], old), (edit["new"], new)):
        plain = re.sub(r"\]\([^)]*\)", "", words or "").replace("[", "")
        if plain:
            likest = process.extractOne(plain, [b["text"] for b in version.blocks], scorer=fuzz.ratio)
            found.append(likest[0])
    return found
