"""Whether a text changes one section alone: what an author who is invited to it may write (procedure 4.17).

The rest must be the same, character for character, and must still be read the same: no heading that ends the section
early, no box or listing left open that would take in what follows, no footnote or key that marks elsewhere would find.
"""

from __future__ import annotations

import re
from collections.abc import Collection

from django.utils.translation import gettext as _
from lxml import html

from assessments.drafting.models import ChapterVersion
from assessments.drafting.sections.reading import Section, sections_of
from assessments.text import dialect
from assessments.text.model import Document, TextTooComplex
from records.obstacles import Obstacle

OPEN = ("open-box", "open-code")
# Two things with one name: which of them a mark elsewhere leads to is decided by their order.
DOUBLED = ("duplicate-footnote", "duplicate-key")


def parts_of(markdown: str, section: Section) -> tuple[str, str, str]:
    """The text up to and with the section's heading, the section below it, and what follows."""
    # Line feeds alone end a line here, as in the dialect; Unicode knows other ends.
    lines = re.findall(r"[^\n]*\n|[^\n]+$", markdown)
    heading = "".join(lines[: section.first])
    return heading, "".join(lines[section.first : section.last]), "".join(lines[section.last :])


def put(markdown: str, section: Section, body: str) -> str:
    """The whole text with another body of the section; its heading and everything else stay."""
    before, _old, after = parts_of(markdown, section)
    inside = body.replace("\r\n", "\n").replace("\r", "\n").strip("\n")
    gap = "\n" if before and not before.endswith("\n") else ""
    return f"{before}{gap}\n{inside}\n" + (f"\n{after}" if after else "")


def obstacles_to_change(base: ChapterVersion | None, markdown: str, own: Collection[str]) -> list[Obstacle]:
    """Why a text written from ``base`` goes beyond the sections ``own``; empty where it stays within one of them."""
    mine = [section for section in sections_of(base) if section.id in own]
    if not mine:
        return [
            Obstacle(
                "section-gone",
                _("The section to which you are invited does not stand in that version of the text."),
                rule="4.17",
                remedy=_("Ask those who lead the chapter to invite you anew."),
            )
        ]
    found: list[Obstacle] = []
    for section in mine:
        found = _obstacles(base.markdown, markdown, section)
        if not found:
            break
    return found


def _obstacles(base: str, markdown: str, section: Section) -> list[Obstacle]:
    before, _inside, after = parts_of(base, section)
    names = {"section": section.label}
    whole = len(markdown) >= len(before) + len(after)
    if not (whole and markdown.startswith(before) and markdown.endswith(after)):
        return [
            Obstacle(
                "outside-section",
                _("You are invited to the section “%(section)s”. This text changes something outside it.")
                % names,
                rule="4.17",
                remedy=_("Write in the page of your section; propose anything else to its authors."),
            )
        ]
    try:
        was, now = dialect.parse(base), dialect.parse(markdown)
    except TextTooComplex:
        return []  # refused with its line where the version is made
    shift = markdown.count("\n") - base.count("\n")
    last = section.last + shift
    if _high(now, section.level) > _high(was, section.level):
        return [
            Obstacle(
                "another-section",
                _(
                    "A heading in “%(section)s” stands as high as the section itself, and would begin another one."
                )
                % names,
                rule="4.17",
                remedy=_("Use headings below it: %(marks)s.") % {"marks": "#" * (section.level + 1)},
            )
        ]
    opened = [p for p in now.problems if p.code in OPEN and section.first < p.line <= last]
    if opened or _around(was, section.first, section.last, 0) != _around(now, section.first, last, shift):
        return [
            Obstacle(
                "swallows",
                _("What follows “%(section)s” would be read as part of it.") % names,
                rule="4.17",
                remedy=_("Close each box with ::: and each listing with its backticks."),
            )
        ]
    if _doubled(now) > _doubled(was):
        return [
            Obstacle(
                "name-taken",
                _("“%(section)s” has a footnote or a key twice, or one that stands elsewhere in the chapter.")
                % names,
                rule="4.17",
                remedy=_("Give it a name of its own."),
            )
        ]
    return []


def _high(document: Document, level: int) -> int:
    """How many headings stand as high as ``level``; one that is nothing but a mark is no block, and counts."""
    return sum(int(found) <= level for found in re.findall(r"<h([1-6])\b", document.html))


def _doubled(document: Document) -> int:
    return sum(problem.code in DOUBLED for problem in document.problems)


def _around(document: Document, first: int, last: int, shift: int) -> list[tuple]:
    """The shape of everything outside a section, in the order of the page, as if nothing had moved.

    What a block stands in counts too: a heading that is indented can fall into the list or footnote before it. Words
    are not compared: the number in a cross reference may change by what is put in before it. Nor is the order of
    footnotes, which is that of their marks, whoever writes them.
    """
    outside = {
        f"@{block.order}": (
            block.line_start - (shift if block.line_start > last else 0),
            block.kind,
            block.level,
        )
        for block in document.blocks
        if block.line_start and not first < block.line_start <= last
    }
    tree = html.fragment_fromstring(document.html, create_parent=True)
    rows, holds = [], {}
    for element in tree.iterfind(".//*[@data-b]"):
        row = outside.get(element.get("data-b"))
        if row is not None:
            rows.append((row, element))
            for holder in element.iterancestors():
                holds[holder] = min(row, holds.get(holder, row))
    shape = [
        (row, *((holder.tag, holds[holder]) for holder in element.iterancestors())) for row, element in rows
    ]
    notes = [row for row in shape if row[0][1] == "footnote"]
    return [row for row in shape if row[0][1] != "footnote"] + sorted(notes)
