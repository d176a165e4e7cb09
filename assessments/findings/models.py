"""Findings as objects, and what guards noted of them (procedure 11.9 to 11.11)."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from assessments.cycles.models import Cycle
from assessments.drafting.models import Chapter
from panels.models import User


class Finding(models.Model):
    """A statement that says how sure it is, or where it comes from, as the current text has it.

    ``block`` is the block of the chapter it stands in, ``quote`` its words without citations and line of sight.
    ``levels`` holds every [part, key] of the scale that it bears; ``confidence`` and ``likelihood`` are the first of
    each. ``evidence``, ``agreement`` and ``account`` are the authors' own.
    """

    class Status(models.TextChoices):
        FOUND = "found", _("found in the text")
        CONFIRMED = "confirmed", _("confirmed")
        CHANGED = "changed", _("changed since it was confirmed")
        DISMISSED = "dismissed", _("no finding")
        GONE = "gone", _("no longer in the text")

    chapter = models.ForeignKey(Chapter, on_delete=models.CASCADE, related_name="findings")
    block = models.CharField(max_length=40)
    place = models.PositiveIntegerField(help_text=_("its order among the sentences of the text"))
    section = models.CharField(max_length=40, blank=True)
    quote = models.TextField()
    levels = models.JSONField(default=list)
    confidence = models.CharField(max_length=40, blank=True)
    likelihood = models.CharField(max_length=40, blank=True)
    sight = models.JSONField(default=list)
    keys = models.JSONField(default=list)
    evidence = models.CharField(max_length=20, blank=True)
    agreement = models.CharField(max_length=20, blank=True)
    account = models.TextField(blank=True)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.FOUND)
    version = models.PositiveIntegerField(help_text=_("the version it was last read from"))
    settled_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    settled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["chapter", "place", "pk"]
        constraints = [
            models.CheckConstraint(
                name="settled_finding_has_author",
                condition=~Q(status__in=["confirmed", "dismissed"]) | Q(settled_by__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return self.quote[:60]

    def get_absolute_url(self) -> str:
        return reverse("finding", args=[self.chapter.cycle.slug, self.pk])


class Note(models.Model):
    """What a guard noted; it changes no text, and stands until the words change or an author answers it (11.10)."""

    class Status(models.TextChoices):
        OPEN = "open", _("unanswered")
        ANSWERED = "answered", _("answered")
        GONE = "gone", _("the words changed")

    chapter = models.ForeignKey(Chapter, on_delete=models.CASCADE, related_name="guard_notes")
    finding = models.ForeignKey(
        Finding, on_delete=models.SET_NULL, null=True, blank=True, related_name="notes"
    )
    code = models.CharField(max_length=40)
    block = models.CharField(max_length=40)
    quote = models.TextField()
    said = models.JSONField(default=dict)
    digest = models.CharField(max_length=64)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.OPEN)
    answer = models.TextField(blank=True)
    answered_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    answered_at = models.DateTimeField(null=True, blank=True)
    at = models.DateTimeField()

    class Meta:
        ordering = ["chapter", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["chapter", "digest"], name="one_note_per_words"),
            models.CheckConstraint(
                name="answered_note_has_answer",
                condition=~Q(status="answered") | (~Q(answer="") & Q(answered_by__isnull=False)),
            ),
        ]


class FindingsRead(models.Model):
    """From which version each chapter's findings were read last; behind it, pages and gates say so."""

    chapter = models.OneToOneField(Chapter, on_delete=models.CASCADE, related_name="findings_read")
    version = models.PositiveIntegerField()


class ChosenScale(models.Model):
    """The scale of a cycle that uses another one than its procedure names (procedure 11.9)."""

    cycle = models.OneToOneField(Cycle, on_delete=models.CASCADE, related_name="chosen_scale")
    scale = models.CharField(max_length=20)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
