"""Immutable snapshots of chapters: blocks, sentences, HTML, PDF and its line map, made in one run."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from assessments.cycles.models import Cycle
from assessments.drafting.models import Chapter, ChapterVersion
from panels.models import User
from records.models import Job


class Snapshot(models.Model):
    """A draft frozen under a label such as FOD (procedure 5.1); ready when every chapter is whole."""

    class Status(models.TextChoices):
        BUILDING = "building", _("being frozen")
        READY = "ready", _("frozen")
        FAILED = "failed", _("not frozen")

    cycle = models.ForeignKey(Cycle, on_delete=models.PROTECT, related_name="snapshots")
    label = models.CharField(max_length=40)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.BUILDING)
    content_hash = models.CharField(max_length=64, blank=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    ready_at = models.DateTimeField(null=True, blank=True)
    seconds = models.PositiveIntegerField(default=0)
    error = models.TextField(blank=True)
    job = models.ForeignKey(Job, on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["cycle", "label"], condition=~Q(status="failed"), name="one_snapshot_per_label"
            ),
            models.CheckConstraint(
                name="ready_snapshot_has_hash",
                condition=~Q(status="ready") | (~Q(content_hash="") & Q(ready_at__isnull=False)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.cycle.slug}/{self.label}"

    def get_absolute_url(self) -> str:
        return reverse("snapshot", args=[self.cycle.slug, self.label])


class SnapshotChapter(models.Model):
    """One chapter as frozen. ``blocks``: [{id, kind, text, sentences: [[start, end], …]}] in order.

    ``line_map`` as in docs/line-map.md, stored with that PDF's hash and never computed again. ``pdf`` is a path
    a kept file (records.files), empty where the machine has no Pango (``pages`` is then 0).
    """

    snapshot = models.ForeignKey(Snapshot, on_delete=models.PROTECT, related_name="chapters")
    chapter = models.ForeignKey(Chapter, on_delete=models.PROTECT, related_name="frozen")
    version = models.ForeignKey(ChapterVersion, on_delete=models.PROTECT, related_name="+")
    title = models.CharField(max_length=250)
    html = models.TextField()
    blocks = models.JSONField()
    sentence_version = models.CharField(max_length=20)
    content_hash = models.CharField(max_length=64)
    pdf = models.CharField(max_length=160, blank=True)
    pdf_sha256 = models.CharField(max_length=64, blank=True)
    pages = models.PositiveIntegerField(default=0)
    lines = models.PositiveIntegerField(default=0)
    line_map = models.JSONField(null=True, blank=True)
    remedies = models.JSONField(default=list)

    class Meta:
        ordering = ["snapshot", "chapter__place"]
        constraints = [
            models.UniqueConstraint(fields=["snapshot", "chapter"], name="one_chapter_per_snapshot"),
            models.CheckConstraint(name="pdf_has_hash", condition=Q(pdf="") | ~Q(pdf_sha256="")),
        ]
