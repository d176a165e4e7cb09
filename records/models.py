"""What happened: streams, their entries, the clear content beside them, signed heads; jobs and notices."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from records.looking import once
from records.notices.models import Address, CalendarLink, Notice, Preference  # noqa: F401  handed on
from records.search.models import Indexed, Unindexed  # noqa: F401  handed on


class Stream(models.Model):
    """A gapless, hash-chained sequence of acts: one for each cycle, chapter, body, session (procedure 1.1)."""

    key = models.CharField(max_length=160, unique=True)
    kind = models.CharField(max_length=40)
    note = models.CharField(max_length=200, blank=True)
    last_seq = models.PositiveIntegerField(default=0)
    last_hash = models.CharField(max_length=64, default="0" * 64)

    def __str__(self) -> str:
        return self.key

    @property
    def head(self) -> str:
        """The head as printed in minutes: ``SEQ:HASH``."""
        return f"{self.last_seq}:{self.last_hash}"


class Entry(models.Model):
    """One act. Triggers on both databases refuse to change or remove a row (procedure 1.2)."""

    stream = models.ForeignKey(Stream, on_delete=models.PROTECT, related_name="entries")
    seq = models.PositiveIntegerField()
    at = models.DateTimeField()
    verb = models.CharField(max_length=60)
    actor = models.CharField(max_length=32)
    on_behalf = models.CharField(max_length=32, blank=True)
    visibility = models.CharField(max_length=30)
    commitment = models.CharField(max_length=64)
    prev = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    class Meta:
        ordering = ["stream", "seq"]
        constraints = [models.UniqueConstraint(fields=["stream", "seq"], name="one_entry_per_seq")]

    def __str__(self) -> str:
        return f"{self.stream_id}:{self.seq} {self.verb}"


class EntryContent(models.Model):
    """The clear values and salts of an entry; they may be withheld, or erased by law, while the chain verifies."""

    entry = models.OneToOneField(Entry, on_delete=models.PROTECT, related_name="content", primary_key=True)
    fields = models.JSONField()
    salts = models.JSONField()
    leaves = models.JSONField()
    erased_at = models.DateTimeField(null=True, blank=True)


class Reference(models.Model):
    """The random name under which a person or body appears in one stream's entries."""

    stream = models.ForeignKey(Stream, on_delete=models.PROTECT, related_name="references")
    ref = models.CharField(max_length=32)
    subject = models.CharField(max_length=80)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["stream", "subject"], name="one_reference_per_subject"),
            models.UniqueConstraint(fields=["stream", "ref"], name="reference_names_one_subject"),
        ]


class SignedHeads(models.Model):
    """A stream's head at one time, signed with the portal's Ed25519 key: daily, and at publications (procedure 1.4).

    One document a stream, so that no export tells of streams that its reader may not see.
    """

    stream = models.ForeignKey(Stream, on_delete=models.PROTECT, related_name="signed")
    at = models.DateTimeField()
    document = models.JSONField()


class Job(models.Model):
    """Background work, written in the business transaction; a broker message only says "look now"."""

    class Status(models.TextChoices):
        QUEUED = "queued", _("waiting")
        RUNNING = "running", _("running")
        DONE = "done", _("done")
        FAILED = "failed", _("failed")

    kind = models.CharField(max_length=60)
    args = models.JSONField(default=dict)
    scope = models.CharField(
        max_length=80, blank=True, help_text=_("The cycle; queues are fair between scopes.")
    )
    lane = models.CharField(max_length=20, default="work")
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.QUEUED)
    tries = models.PositiveSmallIntegerField(default=0)
    max_tries = models.PositiveSmallIntegerField(default=3)
    run_after = models.DateTimeField()
    lease_until = models.DateTimeField(null=True, blank=True)
    worker = models.CharField(max_length=80, blank=True)
    progress = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    text = models.CharField(max_length=300, blank=True)
    error = models.TextField(blank=True)
    result = models.JSONField(null=True, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    request_id = models.CharField(max_length=64, blank=True, default="", db_default="", editable=False)
    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["lane", "status", "run_after"], name="jobs_due")]
        constraints = [
            models.CheckConstraint(
                name="running_job_has_lease",
                condition=~Q(status="running") | Q(lease_until__isnull=False),
            ),
            models.CheckConstraint(
                name="ended_job_has_end",
                condition=~Q(status__in=["done", "failed"]) | Q(finished_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk} ({self.status})"


class LastTimeManager(models.Manager):
    def note(self, name: str, at: datetime, **detail) -> None:
        """It happened now, with what there is to say of it."""
        made = self.model(name=name, at=at, detail=detail)
        self.bulk_create(
            [made], update_conflicts=True, unique_fields=["name"], update_fields=["at", "detail"]
        )

    def known(self) -> dict[str, LastTime]:
        """All of them by name; a page that looks at the installation asks for several."""
        return once(("last times",), lambda: {row.name: row for row in self.all()})


class LastTime(models.Model):
    """When something that must happen again and again last did: ``worker/LANE``, ``heads``, ``backup`` …"""

    name = models.CharField(max_length=80, unique=True)
    at = models.DateTimeField()
    detail = models.JSONField(default=dict)

    objects = LastTimeManager()

    def __str__(self) -> str:
        return self.name


# The tables of webhooks lie with their part.
from records.webhooks.models import Delivery, Webhook  # noqa: E402, F401
