"""What of a room is stored: opening it, adding updates, reading on, squashing. Each is one transaction.

The row of the room is locked for every addition, so that the numbers of its updates rise in the order in which
they can be seen: a process that reads on after a number misses nothing.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from assessments.drafting.models import Chapter, ChapterVersion
from assessments.drafting.rooms import document
from assessments.drafting.rooms.models import Room, RoomUpdate

log = logging.getLogger(__name__)

SQUASH_AT = 500  # updates


@dataclass(frozen=True)
class Stored:
    """A room as it was read: what builds its document, and the number of the last update in it."""

    chapter: int
    key: str
    state: bytes
    updates: list[bytes]
    last: int
    version: int | None = None


@dataclass(frozen=True)
class Typed:
    """A change as it waits to be stored: the update, and the account that typed it."""

    data: bytes
    by: int | None


@transaction.atomic
def open_room(chapter: Chapter, now: datetime) -> Stored:
    """The room of a chapter, made from its current version where there is none yet."""
    room = Room.objects.filter(chapter=chapter).first()
    if room is None:
        # Two who come first make one room: the second waits here and finds it.
        chapter = Chapter.objects.select_for_update().get(pk=chapter.pk)
        markdown = chapter.current.markdown if chapter.current else ""
        room, _made = Room.objects.get_or_create(
            chapter=chapter,
            defaults={
                "key": secrets.token_hex(16),
                "state": document.begin(markdown),
                "markdown": markdown,
                "version": chapter.current,
            },
        )
    else:
        room = Room.objects.select_for_update().get(pk=room.pk)
    return read(room)


def read(room: Room) -> Stored:
    """State and updates of a room whose row the caller has locked."""
    rows = room.updates.filter(pk__gt=room.upto).values_list("data", flat=True)
    return Stored(
        room.pk, room.key, bytes(room.state), [bytes(row) for row in rows], room.last, room.version_id
    )


def built(room: Room):
    """The document of a room whose row the caller has locked."""
    stored = read(room)
    return document.build(stored.state, stored.updates)


@transaction.atomic
def add(chapter: int, typed: Iterable[Typed], now: datetime) -> tuple[int, list[int]]:
    """Store changes; returns the number of the last update before them, and their own numbers.

    What is returned from here may be acknowledged: it outlives the process. The first change after a version
    marks the text as not yet kept as one.
    """
    room = Room.objects.select_for_update().defer("state", "markdown").get(pk=chapter)
    before = room.last
    rows = [RoomUpdate(room=room, data=each.data, by_id=each.by, at=now) for each in typed]
    RoomUpdate.objects.bulk_create(rows)
    for row in rows:
        if row.by_id is not None:
            room.writers[str(row.by_id)] = room.writers.get(str(row.by_id), 0) + len(row.data)
    room.last, room.rows = rows[-1].pk, room.rows + len(rows)
    room.unkept_since, room.edited_at = room.unkept_since or now, now
    room.save(update_fields=["last", "rows", "writers", "unkept_since", "edited_at"])
    return before, [row.pk for row in rows]


def news(seen: dict[int, int]) -> list[int]:
    """Of the rooms with the number each is read up to, those that have more."""
    found = Room.objects.filter(pk__in=seen).values_list("pk", "last")
    return [chapter for chapter, last in found if last > seen[chapter]]


def version_since(chapter: int, told: int | None) -> tuple[int, dict] | None:
    """The version that the room's text stands on, where it is another than the one told of: its key, what is told."""
    standing = Room.objects.filter(pk=chapter).exclude(version=told).values("version")
    version = ChapterVersion.objects.filter(pk__in=standing).select_related("by").first()
    if version is None:
        return None
    said = {"number": version.number, "note": version.note, "by": str(version.by), "user": version.by_id}
    return version.pk, said


@transaction.atomic
def after(chapter: int, seen: int) -> tuple[list[tuple[int, bytes]], int]:
    """The updates after a number, each with its own; where they were squashed meanwhile, the whole state (as 0)."""
    room = Room.objects.select_for_update().get(pk=chapter)
    found = [(pk, bytes(data)) for pk, data in room.updates.filter(pk__gt=seen).values_list("pk", "data")]
    if room.upto > seen:
        found.insert(0, (0, bytes(room.state)))
    return found, room.last


@transaction.atomic
def squash(chapter: int) -> bool:
    """Put the updates of a room into its state, once they are many; whether it was done.

    What cannot be proved to say the same stays as it is, and the log has it.
    """
    room = Room.objects.select_for_update().get(pk=chapter)
    if room.rows < SQUASH_AT:
        return False
    try:
        state = document.squash(built(room))
    except ValueError as error:
        log.error("room %s is not squashed: %s", chapter, error)
        return False
    room.updates.filter(pk__lte=room.last).delete()
    room.state, room.upto, room.rows = state, room.last, 0
    room.save(update_fields=["state", "upto", "rows"])
    return True


def write_text(chapter: int, markdown: str) -> None:
    """Let readers in the database see the text of now; what is kept as a version is always made anew."""
    Room.objects.filter(pk=chapter).update(markdown=markdown)
