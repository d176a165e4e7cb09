"""What the API keeps for itself: answers to requests that may be sent again."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class KeptAnswer(models.Model):
    """The answer to one request with an Idempotency-Key; without a status while it is at work. Kept for a day."""

    owner = models.CharField(max_length=40)
    key = models.CharField(max_length=200)
    fingerprint = models.CharField(max_length=64)
    claim = models.CharField(max_length=16)
    claimed_at = models.DateTimeField(db_index=True)
    status = models.PositiveSmallIntegerField(null=True)
    body = models.TextField(blank=True)

    class Meta:
        app_label = "portal"
        constraints = [
            models.UniqueConstraint(fields=["owner", "key"], name="one_answer_per_key"),
            models.CheckConstraint(name="body_has_status", condition=Q(status__isnull=False) | Q(body="")),
        ]

    def __str__(self) -> str:
        return f"{self.owner} {self.key}"
