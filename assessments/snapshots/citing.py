"""Places of a frozen draft as people write them ("3-12:31-33") and as addresses keep them: page, line, sentence."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from assessments.snapshots import reading
from assessments.snapshots.models import SnapshotChapter

_LABEL = r"(?:[A-Za-z]{1,4}\d{0,2}[-.])?\d{1,5}(?:[-.]\d{1,5})?"
# "p. 3-12, l. 31–33", "3-12:31", "ص 3-12، س 31", a page alone.
_PLACE = re.compile(
    rf"(?:[^\W\d_]{{1,6}}\.?\s+|p\.?)?({_LABEL})"
    r"(?:\s*[:,;/،]\s*(?:[^\W\d_]{1,6}\.?\s*)?(\d{1,4})(?:\s*[-–—]\s*(\d{1,4}))?)?"
)
MOST_WRITTEN = 60


@dataclass(frozen=True)
class Cited:
    """A place that was found: ``page`` as printed, the lines (None: the page as a whole), the words there."""

    page: str
    number: int
    first: int | None = None
    last: int | None = None
    words: str = ""

    @property
    def said(self) -> str:
        """As one cites it: "p. 3-12, l. 31–33"."""
        if self.first is None:
            return _("p. %(page)s") % {"page": self.page}
        lines = str(self.first) if self.first == self.last else f"{self.first}–{self.last}"
        return _("p. %(page)s, l. %(lines)s") % {"page": self.page, "lines": lines}

    @property
    def query(self) -> str:
        """The address of the place, below that of the chapter."""
        if self.first is None:
            return "?" + urlencode({"at": self.page})
        lines = str(self.first) if self.first == self.last else f"{self.first}-{self.last}"
        return f"?{urlencode({'at': f'{self.page}:{lines}'})}#p{self.page}l{self.first}"


class NoSuchPlace(ValueError):
    """What was asked for is no place of this chapter; the message says what was expected."""


def read_place(written: str) -> tuple[str, int | None, int | None]:
    """(page as written, first line, last line) of a place; lines are None where none is named.

    Raises NoSuchPlace where it names no page. Digits of any script will do; an order turned round is put right.
    """
    plain = unicodedata.normalize("NFKC", written[:MOST_WRITTEN])
    plain = "".join(str(unicodedata.digit(c)) if c.isdigit() else c for c in plain)
    plain = "".join(c for c in plain if unicodedata.category(c) != "Cf")
    match = _PLACE.fullmatch(" ".join(plain.split()))
    if match is None:
        raise NoSuchPlace(
            _("“%(written)s” names no page. Write page and line as in 3-12:31, or 3-12:31-33.")
            % {"written": written[:MOST_WRITTEN]}
        )
    first, last = (int(n) if n else None for n in match.group(2, 3))
    last = last or first
    return match[1], *((min(first, last), max(first, last)) if first else (None, None))


def find(frozen: SnapshotChapter, asked: Mapping[str, str]) -> Cited | None:
    """The place that the address asks for by ``at``, ``sentence`` or ``block``; None where it asks for none.

    Raises NoSuchPlace.
    """
    printed = reading.pages(frozen)
    if not printed:
        return None
    if written := asked.get("at", "").strip():
        return _on_page(printed, written)
    if name := asked.get("sentence", "") or asked.get("block", ""):
        return _of_block(frozen, printed, name)
    return None


def _on_page(printed: list[reading.PrintedPage], written: str) -> Cited:
    label, first, last = read_place(written)
    page = next((p for p in printed if p.label.lower() == label.lower()), None) or next(
        (p for p in printed if str(p.number) == label), None
    )
    if page is None:
        raise NoSuchPlace(
            _("This chapter has no page %(page)s; its pages are %(first)s to %(last)s.")
            % {"page": label, "first": printed[0].label, "last": printed[-1].label}
        )
    if first is None:
        return Cited(page.label, page.number)
    numbers = [line.number for line in page.lines]
    if not numbers or first > numbers[-1] or first < numbers[0]:
        raise NoSuchPlace(
            _("Page %(page)s has no line %(line)s; its lines are %(first)s to %(last)s.")
            % {"page": page.label, "line": first, "first": numbers[0] if numbers else 0,
               "last": numbers[-1] if numbers else 0}
        )  # fmt: skip
    last = min(last, numbers[-1])
    words = " ".join(
        p.text.strip() for line in page.lines if first <= line.number <= last for p in line.pieces
    )
    return Cited(page.label, page.number, first, last, words)


def _of_block(frozen: SnapshotChapter, printed: list[reading.PrintedPage], name: str) -> Cited:
    """A block, or its sentence "b4f0c21d7e.2", counted from 1; on the page where it begins."""
    key, _dot, count = name.partition(".")
    block = next((b for b in frozen.blocks if b["id"] == key), None)
    sentences = block.get("sentences", []) if block else []
    if block is None or (count and not (count.isdecimal() and 1 <= int(count[:6]) <= len(sentences))):
        raise NoSuchPlace(_("This draft has no such passage; it may stand in another draft."))
    start, end = sentences[int(count) - 1] if count else (0, len(block["text"]))
    for page in printed:
        lines = [
            line.number
            for line in page.lines
            for p in line.pieces
            if p.block == key and p.start < max(end, start + 1) and p.end > start
        ]
        if lines:
            return Cited(page.label, page.number, min(lines), max(lines), block["text"][start:end])
    raise NoSuchPlace(_("This draft has no such passage; it may stand in another draft."))


def context(frozen: SnapshotChapter, asked: Mapping[str, str]) -> dict:
    """Context of the reading view: the page, its lit lines, what is cited, or in ``wrong`` why it was not found."""
    cited, wrong = None, ""
    try:
        cited = find(frozen, asked)
    except NoSuchPlace as error:
        wrong = str(error)
    page = reading.page_context(
        frozen, cited.page if cited else asked.get("page", ""), whole=asked.get("all") == "1"
    )
    slugs = [frozen.snapshot.cycle.slug, frozen.snapshot.label, frozen.chapter.number]
    shown = page["printed"]
    return {
        **page,
        "cites": True,
        "cited": cited,
        "wrong": wrong,
        "written": asked.get("at", "")[:MOST_WRITTEN],
        "lit_page": cited.page if cited and cited.first else None,
        "lit_from": cited.first if cited else None,
        "lit_to": cited.last if cited else None,
        "pdf_address": reverse("snapshot_pdf", args=slugs) if frozen.pdf else "",
        "pdf_page": (cited.number if cited else shown.number) if shown else None,
    }
