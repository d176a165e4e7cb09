"""What the verbs of the margin share: the lock of the chapter, the words of a version, the entry in the record."""

from __future__ import annotations

import unicodedata
from datetime import datetime

from django.utils.translation import gettext as _

import records.append
from assessments.drafting.margin import guards
from assessments.drafting.margin.choosing import Chosen, find
from assessments.drafting.margin.models import Mark
from assessments.drafting.models import Chapter, ChapterVersion
from assessments.drafting.rooms import keeping
from panels.models import User
from records.obstacles import refuse, refuse_if, require

MOST_CHARACTERS = 20_000


def chosen_place(
    chapter: Chapter, act: str, chosen: Chosen, by: User, now: datetime
) -> tuple[Chapter, int, int]:
    chapter = locked(chapter)
    require(by, act, chapter)
    keeping.keep_typed(chapter, now=now)
    chapter = locked(chapter)
    refuse_if(guards.obstacles_to_the_margin(chapter))
    exact = Chosen(clean(chosen.quote), clean(chosen.before), clean(chosen.after))
    return chapter, *find(chapter.current.markdown, exact)


def locked(chapter: Chapter) -> Chapter:
    return (
        Chapter.objects.select_for_update(of=("self",)).select_related("cycle", "current").get(pk=chapter.pk)
    )


def locked_mark(mark: Mark):
    """The mark anew, behind the lock of its chapter: who saves a text moves places."""
    chapter = locked(mark.chapter)
    found = type(mark).objects.select_for_update(of=("self",)).select_related("by", "version").get(pk=mark.pk)
    found.chapter = found.version.chapter = chapter
    return found


def of_this_chapter(chapter: Chapter, version: ChapterVersion) -> None:
    if version.chapter_id != chapter.pk:
        refuse("foreign-version", _("This version belongs to another chapter."), rule="4.4")


def quoted(version: ChapterVersion, start: int, end: int) -> str:
    if not 0 <= start <= end <= len(version.markdown):
        refuse(
            "outside",
            _("These characters do not stand in version %(n)s.") % {"n": version.number},
            rule="4.10",
        )
    return version.markdown[start:end]


def clean(text: str) -> str:
    """Letters as texts are kept: form C, line feeds only."""
    return unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n")).replace("\x00", "")


def enter(chapter: Chapter, verb: str, said: dict, by: User, now: datetime) -> None:
    payload = {"chapter": chapter.number, **said}
    records.append.append(chapter.stream, verb, payload, by=by, at=now, visibility="team")
