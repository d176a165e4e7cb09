"""Where the marks of a chapter stand in its text of now; called whenever a text becomes the current one."""

from __future__ import annotations

from assessments.drafting.margin.models import Mark, Suggestion, Thread
from assessments.drafting.models import ChapterVersion
from assessments.text.following import Following, Place, found_again

BESIDE = 60  # characters of context that are kept on each side


def put(mark: Mark, text: str, found: Place | None) -> None:
    """Set the place of a mark in ``text``; without one it keeps its last neighbours, to be found again by them."""
    if found is None:
        mark.here = mark.there = None
        return
    mark.here, mark.there = found.start, found.end
    mark.before = text[max(0, found.start - BESIDE) : found.start]
    mark.after = text[found.end : found.end + BESIDE]
    if isinstance(mark, Thread):
        mark.changed = text[found.start : found.end] != mark.quote


def follow(version: ChapterVersion) -> None:
    """Take all open marks along into a text that has just become current (procedure 4.11).

    A suggestion has a place only where the very words stand that it would replace; a thread also where its passage
    was changed inside. What has lost its place gets it back once its words stand between their neighbours again.
    """
    chapter = version.chapter
    before = version.base.markdown if version.base_id else ""
    following = None
    for kind in (Suggestion, Thread):
        marks = list(kind.objects.filter(chapter=chapter, status="open"))
        if not marks:
            continue
        following = following or Following(before, version.markdown)
        for mark in marks:
            put(mark, version.markdown, _found(following, mark))
        fields = ["here", "there", "before", "after", *(["changed"] if kind is Thread else [])]
        kind.objects.bulk_update(marks, fields, batch_size=200)


def _found(following: Following, mark: Mark) -> Place | None:
    if mark.orphaned:
        return found_again(following.new, mark.before, mark.quote, mark.after)
    if isinstance(mark, Suggestion):
        return following.exactly(mark.here, mark.there)
    return following.passage(mark.here, mark.there, mark.quote)


def carried(version: ChapterVersion, marks: list[Mark]) -> None:
    """Place new marks, which were made against ``version``, in the chapter's current text."""
    current = version.chapter.current
    following = Following(version.markdown, current.markdown)
    for mark in marks:
        # Its neighbours in the text it was made against, by which it is found again if it has no place now.
        put(mark, version.markdown, Place(mark.start, mark.end))
        if version.pk != current.pk:
            put(mark, current.markdown, _found(following, mark))
