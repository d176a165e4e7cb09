"""Freezing: the versions are pinned in the act, the building is a job that may run twice (procedure 5)."""

from __future__ import annotations

import time
from contextlib import suppress
from datetime import datetime
from functools import partial
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

import records.append
from assessments.cycles.models import Cycle
from assessments.drafting.models import ChapterVersion
from assessments.drafting.rooms.keeping import keep_typed
from assessments.rendering import run as rendering
from assessments.rendering.parts import Part
from assessments.snapshots import printing, texts
from assessments.snapshots.guards import obstacles_to_freezing
from assessments.snapshots.models import Snapshot, SnapshotChapter
from assessments.text import sentences
from assessments.text.images import shown_in
from panels.models import User
from records import chain, files
from records.jobs.queue import enqueue
from records.models import Job
from records.obstacles import refuse_if, require


@transaction.atomic
def freeze(cycle: Cycle, label: str, *, by: User, now: datetime, chapters=None) -> Snapshot:
    """Begin to freeze the current texts under a label (procedure 5.1); the snapshot is ready when its job ends.

    ``chapters``: those to freeze, all by default. The versions are pinned here: what is typed afterwards does not
    enter. Raises PermissionDenied or Blocked.
    """
    cycle = Cycle.objects.select_for_update().get(pk=cycle.pk)
    require(by, "snapshot.freeze", cycle)
    chapters = list(cycle.chapters.all() if chapters is None else chapters)
    for chapter in chapters:
        # What the editors were told is kept must be in the versions that are pinned.
        keep_typed(chapter, now=now)
    refuse_if(obstacles_to_freezing(cycle, label, chapters))
    snapshot = Snapshot.objects.create(cycle=cycle, label=label, by=by, created_at=now)
    versions = {str(c.pk): c.current_id for c in chapters if c.current_id}
    snapshot.job = enqueue(
        "snapshot.build", {"snapshot": snapshot.pk, "versions": versions}, scope=cycle.slug, by=by, at=now
    )
    snapshot.save(update_fields=["job"])
    records.append.append(
        cycle.stream,
        "snapshot.begun",
        {"label": label, "chapters": len(versions)},
        by=by,
        at=now,
        visibility="team",
    )
    return snapshot


def build(job: Job, progress) -> dict:
    """Job ``snapshot.build``: each chapter's blocks, sentences, HTML, PDF and line map; then the seal.

    A chapter that was finished before a worker died is not made again.
    """
    began = time.monotonic()
    snapshot = Snapshot.objects.select_related("cycle").get(pk=job.args["snapshot"])
    if snapshot.status != Snapshot.Status.BUILDING:
        return {"href": snapshot.get_absolute_url()}
    versions = ChapterVersion.objects.select_related("chapter__cycle").filter(
        pk__in=job.args["versions"].values()
    )
    _freeze_chapters(snapshot, list(versions), progress)
    progress(len(versions), len(versions), _("Sealing"))
    _seal(snapshot, int(time.monotonic() - began))
    return {"href": snapshot.get_absolute_url()}


def _freeze_chapters(snapshot: Snapshot, versions: list[ChapterVersion], progress) -> None:
    """Read one chapter after the other, and have those before printed meanwhile."""
    report = texts.Asking(snapshot.cycle, [version.pk for version in versions])
    kept = set(snapshot.chapters.values_list("chapter", flat=True))
    left = [
        version for version in printing.costly_first(snapshot, versions) if version.chapter_id not in kept
    ]
    if not rendering.available()[0]:
        for place, version in enumerate(left):
            progress(place, len(left), _("Chapter %(number)s") % {"number": version.chapter.number})
            _keep(_frozen(snapshot, version, report))
        return
    chapters = sorted((version.chapter for version in versions), key=lambda chapter: chapter.place)
    asked = partial(_request, snapshot)
    with printing.Printing(snapshot, chapters, ask=asked, keep=_keep_printed, progress=progress) as printer:
        for version in left:
            printer.add(_frozen(snapshot, version, report))
        printer.finish()


def _frozen(snapshot: Snapshot, version: ChapterVersion, report: texts.Asking) -> SnapshotChapter:
    """The row of a chapter with its text, not yet saved."""
    chapter = version.chapter
    text = texts.text_of(snapshot, version, report)
    return SnapshotChapter(
        snapshot=snapshot,
        chapter=chapter,
        version=version,
        title=chapter.title,
        html=text["html"],
        blocks=text["blocks"],
        sentence_version=str(sentences.VERSION),
        content_hash=chain.digest(chain.canonical(text)),
    )


def _request(snapshot: Snapshot, row: SnapshotChapter, images: Path) -> dict:
    """The line-numbered draft of one chapter, as it is asked of the renderer; images are laid into ``images``."""
    return request_for(
        snapshot.cycle,
        out=images / "unused.pdf",
        images=images,
        lines=True,
        kind="draft",
        html=row.html,
        title=row.title,
        chapter_label=row.chapter.number,
        running={"title": row.title, "draft": f"{snapshot.cycle.slug} {snapshot.label}"},
        watermark=_("Draft: do not cite, quote or distribute"),
    )


def _keep_printed(row: SnapshotChapter, made: Path, part: Part) -> None:
    """Take the finished PDF in with its map; ``row`` has the PDF's hash already."""
    # A name of its own: a job that runs twice must not put its PDF in the place of the one that a row names.
    row.pdf = files.new_name(f"snapshots/{row.snapshot_id}", "pdf")
    files.keep_file(row.pdf, made)
    row.pages, row.lines = part.result.pages, part.result.lines
    row.line_map = part.result.map[row.chapter.number]
    row.remedies = part.result.remedies
    _keep(row)


def _keep(row: SnapshotChapter) -> None:
    with transaction.atomic():
        Snapshot.objects.select_for_update().get(pk=row.snapshot_id)
        twice = row.snapshot.chapters.filter(chapter=row.chapter).exists()  # the job may be running twice
        if not twice:
            row.save(force_insert=True)
    if twice and row.pdf:
        files.remove(row.pdf)


def request_for(cycle: Cycle, *, out: Path, images: Path | None = None, **more) -> dict:
    """A rendering request with what every document of a cycle shares: language, images, fonts, banner.

    The images that the texts show are laid into ``images`` (beside ``out`` without it) where they lie in a storage.
    One whose file is gone is left out, and whoever draws says so.
    """
    shown = shown_in(more.get("html", ""), *(c["html"] for c in more.get("chapters", ())))
    assets = {}
    for asset in cycle.assets.filter(name__in=shown):
        with suppress(FileNotFoundError):
            path = files.local(asset.file, asset.sha256, images or out.parent / "images")
            assets[asset.name] = str(path)
    return {
        "language": cycle.language,
        "assets": assets,
        "banner": cycle.demo_note or None,
        "out": str(out),
        "fonts": str(settings.BASE_DIR / "static" / "fonts"),
        "css": str(settings.BASE_DIR / "static" / "css" / "print"),
        **more,
    }


@transaction.atomic
def _seal(snapshot: Snapshot, seconds: int) -> None:
    snapshot = Snapshot.objects.select_for_update().select_related("cycle", "by").get(pk=snapshot.pk)
    from assessments.snapshots import registered  # it registers what stands here

    if snapshot.status != Snapshot.Status.BUILDING:
        return
    now = timezone.now()
    rows = list(snapshot.chapters.order_by("chapter__place"))
    snapshot.status = Snapshot.Status.READY
    snapshot.ready_at = now
    snapshot.seconds = seconds
    snapshot.content_hash = chain.merkle_root([r.content_hash for r in rows])
    snapshot.save()
    records.append.append(
        snapshot.cycle.stream,
        "snapshot.frozen",
        {
            "label": snapshot.label,
            "content_hash": snapshot.content_hash,
            "chapters": len(rows),
            "pages": sum(r.pages for r in rows),
            "pdf_root": chain.merkle_root([r.pdf_sha256 or r.content_hash for r in rows]),
        },
        by=snapshot.by,
        at=now,
        visibility="public",
    )
    registered.sealed(snapshot, now)


def give_up(job: Job, error: Exception) -> None:
    """The job failed for good: the snapshot says why, and its label is free again."""
    with transaction.atomic():
        snapshot = Snapshot.objects.select_for_update().get(pk=job.args["snapshot"])
        if snapshot.status != Snapshot.Status.BUILDING:
            return
        snapshot.status = Snapshot.Status.FAILED
        snapshot.error = str(error)
        snapshot.save(update_fields=["status", "error"])
        records.append.append(
            snapshot.cycle.stream,
            "snapshot.failed",
            {"label": snapshot.label, "error": str(error)[:500]},
            by=None,
            at=timezone.now(),
            visibility="team",
        )
