"""Erasing the clear content of an entry where the law asks it; the chain still verifies and shows the gap."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from records import reading
from records.append import append, lock, subject_of
from records.models import Entry, EntryContent, Reference
from records.obstacles import Obstacle, refuse, refuse_if, require
from records.search import index

ERASED = "content.erased"


def obstacles_to_erasing(entry: Entry, user) -> list[Obstacle]:
    """Why this entry's content cannot be erased by this officer (procedure 1.9)."""
    if entry.verb == ERASED:
        return [Obstacle("erasure-note", _("Who erased what, when and why stays in the record."), rule="1.9")]
    if entry.content.erased_at is not None:
        return [Obstacle("erased", _("The content of this entry is erased already."), rule="1.9")]
    if entry.visibility not in (reading.visibilities(user, entry.stream) or ()):
        return [
            Obstacle(
                "withheld",
                _("The content of this entry is withheld from you."),
                rule="1.9",
                remedy=_("An officer who may read it erases it."),
            )
        ]
    if _concerns(entry, user):
        return [
            Obstacle(
                "own-case",
                _("This entry is your own act, was made for you, or names you."),
                rule="1.9",
                remedy=_("Another officer decides on it."),
            )
        ]
    return []


def _concerns(entry: Entry, user) -> bool:
    own = Reference.objects.filter(stream=entry.stream, subject=subject_of(user)).values_list(
        "ref", flat=True
    )
    if {entry.actor, entry.on_behalf} & set(own):
        return True
    named = {str(user).casefold(), user.email.casefold()}
    values = entry.content.fields.values()
    return any(isinstance(value, str) and value.strip().casefold() in named for value in values)


@transaction.atomic
def erase(entry: Entry, *, reason: str, by, at: datetime) -> Entry:
    """Empty an entry's clear values and salts and append who did it and why (procedure 1.9).

    Returns the entry that says so. Raises PermissionDenied, Blocked: no reason, erased already, an erasure's
    own note, withheld from the officer, their own case.
    """
    lock(entry.stream)
    entry = Entry.objects.select_related("stream", "content").get(pk=entry.pk)
    require(by, "records.erase", entry)
    refuse_if(obstacles_to_erasing(entry, by))
    if not reason.strip():
        refuse("no-reason", _("Name the law and the order that ask for the erasure."), rule="1.9")
    EntryContent.objects.filter(pk=entry.pk).update(fields={}, salts={}, erased_at=at)
    index.forget("entry", [entry.pk])
    return append(
        entry.stream,
        ERASED,
        {"seq": entry.seq, "reason": reason.strip()},
        by=by,
        at=at,
        visibility="public",
    )
