"""Trickle-backs, editors' reports and the acts of publication (procedure 8)."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from assessments.cycles.models import Cycle
from assessments.drafting.models import Chapter, ChapterVersion
from assessments.snapshots.models import Snapshot
from panels.models import Person, User
from records.models import Job


class TrickleBack(models.Model):
    """A chapter edit needed so that the chapter agrees with the approved summary (procedure 8.3)."""

    chapter = models.ForeignKey(Chapter, on_delete=models.PROTECT, related_name="trickle_backs")
    line_label = models.CharField(_("line of the summary"), max_length=30)
    old = models.TextField(_("old text"))
    new = models.TextField(_("new text"))
    reason = models.TextField(_("reason"))
    opened_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField()
    closed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_version = models.ForeignKey(
        ChapterVersion, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["opened_at"]
        constraints = [
            models.CheckConstraint(
                name="closed_trickle_back_is_signed",
                condition=Q(closed_at__isnull=True)
                | Q(closed_by__isnull=False, closed_version__isnull=False),
            )
        ]


class EditorReport(models.Model):
    """A review editor's written final report on a chapter, published with it (procedure 8.4)."""

    chapter = models.ForeignKey(Chapter, on_delete=models.PROTECT, related_name="editor_reports")
    editor = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    file = models.CharField(max_length=160)
    name = models.CharField(max_length=160)
    sha256 = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        ordering = ["at"]
        constraints = [
            models.UniqueConstraint(fields=["chapter", "editor"], name="one_report_per_editor_and_chapter")
        ]


class PublicationQuerySet(models.QuerySet):
    def at_address(self, slug: str):
        """Those of one address, as ``Publication.slug`` writes it."""
        act, number = (slug, "1") if not slug[-1:].isdigit() else slug.rsplit("-", 1)
        return self.filter(act=act.replace("-", "."), number=int(number) if number.isdigit() else 0)


class Publication(models.Model):
    """One act of publication; ``done_at`` is set when every file lies there, and nothing changes after.

    Under an embargo the files lie there from ``ready_at`` for those who take part, and ``done_at`` waits (8.9).
    ``number`` counts the times of an act that may be repeated (procedure 8.7).
    """

    cycle = models.ForeignKey(Cycle, on_delete=models.PROTECT, related_name="publications")
    act = models.CharField(max_length=40)
    number = models.PositiveSmallIntegerField(default=1)
    snapshot = models.ForeignKey(Snapshot, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    done_at = models.DateTimeField(null=True, blank=True)
    error = models.TextField(blank=True)
    counts = models.JSONField(default=dict)
    matter = models.JSONField(
        null=True, blank=True, help_text=_("what stands around the chapters, as it was when the act was done")
    )
    embargo_until = models.DateTimeField(null=True, blank=True)
    ready_at = models.DateTimeField(null=True, blank=True, help_text=_("its files lie there, under embargo"))
    job = models.ForeignKey(Job, on_delete=models.SET_NULL, null=True, related_name="+")

    objects = PublicationQuerySet.as_manager()

    class Meta:
        ordering = ["at"]
        constraints = [
            models.UniqueConstraint(
                fields=["cycle", "act", "number"], name="one_publication_per_act_and_number"
            ),
            models.UniqueConstraint(
                fields=["cycle", "act", "snapshot"], name="a_draft_is_published_once_per_act"
            ),
        ]

    @property
    def slug(self) -> str:
        """As it stands in an address: ``edition-publish``, ``brief-publish-2``."""
        return self.act.replace(".", "-") + (f"-{self.number}" if self.number > 1 else "")

    @property
    def decisions(self):
        """The decisions recorded after it and shown with it (procedure 3.8)."""
        kinds = [d.key for d in self.cycle.procedure.decisions.values() if d.follows == self.act]
        return self.cycle.decisions.filter(kind__in=kinds) if self.done_at else self.cycle.decisions.none()


class PublicationFile(models.Model):
    """A published file: pdf, html, data (of a figure), comments (csv), record (jsonl).

    ``path`` is a kept file (records.files).
    """

    publication = models.ForeignKey(Publication, on_delete=models.PROTECT, related_name="files")
    kind = models.CharField(max_length=12)
    name = models.CharField(max_length=160)
    title = models.CharField(max_length=250)
    path = models.CharField(max_length=160)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveBigIntegerField()

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["publication", "name"], name="one_file_per_name")]
