"""Storing projections: by a job when a later draft is frozen, or by the command; it may run any number of times."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from itertools import islice

from django.db import transaction
from django.db.models import Count
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from assessments.cycles.models import Cycle
from assessments.snapshots.models import Snapshot
from panels.models import User
from records.jobs.queue import enqueue
from records.models import Job
from records.obstacles import refuse, require
from reviews.anchors.models import Projection, standing_outcome
from reviews.comments import projection
from reviews.comments.models import Comment

BATCH = 1000
OF_MACHINE = ["outcome", "chapter_number", "block", "start", "end", "score", "runner_up", "method", "reason",
              "candidates", "job", "at"]  # fmt: skip


def store(
    earlier: Snapshot, later: Snapshot, *, now: datetime, job: Job | None = None, progress=None
) -> Counter:
    """Project every anchor of the comments on ``earlier`` onto ``later`` and keep the rows; how many of each outcome.

    A row is known by comment, anchor and later draft, so a second run leaves the same rows. What a person decided
    stays, and is what counts. Raises ValueError where ``later`` holds an older text.
    """
    kept = {
        (comment, place): decision
        for comment, place, decision in Projection.objects.filter(
            snapshot=later, comment__round__snapshot=earlier
        )
        .exclude(decision="")
        .values_list("comment", "place", "decision")
    }
    counts: Counter[str] = Counter()
    found = projection.project(earlier, later)
    total = _anchored(earlier) if progress else 0
    while batch := list(islice(found, BATCH)):
        rows = [_row(placed, later, now, job) for placed in batch]
        with transaction.atomic():
            Projection.objects.bulk_create(
                rows,
                batch_size=BATCH,
                update_conflicts=True,
                unique_fields=["comment", "place", "snapshot"],
                update_fields=OF_MACHINE,
            )
        counts.update(standing_outcome(p.outcome, kept.get((p.comment, p.place), "")) for p in batch)
        if progress:
            progress(min(counts.total(), total), total, _("Comments"))
    return counts


def _anchored(earlier: Snapshot) -> int:
    return Comment.objects.filter(round__snapshot=earlier).exclude(status="draft").count()


def _row(placed: projection.Projection, later: Snapshot, now: datetime, job: Job | None) -> Projection:
    return Projection(
        comment_id=placed.comment,
        place=placed.place,
        snapshot=later,
        outcome=placed.outcome,
        chapter_number=placed.chapter,
        block=placed.block or "",
        start=placed.start,
        end=placed.end,
        score=placed.score,
        runner_up=placed.runner_up,
        method=placed.method,
        reason=placed.reason,
        candidates=[
            {"block": c.block, "start": c.start, "end": c.end, "score": c.score, "doubts": list(c.doubts)}
            for c in placed.candidates
        ],
        job=job,
        at=now,
    )


def run(job: Job, progress) -> dict:
    """Job ``anchors.project``: the comments on one frozen draft, placed in a later one."""
    drafts = Snapshot.objects.select_related("cycle")
    earlier, later = drafts.get(pk=job.args["earlier"]), drafts.get(pk=job.args["later"])
    store(earlier, later, now=timezone.now(), job=job, progress=progress)
    return {"href": reverse("anchors", args=[later.cycle.slug, earlier.label, later.label])}


def pairs(cycle: Cycle) -> Iterator[tuple[Snapshot, Snapshot]]:
    """(reviewed draft, later draft): each frozen draft with comments and each one frozen after it, newest first."""
    frozen = list(cycle.snapshots.filter(status=Snapshot.Status.READY).order_by("ready_at", "pk"))
    reviewed = set(cycle.rounds.values_list("snapshot", flat=True))
    for index in range(len(frozen) - 1, 0, -1):
        for earlier in reversed(frozen[:index]):
            if earlier.pk in reviewed:
                yield earlier, frozen[index]


def order_for(later: Snapshot, now: datetime) -> None:
    """In the act that seals a draft: one job for each reviewed draft before it that has comments."""
    commented = dict(
        Comment.objects.filter(round__cycle=later.cycle).exclude(status="draft").order_by()
        .values_list("round__snapshot").annotate(n=Count("pk"))
    )  # fmt: skip
    for earlier, other in pairs(later.cycle):
        if other.pk == later.pk and commented.get(earlier.pk):
            _order(earlier, later, None, now)


@transaction.atomic
def project_again(earlier: Snapshot, later: Snapshot, *, by: User, now: datetime) -> Job:
    """Have the comments placed again, as after a late sheet; an order that waits already is kept.

    Raises PermissionDenied, or Blocked where the drafts stand in the wrong order.
    """
    require(by, "anchors.settle", later.cycle)
    if (earlier.pk, later.pk) not in {(a.pk, b.pk) for a, b in pairs(later.cycle)}:
        refuse(
            "no-such-pair",
            _("%(earlier)s was not reviewed, or was not frozen before %(later)s.")
            % {"earlier": earlier.label, "later": later.label},
            rule="5.4",
        )
    args = {"earlier": earlier.pk, "later": later.pk}
    waiting = Job.objects.filter(kind="anchors.project", status=Job.Status.QUEUED, args=args).first()
    return waiting or _order(earlier, later, by, now)


def _order(earlier: Snapshot, later: Snapshot, by: User | None, now: datetime) -> Job:
    args = {"earlier": earlier.pk, "later": later.pk}
    return enqueue("anchors.project", args, scope=later.cycle.slug, by=by, at=now)
