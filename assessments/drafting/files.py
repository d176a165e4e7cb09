"""A file into a chapter: read, taken in as an edit, and noted whatever comes of it (procedure 4.2)."""

from __future__ import annotations

from datetime import datetime

from assessments.drafting.actions import SaveResult, import_text
from assessments.drafting.models import Chapter, ChapterVersion
from assessments.drafting.texts import read_text
from assessments.imports.noting import noted
from panels.models import User


def import_file(
    chapter: Chapter,
    base_version: ChapterVersion | None,
    data: bytes,
    filename: str,
    *,
    by: User,
    now: datetime,
    for_=None,
) -> SaveResult:
    """``import_text`` for a file as it was sent. Raises as it does, and Blocked where the file cannot be read."""
    place = chapter.number
    with noted(chapter.cycle, "chapter", filename, place=place, whole=True, by=by, now=now) as attempt:
        text = read_text(data, filename)
        result = import_text(chapter, base_version, text, filename, by=by, now=now, for_=for_)
        attempt.counts = counts(result)
    return result


def counts(result: SaveResult) -> dict:
    """What the note of a text that was taken in says."""
    return {"words": result.version.words, "version": result.version.number}
