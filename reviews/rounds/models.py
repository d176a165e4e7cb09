"""Review rounds on a snapshot, and who registered for them."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from assessments.cycles.models import Cycle
from assessments.procedures.titles import titled
from assessments.snapshots.models import Snapshot
from panels.models import Person, User
from reviews.rounds.querysets import RoundQuerySet

ANSWERED_WITHIN = timedelta(weeks=6)  # after the round is closed (procedure 6.14)


class ReviewRound(models.Model):
    """A round of review (procedure 6.1). ``rule_key`` names its rule in the pinned procedure; times in
    UTC."""

    class Status(models.TextChoices):
        OPEN = "open", _("open")
        CLOSED = "closed", _("closed")
        ANSWERED = "answered", _("answers published")

    cycle = models.ForeignKey(Cycle, on_delete=models.PROTECT, related_name="rounds")
    key = models.CharField(max_length=120, unique=True, help_text=_("such as un-2027/fod-experts"))
    rule_key = models.CharField(max_length=60)
    snapshot = models.ForeignKey(Snapshot, on_delete=models.PROTECT, related_name="rounds")
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.OPEN)
    opens_at = models.DateTimeField()
    closes_at = models.DateTimeField()
    opened_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    closed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    closed_at = models.DateTimeField(null=True, blank=True)
    answers_published_at = models.DateTimeField(null=True, blank=True)

    objects = RoundQuerySet.as_manager()

    class Meta:
        ordering = ["-opens_at"]
        constraints = [
            models.UniqueConstraint(fields=["cycle", "rule_key"], name="one_round_per_rule"),
            models.CheckConstraint(
                name="round_closes_after_opening", condition=Q(closes_at__gt=F("opens_at"))
            ),
            models.CheckConstraint(
                name="closed_round_has_closer",
                condition=Q(status="open") | Q(closed_by__isnull=False, closed_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.key

    @property
    def slug(self) -> str:
        return self.key.split("/", 1)[1]

    @property
    def rule(self):
        return self.cycle.procedure.round(self.rule_key)

    @property
    def title(self) -> str:
        """The rule's title in the reader's language; the record keeps ``rule.title``."""
        return titled(self.rule.title)

    @property
    def answers_due_at(self) -> datetime | None:
        """When the authors' answers are due: some weeks after the closing, where the round asks for answers."""
        if self.closed_at is None or not self.rule.individual_answers:
            return None
        return self.closed_at + ANSWERED_WITHIN

    @property
    def listed_chapters(self):
        """Its frozen chapters for lists and menus: without their texts and line maps, which are megabytes."""
        frozen = self.snapshot.chapters.select_related("chapter__cycle")
        return frozen.defer("html", "blocks", "line_map")

    def get_absolute_url(self) -> str:
        return reverse("round", args=[self.cycle.slug, self.slug])


class Registration(models.Model):
    """A person's registration: undertaking and consent come before any draft is seen (procedure 6.2)."""

    round = models.ForeignKey(ReviewRound, on_delete=models.PROTECT, related_name="registrations")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="registrations")
    expertise = models.CharField(_("your expertise, in your own words"), max_length=300)
    undertaking_at = models.DateTimeField()
    consent_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["round", "person"], name="one_registration_per_person")
        ]
