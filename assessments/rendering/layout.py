"""Where every line of text stands on the laid-out pages, and the numbers painted beside them.

The only module that knows WeasyPrint's private names; they were tried with version 70. After an upgrade
run tests/assessments/rendering: pages, lines and coverage are checked there against the PDF itself.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from weasyprint.formatting_structure import boxes
from weasyprint.layout.absolute import AbsolutePlaceholder

# Baselines closer than this share of the line's height are one line to the eye (cells of one row).
SAME_LINE = 0.6
BODY, NOTES = 0, 1


@dataclass
class TextRun:
    """Text of one element in one line: the element whose own text it is, and the characters."""

    element: object
    text: str


@dataclass
class Line:
    """One visual line: baseline ``y`` and height in CSS px from the top of the page, its runs in order.

    ``edge`` is the start of its column (None for the full measure), before which the number stands.
    """

    y: float
    height: float
    edge: float | None
    runs: list[TextRun] = field(default_factory=list)


@dataclass
class PageLines:
    """A page: the name of its page type (``ch0`` for the first chapter), its text area, its lines.

    ``boxes`` are the line boxes in the order of the text, for the coverage check; ``lines`` are those
    lines as they look, from the top down, notes after the body.
    """

    name: str
    left: float
    right: float
    boxes: list[list[TextRun]]
    lines: list[Line]


def read_pages(document) -> list[PageLines]:
    """The lines of every page of a rendered document."""
    return [_read_page(page._page_box) for page in document.pages]


def _read_page(box) -> PageLines:
    found: list[tuple[tuple, Line]] = []
    _walk(box, BODY, None, found)
    left = box.content_box_x()
    lines = []
    start = 0
    for at in range(1, len(found) + 1):
        if at == len(found) or found[at][0] != found[start][0]:
            lines += _visual_lines([line for _, line in found[start:at]])
            start = at
    runs = [line.runs for _, line in found]
    return PageLines(box.page_type.name or "", left, left + box.width, runs, lines)


def _walk(box, zone: int, column, found: list) -> None:
    if isinstance(box, AbsolutePlaceholder):
        box = box._box
    if isinstance(box, boxes.MarginBox):
        return
    if isinstance(box, boxes.FootnoteAreaBox):
        zone = NOTES
    if getattr(box, "is_column", False):
        column = box.position_x
    if isinstance(box, boxes.LineBox):
        line = Line(box.position_y + box.baseline, box.height, column)
        found.append(((zone, column), line))
        for child in box.children:
            _read_inline(child, line, zone, column, found)
        return
    for child in getattr(box, "children", ()):
        _walk(child, zone, column, found)


def _read_inline(box, line: Line, zone: int, column, found: list) -> None:
    """Collect a line's runs. Blocks within it (inline-block, a float) have lines of their own."""
    if isinstance(box, AbsolutePlaceholder):
        box = box._box
    if isinstance(box, boxes.TextBox):
        # Text from ::before, ::marker and the like is the layout's, not the author's.
        if "::" not in (box.element_tag or ""):
            line.runs.append(TextRun(box.element, box.text))
    elif isinstance(box, boxes.ReplacedBox):
        # A formula stands for its source; another picture has no text.
        source = box.element.get("data-tex") if box.element is not None else None
        if source:
            line.runs.append(TextRun(box.element, source))
    elif isinstance(box, boxes.LineBox | boxes.BlockLevelBox | boxes.BlockContainerBox):
        _walk(box, zone, column, found)
    else:
        for child in getattr(box, "children", ()):
            _read_inline(child, line, zone, column, found)


def _visual_lines(lines: list[Line]) -> list[Line]:
    """Lines of one stretch from the top down, those side by side joined; lines without text left out."""
    joined: list[Line] = []
    for line in sorted((line for line in lines if any(r.text.strip() for r in line.runs)), key=lambda e: e.y):
        last = joined[-1] if joined else None
        if last and line.y - last.y < SAME_LINE * min(line.height, last.height):
            last.runs.extend(line.runs)
            last.height = max(last.height, line.height)
        else:
            joined.append(Line(line.y, line.height, line.edge, list(line.runs)))
    return joined


DIGITS_WIDTH, DIGITS_HEIGHT = 40, 16
# The foot of the digits on their own small page; found in the style below, so kept beside it.
GAP = 14


def digits_html(last: int) -> str:
    """A document of one small page for each number from 1; painted later, each where its line stands."""
    return "".join(f"<p>{number}</p>" for number in range(1, last + 1))


def digits_css(*, right_to_left: bool) -> str:
    """The style of ``digits_html``: small upright figures of equal width, at the side of the text."""
    side = "left" if right_to_left else "right"
    return (
        f"@page {{ size: {DIGITS_WIDTH}px {DIGITS_HEIGHT}px; margin: 0 }}"
        "html { font: 9.2px/16px 'Concord Sans'; font-variant-numeric: tabular-nums; color: #4a5360 }"
        f"body, p {{ margin: 0; direction: ltr }} p {{ break-after: page; text-align: {side} }}"
        "p:last-child { break-after: auto }"
    )


def digits_baseline(digits) -> float:
    """How far below the top of its small page a number's baseline lies, in px."""
    found: list = []
    _walk(digits.pages[0]._page_box, BODY, None, found)
    return found[0][1].y


def paint_numbers(page, placed: list[tuple[int, Line]], area: PageLines, digits, right_to_left: bool) -> None:
    """Have the page paint ``placed`` numbers too, as artifacts: they are no part of the tagged text."""
    own, base = page.paint, digits_baseline(digits)

    def paint(stream, scale=1):
        own(stream, scale)
        with stream.artifact():
            # A tag inside an artifact would be invalid, and the digits' boxes belong to no element.
            tags, stream._tags = stream._tags, None
            try:
                for number, line in placed:
                    if right_to_left:
                        x = area.right + GAP
                    else:
                        x = (area.left if line.edge is None else line.edge) - GAP - DIGITS_WIDTH
                    stream.push_state()
                    stream.transform(e=x * scale, f=(line.y - base) * scale)
                    digits.pages[number - 1].paint(stream, scale)
                    stream.pop_state()
            finally:
                stream._tags = tags

    page.paint = paint
