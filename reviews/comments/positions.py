"""Reads the place that a review comment names: pages, lines, section, figure, table.

Reviewers write "12", "3-12", "p. 12, l. 31–33" or "0 0 0 0" (the whole unit), and spreadsheet programs
turn "3-12" into the 12th of March. A place is only read here; whether the page exists is for the caller
to ask of the snapshot (procedure: positions refer to one frozen draft).

Pure: no Django.
"""

from __future__ import annotations

import datetime
import re
import unicodedata
from dataclasses import dataclass, field, replace
from typing import Any

MAX_WRITTEN = 1_000


@dataclass(frozen=True)
class Position:
    """Where a comment points. Pages are labels as printed ("12", "3-12"), lines are numbers; None: not said.

    A single page or line stands at both ends. ``whole_unit`` is what "0 0 0 0" means. ``as_written`` keeps
    the words of the sheet and does not count when two positions are compared; neither do ``warnings``,
    sentences on what had to be guessed. ``others`` are further places that the same words name.
    """

    page_from: str | None = None
    line_from: int | None = None
    page_to: str | None = None
    line_to: int | None = None
    whole_unit: bool = False
    section: str | None = None
    figure: str | None = None
    table: str | None = None
    others: tuple[Position, ...] = ()
    as_written: str = field(default="", compare=False)
    warnings: tuple[str, ...] = field(default=(), compare=False)

    @property
    def said(self) -> bool:
        """Whether anything was understood; False for blanks and for words that name no place."""
        return self != Position()


_MONTHS = {name: number for number, name in enumerate(
    ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), start=1
)}  # fmt: skip
_WHOLE = frozenset(
    {
        "whole", "whole unit", "whole chapter", "whole document", "whole report", "whole section", "entire",
        "entire chapter", "entire document", "general", "general comment", "overall", "all", "chapter",
    }
)  # fmt: skip
# A page as printed: 12, 3-12, SPM-4, A1-3, TS.12, xiv.
_LABEL = r"(?:[A-Za-z]{1,4}\d{0,2}[-.]\s?)?\d{1,5}(?:[-.]\d{1,5})?|[ivxl]{1,7}"
_TO = r"\s*(?:\bto\b|\bthrough\b|\buntil\b|–|—|→)\s*|\s+-\s+"
_PAGE_WORD = r"(?:pages?|pgs?|pp?|p[áa]g(?:ina)?s?|seiten?)(?![A-Za-z])\s*(?:no)?\.?\s*"
_LINE_WORD = r"(?:lines?|lns?|ll?|l[íi]neas?|lignes?|zeilen?)(?![A-Za-z])\s*(?:no)?\.?\s*"
_PAGE_CELL = re.compile(
    rf"(?:({_PAGE_WORD}))?({_LABEL})(?:({_TO})(?:{_PAGE_WORD})?({_LABEL}))?", re.IGNORECASE
)
_LINE_RANGE = r"(\d{1,6})(?:\s*(?:-|–|—|→|to|through|until|and|&|,)\s*(\d{1,6}))?"
_LINE_CELL = re.compile(rf"(?:{_LINE_WORD})?{_LINE_RANGE}", re.IGNORECASE)
_PAGE_IN_TEXT = re.compile(
    rf"(?<![A-Za-z])({_PAGE_WORD})({_LABEL})(?![A-Za-z\d])(?:({_TO})(?:{_PAGE_WORD})?({_LABEL})(?![A-Za-z\d]))?",
    re.IGNORECASE,
)
_LINE_IN_TEXT = re.compile(rf"(?<![A-Za-z]){_LINE_WORD}{_LINE_RANGE}", re.IGNORECASE)
_PAGE_COLON_LINE = re.compile(rf"(?:{_PAGE_WORD})?({_LABEL})\s*:\s*{_LINE_RANGE}", re.IGNORECASE)
_NAMED = r"([A-Za-z]{{0,4}}\.?\d{{1,3}}(?:[.\-]\d{{1,3}}){{0,5}}[a-z]?)"
_TARGETS = {
    "section": re.compile(r"(?:\bsections?|\bsect?\.|§)\s*" + _NAMED.format(), re.IGNORECASE),
    "figure": re.compile(r"\bfig(?:ures?|s?\.)?\s*" + _NAMED.format(), re.IGNORECASE),
    "table": re.compile(r"\btab(?:les?|\.)\s*" + _NAMED.format(), re.IGNORECASE),
}
_ONE = _NAMED.format().replace("(", "(?:", 1)
_MORE = rf"(?:\s*(?:,|;|&|and|et|y|und)\s*{_ONE}(?![\w%]))*"
_LISTS = {
    "section": re.compile(rf"(?:\bsections?|\bsect?s?\.|§+)\s*({_ONE}{_MORE})", re.IGNORECASE),
    "figure": re.compile(rf"\bfig(?:ures?|s?\.)?\s*({_ONE}{_MORE})", re.IGNORECASE),
    "table": re.compile(rf"\btab(?:les?|s?\.)\s*({_ONE}{_MORE})", re.IGNORECASE),
}
_LEAD = re.compile(r"(?:\W*(?:in|on|at)\s+)?\W*", re.IGNORECASE)
_BETWEEN = re.compile(r"(?:\s|[,;:.&–-]|and\b)*", re.IGNORECASE)
# One comment that names more places than this speaks of none in particular.
MOST_PLACES = 20
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


def cell_text(value: Any) -> str:
    """A cell of any spreadsheet as clean text: "" for None, "12" for 12.0, ISO for dates, line ends "\\n"."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        value = int(value)
    if isinstance(value, datetime.datetime) and value.time() == datetime.time():
        value = value.date()
    text = str(value).replace("\r\n", "\n").replace("\r", "\n")
    return unicodedata.normalize("NFC", _CONTROL.sub("", text)).strip()


def page_label(value: Any) -> tuple[str, str]:
    """A cell that should hold a label such as "3-12": its text, and a warning when a date stood there."""
    found = _label_of_date(value)
    if found is None:
        return cell_text(value), ""
    warning = f"{cell_text(value)} is a date that a spreadsheet program made; it was read as {found}."
    return found, warning


def _label_of_date(value: Any) -> str | None:
    """Undo what spreadsheet programs make of "3-12": 12 March of this year; of "3-45": 1 March 1945."""
    if isinstance(value, str):
        value = _date_in_words(value.strip())
    if isinstance(value, str):
        return value
    if not isinstance(value, datetime.date):
        return None
    if value.day == 1 and 1930 <= value.year <= 1999:
        return f"{value.month}-{value.year - 1900}"
    return f"{value.month}-{value.day}"


def _date_in_words(text: str) -> datetime.date | str | None:
    if match := re.fullmatch(r"(\d{4})-(\d\d)-(\d\d)(?:[T ]00:00(?::00)?)?", text):
        try:
            return datetime.date(*map(int, match.groups()))
        except ValueError:
            return None
    if match := re.fullmatch(r"(\d{1,2})[- ]([A-Za-z]{3})", text):
        month = _MONTHS.get(match[2].lower())
        return f"{month}-{int(match[1])}" if month else None
    if match := re.fullmatch(r"([A-Za-z]{3})-(\d{2})", text):
        month = _MONTHS.get(match[1].lower())
        return f"{month}-{int(match[2])}" if month else None
    return None


def _plain(text: str) -> str:
    """For matching: Latin digits, one kind of space, all short dashes "-" (long ones mean "to")."""
    text = unicodedata.normalize("NFKC", text)
    text = "".join(str(unicodedata.digit(c)) if c.isdigit() and not c.isascii() else c for c in text)
    return " ".join(re.sub("[\u2010\u2011\u2212]", "-", text).replace("\u2012", "–").split())


def parse_position(
    from_page: Any = "", from_line: Any = "", to_page: Any = "", to_line: Any = "",
    free_text: str = "", *, unit: str = "",
) -> Position:  # fmt: skip
    """The place named by the four cells of a comment sheet, and by ``free_text`` where these leave gaps.

    Cells may be str, int, float, date or None. "12-14" in a page cell is the label "12-14"; it is pages 12
    to 14 where it says so ("pp. 12-14", "12 to 14", a long dash) or where ``unit`` is another number than
    12. Never raises: what cannot be read stays in ``as_written`` with a warning.
    """
    cells = [cell_text(cell) for cell in (from_page, from_line, to_page, to_line)]
    free = cell_text(free_text)
    written = (free or " | ".join(cell for cell in cells if cell))[:MAX_WRITTEN]
    if _means_whole(cells) or (not any(cells) and _plain(free).lower().strip(" .") in _WHOLE):
        return Position(whole_unit=True, as_written=written)
    warnings: list[str] = []
    # With both ends given, each is a label, whatever the unit.
    pages = [_page_cell(cell, "" if cells[2] else unit, warnings) for cell in (from_page, to_page)]
    lines = [_line_cell(cell, warnings) for cell in (from_line, to_line)]
    place = Position(
        page_from=pages[0][0], page_to=pages[1][1] or pages[0][1],
        line_from=lines[0][0] or pages[0][2], line_to=lines[1][1] or lines[0][1] or pages[0][3],
    )  # fmt: skip
    if place.page_from is None:
        place = replace(place, page_from=pages[1][0])
    if place.line_from is None:
        place = replace(place, line_from=lines[1][0])
    place = _fill_from_text(place, " ".join([*cells, free]) if free else " ".join(cells), free, unit)
    place = _in_order(place, warnings)
    # Page "L" and line "1" beside it are no line 1: each cell is read for itself.
    others = _others(free or " | ".join(cells), unit, warnings)
    others = tuple(other for other in others if not _within(other, place))
    return replace(place, others=others, as_written=written, warnings=tuple(warnings))


def _means_whole(cells: list[str]) -> bool:
    plain = [_plain(cell).lower().strip(" .") for cell in cells]
    if plain[0] in _WHOLE and not any(cell not in ("", "0") for cell in plain[1:]):
        return True
    return plain[0] == "0" and all(cell in ("", "0") for cell in plain)


def _page_cell(
    value: Any, unit: str, warnings: list[str]
) -> tuple[str | None, str | None, int | None, int | None]:
    """First page, last page, first line, last line of a page cell."""
    label, warning = page_label(value)
    if warning:
        warnings.append(warning)
        return label, label, None, None
    text = _plain(label).strip(" .,;")
    if text in ("", "0"):
        return None, None, None, None
    if match := _PAGE_CELL.fullmatch(text):
        first, last = _page_range(match, unit)
        return first, last, None, None
    if match := _PAGE_COLON_LINE.fullmatch(text):
        return match[1], match[1], int(match[2]) or None, int(match[3] or match[2]) or None
    found = _fill_from_text(Position(), text, text, unit)
    if not found.said:
        warnings.append(f"{text[:80]!r} names no page; it is kept as written.")
    return found.page_from, found.page_to, found.line_from, found.line_to


def _page_range(match: re.Match[str], unit: str) -> tuple[str, str]:
    word, first, last = (match[1] or "").strip().lower(), match[2].replace(" ", ""), match[4]
    if last:
        return first, last.replace(" ", "")
    two = re.fullmatch(r"(\d+)-(\d+)", first)
    if two and int(two[1]) < int(two[2]):
        plural = word.startswith(("pp", "pages", "pgs"))
        elsewhere = unit.isdigit() and unit != two[1]
        if plural and unit != two[1] or elsewhere:
            return two[1], two[2]
    return first, first


def _line_cell(value: Any, warnings: list[str]) -> tuple[int | None, int | None]:
    label, warning = page_label(value)
    if warning:
        # "5-9" in a line cell became the 9th of May.
        warnings.append(warning)
    text = _plain(label).strip(" .,;")
    if text in ("", "0"):
        return None, None
    if match := _LINE_CELL.fullmatch(text):
        return int(match[1]) or None, int(match[2] or match[1]) or None
    if match := _LINE_IN_TEXT.search(text):
        return int(match[1]) or None, int(match[2] or match[1]) or None
    warnings.append(f"{text[:80]!r} names no line; it is kept as written.")
    return None, None


def _fill_from_text(place: Position, text: str, free: str, unit: str) -> Position:
    """Add to ``place`` what ``text`` names; pages and lines only from ``free`` and only into gaps."""
    text, free = _plain(text[:MAX_WRITTEN]), _plain(free[:MAX_WRITTEN])
    found: dict[str, Any] = {}
    for target, pattern in _TARGETS.items():
        if match := pattern.search(text):
            found[target] = match[1]
    if free and place.page_from is None:
        bare = _PAGE_CELL.fullmatch(free.strip(" .,;")) or _PAGE_IN_TEXT.search(free)
        if bare:
            found["page_from"], found["page_to"] = _page_range(bare, unit)
        elif match := _PAGE_COLON_LINE.fullmatch(free):
            found |= {"page_from": match[1], "page_to": match[1]}
            found |= {"line_from": int(match[2]) or None, "line_to": int(match[3] or match[2]) or None}
    if free and place.line_from is None and (match := _LINE_IN_TEXT.search(free)):
        found |= {"line_from": int(match[1]) or None, "line_to": int(match[2] or match[1]) or None}
    return replace(place, **found)


def with_names(position: Position, cells: dict[str, str]) -> Position:
    """The position with what the columns section, figure and table say; "2.1 and 2.3" are two places."""
    first, others = dict(cells), []
    for target, written in cells.items():
        numbers = re.findall(_NAMED.format(), _plain(written), re.IGNORECASE)
        rest = re.sub(_NAMED.format(), "", _plain(written), flags=re.IGNORECASE)
        if len(numbers) > 1 and re.fullmatch(r"(?:\s|[,;&]|and|et|y|und)*", rest):
            first[target] = numbers[0]
            others += [Position(**{target: number}) for number in numbers[1:MOST_PLACES]]
    return replace(position, **first, others=(*position.others, *others)) if first else position


def _others(text: str, unit: str, warnings: list[str]) -> tuple[Position, ...]:
    """The places after the first of "p. 12, l. 3–5 and p. 14, l. 1" or "Sections 2.1 and 2.3".

    A place ends where a page, line, section, figure or table is named that it has already. Lines without a page
    of their own are on the page named before.
    """
    groups: list[dict[str, Any]] = [{}]
    for kind, found in _all_named(_plain(text[:MAX_WRITTEN]), unit):
        if kind in groups[-1]:
            groups.append({})
        groups[-1][kind] = found
    made, pages = [], None
    for index, group in enumerate(groups[:MOST_PLACES]):
        lines = group.get("lines", (None, None))
        pages = group.get("pages") or (pages if "lines" in group else None)
        names = {target: group.get(target) for target in _TARGETS}
        if index:
            first, last = pages or (None, None)
            place = Position(page_from=first, page_to=last, line_from=lines[0], line_to=lines[1], **names)
            made.append(_in_order(place, warnings))
    return tuple(place for place in made if place.said)


def _within(other: Position, place: Position) -> bool:
    """Whether the other place says nothing that this one does not: two cells may name the same line."""
    names = ("page_from", "page_to", "line_from", "line_to", *_TARGETS)
    return all(getattr(other, name) in (None, getattr(place, name)) for name in names)


def _all_named(text: str, unit: str) -> list[tuple[str, Any]]:
    """(kind, what) of all pages, lines, sections, figures and tables of a text, in their order."""
    found: list[tuple[int, str, Any]] = []
    for match in _PAGE_IN_TEXT.finditer(text):
        found.append((match.start(), "pages", _page_range(match, unit)))
    for match in _LINE_IN_TEXT.finditer(text):
        found.append((match.start(), "lines", (int(match[1]) or None, int(match[2] or match[1]) or None)))
    for target, pattern in _LISTS.items():
        for match in pattern.finditer(text):
            plural = re.match(r"§§|\w+s\b", match[0], re.IGNORECASE)
            for n, name in enumerate(re.finditer(_NAMED.format(), match[1], re.IGNORECASE)):
                # "Section 2 and 14 more people" names one section.
                words_follow = re.match(r"\s+[a-z]", text[match.start(1) + name.end() :])
                if n and not plural and words_follow and name[1].isdigit():
                    break
                found.append((match.start(1) + name.start(), target, name[1]))
    found.sort(key=lambda each: each[0])
    return [(kind, what) for _at, kind, what in found]


def _in_order(place: Position, warnings: list[str]) -> Position:
    """Both ends present, and the first before the last where that can be told.

    A shortened last line ("116-7") is completed on one page only: on a later page, 7 is line 7.
    """
    # There is no page nought: a zero says as little as a blank.
    page_from, page_to = (
        None if set(page or "0") == {"0"} else page for page in (place.page_from, place.page_to)
    )
    place = replace(place, page_from=page_from or page_to)
    page_to = page_to or page_from
    line_to = place.line_to or place.line_from
    if place.page_from == page_to:
        line_to = _completed(place.line_from, line_to, warnings)
    place = replace(place, page_to=page_to, line_from=place.line_from or line_to, line_to=line_to)
    first, last = _page_number(place.page_from), _page_number(page_to)
    if first and last and first[0] == last[0] and first[1] > last[1]:
        warnings.append("the last page stands before the first; they were exchanged.")
        place = replace(
            place, page_from=page_to, page_to=place.page_from, line_from=line_to, line_to=place.line_from
        )
    elif place.page_from == page_to and place.line_from and line_to and place.line_from > line_to:
        warnings.append("the last line stands before the first; they were exchanged.")
        place = replace(place, line_from=line_to, line_to=place.line_from)
    return place


def _completed(first: int | None, last: int | None, warnings: list[str]) -> int | None:
    """ "116-7" means 116 to 117: a last line with fewer digits takes the first ones from the line before."""
    if not first or not last or last >= first or len(str(last)) >= len(str(first)):
        return last
    full = int(str(first)[: -len(str(last))] + str(last))
    if full <= first:
        return last
    warnings.append(f"the last line {last} was read as {full}.")
    return full


def leading_place(text: str) -> str:
    """The place with which a comment's own words begin ("Line 24 …", "Fig. 2: …", "pp. 3, l. 4 …"), or ""."""
    plain = _plain(text[:200])
    at = len(_LEAD.match(plain)[0])
    start = at
    while True:
        rest = plain[at:]
        patterns = (_PAGE_IN_TEXT, _LINE_IN_TEXT, *_LISTS.values())
        match = next((m for m in (pattern.match(rest) for pattern in patterns) if m), None)
        if match is None:
            return plain[start:at].strip(" ,;:.-")
        at += match.end()
        at += len(_BETWEEN.match(plain[at:])[0])


def _page_number(label: str | None) -> tuple[str, int] | None:
    match = re.fullmatch(r"(.*?)(\d+)", label or "")
    return (match[1], int(match[2])) if match else None
