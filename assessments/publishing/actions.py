"""The acts of publication; trickle-backs and editors' reports, which the final edition waits for."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from django.db import transaction
from django.utils.translation import gettext as _

import records.append
from assessments.cycles.guards import stage_obstacles
from assessments.cycles.models import Cycle
from assessments.drafting.models import Chapter
from assessments.imprint.matter import imprint_of, matter_of
from assessments.publishing import registry
from assessments.publishing.guards import draft_for, obstacles_to_publishing
from assessments.publishing.models import EditorReport, Publication, TrickleBack
from panels.models import User
from records import chain, files
from records.jobs.queue import enqueue
from records.obstacles import refuse, refuse_if, require

REPORT_LIMIT = 20 * 1024 * 1024


@transaction.atomic
def publish(cycle: Cycle, act: str, *, by: User, now: datetime) -> Publication:
    """Carry out an act of publication (procedure 8.1): the act is recorded here, the files follow as a job.

    The frozen draft that the act publishes gives the text (8.7). Raises PermissionDenied or Blocked.
    """
    cycle = Cycle.objects.select_for_update().get(pk=cycle.pk)
    if act not in cycle.procedure.publication:
        refuse_if(obstacles_to_publishing(cycle, act))
    require(by, act, cycle)
    refuse_if(obstacles_to_publishing(cycle, act))
    rule = cycle.procedure.publication[act]
    snapshot = draft_for(cycle, rule)
    if snapshot is None:
        refuse("nothing-frozen", _("No draft is frozen that could be published."), rule="8.1")
    done = cycle.publications.filter(act=act, done_at__isnull=False).count()
    publication, _made = Publication.objects.update_or_create(
        cycle=cycle,
        act=act,
        number=done + 1,
        defaults={
            "snapshot": snapshot,
            "by": by,
            "at": now,
            "error": "",
            "counts": registry.counts(cycle),
            "matter": matter_of(cycle, now, dict(snapshot.chapters.values_list("chapter__number", "html"))),
            "embargo_until": _embargo(cycle, rule, now),
        },
    )
    publication.job = enqueue(
        "publication.build", {"publication": publication.pk}, scope=cycle.slug, by=by, at=now, lane="reserved"
    )
    publication.save(update_fields=["job"])
    records.append.append(
        cycle.stream,
        "publication.ordered",
        {
            "cycle": cycle.slug,
            "act": act,
            "title": cycle.procedure.publication[act].title,
            "snapshot": snapshot.label,
            "content_hash": snapshot.content_hash,
        },
        by=by,
        at=now,
        visibility="public",
    )
    return publication


def _embargo(cycle: Cycle, rule, now: datetime) -> datetime | None:
    """Until when it is under embargo: as the imprint says, where the procedure knows one (procedure 8.9)."""
    until = imprint_of(cycle).embargo_until if rule.embargo else None
    return until if until and until > now else None


@transaction.atomic
def open_trickle_back(
    chapter: Chapter, *, line_label: str, old: str, new: str, reason: str, by: User, now: datetime
) -> TrickleBack:
    """List a chapter edit that the approved summary makes necessary (procedure 8.3)."""
    chapter = Chapter.objects.select_for_update().select_related("cycle", "current").get(pk=chapter.pk)
    require(by, "trickleback.open", chapter)
    refuse_if(stage_obstacles(chapter.cycle, "trickleback.open"))
    if not (line_label.strip() and old.strip() and reason.strip()):
        refuse("incomplete", _("Name the line, the old text and the reason."), rule="8.3")
    made = TrickleBack.objects.create(
        chapter=chapter,
        line_label=line_label.strip(),
        old=old.strip(),
        new=new.strip(),
        reason=reason.strip(),
        opened_by=by,
        opened_at=now,
    )
    records.append.append(
        chapter.cycle.stream,
        "trickleback.opened",
        {
            "chapter": chapter.number,
            "line": made.line_label,
            "old": made.old,
            "new": made.new,
            "reason": made.reason,
        },
        by=by,
        at=now,
        visibility="plenary",
    )
    return made


@transaction.atomic
def close_trickle_back(trickle_back: TrickleBack, *, by: User, now: datetime) -> TrickleBack:
    """Close it once the chapter's current text carries the new words and no longer the old (procedure 8.3)."""
    trickle_back = (
        TrickleBack.objects.select_for_update()
        .select_related("chapter__cycle", "chapter__current")
        .get(pk=trickle_back.pk)
    )
    chapter = trickle_back.chapter
    require(by, "trickleback.close", chapter)
    refuse_if(stage_obstacles(chapter.cycle, "trickleback.close"))
    if trickle_back.closed_at:
        refuse("closed", _("This trickle-back is closed already."), rule="8.3")
    text = " ".join((chapter.current.markdown if chapter.current else "").split())
    if " ".join(trickle_back.new.split()) not in text:
        refuse(
            "text-not-there",
            _("Chapter %(chapter)s does not carry the new words yet.") % {"chapter": chapter.number},
            rule="8.3",
            remedy=_("Change the chapter first."),
        )
    trickle_back.closed_by, trickle_back.closed_at = by, now
    trickle_back.closed_version = chapter.current
    trickle_back.save(update_fields=["closed_by", "closed_at", "closed_version"])
    records.append.append(
        chapter.cycle.stream,
        "trickleback.closed",
        {"chapter": chapter.number, "line": trickle_back.line_label, "version": chapter.current.number},
        by=by,
        at=now,
        visibility="plenary",
    )
    return trickle_back


@transaction.atomic
def file_editor_report(chapter: Chapter, name: str, data: bytes, *, by: User, now: datetime) -> EditorReport:
    """File a review editor's own final report, a PDF (procedure 8.4); only that chapter's editors file."""
    chapter = Chapter.objects.select_for_update().select_related("cycle").get(pk=chapter.pk)
    require(by, "editor_report.file", chapter)
    refuse_if(stage_obstacles(chapter.cycle, "editor_report.file"))
    if len(data) > REPORT_LIMIT or not data.startswith(b"%PDF-"):
        refuse("no-pdf", _("The report is a PDF of at most 20 MB."), rule="8.4")
    person = by.person
    if EditorReport.objects.filter(chapter=chapter, editor=person).exists():
        refuse("filed", _("Your report on this chapter is filed already."), rule="8.4")
    file = files.new_name("reports", "pdf")
    files.keep(file, data)
    report = EditorReport.objects.create(
        chapter=chapter,
        editor=person,
        file=file,
        name=Path(name).name[:160],
        sha256=chain.digest(data),
        at=now,
    )
    records.append.append(
        chapter.cycle.stream,
        "editor_report.filed",
        {"chapter": chapter.number, "editor": person.name, "sha256": report.sha256},
        by=by,
        at=now,
        visibility="public",
    )
    return report
