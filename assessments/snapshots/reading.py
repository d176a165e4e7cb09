"""The reading view: the frozen text line by line, with the very page and line numbers of the PDF."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import unescape

from django.urls import reverse

from assessments.drafting.rendered import for_screen
from assessments.snapshots.models import SnapshotChapter


@dataclass(frozen=True)
class Piece:
    """A stretch of one block within one printed line: ``start``/``end`` are characters of the block's text.

    ``mark`` is what the layout puts before the block (a heading's number, "Figure 3.1"); ``cut``: the line ends
    within a word, so the printer shows a hyphen. Neither belongs to the text.
    """

    block: str
    kind: str
    start: int
    end: int
    text: str
    mark: str = ""
    cut: bool = False


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
    """Lines of one block on a page, or one line shared by several blocks (a table row): ``shared``."""

    block: str
    kind: str
    start: int
    shared: bool
    lines: list[PrintedLine]
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
            if len(line.pieces) > 1:
                found.append(Group(first.block, first.kind, first.start, True, [line]))
            elif found and not found[-1].shared and found[-1].block == first.block:
                found[-1].lines.append(line)
            else:
                figure = self.figures.get(first.block) if first.start == 0 else None
                found.append(Group(first.block, first.kind, first.start, False, [line], figure))
        return found


_SPACE = re.compile(r"\s")
_MARKED = re.compile(
    r'<(?:h[1-6]|figcaption|caption)\b(?=[^>]*\bdata-b="([^"]+)")[^>]*\bdata-(?:number|label)="([^"]*)"'
)
_FIGURE = re.compile(
    r'<img\b(?=[^>]*\bsrc="asset:([^"]+)")(?=[^>]*\balt="([^"]*)")[^>]*>\s*<figcaption\b[^>]*\bdata-b="([^"]+)"'
)


def offsets(text: str) -> list[int]:
    """For each non-space character its place in ``text``, and the end of the text after the last."""
    return [i for i, c in enumerate(text) if not _SPACE.match(c)] + [len(text)]


def pages(frozen: SnapshotChapter) -> list[PrintedPage]:
    """The chapter's printed pages; empty where no PDF was made (no Pango on this machine)."""
    blocks = {b["id"]: b for b in frozen.blocks}
    places = {key: offsets(b["text"]) for key, b in blocks.items()}
    marks = dict(_MARKED.findall(frozen.html))
    figures = {block: (key, unescape(alt)) for key, alt, block in _FIGURE.findall(frozen.html)}
    result = []
    for page in (frozen.line_map or {}).get("pages", []):
        lines = []
        for number, spans in page["lines"]:
            pieces = [
                _piece(blocks[block], places[block], start, end, marks)
                for block, start, end in spans
                if block in blocks
            ]
            lines.append(PrintedLine(number, pieces, bool(spans) and spans[0][1] == 0))
        result.append(PrintedPage(page["page"], page["label"], lines, figures))
    return result


def _piece(block: dict, places: list[int], start: int, end: int, marks: dict) -> Piece:
    first = places[min(start, len(places) - 1)]
    last = places[min(end, len(places)) - 1] + 1 if end > start else first
    following = places[end] if end < len(places) else len(block["text"])
    # The white space after a piece belongs to it, so that pieces put together are the text again.
    whole = block["text"]
    text = whole[first : max(last, following)]
    cut = last < len(whole) and whole[last - 1 : last + 1].isalpha() and last > first
    mark = unescape(marks.get(block["id"], "")) if start == 0 else ""
    return Piece(block["id"], block["kind"], first, min(last, len(whole)), text, mark, cut)


def page_context(frozen: SnapshotChapter, wanted: str) -> dict:
    """Context of ``_text.html``: the page asked for by label or number, its neighbours, all labels."""
    printed = pages(frozen)
    if not printed:
        snapshot = frozen.snapshot
        html = for_screen(
            frozen.html,
            snapshot.cycle,
            lambda number: reverse("snapshot_chapter", args=[snapshot.cycle.slug, snapshot.label, number]),
        )
        return {"printed": None, "labels": [], "html": html}
    index = next((i for i, p in enumerate(printed) if wanted in (p.label, str(p.number))), 0)
    return {
        "printed": printed[index],
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
