"""What drafting counts for the boards: figures without a description."""

from __future__ import annotations

from collections.abc import Sequence

from assessments.drafting.models import Chapter, ChapterVersion
from assessments.drafting.sections.models import TextLook
from assessments.drafting.sections.reading import lines_without_alt


def count(version: ChapterVersion) -> None:
    """Keep what a page over all chapters asks of this text; called for each text that becomes current."""
    found = {"version": version.number, "no_alt": len(lines_without_alt(version.markdown))}
    TextLook.objects.update_or_create(chapter=version.chapter, defaults=found)


def without_alt(chapters: Sequence[Chapter], whole: bool) -> dict[int, dict[str | int, int]]:
    """Figures without a description, by line; ``whole``: one number a chapter, without reading texts."""
    if not whole:
        return {
            chapter.pk: dict.fromkeys(lines_without_alt(chapter.current.markdown), 1)
            for chapter in chapters
            if chapter.current_id
        }
    looks = {look.chapter_id: look for look in TextLook.objects.filter(chapter__in=chapters)}
    return {
        chapter.pk: {"": looks[chapter.pk].no_alt}
        for chapter in chapters
        if chapter.pk in looks and looks[chapter.pk].no_alt
    }


def chapter_page(chapter: Chapter) -> str:
    """Where they are mended: the chapter's own page names each with its line."""
    return chapter.get_absolute_url()
