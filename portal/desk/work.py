"""The jobs of a desk: which ones, in pages by key, and trying a failed one again."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

import records.append
from assessments.cycles.models import Cycle
from panels.models import User
from portal.desk.desks import Desk
from records.jobs import queue, registry
from records.models import Job
from records.obstacles import Obstacle, refuse, refuse_if, require

PAGE = 50


def jobs_of(desk: Desk) -> QuerySet[Job]:
    """One's own, those of the cycles into which one looks, and of no cycle for those who keep the portal's."""
    seen = Q(by=desk.user.pk) | Q(scope__in=[cycle.slug for cycle in desk.inside])
    if desk.user.has_perm("jobs.view_all"):
        seen |= Q(scope="")
    return Job.objects.filter(seen).order_by("-pk")


def in_words(job: Job) -> str:
    """What the job does; the name of a kind that nobody registers any more."""
    if job.kind not in registry.names():
        return job.kind
    return str(registry.kind(job.kind).title or job.kind)


def obstacles_to_trying_again(job: Job) -> list[Obstacle]:
    """What prevents trying a job once more as it is."""
    if job.status != Job.Status.FAILED:
        return [Obstacle("not-failed", _("Only a job that failed is tried again."))]
    if job.kind not in registry.names() or not registry.kind(job.kind).again:
        return [
            Obstacle(
                "ordered-anew",
                _("“%(title)s” is ordered anew by its own act.") % {"title": in_words(job)},
                remedy=_("Freeze or publish again."),
            )
        ]
    return []


@transaction.atomic
def try_again(job: Job, *, by: User, now: datetime) -> Job:
    """Put a failed job back into its queue; it is an act, and stands in the record of its cycle or of the portal.

    Raises PermissionDenied; Blocked: it did not fail, somebody was quicker, or its kind is ordered anew.
    """
    job = Job.objects.select_for_update().get(pk=job.pk)
    require(by, "jobs.try_again", job)
    refuse_if(obstacles_to_trying_again(job))
    if not queue.again(job, now):
        refuse("not-failed", _("Only a job that failed is tried again."))
    cycle = Cycle.objects.filter(slug=job.scope).first() if job.scope else None
    records.append.append(
        cycle.stream if cycle else records.append.stream("portal/jobs", "portal"),
        "job.tried_again",
        {"job": job.pk, "kind": job.kind, "error": job.error[:300]},
        by=by,
        at=now,
        visibility="team" if cycle else "officers",
    )
    job.refresh_from_db()
    return job
