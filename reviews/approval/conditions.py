"""The conditions of gates that sessions answer for: the summary circulated, the summary approved."""

from __future__ import annotations

from django.db.models import Count, Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from records.looking import grouped, of_each
from records.obstacles import Obstacle
from reviews.approval.models import Session


def _sessions_of(cycle) -> list[Session]:
    """The cycle's sessions, with how many lines each has and how many of them are decided."""
    decided = Count("lines", filter=Q(lines__state__in=["approved", "deleted"]))
    counted = Session.objects.annotate(decided=decided, listed=Count("lines"))
    return of_each("sessions", cycle, lambda cycles: grouped(counted, "cycle", cycles))


def summary_circulated(cycle, rule) -> list[Obstacle]:
    """Condition of gates: a session holds the summary as circulated, line by line."""
    if any(session.listed for session in _sessions_of(cycle)):
        return []
    return [
        Obstacle(
            "summary-not-circulated",
            _("The summary has not been circulated as the lines of a session."),
            rule="7.1",
            remedy=_("The secretariat prepares the session on the frozen summary."),
        )
    ]


def summary_approved(cycle, rule) -> list[Obstacle]:
    """Condition of gates: the last session is closed and each of its lines approved or deleted."""
    session = max(_sessions_of(cycle), key=lambda s: s.number, default=None)
    if session is None:
        return summary_circulated(cycle, rule)
    left = session.listed - session.decided
    if left == 0 and session.status == Session.Status.CLOSED and session.listed:
        return []
    text = (
        ngettext(
            "%(n)s line of the summary is not approved.", "%(n)s lines of the summary are not approved.", left
        )
        % {"n": left}
        if left
        else _("Session %(number)s is not closed.") % {"number": session.number}
    )
    return [Obstacle("summary-not-approved", text, rule="7.1", href=session.get_absolute_url())]
