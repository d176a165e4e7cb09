"""Erasing the clear content of an entry where the law asks it; the chain still verifies and shows the gap."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from records.append import append
from records.models import Entry, EntryContent


@transaction.atomic
def erase(entry: Entry, *, reason: str, by, at: datetime) -> Entry:
    """Empty an entry's clear values and salts and append who did it and why (procedure 1.3)."""
    EntryContent.objects.filter(pk=entry.pk).update(fields={}, salts={}, erased_at=at)
    return append(
        entry.stream,
        "content.erased",
        {"seq": entry.seq, "reason": reason},
        by=by,
        at=at,
        visibility="public",
    )
