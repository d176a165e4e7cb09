"""Who sees the meetings of a body and who calls them: its members see, upper floors say who calls (procedure 2.12)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime

import rules
from django.db.models import Q
from django.utils import timezone

from panels.models import Appointment, Body
from records.looking import once

_callers: list[Callable] = []
_homes: list[Callable] = []


def let_call(bodies: Callable) -> None:
    """Let ``bodies(user)`` give the bodies whose meetings this person calls and keeps (a queryset)."""
    if bodies not in _callers:
        _callers.append(bodies)


def lead_home(home: Callable) -> None:
    """Let ``home(body) -> (title, address) | None`` say where the pages of a body's work are."""
    if home not in _homes:
        _homes.append(home)


def home_of(body: Body) -> tuple[str, str] | None:
    return next((found for home in _homes if (found := home(body))), None)


def calls(user, body: Body) -> bool:
    """Whether this person calls the meetings of the body and keeps their minutes."""
    return once(
        ("calls", user.pk, body.pk), lambda: any(of(user).filter(pk=body.pk).exists() for of in _callers)
    )


def sits(user, body: Body) -> bool:
    """Whether this person is a member of the body now."""
    seats = Appointment.objects.current(timezone.now()).of_user(user).filter(body=body)
    return user.is_authenticated and once(("sits", user.pk, body.pk), seats.exists)


def bodies_seen(user):
    """The bodies whose meetings the person sees: those in which they sit, and those for which they call."""
    if not user.is_authenticated or not user.is_active:
        return Body.objects.none()
    mine = Appointment.objects.current(timezone.now()).of_user(user).values("body")
    wanted = Q(pk__in=mine)
    for of in _callers:
        wanted |= Q(pk__in=of(user).values("pk"))
    return Body.objects.filter(wanted)


def members(body: Body, now: datetime):
    """The appointments that run in the body now, one a person."""
    seats = Appointment.objects.current(now).filter(body=body).select_related("person__user")
    return list({seat.person_id: seat for seat in seats.order_by("person__name", "pk")}.values())


def next_of(bodies: Iterable[int | None], now: datetime) -> dict:
    """The next meeting of each of these bodies that is called and not over, by the body's pk; one question."""
    from panels.meetings.models import Meeting

    found: dict[int, Meeting] = {}
    rows = Meeting.objects.filter(body__in=[pk for pk in bodies if pk], status="called", ends__gt=now)
    for meeting in rows.order_by("starts", "pk"):
        found.setdefault(meeting.body_id, meeting)
    return found


def _body(target) -> Body | None:
    return target if isinstance(target, Body) else getattr(target, "body", None)


@rules.predicate
def sees_meetings(user, target) -> bool:
    """Members of the body, and whoever calls its meetings."""
    body = _body(target)
    return body is not None and user.is_authenticated and (sits(user, body) or calls(user, body))


@rules.predicate
def keeps_meetings(user, target) -> bool:
    """Whoever calls the meetings of the body, as the procedure of its report says."""
    body = _body(target)
    return body is not None and user.is_authenticated and calls(user, body)
