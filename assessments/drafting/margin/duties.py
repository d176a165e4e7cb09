"""Who hears of what is said in the margin, and threads with a date as duties (procedure 4.12, 4.13)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assessments.drafting.guards import obstacles_to_drafting
from assessments.drafting.margin.guards import shortened
from assessments.drafting.margin.models import Remark, Suggestion, Thread
from panels.models import User
from records.notices import calendar, reminders
from records.notices.calendar import Deadline
from records.notices.reminders import Due
from records.registry import notices

DAY = timedelta(days=1)


def _thread(content: dict) -> Thread | None:
    rows = Thread.objects.select_related("chapter__cycle", "assigned_to")
    return rows.filter(pk=content.get("thread")).first()


def _page(thread: Thread) -> str:
    chapter = thread.chapter
    return reverse("chapter_margin", args=[chapter.cycle.slug, chapter.number]) + f"#thread-{thread.pk}"


def hearers(entry, content: dict) -> list[User]:
    """Whom a remark names, who spoke in the thread before, and for whom it waits; never who said it or left."""
    thread = _thread(content)
    if thread is None:
        return []
    said = thread.remarks.filter(pk=content.get("remark")).prefetch_related("mentions").first()
    people = {
        remark.by for remark in thread.remarks.filter(pk__lt=content.get("remark", 0)).select_related("by")
    }
    people |= set(said.mentions.all()) if said else set()
    people |= {thread.assigned_to} if thread.assigned_to else set()
    people -= {said.by} if said else set()
    return _still(people, thread)


def holder(entry, content: dict) -> list[User]:
    """For whom a thread waits now, unless they took it themselves."""
    thread = _thread(content)
    mine = thread is None or thread.assigned_to is None or thread.assigned_to_id == thread.assigned_by_id
    return [] if mine else _still({thread.assigned_to}, thread)


def _still(people: set[User], thread: Thread) -> list[User]:
    return sorted((p for p in people if p.has_perm("chapter.remark", thread.chapter)), key=lambda p: p.pk)


def in_letter(entry, content: dict) -> dict:
    thread = _thread(content)
    said = Remark.objects.filter(pk=content.get("remark")).first()
    author = said.author if said else content.get("@actor", "")
    quote, text = shortened(content.get("quote", "")), shortened(content.get("text", ""), 1000)
    found = {"author": author, "quote": quote, "text": text, "href": "", "chapter": "", "cycle": None}
    if thread is None:
        return found
    return found | {
        "href": _page(thread),
        "chapter": thread.chapter.number,
        "cycle": thread.chapter.cycle,
        "due": thread.due,
    }


def _settled(entry):
    """The suggestions that became what the entry says, in one act."""
    _kind, slug, number = entry.stream.key.split("/")
    rows = Suggestion.objects.filter(chapter__cycle__slug=slug, chapter__number=number, settled_at=entry.at)
    return rows.filter(status=entry.verb.split(".")[1]).select_related("chapter__cycle", "by", "became")


def suggesters(entry, content: dict) -> list[User]:
    """Whose suggestions were accepted or rejected by somebody else; never who left."""
    rows = [one for one in _settled(entry) if one.by_id != one.settled_by_id]
    people = {one.by for one in rows if one.by.has_perm("chapter.suggest", one.chapter)}
    return sorted(people, key=lambda user: user.pk)


def settled_in_letter(entry, content: dict) -> dict:
    """``old`` and ``new`` are those of a single suggestion; the page is what the text became, or the margin."""
    one = _settled(entry).first()
    found = {
        "accepted": entry.verb == "suggestion.accepted",
        "author": content.get("@actor", ""),
        "old": shortened(content.get("old", "")),
        "new": shortened(content.get("new", ""), 1000),
    }
    if one is None:
        return found | {"href": "", "chapter": "", "cycle": None}
    chapter = one.chapter
    address = [chapter.cycle.slug, chapter.number]
    page = reverse("chapter_margin", args=address)
    if one.became is not None:
        page = reverse("chapter_version", args=[*address, one.became.number])
    return found | {"href": page, "chapter": chapter.number, "cycle": chapter.cycle}


def due(now: datetime) -> Iterator[Due]:
    """Open threads with a date, while their chapter can be written."""
    rows = Thread.objects.filter(status=Thread.Status.OPEN, due__isnull=False)
    for thread in rows.select_related("chapter__cycle", "assigned_to"):
        if thread.assigned_to.has_perm("chapter.remark", thread.chapter) and not obstacles_to_drafting(
            thread.chapter
        ):
            yield Due(
                f"thread.{thread.pk}",
                calendar.end_of(thread.due),
                [thread.assigned_to],
                thread.chapter.cycle.slug,
                {
                    "cycle": thread.chapter.cycle,
                    "chapter": thread.chapter.number,
                    "quote": shortened(thread.quote),
                    "day": thread.due,
                    "href": _page(thread),
                },
            )


def deadlines(user, now: datetime) -> Iterator[Deadline]:
    """For the calendar: one's own."""
    for each in due(now):
        if each.people[0].pk == user.pk:
            title = _("Thread in the margin of chapter %(chapter)s (%(cycle)s)")
            said = {"chapter": each.context["chapter"], "cycle": each.scope}
            yield Deadline(f"thread.due.{each.subject}", each.at, title % said, each.context["href"])


def register() -> None:
    """Put everything in place (called from the app's ready)."""
    notices.register(
        "remark.made",
        hearers,
        "remark_made",
        in_letter,
        title=gettext_lazy("Somebody speaks to you in a margin"),
    )
    notices.register(
        "thread.assigned",
        holder,
        "thread_assigned",
        in_letter,
        title=gettext_lazy("A thread in a margin waits for you"),
    )
    for verb in ("suggestion.accepted", "suggestion.rejected"):
        notices.register(
            verb,
            suggesters,
            "suggestion_settled",
            settled_in_letter,
            title=gettext_lazy("Something became of what you suggested"),
        )
    calendar.register(deadlines)
    reminders.register(
        "thread.due",
        due,
        (-3 * DAY, -DAY, timedelta(0), 7 * DAY),
        "thread_due",
        gettext_lazy("A thread in a margin is due"),
        mandatory=gettext_lazy("A duty of yours has a deadline."),
    )
