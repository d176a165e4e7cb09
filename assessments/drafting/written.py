"""Who wrote what of a chapter's text, worked out from its kept versions (procedure 4.14)."""

from __future__ import annotations

from dataclasses import dataclass

from assessments.drafting.models import Chapter, ChapterVersion
from assessments.text.following import written_by


@dataclass(frozen=True)
class Passage:
    """A passage of the current text, the version in which it came in, and who made that version."""

    version: ChapterVersion
    people: tuple[str, ...]
    text: str


def passages(chapter: Chapter) -> list[Passage]:
    """The current text in passages; what an earlier version had and a restored one brings back stays its writer's."""
    if chapter.current_id is None:
        return []
    rows = chapter.versions.filter(aside=False, number__lte=chapter.current.number).order_by("number")
    texts = rows.values_list("number", "markdown").iterator(chunk_size=20)
    found = _joined(written_by(texts))
    numbers = {number for number, _text in found}
    known = rows.filter(number__in=numbers).select_related("by").defer("markdown", "blocks")
    versions = {version.number: version for version in known.prefetch_related("writers")}
    names = {number: tuple(str(user) for user in version.together) for number, version in versions.items()}
    return [Passage(versions[number], names[number], text) for number, text in found]


def _joined(found: list[tuple[int, str]]) -> list[tuple[int, str]]:
    """White space alone is nobody's: it goes with what stands before it."""
    joined: list[tuple[int, str]] = []
    for number, text in found:
        if joined and (not text.strip() or joined[-1][0] == number):
            joined[-1] = (joined[-1][0], joined[-1][1] + text)
        else:
            joined.append((number, text))
    return joined
