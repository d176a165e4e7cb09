"""Invitations that nobody answered: whom they were for is forgotten once they have long expired."""

from __future__ import annotations

from datetime import datetime

from panels.models import Invitation, Person
from records.retention import unreferenced


def forget(before: datetime, dry: bool) -> int:
    """Delete unanswered invitations that expired before that time, and whom nothing else knows of."""
    found = Invitation.objects.filter(accepted_at=None, expires_at__lt=before)
    if dry:
        return found.count()
    people = list(found.values_list("person", flat=True))
    found.delete()
    unreferenced(Person.objects.filter(pk__in=people, user=None)).delete()
    return len(people)
