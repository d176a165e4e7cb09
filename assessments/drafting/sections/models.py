"""Sections of a chapter as its authors plan them, and who is invited to write one alone (procedure 4.16, 4.17)."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from assessments.drafting.models import Chapter
from panels.models import Appointment, Person, User


class SectionPlan(models.Model):
    """What is planned for a section, or for the chapter as a whole (``section`` "").

    A section is named by the lasting id of its heading's block; ``title`` is kept for one whose heading is gone.
    """

    class State(models.TextChoices):
        PLANNED = "planned", _("planned")
        WRITING = "writing", _("being written")
        DRAFTED = "drafted", _("drafted")
        READY = "ready", _("ready for review")

    chapter = models.ForeignKey(Chapter, on_delete=models.CASCADE, related_name="plans")
    section = models.CharField(max_length=40, blank=True)
    title = models.CharField(max_length=250, blank=True)
    owner = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    words = models.PositiveIntegerField(_("planned words"), null=True, blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.PLANNED)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["chapter", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["chapter", "section"], name="one_plan_per_section"),
        ]


class Contribution(models.Model):
    """An appointment that reaches no further than one section: its holder reads, and writes there alone.

    It begins and ends with the appointment, which has a term.
    """

    appointment = models.OneToOneField(Appointment, on_delete=models.PROTECT, related_name="contribution")
    chapter = models.ForeignKey(Chapter, on_delete=models.CASCADE, related_name="contributions")
    section = models.CharField(max_length=40)
    title = models.CharField(max_length=250, blank=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["chapter", "pk"]


class TextLook(models.Model):
    """What was counted in a chapter's text when it was saved, so that a page over all chapters reads no text."""

    chapter = models.OneToOneField(Chapter, on_delete=models.CASCADE, related_name="look")
    version = models.PositiveIntegerField()
    no_alt = models.PositiveIntegerField()
