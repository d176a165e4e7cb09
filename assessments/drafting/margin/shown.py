"""What the margin shows of a chapter: a card for each suggestion and thread, in the order of the text."""

from __future__ import annotations

import re
from bisect import bisect_right
from datetime import date

from django.utils.translation import gettext as _

from assessments.drafting.guards import obstacles_to_drafting
from assessments.drafting.margin import guards, threads
from assessments.drafting.margin.models import Suggestion, Thread
from assessments.drafting.models import Chapter
from assessments.text.compare import word_diff
from panels.models import User

HEADING = re.compile(r"^#{1,6}[ \t]+(.+?)[ \t]*(?:\{[^{}\n]*\}[ \t]*)?$", re.MULTILINE)
MOST_DIFFED = 4000  # characters; longer ones are shown as old and new
MOST_SETTLED = 200


def cards(chapter: Chapter, user: User, today: date, *, settled: bool = False) -> list[dict]:
    """Open marks of the chapter (or the latest settled ones), those with a place first, by their place."""
    text = chapter.current.markdown if chapter.current else ""
    headings = [(found.start(), found.group(1)) for found in HEADING.finditer(text)]
    may = {name: user.has_perm(f"chapter.{name}", chapter) for name in ("draft", "remark", "suggest")}
    open_now = not obstacles_to_drafting(chapter)
    found = []
    for kind in (Suggestion, Thread):
        rows = kind.objects.filter(chapter=chapter).select_related("by", "settled_by", "version")
        rows = rows.exclude(status="open") if settled else rows.filter(status="open")
        if kind is Thread:
            rows = rows.select_related("assigned_to", "assigned_by").prefetch_related("remarks__by")
        else:
            rows = rows.select_related("became")
        if settled:
            rows = rows.order_by("-settled_at")[:MOST_SETTLED]
        for mark in rows:
            mark.chapter = chapter
            found.append(_card(mark, text, headings, user, may, open_now, today))
    if settled:
        return sorted(found, key=lambda card: card["mark"].settled_at, reverse=True)
    return sorted(found, key=lambda card: (card["mark"].orphaned, card["mark"].here or 0, card["mark"].start))


def _card(mark, text: str, headings, user: User, may: dict, open_now: bool, today: date) -> dict:
    thread = isinstance(mark, Thread)
    is_open = mark.status == "open"
    card = {
        "mark": mark,
        "id": f"{'thread' if thread else 'suggestion'}-{mark.pk}",
        "thread": thread,
        "open": is_open,
        "orphaned": is_open and mark.orphaned,
        "section": "" if mark.orphaned else _heading(headings, mark.here),
        "may_write": may["draft"] and open_now,
        "mine": mark.by_id == user.pk and may["suggest"] and open_now,
        "may_speak": may["remark"] and open_now,
    }
    if is_open and not mark.orphaned:
        # Browsers count in units of UTF-16, Python in characters.
        card["at"] = len(text[: mark.here].encode("utf-16-le")) // 2
        card["words"] = text[mark.here : mark.there]
    if thread:
        card["remarks"] = list(mark.remarks.all())
        card["may_close"] = open_now and threads.may_close(mark, user)
        card["overdue"] = is_open and mark.due is not None and mark.due < today
    else:
        short = len(mark.quote) + len(mark.text) <= MOST_DIFFED
        card["diff"] = word_diff(mark.quote, mark.text) if short else [("-", mark.quote), ("+", mark.text)]
        card["what"] = _what(mark)
    return card


def _what(mark: Suggestion) -> str:
    """The suggestion in a sentence, for who does not see the marks."""
    old, new = guards.shortened(mark.quote), guards.shortened(mark.text)
    if not mark.quote:
        return _("Add “%(new)s”") % {"new": new}
    if not mark.text:
        return _("Take out “%(old)s”") % {"old": old}
    return _("“%(new)s” for “%(old)s”") % {"old": old, "new": new}


def _heading(headings: list[tuple[int, str]], at: int) -> str:
    place = bisect_right(headings, at, key=lambda found: found[0]) - 1
    return headings[place][1] if place >= 0 else ""
