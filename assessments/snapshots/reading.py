"""The reading view: the frozen text line by line, with the very page and line numbers of the PDF."""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.urls import reverse
from django.utils.html import escape, format_html
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _

from assessments.drafting.rendered import for_screen
from assessments.snapshots.marks import MATH, Marks, Part, parts, read
from assessments.snapshots.models import SnapshotChapter
from assessments.snapshots.pictured import figures_in
from assessments.text import mathematics


@dataclass(frozen=True)
class Piece:
    """A stretch of one block within one printed line: ``start``/``end`` are characters of the block's text.

    ``marks`` are those of the block; ``cut``: the line ends within a word, so the printer shows a hyphen. What the
    layout adds (numbers, bullets, marks of notes, that hyphen) is no text: ``shown`` sets it apart.
    """

    block: str
    kind: str
    start: int
    end: int
    text: str
    marks: Marks
    cut: bool = False

    @property
    def before(self) -> str:
        """What stands before the block where it begins."""
        return self.marks.before if self.start == 0 else ""

    @property
    def shown(self) -> str:
        """The text as HTML, with emphasis and marks of notes; what is no text bears ``data-apart``."""
        return mark_safe("".join(map(_html, parts(self.marks, self.start, self.start + len(self.text)))))


@dataclass(frozen=True)
class PrintedLine:
    number: int
    pieces: list[Piece]
    begins_block: bool

    @property
    def kind(self) -> str:
        return self.pieces[0].kind if self.pieces else "paragraph"


@dataclass(frozen=True)
class Group:
    """Lines of one block on a page, or of one table, whose lines hold cells side by side (``table``)."""

    block: str
    kind: str
    start: int
    lines: list[PrintedLine]
    table: int = 0
    depth: int = 0
    figure: tuple[str, str] | None = None


@dataclass(frozen=True)
class PrintedPage:
    number: int
    label: str
    lines: list[PrintedLine]
    figures: dict

    @property
    def groups(self) -> list[Group]:
        """The lines gathered by block, in the order of the page."""
        found: list[Group] = []
        for line in self.lines:
            if not line.pieces:
                continue
            first = line.pieces[0]
            table = first.marks.table
            last = found[-1] if found else None
            if last and (last.table == table if table or last.table else last.block == first.block):
                last.lines.append(line)
            else:
                figure = self.figures.get(first.block) if first.start == 0 else None
                found.append(
                    Group(first.block, first.kind, first.start, [line], table, first.marks.depth, figure)
                )
        return found


_SPACE = re.compile(r"\s")


def offsets(text: str) -> list[int]:
    """For each non-space character its place in ``text``, and the end of the text after the last."""
    return [i for i, c in enumerate(text) if not _SPACE.match(c)] + [len(text)]


def pages(frozen: SnapshotChapter) -> list[PrintedPage]:
    """The chapter's printed pages; empty where no PDF was made (no Pango on this machine)."""
    blocks = {b["id"]: b for b in frozen.blocks}
    places = {key: offsets(b["text"]) for key, b in blocks.items()}
    marks = _marks(frozen)
    figures = figures_in(frozen.html)
    result = []
    for page in (frozen.line_map or {}).get("pages", []):
        lines = []
        for number, spans in page["lines"]:
            pieces = [
                _piece(blocks[block], places[block], start, end, marks[block])
                for block, start, end in spans
                if block in blocks
            ]
            lines.append(PrintedLine(number, pieces, bool(spans) and spans[0][1] == 0))
        result.append(PrintedPage(page["page"], page["label"], lines, figures))
    return result


def _marks(frozen: SnapshotChapter) -> dict[str, Marks]:
    """The marks of each block; a block whose words the HTML does not give has none."""
    found = read(frozen.html)
    return {
        b["id"]: found[b["id"]] if b["id"] in found and found[b["id"]].text == b["text"] else Marks(b["text"])
        for b in frozen.blocks
    }


def _piece(block: dict, places: list[int], start: int, end: int, marks: Marks) -> Piece:
    first = places[min(start, len(places) - 1)]
    last = places[min(end, len(places)) - 1] + 1 if end > start else first
    following = places[end] if end < len(places) else len(block["text"])
    # The white space after a piece belongs to it, so that pieces put together are the text again.
    whole = block["text"]
    text = whole[first : max(last, following)]
    cut = last < len(whole) and whole[last - 1 : last + 1].isalpha() and last > first
    return Piece(block["id"], block["kind"], first, min(last, len(whole)), text, marks, cut)


def _html(part: Part) -> str:
    if part.note:
        return format_html('<sup data-apart><span class="sr"> {}</span>{}</sup>', _("Note"), part.note)
    if MATH in part.styles:
        # White space after the last word of a line belongs to the piece, and to no formula.
        source = part.text.rstrip()
        return mathematics.beside(source) + escape(part.text[len(source) :])
    text = escape(part.text)
    for style in reversed(part.styles):
        text = f"<{style}>{text}</{style}>"
    return text


def page_context(frozen: SnapshotChapter, wanted: str, *, whole: bool = False) -> dict:
    """Context of ``_text.html``: the page asked for by label or number, its neighbours, all labels.

    ``sheets`` are the pages to show: that one, or with ``whole`` all of them.
    """
    printed = pages(frozen)
    if not printed:
        snapshot = frozen.snapshot
        html = for_screen(
            frozen.html,
            snapshot.cycle,
            lambda number: reverse("snapshot_chapter", args=[snapshot.cycle.slug, snapshot.label, number]),
        )
        return {"printed": None, "sheets": [], "labels": [], "html": html}
    index = next((i for i, p in enumerate(printed) if wanted in (p.label, str(p.number))), 0)
    return {
        "printed": printed[index],
        "sheets": printed if whole else [printed[index]],
        "whole": whole,
        "previous_page": printed[index - 1] if index else None,
        "next_page": printed[index + 1] if index + 1 < len(printed) else None,
        "labels": [p.label for p in printed],
        "total_pages": len(printed),
    }


def locate(
    frozen: SnapshotChapter, page_label: str, line_from: int, line_to: int | None = None
) -> dict | None:
    """The block and characters of a page and line range, as the line map has them; None where there is none."""
    page = next((p for p in pages(frozen) if page_label in (p.label, str(p.number))), None)
    if page is None:
        return None
    wanted = [line for line in page.lines if line_from <= line.number <= (line_to or line_from)]
    pieces = [piece for line in wanted for piece in line.pieces]
    if not pieces:
        return None
    first = pieces[0]
    end = max(p.end for p in pieces if p.block == first.block)
    return {"block": first.block, "start": first.start, "end": end}


def position(frozen: SnapshotChapter, block: str, start: int, end: int) -> dict | None:
    """The page label and lines on which a stretch of a block is printed: the way back from ``locate``."""
    for page in pages(frozen):
        touched = [
            line.number
            for line in page.lines
            for p in line.pieces
            if p.block == block and p.start < max(end, start + 1) and p.end > start
        ]
        if touched:
            return {"page_label": page.label, "line_from": min(touched), "line_to": max(touched)}
    return None
