"""A person's deadlines as a calendar, behind a secret link that needs no signing in and can be renewed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from urllib.parse import urlsplit

import icalendar
from django.conf import settings
from django.core import signing
from django.db.models import F
from django.urls import reverse
from django.utils import timezone, translation

from records.models import CalendarLink
from records.notices.rendering import one_line

SALT = "notices.calendar"
REFRESH = timedelta(hours=1)


@dataclass(frozen=True)
class Deadline:
    """One moment that a person may know of; ``uid`` names it for ever, such as ``round.12.closes``.

    A meeting lasts ``until`` and has a ``place``; ``sequence`` grows with each change that calendars are told of.
    """

    uid: str
    at: datetime
    title: str
    href: str
    until: datetime | None = None
    place: str = ""
    sequence: int = 0
    cancelled: bool = False


def end_of(day: date) -> datetime:
    """The last minute of a day, in UTC: what is due by a day is due then."""
    return datetime.combine(day, time(23, 59), tzinfo=UTC)


_sources: list[Callable] = []


def register(deadlines: Callable) -> None:
    """Let an upper floor give deadlines: ``deadlines(user, now)``, only those that this person may see."""
    if deadlines not in _sources:
        _sources.append(deadlines)


def address(user) -> str:
    """The person's calendar link."""
    link, _made = CalendarLink.objects.get_or_create(user=user)
    token = signing.dumps([user.pk, link.number], salt=SALT)
    return settings.SITE_URL + reverse("calendar", args=[token])


def renew(user) -> None:
    """Give the link a new number: whoever has the old one sees nothing any more."""
    CalendarLink.objects.get_or_create(user=user)
    CalendarLink.objects.filter(user=user).update(number=F("number") + 1, renewed_at=timezone.now())


def owner(token: str):
    """Whose calendar this is; None for a guess, a renewed link and a closed account."""
    try:
        pk, number = signing.loads(token, salt=SALT)
    except signing.BadSignature:
        return None
    link = CalendarLink.objects.select_related("user").filter(user=pk, number=number).first()
    return link.user if link and link.user.is_active else None


def of_one(deadline: Deadline, now: datetime) -> bytes:
    """A calendar of one moment, to be taken into any program."""
    calendar = _empty()
    calendar.add_component(_event(deadline, now))
    return calendar.to_ical()


def _empty() -> icalendar.Calendar:
    calendar = icalendar.Calendar()
    calendar.add("prodid", "-//Concord//Deadlines//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    return calendar


def of_user(user, now: datetime) -> bytes:
    """The calendar (RFC 5545) in the person's language, all moments in UTC."""
    calendar = _empty()
    calendar.add("refresh-interval", REFRESH, parameters={"value": "DURATION"})
    with translation.override(user.language):
        calendar.add("x-wr-calname", "Concord")
        for source in _sources:
            for deadline in source(user, now):
                calendar.add_component(_event(deadline, now))
    return calendar.to_ical()


def _event(deadline: Deadline, now: datetime) -> icalendar.Event:
    event = icalendar.Event()
    at = deadline.at.astimezone(UTC).replace(microsecond=0)
    event.add("uid", f"{deadline.uid}@{urlsplit(settings.SITE_URL).hostname}")
    event.add("dtstamp", now.astimezone(UTC).replace(microsecond=0))
    event.add("dtstart", at)
    if deadline.until is None:
        event.add("duration", timedelta(0))
    else:
        event.add("dtend", deadline.until.astimezone(UTC).replace(microsecond=0))
    if deadline.place:
        event.add("location", one_line(deadline.place))
    if deadline.sequence:
        event.add("sequence", deadline.sequence)
    if deadline.cancelled:
        event.add("status", "CANCELLED")
    event.add("summary", one_line(deadline.title))
    event.add("url", settings.SITE_URL + deadline.href)
    # A deadline takes up nobody's time; a meeting does.
    event.add("transp", "TRANSPARENT" if deadline.until is None or deadline.cancelled else "OPAQUE")
    return event
