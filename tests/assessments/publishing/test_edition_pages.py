"""What is published, in every form; its pages; its embargo; and that no figure goes out undescribed (8.8 to 8.10)."""

from datetime import timedelta

import pytest

from assessments.cycles import actions as cycles
from assessments.drafting import actions as drafting
from assessments.imprint import actions as imprint
from assessments.publishing import actions, web
from assessments.publishing.guards import obstacles_to_publishing
from assessments.snapshots import actions as snapshots
from records import chain
from records.jobs import queue
from records.models import Job
from records.obstacles import Blocked
from tests.world import NOW, build_world

pytestmark = pytest.mark.django_db
READ = "/c/adv-test/publications/edition-publish/"


@pytest.fixture
def side(monkeypatch):
    from assessments.rendering import run

    # What is printed is looked at in tests of its own; here it would only take its time.
    monkeypatch.setattr(run, "available", lambda: (False, "not asked for here"))
    return build_world().adv


def ready(side):
    made = snapshots.freeze(side.cycle, "DRAFT", by=side.secretariat, now=NOW)
    assert queue.wait_for(made.job).status == "done"
    side.at("sign-off")
    cycles.decide(side.cycle, "sign-off", "I sign this edition.", by=side.chair, now=NOW)


def publish(side, now=NOW):
    made = actions.publish(side.cycle, "edition.publish", by=side.chair, now=now)
    job = queue.wait_for(made.job)
    assert job.status == "done", job.error
    made.refresh_from_db()
    return made


def test_the_report_is_there_in_every_form(side, client):
    ready(side)
    made = publish(side)
    kinds = {file.kind for file in made.files.all() if file.name.startswith("report")}
    assert kinds == {"epub", "docx", "jats", "offline", "markdown"}
    for file in made.files.filter(kind__in=kinds):
        answer = client.get(f"{READ}{file.name}")
        assert (answer.status_code, answer["X-Content-Type-Options"]) == (200, "nosniff")
        assert chain.digest(b"".join(answer.streaming_content)) == file.sha256
    page = client.get("/c/adv-test/publications/").content.decode()
    assert all(
        name in page for name in ("report.epub", "report.docx", "report.xml", "report.html", "report.zip")
    )


def test_every_statement_has_a_link_that_leads_to_itself(side, client):
    ready(side)
    publish(side)
    page = client.get(f"{READ}read/chapter-1.html").content.decode()
    import re

    links = re.findall(r'<a class="perm" id="(s-[^"]+)" href="#([^"]+)"', page)
    assert len(links) >= 5
    assert all(name == target for name, target in links)
    assert len({name for name, _target in links}) == len(links)
    index = client.get(f"{READ}index/").content.decode()
    target = re.search(r'chapter-1\.html#(s-[^"]+)"', index)
    assert target and target[1] in {name for name, _t in links}


def test_the_edition_is_searched_without_a_script(side, client):
    ready(side)
    publish(side)
    page = client.get(f"{READ}read/chapter-1.html", {"q": "doubling time"}).content.decode()
    assert "<mark>doubling</mark>" in page
    assert "0 places" in client.get(f"{READ}read/chapter-1.html", {"q": "nowhere"}).content.decode()
    assert 'rel="next"' in page


def test_a_figure_without_a_description_stops_the_publication_and_no_draft(side):
    chapter = side.chapter("1")
    text = '# One\n\nWords.\n\n![](figure:curve "A caption."){#fig:c}\n'
    drafting.save(chapter, chapter.current, text, by=side.lead, now=NOW)
    ready(side)
    found = obstacles_to_publishing(side.cycle, "edition.publish")
    assert [(o.code, "curve" in o.text) for o in found] == [("missing-alt", True)]
    with pytest.raises(Blocked):
        actions.publish(side.cycle, "edition.publish", by=side.chair, now=NOW)


def test_under_embargo_those_who_take_part_read_and_nobody_else(side, client):
    ready(side)
    from django.utils import timezone

    until = timezone.now() + timedelta(hours=1)
    imprint.change_imprint(side.cycle, embargo_until=until, by=side.secretariat, now=NOW)
    made = publish(side)
    assert (made.done_at, made.ready_at is not None, made.embargo_until) == (None, True, until)
    for address in (f"{READ}read/chapter-1.html", f"{READ}report.epub", f"{READ}index/"):
        assert client.get(address).status_code == 404
    listed = client.get("/c/adv-test/publications/").content.decode()
    assert "report.epub" not in listed
    client.force_login(side.reviewer)
    assert client.get(f"{READ}read/chapter-1.html").status_code == 200
    client.logout()
    waiting = Job.objects.get(kind="publication.lift")
    assert waiting.run_after == until
    Job.objects.filter(pk=waiting.pk).update(run_after=timezone.now())
    assert queue.wait_for(waiting).status == "done"
    made.refresh_from_db()
    assert made.done_at is not None
    assert client.get(f"{READ}read/chapter-1.html").status_code == 200
    assert made.files.filter(kind="record").exists()


def test_a_publication_keeps_the_imprint_it_had(side):
    ready(side)
    imprint.change_imprint(side.cycle, licence="CC BY 4.0", by=side.secretariat, now=NOW)
    made = publish(side)
    imprint.change_imprint(side.cycle, licence="CC0", by=side.secretariat, now=NOW)
    made.refresh_from_db()
    assert "CC BY 4.0" in str(made.matter) and "CC0" not in str(made.matter)


def test_a_chosen_style_numbers_the_references(side):
    from assessments.drafting.rendered import render_chapter
    from assessments.sources import importing as sources

    bib = b"@book{doe, title={On it}, author={Doe, Ann}, year={2020}}"
    sources.import_sources(side.cycle, bib, "a.bib", by=side.secretariat, now=NOW)
    chapter = side.chapter("1")
    text = "# One\n\nAs is known [@doe].\n"
    assert "(Doe, 2020)" in render_chapter(chapter, text).html
    imprint.change_imprint(side.cycle, style="ieee", by=side.secretariat, now=NOW)
    rendered = render_chapter(side.chapter("1"), text)
    assert "[1]</a>" in rendered.html and "[1] A. Doe" in rendered.blocks[-1]["text"]


def test_search_within_finds_blocks_that_hold_all_words(side):
    ready(side)
    made = publish(side)
    texts = list(made.files.filter(kind="html"))
    hits = web.search(made, texts, "tasks longer")
    assert hits and all("chapter" in hit["file"].name for hit in hits)
    assert web.search(made, texts, "") == []
