"""References between the chapters of a cycle: words everywhere, links where there is a page to lead to."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from assessments.cycles import actions as cycles
from assessments.drafting.actions import save
from assessments.drafting.rendered import Report, for_screen, render_chapter
from assessments.publishing import actions as publishing
from assessments.rendering import run as rendering
from assessments.snapshots import actions as snapshots
from records.jobs import queue
from tests.support import need
from tests.world import NOW, build_world

pytestmark = pytest.mark.django_db
TWO = "# Risks\n\n## Evidence of harm {#sec:harm}\n\nHarm is seen.\n\n## More {#sec:more}\n\nMore.\n"
ONE = "# Agents\n\nThat is in [#sec:harm], [more](#sec:more) and [#ch:2]; not in [#sec:none].\n"


@pytest.fixture
def world(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return build_world(texts=False)


@pytest.fixture
def without_pdf(monkeypatch):
    monkeypatch.setattr(rendering, "available", lambda: (False, "for the test"))


def write(side, **texts: str) -> None:
    for number, text in texts.items():
        chapter = side.chapter(number.removeprefix("ch"))
        save(chapter, chapter.current, text, by=side.cycle.created_by, now=NOW)


def rendered(side, number: str, text: str):
    return render_chapter(side.chapter(number), text)


def test_a_reference_to_another_chapter_is_its_number_and_links_to_its_page(world):
    write(world.un, ch2=TWO)
    made = rendered(world.un, "1", ONE)
    assert made.blocks[1]["text"] == "That is in Section 2.1, more and Chapter 2; not in [#sec:none]."
    assert [(p.line, p.code) for p in made.problems] == [(3, "unknown-reference")]
    page = for_screen(made.html, world.un.cycle)
    assert '<a class="xref" href="/c/un-test/chapters/2/#sec-harm">Section 2.1</a>' in page
    assert '<a href="/c/un-test/chapters/2/#sec-more">more</a>' in page
    assert '<a class="xref" href="/c/un-test/chapters/2/">Chapter 2</a>' in page
    assert "data-at" not in page


def test_the_authors_see_the_link_on_the_chapters_page(world, client):
    write(world.un, ch2=TWO, ch1=ONE)
    client.force_login(world.un.la)
    page = client.get("/c/un-test/chapters/1/").content.decode()
    assert 'href="/c/un-test/chapters/2/#sec-harm">Section 2.1</a>' in page
    assert 'id="sec-harm"' in client.get("/c/un-test/chapters/2/").content.decode()


def test_a_key_of_two_chapters_is_a_problem_that_names_both(world):
    write(world.un, ch1=TWO, ch2=TWO)
    [problem] = rendered(world.un, "SPM", "# S\n\nSee [#sec:harm].\n").problems
    assert (problem.line, problem.code) == (3, "ambiguous-reference")
    assert "chapter 1 and chapter 2" in problem.text
    assert rendered(world.un, "2", TWO + "\nSee [#sec:harm].\n").problems == []


def test_a_key_of_the_other_cycle_is_none_here(world):
    write(world.adv, ch2=TWO)
    assert [p.code for p in rendered(world.un, "1", "See [#sec:harm].").problems] == ["unknown-reference"]


def test_a_key_that_only_begins_alike_or_stands_in_words_is_none(world):
    write(world.un, ch2="# T\n\n## Harms {#sec:harms}\n\nThe key `#sec:harm` and [#sec:harm] are words.\n")
    assert [p.code for p in rendered(world.un, "1", "See [#sec:harm].").problems] == ["unknown-reference"]


def test_links_stand_only_where_there_is_a_page_and_never_in_an_authors_words(world):
    cycle = world.un.cycle
    html = '<p>x data-at="3#y" &lt;a data-at="3#y"&gt; <a class="xref" data-at="3#y">Section 3.1</a></p>'
    assert for_screen(html, cycle, lambda number: None) == html.replace(
        '<a class="xref" data-at="3#y">', '<a class="xref">'
    )
    assert for_screen(html, cycle, "/at/{}/".format).count("href=") == 1


# ---- Frozen, printed, published -------------------------------------------------------------------


def freeze(side, label: str):
    made = snapshots.freeze(side.cycle, label, by=side.secretariat, now=NOW)
    return made, queue.wait_for(made.job)


def test_a_frozen_draft_refers_to_the_texts_frozen_with_it(world, without_pdf, client):
    write(world.un, ch2=TWO, ch1=ONE)
    made = snapshots.freeze(world.un.cycle, "FOD", by=world.un.secretariat, now=NOW)
    write(world.un, ch2="# Risks\n\n## New first\n\nNew.\n\n## Evidence of harm {#sec:harm}\n\nHarm.\n")
    assert queue.wait_for(made.job).status == "done"
    row = made.chapters.get(chapter__number="1")
    assert "Section 2.1" in row.blocks[1]["text"]
    assert "Section 2.2" in rendered(world.un, "1", ONE).blocks[1]["text"]
    client.force_login(world.un.la)
    page = client.get("/c/un-test/drafts/FOD/1/").content.decode()
    assert 'href="/c/un-test/drafts/FOD/2/#sec-harm">Section 2.1</a>' in page


def test_a_draft_of_one_chapter_refers_to_the_others_as_they_stand(world, without_pdf):
    write(world.un, ch2=TWO, ch1=ONE)
    made = snapshots.freeze(
        world.un.cycle, "FOD", by=world.un.secretariat, now=NOW, chapters=[world.un.chapter("1")]
    )
    assert queue.wait_for(made.job).status == "done"
    assert "Section 2.1" in made.chapters.get().blocks[1]["text"]


def test_on_paper_the_reference_is_words_without_a_link(world, tmp_path):
    need("pango")
    import pdfplumber

    write(world.un, ch2=TWO)
    html, out = rendered(world.un, "1", ONE).html, tmp_path / "1.pdf"
    more = {"kind": "draft", "lines": False, "title": "Agents", "chapter_label": "1"}
    running = {"left": "", "centre": ""}
    rendering.render(snapshots.request_for(world.un.cycle, out=out, html=html, running=running, **more))
    with pdfplumber.open(out) as pdf:
        assert "Section 2.1" in "".join(page.extract_text() for page in pdf.pages)
        assert [note for page in pdf.pages for note in page.annots] == []


def test_the_published_web_edition_links_from_text_to_text(world, without_pdf, client):
    write(world.adv, ch2=TWO, ch1=ONE)
    freeze(world.adv, "DRAFT")
    world.adv.at("sign-off")
    cycles.decide(world.adv.cycle, "sign-off", "I sign.", by=world.adv.chair, now=NOW)
    made = publishing.publish(world.adv.cycle, "edition.publish", by=world.adv.chair, now=NOW)
    assert queue.wait_for(made.job).status == "done"
    base = "/c/adv-test/publications/edition-publish/read/"
    page = client.get(f"{base}chapter-1.html").content.decode()
    assert f'<a class="xref" href="{base}chapter-2.html#sec-harm">Section 2.1</a>' in page
    assert 'id="sec-harm"' in client.get(f"{base}chapter-2.html").content.decode()


# ---- How much is read -----------------------------------------------------------------------------


def test_other_chapters_are_read_once_and_only_where_they_hold_the_key(world, monkeypatch):
    from assessments.text import dialect

    write(world.un, ch1="# One\n\nNothing.\n", ch2=TWO)
    read, places = [], dialect.places
    monkeypatch.setattr(dialect, "places", lambda text, *more: read.append(text) or places(text, *more))
    rendered(world.un, "SPM", "# S\n\nNo reference at all.\n")
    assert read == []
    report = Report(world.un.cycle)
    text = "# S\n\n" + "See [#sec:harm], [#sec:more].\n\n" * 20
    with CaptureQueriesContext(connection) as few:
        render_chapter(world.un.chapter("SPM"), text[:40], report=Report(world.un.cycle))
    read.clear()
    with CaptureQueriesContext(connection) as many:
        assert render_chapter(world.un.chapter("SPM"), text, report=report).problems == []
        render_chapter(world.un.chapter("SPM"), text, report=report)
    assert read == [TWO]
    assert len(many) < 2 * len(few)


def test_references_to_many_chapters_are_looked_up_at_once(world):
    write(world.un, ch1="# One\n\n## Ours {#sec:ours}\n\nText.\n", ch2=TWO)

    def queries(text: str) -> int:
        with CaptureQueriesContext(connection) as made:
            assert render_chapter(world.un.chapter("SPM"), text).problems == []
        return len(made)

    few = queries("# S\n\nSee [#sec:harm] and [#ch:1].\n")
    assert queries("# S\n\nSee [#sec:harm], [#sec:more], [#sec:ours], [#ch:1] and [#ch:2].\n") == few


def test_texts_that_refer_to_one_another_and_to_themselves_are_read_and_end(world):
    one = (
        "# One\n\n## Ours {#sec:ours}\n\nSee [#sec:theirs], [#sec:ours] and [#ch:1].[^1]\n\n"
        "[^1]: As note[^2] and [#sec:theirs] say.\n\n[^2]: As note[^1] says, and this one[^2].\n"
    )
    two = "# Two\n\n## Theirs {#sec:theirs}\n\nSee [#sec:ours], [#sec:theirs] and [#ch:2].\n"
    write(world.un, ch1=one, ch2=two)
    for number, text, wanted in (
        ("1", one, ["Section 2.1", "Section 1.1", "Chapter 1"]),
        ("2", two, ["Section 1.1"]),
    ):
        made = rendered(world.un, number, text)
        assert [label for label in wanted if f">{label}</a>" not in made.html] == []
        assert len(made.blocks) == len({block["id"] for block in made.blocks})
        assert [problem.code for problem in made.problems] == []
