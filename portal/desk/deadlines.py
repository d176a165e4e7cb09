"""What has a date in the cycles of a desk, and what waits without one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from assessments.cycles.models import Cycle
from assessments.procedures.titles import titled
from assessments.publishing.models import Publication
from panels.models import Disclosure
from portal.desk.desks import Desk
from portal.desk.reports import reports_missing
from reviews.models import ReviewRound, Session
from reviews.rounds.guards import registration_ends


@dataclass(frozen=True)
class Deadline:
    """One date: what it is the date of (``means``), of what, in which cycle; ``at`` None where nobody set one."""

    at: datetime | None
    means: str
    what: str
    cycle: Cycle
    href: str
    overdue: bool = False


def deadlines(desk: Desk, now: datetime) -> list[Deadline]:
    """All of them by date, those without one last."""
    parts = (_rounds, _sessions, _disclosures, _reports, _publications)
    found = [deadline for part in parts for deadline in part(desk, now)]
    return sorted(found, key=lambda d: (d.at is None, d.at or now))


def _rounds(desk: Desk, now: datetime) -> Iterator[Deadline]:
    rounds = ReviewRound.objects.filter(cycle__in=desk.cycles, status=ReviewRound.Status.OPEN)
    for found in rounds.select_related("cycle"):
        rung = found.closes_at <= now
        means = _("The bell rang; the round waits to be closed") if rung else _("The bell rings")
        yield Deadline(found.closes_at, means, found.title, found.cycle, found.get_absolute_url(), rung)
        last = registration_ends(found)
        if now < last < found.closes_at:
            yield Deadline(last, _("Registration ends"), found.title, found.cycle, found.get_absolute_url())


def _sessions(desk: Desk, now: datetime) -> Iterator[Deadline]:
    rows = Session.objects.filter(cycle__in=desk.cycles).exclude(status=Session.Status.CLOSED)
    for found in rows.select_related("cycle"):
        sits = found.status == Session.Status.SITTING
        means = _("The session sits now; prepared on") if sits else _("Prepared, not opened yet; since")
        yield Deadline(found.created_at, means, found.title, found.cycle, found.get_absolute_url())


def _disclosures(desk: Desk, now: datetime) -> Iterator[Deadline]:
    filed = Disclosure.objects.filter(
        status=Disclosure.Status.FILED, body__cycle_bodies__cycle__in=desk.inside
    )
    cycles = {cycle.pk: cycle for cycle in desk.inside}
    rows = filed.values_list("filed_at", "person__name", "body__cycle_bodies__cycle").distinct()
    for filed_at, name, pk in rows:
        if pk in cycles:
            what = _("Disclosure of %(person)s, not decided") % {"person": name}
            href = reverse("people", args=[cycles[pk].slug])
            yield Deadline(filed_at, _("Filed"), what, cycles[pk], href)


def _reports(desk: Desk, now: datetime) -> Iterator[Deadline]:
    for cycle, missing in reports_missing(desk.inside, now).items():
        n = len(missing)
        what = ngettext("%(n)s editor's report is missing", "%(n)s editors' reports are missing", n) % {
            "n": n
        }
        href = reverse("editor_reports", args=[cycle.slug])
        yield Deadline(None, _("Before the final edition"), what, cycle, href)


def _publications(desk: Desk, now: datetime) -> Iterator[Deadline]:
    rows = Publication.objects.filter(cycle__in=desk.cycles, done_at=None).select_related("cycle")
    for found in rows:
        means = _("It failed; ordered") if found.error else _("Being made ready; ordered")
        title = titled(found.cycle.procedure.publication[found.act].title)
        href = reverse("publications", args=[found.cycle.slug])
        yield Deadline(found.at, means, title, found.cycle, href, bool(found.error))
