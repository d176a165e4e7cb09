"""One object that could leak for every address with a part in it: what the walk over all doors visits."""

from __future__ import annotations

import hashlib
from datetime import timedelta

from django.utils import timezone

import records.append
from assessments.drafting.sections import actions as sections
from assessments.drafting.sections import reading
from assessments.findings import syncing
from assessments.findings.models import Finding, Note
from assessments.publishing.models import EditorReport, Publication, PublicationFile
from assessments.sources.importing import import_sources
from assessments.sources.vetting import keep_copy
from panels.meetings import actions as meetings
from panels.models import User
from records import files
from records.jobs.queue import enqueue
from records.notices import calendar
from records.webhooks import actions as webhooks
from reviews.anchors import projecting
from reviews.approval import sessions
from reviews.comments import actions as comments
from reviews.models import Comment
from tests.reviews import held
from tests.world import NOW, World


def _file(name: str, data: bytes) -> dict[str, str]:
    """A kept file, as the row that names it says it."""
    files.keep(f"samples/{name}", data)
    return {"file": f"samples/{name}", "sha256": hashlib.sha256(data).hexdigest()}


def _evidence(un, chapter):
    """A source with an archived copy, and the findings of a text that is read."""
    entry = b'[{"id": "post", "type": "webpage", "title": "A secret post"}]'
    import_sources(un.cycle, entry, "s.json", by=un.secretariat, now=NOW)
    source = un.cycle.sources.select_related("cycle").get(key="post")
    copy = keep_copy(source, b"secret", "page.html", by=un.secretariat, now=NOW)
    syncing.read_cycle(un.cycle, NOW)
    return source, copy


def _boards(un, chapter):
    """A section lent to a guest; a meeting with a document and something to be done."""
    now = timezone.now()
    [section, *_more] = reading.sections_of(chapter.current)
    lent = sections.invite_to_section(
        chapter, section.id, "ca", name="A Guest", email="guest@example.org", until=now + timedelta(days=9),
        by=un.cla, now=now,
    )  # fmt: skip
    starts = now + timedelta(days=2)
    meeting = meetings.call(
        chapter.team, "Meeting", starts=starts, ends=starts + timedelta(hours=1), by=un.cla, now=now
    )
    document = meetings.add_document(meeting, "Plan", data=b"secret", filename="plan.txt", by=un.cla, now=now)
    return (
        lent,
        meeting,
        document,
        meetings.add_task(meeting, "Secret task", un.la.person, by=un.cla, now=now),
    )


def sample_kwargs(world: World) -> dict[str, list[dict]]:
    """Name of an address → the parts to visit it with."""
    un = world.un
    opened = held.open_round(un)
    held.register(opened, un.reviewer)
    chapter = un.chapter("1")
    made = comments.save_draft(
        opened, chapter, text="Secret?", anchor=held.places(opened).whole(), by=un.reviewer, now=NOW
    )
    receipt = comments.send_drafts(opened, by=un.reviewer, now=NOW)
    made.refresh_from_db()
    un.at("final-draft")
    later = held.freeze(un.cycle, "FGD")
    type(later).objects.filter(pk=later.pk).update(created_at=NOW, ready_at=NOW)
    projecting.store(opened.snapshot, later, now=NOW)
    summary = un.cycle.snapshots.get(label="FGD").chapters.get(chapter__kind="summary")
    session = sessions.create_session(un.cycle, summary, by=un.secretariat, now=NOW)
    publication = Publication.objects.create(
        cycle=world.adv.cycle, act="edition.publish", by=world.adv.chair, at=NOW, done_at=NOW
    )
    for kind, name in (("html", "chapter-1.html"), ("pdf", "chapter-1.pdf")):
        kept = _file(name, b"<p>x</p>")
        PublicationFile.objects.create(
            publication=publication, kind=kind, name=name, title="1", path=kept["file"], sha256=kept["sha256"], size=8
        )  # fmt: skip
    report = EditorReport.objects.create(
        chapter=chapter,
        editor=un.editor.person,
        **_file("r.pdf", b"%PDF-"),
        name="r.pdf",
        at=NOW,
    )
    table = _file("p.csv", b"a,b\n")
    asset = un.cycle.assets.create(
        key="picture",  **_file("p.png", b"\x89PNG"), mime="image/png", alt="x", width=1, height=1,
        data=table["file"], data_sha256=table["sha256"], data_name="p.csv", by=User.objects.system(), at=NOW,
    )  # fmt: skip
    job = enqueue("mail.send", {"mail": 0}, by=un.la)
    hook = webhooks.register("un-test", "https://receiver.example/", by=un.secretariat, now=NOW)
    source, copy = _evidence(un, chapter)
    finding = Finding.objects.filter(chapter=chapter).first()
    Note.objects.create(
        chapter=chapter, finding=finding, code="no-sight", block="b", quote="Secret.", digest="0" * 64, at=NOW
    )
    lent, meeting, document, task = _boards(un, chapter)
    both = [{"cycle": "un-test"}, {"cycle": "adv-test"}]
    one = {"cycle": "un-test", "number": "1"}
    round_ = {"cycle": "un-test", "round": "fod-experts"}
    here = {"cycle": "un-test", "number": session.number}
    assert Comment.objects.filter(number=1).exists()
    assert records.append.stream("portal/people", "portal")
    return {
        **dict.fromkeys(
            (
                "cycle",
                "cycle_procedure",
                "groups",
                "people",
                "chapter_new",
                "sources",
                "cite",
                "findings",
                "assets",
                "snapshots",
                "publications",
                "imprint",
                "terms",
                "anchors_list",
                "trickle_backs",
                "editor_reports",
                "board",
                "rounds",
                "sessions",
                "session_new",
                "webhooks",
            ),
            both,
        ),
        **{
            name: [one]
            for name in (
                "chapter",
                "chapter_edit",
                "chapter_import",
                "chapter_word",
                "chapter_word_copy",
                "chapter_history",
                "chapter_compare",
                "chapter_board",
            )
        },
        "section": [{**one, "section": lent.section}],
        "meetings": [{"body": chapter.team.key}],
        "api-meetings-list": [{"body": chapter.team.key}],
        **{
            name: [{"meeting": meeting.pk}]
            for name in (
                "meeting",
                "meeting_calendar",
                "api-meetings-detail",
                "api-meetings-change",
                "api-meetings-cancel",
                "api-meetings-agenda",
                "api-meetings-add_document",
                "api-meetings-answer",
                "api-meetings-attendance",
                "api-meetings-minutes",
                "api-meetings-close",
                "api-meetings-add_task",
            )
        },
        "meeting_document": [{"meeting": meeting.pk, "document": document.pk}],
        "api-meetings-document": [{"meeting": meeting.pk, "document": document.pk}],
        "api-meetings-finish_task": [{"meeting": meeting.pk, "task": task.pk}],
        "api-chapters-end_invitation": [{**one, "contribution": lent.pk}],
        "source": [{"cycle": "un-test", "key": source.key}],
        "source_copy": [{"cycle": "un-test", "key": source.key, "copy": copy.pk}],
        "finding": [{"cycle": "un-test", "finding": finding.pk}],
        "api-sources-detail": [{"cycle": "un-test", "key": source.key}],
        "api-sources-vet": [{"cycle": "un-test", "key": source.key}],
        "api-sources-copies": [{"cycle": "un-test", "key": source.key}],
        "api-sources-copy": [{"cycle": "un-test", "key": source.key, "copy": copy.pk}],
        "api-sources-sign_off": [{"cycle": "un-test", "key": source.key}],
        "api-findings-detail": [{"cycle": "un-test", "finding": finding.pk}],
        "procedure": [{"key": "ipcc"}, {"key": "un_panel"}],
        "chapter_version": [{**one, "n": 1}],
        "asset": [{"cycle": "un-test", "key": asset.key}],
        "asset_file": [{"cycle": "un-test", "name": asset.name}],
        "asset_data": [{"cycle": "un-test", "name": asset.name}],
        "compare_choose": both,
        "compare_drafts": [{"cycle": "un-test", "old": "FOD", "new": "FGD"}],
        "compare_chapter": [{"cycle": "un-test", "old": "FOD", "new": "FGD", "number": "1"}],
        "snapshot": [{"cycle": "un-test", "label": "FOD"}],
        "snapshot_chapter": [{"cycle": "un-test", "label": "FOD", "number": "1"}],
        "anchors": [{"cycle": "un-test", "earlier": "FOD", "later": "FGD"}],
        "publication_statements": [{"cycle": "adv-test", "act": "edition-publish"}],
        "publication_read": [{"cycle": "adv-test", "act": "edition-publish", "name": "chapter-1.html"}],
        "publication_file": [{"cycle": "adv-test", "act": "edition-publish", "name": "chapter-1.pdf"}],
        "editor_report_file": [{"cycle": "un-test", "report": report.pk}],
        "round": [round_],
        "round_comments": [round_],
        "round_became": [round_],
        "round_read": [{**round_, "number": "1"}],
        "answering": [{**round_, "number": "1", "n": made.number}],
        "comment": [{**round_, "pk": made.pk}],
        "round_receipt": [{**round_, "seq": receipt.seq}],
        "round_workbook": [round_],
        "round_import": [round_],
        **{name: [here] for name in ("session", "session_lines", "session_screen", "session_plan")},
        "stream": [{"key": "cycle/un-test"}, {"key": "session/un-test/1"}, {"key": "portal/people"}],
        "entry_erase": [{"key": "cycle/un-test", "seq": 1}, {"key": "portal/people", "seq": 1}],
        "stream_export": [{"key": "cycle/un-test"}, {"key": "cycle/adv-test"}],
        "job": [{"pk": job.pk}],
        **{name: [{"token": "guess"}] for name in ("invitation", "notices_unsubscribe", "notices_address")},
        "calendar": [
            {"token": "guess"},
            {"token": calendar.address(un.la).split("/")[-1].removesuffix(".ics")},
        ],
        "webhook": [{"cycle": "un-test", "webhook": hook.pk}],
        "problem": [{"code": "blocked"}, {"code": "none"}],
        "api-webhooks-list": both,
        "api-webhooks-detail": [{"cycle": "un-test", "webhook": hook.pk}],
        "api-webhooks-deliveries": [{"cycle": "un-test", "webhook": hook.pk}],
        "api-images-detail": [{"cycle": "un-test", "key": asset.key}],
        "api-images-file": [{"cycle": "un-test", "name": asset.name}],
        "api-images-data": [{"cycle": "un-test", "name": asset.name}],
        "api-editor_reports-file": [{"cycle": "un-test", "report": report.pk}],
        "api-publications-file": [{"cycle": "adv-test", "act": "edition-publish", "name": "chapter-1.pdf"}],
    }
