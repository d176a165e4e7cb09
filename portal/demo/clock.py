"""A clock for the demonstration: what it shows happened over months is entered with the dates it happened."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import datetime, timedelta
from unittest import mock

from django.utils import timezone

_true_now = timezone.now


@contextmanager
def at(moment: datetime):
    """Within the block the portal's clock stands at ``moment`` (aware) and runs on from there."""
    began = _true_now()

    def shown() -> datetime:
        return moment + (_true_now() - began)

    with mock.patch.object(timezone, "now", shown):
        yield shown


def days_ago(days: float) -> datetime:
    return _true_now() - timedelta(days=days)
