"""Where a comment speaks: from marked words, from page and line, from a quotation, or of the whole unit.

A wrong place is worse than none: what does not agree with the frozen text is refused (where a person can
still mend it) or left without a place (where it came in a sheet).
"""

from __future__ import annotations

import re
from collections import Counter
from functools import cached_property

from django.utils import translation
from django.utils.translation import gettext as _

from assessments.snapshots import marks, reading
from assessments.snapshots.models import SnapshotChapter
from assessments.text.anchors import Finder, Found
from assessments.text.tokens import HAN
from reviews.comments.positions import MOST_PLACES, Position

CONTEXT = 40
# Shorter quotations ("AI", "the report") stand in a text by chance.
# Shorter quotes, or of fewer words, count only where they stand exactly, and once.
SHORTEST_QUOTE = 15
SHORTEST_EXACT = 9
NUMBERED = re.compile(r"[A-Za-z]{0,4}\.?\d+(?:[.\-]\d+)*")
HAN_LETTER = re.compile(f"[{HAN}]")
QUOTED = re.compile(
    r"“([^”]{3,2000})”|„([^“”]{3,2000})[“”]|«([^»]{3,2000})»|\"([^\"\n]{3,2000})\"|"
    r"‘([^‘’\n]{3,2000})’(?!\w)"
)


def _stretch(anchor: dict) -> tuple:
    return anchor["block"], anchor["start"], anchor["end"]


def _number(written: str) -> str:
    """Numbers of parts compare without case, and with one mark between: "3-1" is "3.1"."""
    return written.lower().replace("-", ".").strip(".")


def _size(words: str) -> tuple[int, int]:
    """Characters and words of a quotation; a Han or kana character says as much as three letters."""
    dense = len(HAN_LETTER.findall(words))
    return len(words.strip()) + 2 * dense, len(words.split()) + dense // 2


class PlaceError(ValueError):
    """A place that the frozen draft does not have. ``field`` is "page", "line" (the first), "last_line" or "anchor";
    str() is for people."""

    def __init__(self, field: str, text: str):
        self.field = field
        super().__init__(text)


class Places:
    """The places of one frozen chapter, prepared for many comments."""

    def __init__(self, frozen: SnapshotChapter):
        self.frozen = frozen
        self.number = frozen.chapter.number
        self.texts = {b["id"]: b["text"] for b in frozen.blocks}

    @cached_property
    def pages(self) -> list[reading.PrintedPage]:
        return reading.pages(self.frozen)

    @cached_property
    def finder(self) -> Finder:
        return Finder(list(self.texts.items()))

    @cached_property
    def _lines(self) -> dict[str, list[tuple[int, int, str, int]]]:
        """For each block: start, end, page label, line, in order."""
        found: dict[str, list[tuple[int, int, str, int]]] = {}
        for page in self.pages:
            for line in page.lines:
                for piece in line.pieces:
                    found.setdefault(piece.block, []).append(
                        (piece.start, piece.end, page.label, line.number)
                    )
        return found

    @cached_property
    def _alone(self) -> dict[str, str]:
        """Blocks by their text, where no other block has it: a cell or a heading may be quoted whole."""
        count = Counter(self.texts.values())
        return {text: block for block, text in self.texts.items() if count[text] == 1}

    def whole(self) -> dict:
        """The whole unit (procedure 6.3)."""
        return self._anchor("", 0, 0, "whole")

    def nowhere(self) -> dict:
        """No place: the comment waits for a person to say where it belongs."""
        return self._anchor("", 0, 0, "none")

    def selection(
        self,
        block: str,
        start: int,
        end: int,
        quote: str,
        prefix: str = "",
        suffix: str = "",
        *,
        line: bool = False,
    ) -> dict:
        """Marked words, as the page told them, held against the frozen text. Raises PlaceError."""
        text = self.texts.get(block, "")
        if not quote.strip() or text[start:end] != quote:
            found = self.finder.locate(quote, prefix, suffix, block)
            exact = isinstance(found, Found) and found.method in ("exact", "context", "near")
            if not exact:
                raise PlaceError("anchor", _("The marked words do not stand in this draft. Mark them anew."))
            block, start, end = found.block, found.start, found.end
        return self._anchor(block, start, end, "line" if line else "selection")

    def page_line(self, page: str, line_from: int | None, line_to: int | None = None) -> dict:
        """The passage on these lines of a page, cut to the first block. Raises PlaceError naming what
        exists."""
        printed = self._page(page)
        numbers = [line.number for line in printed.lines if line.pieces]
        if not numbers:
            raise PlaceError("page", _("Page %(page)s holds no text.") % {"page": printed.label})
        first, last = line_from or numbers[0], (line_to or line_from or numbers[-1])
        if last < first:
            raise PlaceError("last_line", _("The last line stands before the first."))
        for field, asked in (("line", first), ("last_line", last)):
            if not numbers[0] <= asked <= numbers[-1]:
                raise PlaceError(
                    field,
                    _("Page %(page)s has the lines %(first)s to %(last)s; there is no line %(line)s.")
                    % {"page": printed.label, "first": numbers[0], "last": numbers[-1], "line": asked},
                )
        pieces = [p for line in printed.lines if first <= line.number <= last for p in line.pieces]
        if not pieces:
            raise PlaceError(
                "line", _("There is no text on these lines of page %(page)s.") % {"page": printed.label}
            )
        block = pieces[0].block
        end = max(p.end for p in pieces if p.block == block)
        made = self._anchor(block, pieces[0].start, end, "page-line")
        return {
            **made,
            "page_label": printed.label,
            "line_from": first if line_from else None,
            "line_to": last if line_from else None,
        }

    def _page(self, wanted: str) -> reading.PrintedPage:
        if not self.pages:
            raise PlaceError(
                "page",
                _("This draft was frozen without printed pages; mark words, or speak of the whole unit."),
            )
        wanted = wanted.strip()
        for page in self.pages:
            if wanted in (page.label, str(page.number)):
                return page
        first, last = self.pages[0].label, self.pages[-1].label
        if first == last:
            text = _("There is no page %(page)s in “%(chapter)s”; its only page is %(first)s.")
        else:
            text = _("There is no page %(page)s in “%(chapter)s”; its pages are %(first)s to %(last)s.")
        named = {"page": wanted, "chapter": self.frozen.chapter, "first": first, "last": last}
        raise PlaceError("page", text % named)

    def quoted(self, quote: str, text: str, near: str | None = None) -> dict | None:
        """The place of what a comment quotes, in a field of its own or between quotation marks in its
        text."""
        tried = [quote] if quote.strip() else []
        tried += ["".join(groups) for groups in QUOTED.findall(text)]
        for words in tried:
            length, count = _size(words)
            short = length < SHORTEST_QUOTE or count < 3
            if short and (length < SHORTEST_EXACT or count < 2):
                if words is quote and (block := self._alone.get(" ".join(words.split()))):
                    return self._anchor(block, 0, len(self.texts[block]), "quote")
                continue
            found = self.finder.locate(words, near=near)
            if isinstance(found, Found) and not (short and found.method != "exact"):
                return self._anchor(found.block, found.start, found.end, "quote")
        return None

    def of_row(self, position: Position, quote: str, text: str, *, pages_count: bool) -> dict:
        """The anchor of a sheet's row; pages and lines count only where they are this snapshot's.

        Raises PlaceError for a page or line that this snapshot does not have.
        """
        if position.whole_unit:
            return self.whole()
        printed = None
        if pages_count and position.page_from and self.pages:
            last = position.line_to if position.page_to == position.page_from else None
            printed = self.page_line(position.page_from, position.line_from, last)
        found = self.quoted(quote, text, printed["block"] if printed else None)
        first = self._first(position, printed, found, pages_count)
        more = self._others(position, text, first, pages_count)
        return {**first, "more": more} if more else first

    def _first(self, position: Position, printed, found, pages_count: bool) -> dict:
        if printed is None:
            return found or (self.named(position) if pages_count else None) or self.nowhere()
        if found and found["block"] == printed["block"]:
            return {**found, **{k: printed[k] for k in ("page_label", "line_from", "line_to")}}
        return printed

    def _others(self, position: Position, text: str, first: dict, pages_count: bool) -> list[dict]:
        """The further places that a comment names: pages and lines, parts with a number, or exact quotations."""
        made = []
        for place in position.others if pages_count else ():
            if place.page_from and self.pages:
                last = place.line_to if place.page_to == place.page_from else None
                made.append(self.page_line(place.page_from, place.line_from, last))
            elif named := self.named(place):
                made.append(named)
        if first["method"] == "quote":
            for groups in QUOTED.findall(text):
                words = "".join(groups)
                length, count = _size(words)
                found = (
                    self.finder.locate(words, like=False) if length >= SHORTEST_QUOTE and count >= 3 else None
                )
                if isinstance(found, Found):
                    made.append(self._anchor(found.block, found.start, found.end, "quote"))
        seen, kept = {_stretch(first)}, []
        for anchor in made:
            if _stretch(anchor) not in seen:
                seen.add(_stretch(anchor))
                kept.append(anchor)
        return kept[:MOST_PLACES]

    def named(self, position: Position) -> dict | None:
        """The heading, caption or table that a section, figure or table of this number has in the draft."""
        for method in ("table", "figure", "section"):
            number = getattr(position, method)
            if number and (block := self._numbered.get((method, _number(number)))):
                return self._anchor(block, 0, len(self.texts[block]), method)
        return None

    @cached_property
    def _numbered(self) -> dict[tuple[str, str], str]:
        """The block that bears each printed number, such as ("section", "2.1") or ("figure", "3.2")."""
        kinds = {b["id"]: b["kind"] for b in self.frozen.blocks}
        found: dict[tuple[str, str], str] = {}
        for block, shown in marks.read(self.frozen.html).items():
            number = NUMBERED.search(shown.before)
            if number is None or block not in kinds:
                continue
            if kinds[block] == "heading":
                found.setdefault(("section", _number(number[0])), block)
            elif kinds[block] in ("caption", "figure"):
                table = shown.before.lower().startswith(self._word_for_table)
                found.setdefault(("table" if table else "figure", _number(number[0])), block)
        return found

    @cached_property
    def _word_for_table(self) -> str:
        with translation.override(self.frozen.snapshot.cycle.language):
            return _("Table {}").split("{")[0].strip().lower()

    def _anchor(self, block: str, start: int, end: int, method: str) -> dict:
        text = self.texts.get(block, "")
        return {
            "block": block or None,
            "start": start,
            "end": end,
            "quote": text[start:end],
            "prefix": text[max(0, start - CONTEXT) : start],
            "suffix": text[end : end + CONTEXT],
            "chapter": self.number,
            **self._printed(block, start, end),
            "method": method,
        }

    def _printed(self, block: str, start: int, end: int) -> dict:
        """The page and lines on which the words are printed."""
        touched = [
            (label, line)
            for first, last, label, line in self._lines.get(block, ())
            if first < max(end, start + 1) and last > start
        ]
        if not touched:
            return {"page_label": None, "line_from": None, "line_to": None}
        page = touched[0][0]
        return {
            "page_label": page,
            "line_from": touched[0][1],
            "line_to": max(line for label, line in touched if label == page),
        }
