"""What stands in the way of acts on a meeting, in words (procedure 2.12, 2.13)."""

from __future__ import annotations

from django.utils.translation import gettext as _

from panels.meetings.models import Meeting
from panels.models import Body
from records.obstacles import Obstacle


def obstacles_to_calling(body: Body) -> list[Obstacle]:
    """A dissolved body meets no more (2.11)."""
    if body.ceased_at is None:
        return []
    return [Obstacle("dissolved", _("“%(name)s” is dissolved.") % {"name": body}, rule="2.11")]


def obstacles_to_changing(meeting: Meeting) -> list[Obstacle]:
    """A meeting that was held or cancelled stays as it is."""
    if meeting.status == Meeting.Status.HELD:
        return [
            Obstacle(
                "held",
                _("The minutes of this meeting are final."),
                rule="2.13",
                remedy=_("What is wrong in them is put right in the minutes of the next meeting."),
            )
        ]
    if meeting.status == Meeting.Status.CANCELLED:
        return [
            Obstacle(
                "cancelled",
                _("This meeting was cancelled."),
                rule="2.12",
                remedy=_("Call another one."),
            )
        ]
    return []


def obstacles_to_closing(meeting: Meeting, *, now) -> list[Obstacle]:
    """Minutes are final when the meeting has begun, says something, and names who was there (2.13)."""
    found = obstacles_to_changing(meeting)
    if found:
        return found
    if meeting.starts > now:
        found.append(Obstacle("not-begun", _("The meeting has not begun yet."), rule="2.13"))
    if not meeting.minutes.strip():
        found.append(Obstacle("no-minutes", _("The minutes say nothing yet."), rule="2.13"))
    if not meeting.attendance.filter(present=True).exists():
        found.append(
            Obstacle(
                "nobody-present",
                _("It is not recorded who was there."),
                rule="2.13",
                remedy=_("Record the attendance first."),
            )
        )
    return found
