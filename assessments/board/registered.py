"""What the boards register below: who calls the meetings of a report's bodies, and where their work is (2.12)."""

from __future__ import annotations

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from assessments.cycles import standing
from assessments.cycles.models import Cycle, CycleBody
from assessments.drafting.models import Chapter
from panels.meetings import calling
from panels.models import Body


def bodies_called(user):
    """The bodies whose meetings the person calls: those of the reports whose procedure says so.

    A role in a team or among editors counts for that very body. A delegation keeps its own house.
    """
    own, whole = [], []
    for cycle in Cycle.objects.seen_by(user):
        may = cycle.procedure.may("meeting.call")
        for held in standing.held_by(user, cycle):
            if held.role in may and not held.section:
                if held.part in ("team", "editors", "delegation"):
                    own.append(held.body_id)
                else:
                    whole.append(cycle.pk)
    theirs = CycleBody.objects.filter(cycle__in=whole).exclude(part="delegation")
    return Body.objects.filter(Q(pk__in=own) | Q(pk__in=theirs.values("body")))


def home(body: Body) -> tuple[str, str] | None:
    """The board of the chapter whose authors or editors the body is; else the page of its report."""
    chapter = Chapter.objects.filter(Q(team=body) | Q(editors=body)).select_related("cycle").first()
    if chapter is not None:
        names = {"report": chapter.cycle.title, "number": chapter.number}
        return (
            _("%(report)s, chapter %(number)s") % names,
            reverse("chapter_board", args=[chapter.cycle.slug, chapter.number]),
        )
    part = CycleBody.objects.filter(body=body).select_related("cycle").first()
    return (part.cycle.title, part.cycle.get_absolute_url()) if part else None


def register() -> None:
    calling.let_call(bodies_called)
    calling.lead_home(home)
