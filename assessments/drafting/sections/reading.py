"""The sections of a saved text: where each begins and ends, its number, its words, what it lacks."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from assessments.drafting.models import ChapterVersion
from assessments.text import dialect
from assessments.text.grammar import WRITTEN_NUMBER
from assessments.text.model import TextTooComplex

# A figure on a line of its own whose square brackets are empty (docs/markdown.md).
WITHOUT_ALT = re.compile(r"^ {0,3}!\[\s*\]\(", re.MULTILINE)


@dataclass(frozen=True)
class Section:
    """A heading and what stands below it, up to the next heading of its level or above.

    ``id`` is the lasting id of the heading's block; ``first`` its line, ``last`` the section's, counted from 1.
    ``blocks`` are the ids of the blocks in it, subsections included.
    """

    id: str
    level: int
    title: str
    number: str
    first: int
    last: int
    words: int
    blocks: frozenset[str]

    @property
    def label(self) -> str:
        return f"{self.number} {self.title}" if self.number else self.title


def sections_of(version: ChapterVersion | None) -> list[Section]:
    """The sections of a version below the chapter's own title, in order; none where there is no text."""
    if version is None:
        return []
    headings = _headings(version)
    if not headings:
        return []
    number, lines = version.chapter.number, version.markdown.count("\n")
    numbers, base = _numbers(headings, number)
    found = []
    for place, heading in enumerate(headings):
        if heading["level"] < base:
            continue
        after = next((h for h in headings[place + 1 :] if h["level"] <= heading["level"]), None)
        inside = version.blocks[heading["at"] : after["at"] if after else None]
        # Notes stand at the end of the page, wherever their marks are.
        own = [block for block in inside if block["kind"] != "footnote"]
        found.append(
            Section(
                heading["id"],
                heading["level"],
                heading["text"],
                numbers[place],
                heading["line"],
                after["line"] - 1 if after else lines,
                sum(len(dialect.WORD.findall(block["text"])) for block in own),
                frozenset(block["id"] for block in own),
            )
        )
    return found


def section_in(version: ChapterVersion | None, section: str) -> Section | None:
    """The section with that heading; None where the version has none."""
    return next((found for found in sections_of(version) if found.id == section), None)


def holding(sections: Sequence[Section], line: int) -> list[Section]:
    """The sections that a line of the text stands in, the outermost first."""
    return [section for section in sections if section.first <= line <= section.last]


def lines_without_alt(markdown: str) -> list[int]:
    """The lines of figures that have no description."""
    return [markdown.count("\n", 0, match.start()) + 1 for match in WITHOUT_ALT.finditer(markdown)]


def _headings(version: ChapterVersion) -> list[dict]:
    stored = [block | {"at": at} for at, block in enumerate(version.blocks) if block["kind"] == "heading"]
    if all("line" in heading for heading in stored):
        return stored
    # A version from before headings were stored with their lines.
    try:
        blocks = dialect.parse(version.markdown).blocks
    except TextTooComplex:
        return []
    parsed = [block for block in blocks if block.kind == "heading"]
    return [
        heading | {"level": block.level, "line": block.line_start}
        for heading, block in zip(stored, parsed, strict=False)
    ]


def _numbers(headings: Iterable[dict], number: str) -> tuple[list[str], int]:
    """The number of each heading as a layout prints it, and the level at which sections begin."""
    headings = list(headings)
    top = min(heading["level"] for heading in headings)
    title = [heading for heading in headings if heading["level"] == top]
    base = top + 1 if len(title) == 1 and headings[0] is title[0] else top
    counters, found = [0] * 8, []
    for heading in headings:
        level = heading["level"]
        counters[level] += 1
        counters[level + 1 :] = [0] * (7 - level)
        own = [str(n) for n in counters[base : level + 1]]
        # A number that the author wrote stands in the title already.
        found.append("" if WRITTEN_NUMBER.match(heading["text"]) else ".".join([number, *own]))
    return found, base
