"""A fault of WeasyPrint 70 in the layout of footnotes, mended in the program that draws (decision 0010).

*A note is lost.* Where a page ends within a paragraph that may not be broken before its last line (orphans,
widows), the layout first moves notes already on the page to the next one. If the line then fits, it is kept, but
the notes that it calls itself are passed over: nothing lays them out again, on any page. Here they are handed to
the next page, after those that were moved, which is what the layout does with notes for which there is no room.

Private names, tried with version 70; ``tests/assessments/rendering/test_notes.py`` has chapters that lose notes
without this. What another fault would lose is still found by ``coverage``.
"""

from __future__ import annotations

from weasyprint.layout import block

_own_lines = block._linebox_layout


def _lines_with_their_notes(context, box, index, child, new_children, *rest):
    found = _own_lines(context, box, index, child, new_children, *rest)
    abort, stop, _resume_at, _position_y, new_footnotes, _max_lines = found
    if stop and not abort and new_children and context.footnotes:
        for descendant in new_children[-1].descendants():
            note = getattr(descendant, "footnote", None)
            if note is not None and note in context.footnotes:
                context.layout_footnote(note)
                context.report_footnote(note)
                new_footnotes.append(note)
    return found


def mend() -> None:
    """Put the mended function in the place of WeasyPrint's own; again does nothing more."""
    block._linebox_layout = _lines_with_their_notes


def unmend() -> None:
    """WeasyPrint as it came, for the tests that show the faults."""
    block._linebox_layout = _own_lines
