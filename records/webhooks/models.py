"""Addresses that are told of entries, and what was sent to each."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


def new_id() -> str:
    return f"msg_{uuid.uuid4().hex}"


class Webhook(models.Model):
    """An address that hears of the entries of a scope (a cycle), as far as ``level`` lets it.

    ``verbs`` empty: all. ``by`` registered or changed it last: with the level "own" it hears what they may read
    at the time of sending. ``failing_since`` is the first failure since the last success.
    """

    class Level(models.TextChoices):
        PUBLIC = "public", _("what everybody may read")
        OWN = "own", _("what I may read myself, each time it is sent")

    scope = models.CharField(max_length=80, db_index=True)
    url = models.URLField(max_length=500)
    verbs = models.JSONField(default=list, blank=True)
    level = models.CharField(max_length=6, choices=Level.choices, default=Level.PUBLIC)
    secret = models.CharField(max_length=80)
    old_secret = models.CharField(max_length=80, blank=True)
    old_until = models.DateTimeField(null=True, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    active = models.BooleanField(default=True)
    why_ended = models.CharField(max_length=300, blank=True)
    failing_since = models.DateTimeField(null=True, blank=True)
    failures = models.PositiveIntegerField(default=0)
    next_try_at = models.DateTimeField(null=True, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    lease_job = models.BigIntegerField(null=True, blank=True)

    class Meta:
        app_label = "records"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["scope", "url"], name="one_webhook_per_address"),
        ]

    def __str__(self) -> str:
        return self.host

    @property
    def host(self) -> str:
        """What the record and letters show: the rest of an address may hold secrets."""
        return self.url.split("/")[2]


class Delivery(models.Model):
    """One message to one webhook: an entry, or a test without one; sent in order of their number."""

    class Status(models.TextChoices):
        WAITING = "waiting", _("waiting")
        SENT = "sent", _("sent")
        WITHHELD = "withheld", _("not sent: not to be read at this level")

    webhook = models.ForeignKey(Webhook, on_delete=models.CASCADE, related_name="deliveries")
    entry = models.ForeignKey("records.Entry", on_delete=models.PROTECT, null=True, related_name="+")
    message_id = models.CharField(max_length=40, unique=True, default=new_id)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.WAITING)
    tries = models.PositiveIntegerField(default=0)
    response_status = models.PositiveSmallIntegerField(null=True)
    response_text = models.CharField(max_length=500, blank=True)
    error = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField()
    tried_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "records"
        ordering = ["pk"]
        indexes = [models.Index(fields=["webhook", "status", "id"], name="deliveries_waiting")]
        constraints = [
            models.CheckConstraint(
                name="ended_delivery_has_end",
                condition=models.Q(status="waiting") | models.Q(ended_at__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return self.message_id
