"""What the commands on rounds share."""

from __future__ import annotations

from assessments.management.base import Usage
from reviews.rounds.models import ReviewRound


def round_keyed(key: str) -> ReviewRound:
    """The round of that key, such as un-2027/fod-experts."""
    found = ReviewRound.objects.select_related("cycle", "snapshot").filter(key=key).first()
    if found is None:
        known = ", ".join(ReviewRound.objects.values_list("key", flat=True)) or "none yet"
        raise Usage(f"ROUND: there is no round {key}. There are: {known}.")
    return found
