"""Making a version of a text: its blocks with their lineage, its number, its place in the chapter."""

from __future__ import annotations

import hashlib
import unicodedata
from datetime import datetime

from django.db.models import Max
from django.utils.translation import gettext as _

from assessments.drafting import saved
from assessments.drafting.lineage import blocks_of
from assessments.drafting.models import Chapter, ChapterVersion
from assessments.text.model import TextTooComplex
from panels.models import User
from records.obstacles import refuse


def tidy(markdown: str) -> str:
    """Text as it is kept: form C, line feeds only, one at the end; so equal texts have equal hashes."""
    text = unicodedata.normalize("NFC", markdown.replace("\r\n", "\n").replace("\r", "\n"))
    text = text.replace("\x00", "")
    return text.rstrip() + "\n" if text.strip() else ""


def keep(
    chapter: Chapter, markdown: str, base: ChapterVersion | None, *, by: User, now: datetime, note: str = ""
) -> ChapterVersion:
    """Make ``markdown`` the chapter's current version; the caller holds the lock. Raises Blocked: too complex."""
    version = make(chapter, markdown, base, by=by, now=now, note=note)
    version.save()
    chapter.current = version
    chapter.save(update_fields=["current"])
    saved.tell(version)
    return version


def make(
    chapter: Chapter,
    markdown: str,
    base: ChapterVersion | None,
    *,
    by: User,
    now: datetime,
    note: str = "",
    aside: bool = False,
) -> ChapterVersion:
    """A version that is not saved yet. Raises Blocked for a text too complex to be read, with its line."""
    try:
        blocks, words = blocks_of(chapter, markdown)
    except TextTooComplex as error:
        refuse(
            "too-complex",
            _("Chapter %(number)s, line %(line)s: %(why)s")
            % {"number": chapter.number, "line": error.line, "why": error.message},
            rule="4.4",
        )
    last = chapter.versions.aggregate(last=Max("number"))["last"] or 0
    return ChapterVersion(
        chapter=chapter,
        number=last + 1,
        base=base,
        markdown=markdown,
        sha256=hashlib.sha256(markdown.encode()).hexdigest(),
        blocks=blocks,
        words=words,
        aside=aside,
        note=note,
        by=by,
        at=now,
    )
