"""A person's own keys to the API."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q


class Token(models.Model):
    """A secret that stands for a person at the API, narrowed by scopes; only its hash is kept.

    ``writes`` lets it act, ``areas`` narrows it to parts of the API (none named: all), ``cycle`` to one cycle.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="tokens")
    name = models.CharField(max_length=80)
    hash = models.CharField(max_length=64, unique=True)
    writes = models.BooleanField(default=False)
    areas = models.JSONField(default=list)
    cycle = models.CharField(max_length=60, blank=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        app_label = "portal"
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                name="token_expires_after_start", condition=Q(expires_at__gt=F("created_at"))
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def scopes(self) -> list[str]:
        return ["write" if self.writes else "read", *self.areas]
