"""One pass of layout with its line map and coverage, and the writing of the PDF. Imports WeasyPrint."""

from __future__ import annotations

import logging
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree as etree

import pydyf
from weasyprint import CSS, HTML
from weasyprint.logger import LOGGER, PROGRESS_LOGGER
from weasyprint.text.fonts import FontConfiguration

from . import document as documents
from . import formulae, layout, mending, outline, watching
from .coverage import Coverage
from .errors import RenderFailed
from .fetching import STYLESHEET, AssetFetcher
from .requests import Request
from .sheets import own_rules, page_labels, page_name

MAP_VERSION = 1
# What WeasyPrint was seen to raise from within its layout, where it has no better answer to a text.
OWN_ERRORS = (AssertionError, AttributeError, IndexError, KeyError, TypeError, ValueError, ZeroDivisionError)


@dataclass
class Drawn:
    """A laid-out document: labels of its pages, line maps by chapter label, and what became of the text.

    ``with_notes`` are the chapters with notes at the feet of pages; ``strayed`` the blocks printed on a
    page that is none of their chapter's.
    """

    document: object
    fonts: FontConfiguration
    coverage: Coverage
    labels: list[str]
    maps: dict[str, dict]
    numbered: int
    with_notes: set[int]
    strayed: set[tuple[int, str]]
    remedies: list[dict] = field(default_factory=list)
    failed_pictures: list[str] = field(default_factory=list)
    outline: list[dict] = field(default_factory=list)


def lay_out(
    request: Request, *, endnotes: set[int], kept: set[tuple[int, str]], over: set[int] = frozenset(), say
) -> Drawn:
    """Lay the document out once, with the remedies of ``child``. Raises RenderFailed("crashed") where WeasyPrint stops.

    ``endnotes`` and ``kept``: see ``document.prepare``. ``over``: the chapters that end with a page for notes alone.
    """
    fonts = FontConfiguration()
    fetcher = AssetFetcher(request.assets, request.fonts)
    html = HTML(string=documents.shell(request), url_fetcher=fetcher, base_url=None)
    laid = documents.prepare(html.etree_element, request, endnotes=endnotes, kept=kept)
    if request.part:
        outline.prepare(html.etree_element, request)
    _draw_formulae(html.etree_element, request, laid, fetcher)
    _end_on_a_page_for_notes(html.etree_element, over)
    mending.mend()
    watching.watch(laid, [chapter.label for chapter in request.chapters])
    with_notes = {key[0] for element, key in laid.owner.items() if element.get("class") == "fn"}
    sheets = _sheets(request, fetcher, fonts)
    say("layout")
    with _heard(say) as failed:
        try:
            document = html.render(font_config=fonts, stylesheets=sheets)
        except OWN_ERRORS as error:
            raise RenderFailed(
                "crashed",
                f"The layout stopped with an error of its own ({type(error).__name__}). "
                "Try again after changing the last table, figure or note that was added.",
                watching.where(),
            ) from error
    say("checking", len(document.pages))
    pages = layout.read_pages(document)
    coverage = Coverage(laid.source)
    spans = _follow(pages, laid, coverage)
    labels = page_labels(request, [page.name for page in pages])
    drawn = Drawn(
        document, fonts, coverage, labels, {}, 0, with_notes, _strayed(pages, laid), laid.remedies, failed
    )
    if request.part:
        drawn.outline = outline.read(html.etree_element, laid, pages)
    if request.lines:
        _number(request, drawn, pages, laid, spans, fetcher)
    return drawn


def _end_on_a_page_for_notes(root, over: set[int]) -> None:
    """Left to itself the layout puts what is left over after a chapter's last line on a page that is no chapter's."""
    for section in root.iter("section"):
        if section.get("id") in {f"chapter-{index}" for index in over}:
            etree.SubElement(section, "div", {"class": "notes-over"})


def _draw_formulae(root, request: Request, laid: documents.Laid, fetcher: AssetFetcher) -> None:
    fetcher.drawn, failed = formulae.put(root, request.formulae)
    for element in list(laid.owner):
        for picture in element:
            if picture.get("data-tex"):
                laid.owner[picture] = laid.owner[element]
    laid.remedies += [
        {"block": "", "remedy": f"formula {source[:80]} is shown as typed"} for source in failed
    ]


def _sheets(request: Request, fetcher: AssetFetcher, fonts: FontConfiguration) -> list[CSS]:
    faces = (request.css / "fonts.css").read_text(encoding="utf-8")
    report = (request.css / "report.css").read_text(encoding="utf-8")
    return [
        CSS(string=faces, base_url=STYLESHEET, url_fetcher=fetcher, font_config=fonts),
        CSS(string=report + own_rules(request) + outline.RULES, url_fetcher=fetcher, font_config=fonts),
    ]


@contextmanager
def _heard(say):
    """Listen to WeasyPrint: pages as they are laid out go to ``say``, pictures that failed to the list."""
    failed: list[str] = []

    class Listener(logging.Handler):
        def emit(self, record):
            text = record.getMessage()
            if text.startswith("Failed to load image"):
                failed.append(text)
            elif "Creating layout - Page" in text:
                number = text.rsplit(" ", 1)[-1]
                if number.isdigit() and int(number) % 10 == 0:
                    say("layout", int(number))

    listener = Listener()
    loggers = (LOGGER, PROGRESS_LOGGER)
    before = [(logger.level, logger.handlers[:], logger.propagate) for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.INFO)
        logger.handlers[:], logger.propagate = [listener], False
    try:
        yield failed
    finally:
        for logger, (level, handlers, propagate) in zip(loggers, before, strict=True):
            logger.setLevel(level)
            logger.handlers[:], logger.propagate = handlers, propagate


def _follow(pages: list[layout.PageLines], laid: documents.Laid, coverage: Coverage) -> dict[int, tuple]:
    """Follow every run along its block; id of the run → (chapter, block, start, end) where it has a place."""
    spans = {}
    for page in pages:
        for runs in page.boxes:
            for run in runs:
                key = laid.owner.get(run.element)
                if key is None:
                    continue
                found = coverage.follow(key, run.text)
                if found:
                    spans[id(run)] = (key[0], key[1], *found)
    return spans


def _strayed(pages: list[layout.PageLines], laid: documents.Laid) -> set[tuple[int, str]]:
    """Notes left over at a chapter's end are put on a page after it, which has no number or another's."""
    return {
        key
        for page in pages
        for runs in page.boxes
        for key in (laid.owner.get(run.element) for run in runs)
        if key is not None and page_name(key[0]) != page.name
    }


def _number(request, drawn: Drawn, pages, laid, spans, fetcher) -> None:
    """Number the lines of each chapter's pages from 1, and write down what stands in them."""
    chapters = {page_name(index): chapter for index, chapter in enumerate(request.chapters)}
    placed: dict[int, list] = {}
    for at, area in enumerate(pages):
        if area.name not in chapters:
            continue
        label = chapters[area.name].label
        lines = [line for line in area.lines if any(run.element in laid.owner for run in line.runs)]
        placed[at] = list(enumerate(lines, start=1))
        entry = {
            "page": at + 1,
            "label": drawn.labels[at],
            "lines": [[number, _entries(line, spans)] for number, line in placed[at]],
        }
        drawn.maps.setdefault(label, {"version": MAP_VERSION, "pages": []})["pages"].append(entry)
        drawn.numbered += len(lines)
    most = max((len(lines) for lines in placed.values()), default=0)
    if not most:
        return
    style = layout.digits_css(right_to_left=request.right_to_left)
    sheet = CSS(string=style, font_config=drawn.fonts, url_fetcher=fetcher)
    small = HTML(string=layout.digits_html(most), url_fetcher=fetcher)
    digits = small.render(font_config=drawn.fonts, stylesheets=[sheet])
    for at, lines in placed.items():
        layout.paint_numbers(drawn.document.pages[at], lines, pages[at], digits, request.right_to_left)


def _entries(line: layout.Line, spans: dict) -> list[list]:
    """The blocks in a line with their characters; runs of one block that follow one another are one."""
    entries: list[list] = []
    for run in line.runs:
        span = spans.get(id(run))
        if span is None or span[1].startswith(documents.UNNAMED):
            continue
        _, block, start, end = span
        if entries and entries[-1][0] == block and entries[-1][2] == start:
            entries[-1][2] = end
        else:
            entries.append([block, start, end])
    return entries


def refuse_failed_pictures(request: Request, drawn: Drawn) -> None:
    """A picture that cannot be drawn stops a publication; in a draft it is reported."""
    if not drawn.failed_pictures:
        return
    if request.kind == "publication":
        raise RenderFailed("bad-asset", f"A picture could not be drawn: {drawn.failed_pictures[0][:200]}")
    drawn.remedies += [{"block": "", "remedy": text[:200]} for text in drawn.failed_pictures]


def write(request: Request, drawn: Drawn, path: Path) -> None:
    """Write the PDF, with the pages' labels for the viewer. Tags only where the variant asks for them."""

    def label_pages(_, pdf):
        numbers = []
        for at, label in enumerate(drawn.labels):
            numbers += [at, pydyf.Dictionary({"P": pydyf.String(label)})]
        pdf.catalog["PageLabels"] = pydyf.Dictionary({"Nums": pydyf.Array(numbers)})

    options = {"pdf_variant": request.variant} if request.variant else {}
    drawn.document.write_pdf(path, finisher=label_pages, **options)


def write_stamps(request: Request) -> None:
    """Two pages for each chapter of the request, a right and a left one, that bear its head and feet alone."""
    fonts = FontConfiguration()
    fetcher = AssetFetcher({}, request.fonts)
    sheets = _sheets(request, fetcher, fonts)
    rules = [".chapter { visibility: hidden } .leaf { height: 1px } .leaf + .leaf { break-before: page }"]
    for index in range(len(request.chapters)):
        for side, outer in (("right", "right"), ("left", "left")):
            rules.append(f"@page {page_name(index)}:{side} {{ @top-{outer} {{ content: '' }} }}")
    sheets.append(CSS(string="\n".join(rules), url_fetcher=fetcher, font_config=fonts))
    html = HTML(string=documents.shell(request), url_fetcher=fetcher, base_url=None)
    html.render(font_config=fonts, stylesheets=sheets).write_pdf(request.out)
