"""Stored projections: where each anchor of a reviewed draft stands in a later one, and what a person decided."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from assessments.snapshots.models import Snapshot
from panels.models import User
from records.models import Job
from reviews.comments.models import Comment


class ProjectionQuerySet(models.QuerySet):
    def waiting(self):
        """Those of standing comments of which a person has still to say where they stand."""
        return self.filter(outcome=Projection.Outcome.AMBIGUOUS, decision="", comment__status="sent")


class Projection(models.Model):
    """One anchor of a comment on one later snapshot (procedure 5.4).

    The columns up to ``at`` are the machine's and are written anew each time it looks; those of the decision are a
    person's, and only ``deciding.py`` writes them. ``place`` counts the comment's anchors from 0. ``start`` and
    ``end`` are characters of ``block`` in the chapter ``chapter_number`` of ``snapshot``. ``candidates``:
    [{block, start, end, score, doubts}], best first. Scores are 0 to 1.
    """

    class Outcome(models.TextChoices):
        SAME = "same", _("unchanged")
        MOVED = "moved", _("moved")
        EDITED = "edited", _("changed")
        SPLIT = "split", _("divided")
        MERGED = "merged", _("joined")
        DELETED = "deleted", _("gone")
        AMBIGUOUS = "ambiguous", _("doubtful")

    class Decision(models.TextChoices):
        NONE = "", _("none yet")
        PLACE = "place", _("placed")
        DELETED = "deleted", _("gone")
        SECTION = "section", _("whole section")

    comment = models.ForeignKey(Comment, on_delete=models.PROTECT, related_name="projections")
    place = models.PositiveSmallIntegerField(default=0)
    snapshot = models.ForeignKey(Snapshot, on_delete=models.PROTECT, related_name="projections")
    outcome = models.CharField(max_length=10, choices=Outcome.choices)
    chapter_number = models.CharField(max_length=12, blank=True)
    block = models.CharField(max_length=160, blank=True)
    start = models.PositiveIntegerField(default=0)
    end = models.PositiveIntegerField(default=0)
    score = models.FloatField(default=0)
    runner_up = models.FloatField(default=0)
    method = models.CharField(max_length=12, blank=True)
    reason = models.CharField(max_length=16, blank=True)
    candidates = models.JSONField(default=list)
    job = models.ForeignKey(Job, on_delete=models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()
    decision = models.CharField(max_length=10, choices=Decision.choices, blank=True, default="")
    decided = models.JSONField(null=True, help_text=_("chapter, block, start and end that a person chose"))
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)

    objects = ProjectionQuerySet.as_manager()

    class Meta:
        ordering = ["snapshot", "comment", "place"]
        constraints = [
            models.UniqueConstraint(
                fields=["comment", "place", "snapshot"], name="one_projection_per_anchor_and_draft"
            ),
            models.CheckConstraint(
                name="decided_projection_names_who",
                condition=Q(decision="", decided_by__isnull=True)
                | (~Q(decision="") & Q(decided_by__isnull=False, decided_at__isnull=False)),
            ),
        ]
        indexes = [models.Index(fields=["snapshot", "outcome", "decision"], name="projections_that_wait")]

    def __str__(self) -> str:
        return f"{self.comment} → {self.snapshot.label}: {self.outcome}"

    @property
    def cycle(self):
        return self.snapshot.cycle

    @property
    def chapter(self):
        """The chapter whose authors say where it stands: that of the comment."""
        return self.comment.chapter

    @property
    def waits(self) -> bool:
        """Whether a person has still to say where it stands."""
        return self.outcome == self.Outcome.AMBIGUOUS and not self.decision

    @property
    def standing(self) -> dict:
        """What holds now: {outcome, chapter, block, start, end}; a person's word before the machine's."""
        if not self.decision:
            names = ("outcome", "block", "start", "end")
            return {"chapter": self.chapter_number, **{name: getattr(self, name) for name in names}}
        return {"outcome": standing_outcome(self.outcome, self.decision), **(self.decided or {})}


def standing_outcome(outcome: str, decision: str) -> str:
    """The outcome that counts: a place that a person chose is that of a changed passage."""
    if not decision:
        return outcome
    return "deleted" if decision == Projection.Decision.DELETED else "edited"
