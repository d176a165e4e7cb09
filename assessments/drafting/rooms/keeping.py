"""Between the live document and the versions of its chapter, behind the one door (procedure 4.4).

What is typed in a room becomes a version: after a pause, every two minutes, when the last person leaves, and before
anything that counts on the current version (freezing, restoring, taking in a file, a text from another page). What
comes in by another way becomes a version first and then the smallest edit of the live document, never a text over it.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from assessments.drafting import versions
from assessments.drafting.models import Chapter, ChapterVersion
from assessments.drafting.rooms import document, store
from assessments.drafting.rooms.models import Room
from panels.models import User


@transaction.atomic
def keep_typed(chapter: Chapter, *, now: datetime) -> ChapterVersion | None:
    """Make a version of what was typed in the chapter's room since its last one; None where there is nothing.

    Each change was allowed when it was taken, and was acknowledged as kept: so this asks nobody's leave, and a
    stage that has ended meanwhile loses nothing. The version is by whoever typed most; ``writers`` names all.
    The caller may hold the lock of the chapter. Raises Blocked for a text too complex to be read.
    """
    chapter_row = Chapter.objects.select_for_update().select_related("cycle").get(pk=chapter.pk)
    room = Room.objects.select_for_update().filter(pk=chapter.pk).first()
    if room is None or room.unkept_since is None:
        return None
    markdown = versions.tidy(str(document.text_of(store.built(room))))
    made = None
    if markdown != (chapter_row.current.markdown if chapter_row.current else ""):
        writers = sorted(room.writers, key=lambda pk: (-room.writers[pk], int(pk)))
        people = list(User.objects.filter(pk__in=map(int, writers)))
        people.sort(key=lambda person: writers.index(str(person.pk)))
        made = versions.keep(chapter_row, markdown, chapter_row.current, by=people[0], now=now)
        made.writers.set(people)
    _settled(room, chapter_row.current, markdown)
    chapter.current = chapter_row.current
    return made


def follow(chapter: Chapter, version: ChapterVersion, *, now: datetime) -> None:
    """Bring the text of a new version into the chapter's live document, where there is one.

    The caller has kept what was typed before and holds the lock; those who are writing see the change come in.
    """
    room = Room.objects.select_for_update().filter(pk=chapter.pk).first()
    if room is None:
        return
    doc = store.built(room)
    # A text that differs in nothing but its last line feed or its form of letters is not disturbed.
    if versions.tidy(str(document.text_of(doc))) != version.markdown:
        change = document.edit(doc, version.markdown)
        if change is not None:
            store.add(room.pk, [store.Typed(change, None)], now)
            room.refresh_from_db()
    _settled(room, version, version.markdown)


def _settled(room: Room, version: ChapterVersion | None, markdown: str) -> None:
    room.version, room.markdown, room.writers, room.unkept_since = version, markdown, {}, None
    room.save(update_fields=["version", "markdown", "writers", "unkept_since"])
