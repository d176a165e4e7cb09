"""Meetings of a body: agenda, documents, who came, minutes, and what was agreed to be done (procedure 2.12, 2.13)."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

import records.append
from panels.meetings.querysets import MeetingQuerySet
from panels.models import Body, Person, User
from records.models import Stream


class Meeting(models.Model):
    """One meeting of one body. ``sequence`` counts what calendars are told of it; ``minutes`` are final once held."""

    class Status(models.TextChoices):
        CALLED = "called", _("called")
        HELD = "held", _("held")
        CANCELLED = "cancelled", _("cancelled")

    body = models.ForeignKey(Body, on_delete=models.PROTECT, related_name="meetings")
    title = models.CharField(max_length=200)
    starts = models.DateTimeField()
    ends = models.DateTimeField()
    place = models.CharField(max_length=250, blank=True)
    link = models.URLField(max_length=500, blank=True)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.CALLED)
    reason = models.CharField(max_length=500, blank=True)
    sequence = models.PositiveIntegerField(default=0)
    minutes = models.TextField(blank=True)
    minutes_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    minutes_at = models.DateTimeField(null=True, blank=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    objects = MeetingQuerySet.as_manager()

    class Meta:
        ordering = ["starts", "pk"]
        constraints = [
            models.CheckConstraint(name="meeting_ends_after_start", condition=Q(ends__gt=F("starts"))),
            models.CheckConstraint(
                name="cancelled_meeting_has_reason", condition=~Q(status="cancelled") | ~Q(reason="")
            ),
            models.CheckConstraint(
                name="held_meeting_has_minutes", condition=~Q(status="held") | ~Q(minutes="")
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("meeting", args=[self.pk])

    @property
    def stream(self) -> Stream:
        return records.append.stream(f"meetings/{self.body.key}", "meetings")

    @property
    def is_open(self) -> bool:
        return self.status == self.Status.CALLED


class AgendaItem(models.Model):
    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="agenda")
    place = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=300)

    class Meta:
        ordering = ["meeting", "place"]
        constraints = [models.UniqueConstraint(fields=["meeting", "place"], name="one_agenda_item_per_place")]

    def __str__(self) -> str:
        return self.title


class MeetingDocument(models.Model):
    """What is before a meeting: a kept file, or an address."""

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="documents")
    title = models.CharField(max_length=200)
    address = models.URLField(max_length=500, blank=True)
    file = models.CharField(max_length=120, blank=True)
    name = models.CharField(max_length=200, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["meeting", "pk"]
        constraints = [
            models.CheckConstraint(
                name="document_is_file_or_address",
                condition=Q(address="", file__gt="") | Q(address__gt="", file=""),
            )
        ]


class Attendance(models.Model):
    """What a person answered to the invitation, and whether they came (null: not recorded yet)."""

    class Answer(models.TextChoices):
        NONE = "", _("no answer yet")
        COMES = "comes", _("comes")
        AWAY = "away", _("does not come")

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="attendance")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="meetings")
    answer = models.CharField(max_length=10, choices=Answer.choices, blank=True)
    present = models.BooleanField(null=True)

    class Meta:
        ordering = ["meeting", "person__name"]
        constraints = [
            models.UniqueConstraint(fields=["meeting", "person"], name="one_attendance_per_person")
        ]


class Task(models.Model):
    """Something agreed in a meeting: what, who does it, until when."""

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="tasks")
    text = models.CharField(max_length=500)
    owner = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="tasks")
    due = models.DateField(null=True, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)
    done_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    note = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["meeting", "due", "pk"]
        constraints = [
            models.CheckConstraint(
                name="done_task_has_doer", condition=Q(done_at__isnull=True) | Q(done_by__isnull=False)
            )
        ]

    def __str__(self) -> str:
        return self.text
