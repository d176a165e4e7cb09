"""Disclosures to file or decide, meetings, what was agreed there."""

from __future__ import annotations

from django.db.models import Count, Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from assessments.cycles import standing
from assessments.cycles.models import CycleBody
from assessments.procedures.titles import titled
from panels.meetings.models import Attendance, Meeting, Task
from panels.models import Disclosure, DisclosureRequest
from portal.waiting.common import Wait, may
from records.notices.calendar import end_of


def disclosures(user, cycles, now):
    cycles = {cycle.pk: cycle for cycle in may(user, "disclosure.decide", cycles)}
    if not cycles:
        return
    counts = (
        Disclosure.objects.filter(status=Disclosure.Status.FILED, body__cycle_bodies__cycle__in=cycles)
        .exclude(Q(person__user=user))
        .order_by()
        .values_list("body__cycle_bodies__cycle")
        .annotate(n=Count("pk", distinct=True))
    )
    for pk, n in counts:
        yield Wait(
            None,
            ngettext("%(n)s disclosure to decide", "%(n)s disclosures to decide", n) % {"n": n},
            _("Until then the person cannot take the role."),
            cycles[pk],
            reverse("people", args=[cycles[pk].slug]),
            _("Decide"),
        )


def asked(user):
    """Disclosures that the person is asked for, also in cycles where they have no part yet."""
    asked = list(
        DisclosureRequest.objects.filter(person__user=user, disclosure=None).select_related(
            "body", "asked_by"
        )
    )
    bodies = {request.body_id for request in asked}
    of_bodies = CycleBody.objects.filter(body__in=bodies).select_related("cycle") if bodies else ()
    cycles = {row.body_id: row.cycle for row in of_bodies}
    for request in asked:
        yield Wait(
            None,
            _("Your disclosure of interests, for the role: %(role)s") % {"role": titled(request.role)},
            _("%(person)s asks for it. Nobody takes the role before it is filed and decided.")
            % {"person": request.asked_by},
            cycles.get(request.body_id),
            reverse("disclosures"),
            _("File it"),
        )


def meetings(user, cycles, now):
    """Meetings to which the person is called and has not answered, and what was agreed there that they do."""
    called = Meeting.objects.of_members(user).filter(status=Meeting.Status.CALLED, starts__gt=now)
    called = called.exclude(attendance__in=Attendance.objects.filter(person__user=user).exclude(answer=""))
    agreed = Task.objects.filter(owner__user=user, done_at=None, meeting__in=Meeting.objects.visible_to(user))
    found = [
        *(
            (meeting, meeting.starts, meeting.title, _("You are called to it."), _("Say whether you come"))
            for meeting in called
        ),
        *(
            (
                task.meeting,
                task.due and end_of(task.due),
                task.text,
                _("Agreed: %(meeting)s") % {"meeting": task.meeting},
                _("Open the meeting"),
            )
            for task in agreed.select_related("meeting")
        ),
    ]
    of_body = {held.body_id: cycle for cycle in cycles for held in standing.held_by(user, cycle)}
    for meeting, due, title, text, act in found:
        yield Wait(due, title, text, of_body.get(meeting.body_id), meeting.get_absolute_url(), act)
