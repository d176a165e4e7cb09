"""What tests of rooms ask the database, from threads of their own."""

from __future__ import annotations

from django.db import connection, transaction

from assessments.drafting.rooms import document, store
from assessments.drafting.rooms.models import Room


def stored(chapter) -> str:
    """The text that another process would read now; the room is held, since another thread may just squash it."""
    with transaction.atomic():
        return str(document.text_of(store.built(Room.objects.select_for_update().get(pk=chapter.pk))))


def asked(question):
    """An answer of the database for a thread of its own, which leaves no connection behind."""
    try:
        return question()
    finally:
        connection.close()
