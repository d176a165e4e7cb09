"""What meetings register with the floor below: their streams, verbs, letters, deadlines and reminders."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import rules
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from panels import actions as panels
from panels.meetings import calling
from panels.meetings.models import Meeting, Task
from panels.models import Body, User
from records.notices import calendar, reminders
from records.notices.calendar import Deadline, end_of
from records.notices.reminders import Due
from records.registry import notices, streams
from records.search import entries

KIND = "meetings"
SHOWN = frozenset({"members"})
SHOWN_FOR = timedelta(days=90)  # that a past meeting stays in a calendar


def _body(stream) -> Body | None:
    return Body.objects.filter(key=stream.key.partition("/")[2]).first()


def _visible(user, stream) -> frozenset[str] | None:
    body = _body(stream)
    return SHOWN if body is not None and calling.sees_meetings(user, body) else None


def _keys(user) -> list[str]:
    seen = calling.bodies_seen(user).filter(meetings__isnull=False).distinct()
    return [f"{KIND}/{key}" for key in seen.values_list("key", flat=True)]


def _keeps(user, stream) -> bool:
    body = _body(stream)
    return body is not None and calling.keeps_meetings(user, body)


def _sights(user):
    return [entries.sight(key, "members") for key in _keys(user)]


def _meeting(content: dict) -> Meeting:
    return Meeting.objects.select_related("body").get(pk=content["id"])


def called(entry, content: dict):
    """The accounts of those who sit in the body, unless the meeting was entered after it took place."""
    meeting = _meeting(content)
    if entry.verb != "meeting.minuted" and meeting.starts <= entry.at:
        return User.objects.none()
    seats = calling.members(meeting.body, timezone.now())
    return User.objects.filter(is_active=True, person__in=[seat.person_id for seat in seats])


def in_letter(entry, content: dict) -> dict:
    """What the letters say; a meeting belongs to a body, and so to no report by name."""
    meeting = _meeting(content)
    return {**content, "meeting": meeting, "scope": "", "href": meeting.get_absolute_url()}


def deadlines(user, now: datetime) -> Iterator[Deadline]:
    """For the calendar: the meetings to which the person is called, and what they took on."""
    rows = Meeting.objects.of_members(user).filter(ends__gt=now - SHOWN_FOR)
    for meeting in rows.select_related("body"):
        yield as_deadline(meeting)
    tasks = Task.objects.filter(owner__user=user, done_at=None, due__isnull=False)
    for task in tasks.filter(meeting__in=Meeting.objects.visible_to(user)).select_related("meeting"):
        title = _("To do: %(task)s") % {"task": task.text}
        yield Deadline(f"task.{task.pk}", end_of(task.due), title, task.meeting.get_absolute_url())


def as_deadline(meeting: Meeting) -> Deadline:
    """A meeting as calendars have it; one that was cancelled says so to those who had it."""
    return Deadline(
        f"meeting.{meeting.pk}",
        meeting.starts,
        meeting.title,
        meeting.get_absolute_url(),
        until=meeting.ends,
        place=meeting.place or meeting.link,
        sequence=meeting.sequence,
        cancelled=meeting.status == Meeting.Status.CANCELLED,
    )


def owed(now: datetime) -> Iterator[Due]:
    """What was agreed to be done by a day and is not done yet, for those who still sit in the body."""
    tasks = Task.objects.filter(done_at=None, due__isnull=False, owner__user__is_active=True)
    for task in tasks.select_related("meeting__body", "owner__user"):
        if calling.sees_meetings(task.owner.user, task.meeting.body):
            context = {"task": task, "body": str(task.meeting.body), "href": task.meeting.get_absolute_url()}
            yield Due(f"task.{task.pk}", end_of(task.due), [task.owner.user], "", context)


def register() -> None:
    """Put everything in place (called from the app's ready)."""
    if not rules.perm_exists("meeting.view"):
        rules.add_perm("meeting.view", calling.sees_meetings)
        rules.add_perm("meeting.keep", calling.keeps_meetings)
    streams.register(
        KIND,
        _visible,
        lambda user: Q(key__in=_keys(user)),
        _keeps,
        lambda key: key,
        lambda user: Q(stream__key__in=_keys(user), visibility__in=SHOWN),
    )
    entries.readers.append(_sights)
    streams.verbs(
        meeting__called=gettext_lazy("%(actor)s called the meeting “%(meeting)s” for %(starts)s. %(place)s"),
        meeting__changed=gettext_lazy("%(actor)s changed the meeting “%(meeting)s”: %(starts)s. %(place)s"),
        meeting__cancelled=gettext_lazy("%(actor)s cancelled the meeting “%(meeting)s”: %(reason)s"),
        meeting__agenda=gettext_lazy("%(actor)s wrote the agenda of “%(meeting)s”: %(agenda)s"),
        meeting__document=gettext_lazy("%(actor)s put “%(document)s” before the meeting “%(meeting)s”."),
        meeting__attended=gettext_lazy("%(actor)s recorded who was at “%(meeting)s”: %(people)s."),
        meeting__minuted=gettext_lazy("%(actor)s made the minutes of “%(meeting)s” final. %(minutes)s"),
        meeting__tasked=gettext_lazy("%(actor)s noted in “%(meeting)s”: %(person)s, until %(due)s: %(task)s"),
        meeting__done=gettext_lazy("%(actor)s said that this is done: %(task)s. %(note)s"),
    )
    for verb, template, title in (
        ("meeting.called", "meeting_called", gettext_lazy("You are called to a meeting")),
        ("meeting.changed", "meeting_changed", gettext_lazy("A meeting is moved")),
        ("meeting.cancelled", "meeting_cancelled", gettext_lazy("A meeting is cancelled")),
        ("meeting.minuted", "meeting_minuted", gettext_lazy("The minutes of a meeting are there")),
    ):
        notices.register(verb, called, template, in_letter, title=title)
    notices.register(
        "meeting.tasked",
        panels.whom,
        "meeting_tasked",
        in_letter,
        title=gettext_lazy("Something is given you to do"),
    )
    calendar.register(deadlines)
    reminders.register(
        "task.owed",
        owed,
        (-timedelta(days=3), timedelta(0), timedelta(days=7)),
        "task_owed",
        gettext_lazy("Something that you took on is due"),
    )


def stream_address(body: Body) -> str:
    """Where the record of a body's meetings is read."""
    return reverse("stream", args=[f"{KIND}/{body.key}"])
