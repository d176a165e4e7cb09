"""The opening of a session, told to those who take part, the day before (procedure 7.1)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assessments.cycles import standing
from assessments.permissions import FOLLOWING_PARTS
from records.notices import calendar, reminders
from records.notices.calendar import Deadline
from records.notices.reminders import Due
from reviews.approval.models import Session

DAY = timedelta(days=1)


def openings(now: datetime) -> Iterator[Due]:
    """Sessions that are prepared and have not begun, for everybody who follows them."""
    coming = Session.objects.filter(
        status=Session.Status.PREPARED, opens_at__isnull=False, opens_at__gt=now
    ).select_related("cycle")
    for session in coming:
        procedure = session.cycle.procedure
        roles = [key for key, role in procedure.roles.items() if role.part in FOLLOWING_PARTS]
        yield Due(
            f"session.{session.pk}",
            session.opens_at,
            list(standing.people_with(session.cycle, roles)),
            session.cycle.slug,
            {"title": session.title, "cycle": session.cycle, "href": session.get_absolute_url()},
        )


def deadlines(user, now: datetime) -> Iterator[Deadline]:
    """For the calendar: the sessions that the person may follow."""
    for session in Session.objects.visible_to(user).filter(opens_at__isnull=False).select_related("cycle"):
        yield Deadline(
            f"session.{session.pk}.opens",
            session.opens_at,
            _("%(session)s opens (%(cycle)s)") % {"session": session.title, "cycle": session.cycle.slug},
            session.get_absolute_url(),
        )


def register() -> None:
    """Put everything in place (called from the app's ready)."""
    calendar.register(deadlines)
    reminders.register(
        "session.opening", openings, (-DAY,), "session_opening", gettext_lazy("A session opens tomorrow")
    )
