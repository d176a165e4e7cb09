"""A session on a summary: lines, the floor, proposals, brackets, verdicts, objections (procedure 7)."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

import records.append
from assessments.cycles.models import Cycle
from assessments.snapshots.models import SnapshotChapter
from panels.models import Body, Person, User
from records.models import Stream
from reviews.approval.querysets import FloorQuerySet, LineQuerySet, SessionQuerySet


class Session(models.Model):
    """An approval session on one frozen summary (procedure 7.1)."""

    class Status(models.TextChoices):
        PREPARED = "prepared", _("prepared")
        SITTING = "sitting", _("sitting")
        CLOSED = "closed", _("closed")

    cycle = models.ForeignKey(Cycle, on_delete=models.PROTECT, related_name="sessions")
    number = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=200)
    frozen = models.ForeignKey(SnapshotChapter, on_delete=models.PROTECT, related_name="sessions")
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.PREPARED)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    opens_at = models.DateTimeField(
        null=True, blank=True, help_text=_("when it is to open; it is reminded of")
    )
    closed_at = models.DateTimeField(null=True, blank=True)

    objects = SessionQuerySet.as_manager()

    class Meta:
        ordering = ["cycle", "number"]
        constraints = [models.UniqueConstraint(fields=["cycle", "number"], name="one_session_per_number")]

    def __str__(self) -> str:
        return f"{self.cycle.slug}/session-{self.number}"

    def get_absolute_url(self) -> str:
        return reverse("session", args=[self.cycle.slug, self.number])

    @property
    def shape(self) -> str:
        """The key of the state's shape (components/_state.html)."""
        return {"prepared": "tocome", "sitting": "running", "closed": "closed"}[self.status]

    @property
    def stream(self) -> Stream:
        return records.append.stream(
            f"session/{self.cycle.slug}/{self.number}", "session", self.cycle.demo_note
        )


class Line(models.Model):
    """A sentence of the summary with a stable id and a label that never changes once circulated."""

    class State(models.TextChoices):
        QUEUED = "queued", _("to come")
        OPEN = "open", _("open now")
        OBJECTIONS = "objections", _("call for objections")
        PARKED = "parked", _("parked")
        APPROVED = "approved", _("approved")
        DELETED = "deleted", _("deleted")

    session = models.ForeignKey(Session, on_delete=models.PROTECT, related_name="lines")
    place = models.PositiveIntegerField()
    label = models.CharField(max_length=30)
    kind = models.CharField(max_length=20, default="sentence")
    headline = models.BooleanField(default=False)
    block = models.CharField(max_length=40)
    start = models.PositiveIntegerField()
    end = models.PositiveIntegerField()
    circulated = models.TextField()
    text = models.TextField()
    text_hash = models.CharField(max_length=64)
    sight = models.CharField(max_length=200, blank=True, help_text=_("line of sight: {3.2, Figure 3.1}"))
    state = models.CharField(max_length=12, choices=State.choices, default=State.QUEUED)
    called_at = models.DateTimeField(null=True, blank=True, help_text=_("when objections were called for"))
    approved_at = models.DateTimeField(null=True, blank=True)
    approved_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    approved_hash = models.CharField(max_length=64, blank=True)

    objects = LineQuerySet.as_manager()

    class Meta:
        ordering = ["session", "place"]
        constraints = [
            models.UniqueConstraint(fields=["session", "label"], name="one_line_per_label"),
            models.UniqueConstraint(fields=["session", "place"], name="one_line_per_place"),
            models.UniqueConstraint(
                fields=["session"],
                condition=Q(state__in=["open", "objections"]),
                name="one_open_line_in_a_room",
            ),
            models.CheckConstraint(
                name="approved_line_is_its_hash",
                condition=~Q(state="approved")
                | Q(
                    approved_at__isnull=False, approved_by__isnull=False, approved_hash=models.F("text_hash")
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.label


class LineText(models.Model):
    """Every text a line has had, in order: one row per hash put before the room."""

    line = models.ForeignKey(Line, on_delete=models.PROTECT, related_name="texts")
    number = models.PositiveIntegerField()
    text = models.TextField()
    text_hash = models.CharField(max_length=64)
    origin = models.CharField(max_length=40)
    at = models.DateTimeField()

    class Meta:
        ordering = ["line", "number"]
        constraints = [models.UniqueConstraint(fields=["line", "number"], name="one_text_per_number")]


class FloorRequest(models.Model):
    """A place on the floor list; ``place`` is never tied (procedure 7.5)."""

    class Kind(models.TextChoices):
        INTERVENTION = "intervention", _("Intervention")
        POINT = "point-of-order", _("Point of order")
        CLARIFICATION = "clarification", _("Authors' clarification")

    class Status(models.TextChoices):
        WAITING = "waiting", _("waiting")
        SPEAKING = "speaking", _("speaking")
        DONE = "done", _("has spoken")
        WITHDRAWN = "withdrawn", _("withdrawn")

    session = models.ForeignKey(Session, on_delete=models.PROTECT, related_name="floor")
    line = models.ForeignKey(Line, on_delete=models.PROTECT, null=True, related_name="+")
    place = models.PositiveIntegerField()
    body = models.ForeignKey(Body, on_delete=models.PROTECT, null=True, related_name="+")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=16, choices=Kind.choices, default=Kind.INTERVENTION)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.WAITING)
    asked_at = models.DateTimeField()
    given_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = FloorQuerySet.as_manager()

    class Meta:
        ordering = ["session", "place"]
        constraints = [
            models.UniqueConstraint(fields=["session", "place"], name="floor_places_are_never_tied"),
            models.UniqueConstraint(
                fields=["session"], condition=Q(status="speaking"), name="one_speaks_at_a_time"
            ),
            models.UniqueConstraint(
                fields=["session", "body", "kind"],
                condition=Q(status="waiting"),
                name="one_waiting_request_per_delegation_and_kind",
            ),
        ]


class Proposal(models.Model):
    """A text proposed against a base hash (procedure 7.6). A base that moved asks for a rebase."""

    class Status(models.TextChoices):
        STANDING = "standing", _("standing")
        WITHDRAWN = "withdrawn", _("withdrawn")
        ADOPTED = "adopted", _("on the screen")
        SET_ASIDE = "set-aside", _("set aside")

    line = models.ForeignKey(Line, on_delete=models.PROTECT, related_name="proposals")
    letter = models.CharField(max_length=3)
    base_hash = models.CharField(max_length=64)
    text = models.TextField(blank=True, help_text=_("empty: delete the line"))
    text_hash = models.CharField(max_length=64)
    reason = models.CharField(max_length=500, blank=True)
    body = models.ForeignKey(Body, on_delete=models.PROTECT, null=True, related_name="+")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.STANDING)
    at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["line", "pk"]
        constraints = [models.UniqueConstraint(fields=["line", "letter"], name="one_proposal_per_letter")]


class Bracket(models.Model):
    """Words on which the room does not agree yet, with the readings and who holds each (procedure 7.7)."""

    line = models.ForeignKey(Line, on_delete=models.PROTECT, related_name="brackets")
    readings = models.JSONField(help_text=_("[{text, holder, body}] in order"))
    start = models.PositiveIntegerField()
    end = models.PositiveIntegerField()
    text_hash = models.CharField(max_length=64)
    opened_at = models.DateTimeField()
    lifted_at = models.DateTimeField(null=True, blank=True)
    lifted_to = models.TextField(blank=True)

    class Meta:
        ordering = ["pk"]


class Verdict(models.Model):
    """An author's word on the exact text: consistent with the chapters or not (procedure 7.8)."""

    class Value(models.TextChoices):
        CONSISTENT = "consistent", _("consistent with the chapters")
        INCONSISTENT = "inconsistent", _("not consistent with the chapters")

    line = models.ForeignKey(Line, on_delete=models.PROTECT, related_name="verdicts")
    text_hash = models.CharField(max_length=64)
    value = models.CharField(max_length=14, choices=Value.choices)
    note = models.TextField(blank=True)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    on_circulation = models.BooleanField(default=False)
    final = models.BooleanField(
        default=False, help_text=_("given by a co-chair of the team on differing verdicts")
    )
    at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]


class Objection(models.Model):
    """An objection to a line; its holder ends it, or the chair's recorded ruling (procedure 7.10, 7.11)."""

    class Status(models.TextChoices):
        STANDING = "standing", _("standing")
        LIFTED = "lifted", _("lifted")
        DIFFERING = "differing-view", _("turned into a recorded differing view")
        RULED = "ruled", _("ended by a recorded ruling")

    line = models.ForeignKey(Line, on_delete=models.PROTECT, related_name="objections")
    body = models.ForeignKey(Body, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    reason = models.TextField(blank=True)
    status = models.CharField(max_length=14, choices=Status.choices, default=Status.STANDING)
    view = models.TextField(blank=True, help_text=_("the differing view, in the delegation's own words"))
    ruling = models.TextField(blank=True)
    at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["line", "body"], condition=Q(status="standing"), name="one_standing_objection"
            ),
            models.CheckConstraint(
                name="differing_view_has_words", condition=~Q(status="differing-view") | ~Q(view="")
            ),
        ]


class Acknowledgement(models.Model):
    """The plenary screen showed this text, or the chair recorded that it was read aloud (procedure 7.9)."""

    line = models.ForeignKey(Line, on_delete=models.PROTECT, related_name="acknowledgements")
    text_hash = models.CharField(max_length=64)
    seq = models.PositiveIntegerField()
    read_aloud = models.BooleanField(default=False)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]
