"""Notes of files that somebody tried to bring in: what came of each, and the reasons where it was refused."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from assessments.cycles.models import Cycle
from panels.models import User


class ImportAttempt(models.Model):
    """One attempt, kept for a time; what was entered stands in the record, and what was refused stands only here.

    ``place`` says where in the cycle: a round's short name, a chapter's number, or nothing. ``reasons`` are the
    first of ``refused`` sentences.
    """

    class Kind(models.TextChoices):
        COMMENTS = "comments", _("comments")
        SOURCES = "sources", _("sources")
        CHAPTER = "chapter", _("chapter")

    class Outcome(models.TextChoices):
        TAKEN = "taken", _("taken in")
        PARTLY = "partly", _("taken in, but for some")
        REFUSED = "refused", _("refused")

    cycle = models.ForeignKey(Cycle, on_delete=models.CASCADE, related_name="import_attempts")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    place = models.CharField(max_length=60, blank=True)
    file = models.CharField(max_length=200)
    outcome = models.CharField(max_length=10, choices=Outcome.choices)
    counts = models.JSONField(default=dict)
    reasons = models.JSONField(default=list)
    refused = models.PositiveIntegerField(default=0)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.file} ({self.outcome})"
