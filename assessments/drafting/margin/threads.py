"""Verbs of threads in the margin: remark, answer, assign, resolve, open again (procedure 4.12, 4.13)."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from assessments.drafting.margin import guards, people, places
from assessments.drafting.margin.choosing import Chosen
from assessments.drafting.margin.common import (
    MOST_CHARACTERS,
    chosen_place,
    clean,
    enter,
    locked,
    locked_mark,
    of_this_chapter,
    quoted,
)
from assessments.drafting.margin.models import Remark, Thread
from assessments.drafting.models import Chapter, ChapterVersion
from panels.models import User
from records.obstacles import refuse, refuse_if, require


@transaction.atomic
def remark_here(chapter: Chapter, chosen: Chosen, text: str, *, by: User, now: datetime, **more) -> Thread:
    """Begin a thread on words that somebody has chosen in the text as it stands. Raises as ``remark`` does."""
    chapter, start, end = chosen_place(chapter, "chapter.remark", chosen, by, now)
    return remark(chapter, chapter.current, start, end, text, by=by, now=now, **more)


@transaction.atomic
def remark(
    chapter: Chapter,
    version: ChapterVersion,
    start: int,
    end: int,
    text: str,
    *,
    by: User,
    now: datetime,
    author_name: str = "",
    source: str = "",
    assigned_to: User | None = None,
    due: date | None = None,
) -> Thread:
    """Begin a thread on characters ``start`` to ``end`` of a version's Markdown with a first remark (procedure 4.12).

    ``author_name``: who said it by a file's own word. Whom the text names (“@Amina Diallo”) is told, and may be
    assigned at once. Raises PermissionDenied; Blocked: wrong stage, foreign version, no words, nothing said.
    """
    chapter = locked(chapter)
    require(by, "chapter.remark", chapter)
    refuse_if(guards.obstacles_to_the_margin(chapter))
    of_this_chapter(chapter, version)
    quote = quoted(version, start, end)
    if not quote.strip():
        refuse("no-quote", _("Choose the words that you speak of."), rule="4.12")
    if len(quote) > MOST_CHARACTERS:
        words = _("A thread is about at most %(most)s characters.")
        refuse("too-long", words % {"most": MOST_CHARACTERS}, rule="4.12")
    thread = Thread(
        chapter=chapter,
        version=version,
        start=start,
        end=end,
        quote=quote,
        author_name=author_name.strip()[:200],
        source=source[:200],
        by=by,
        at=now,
    )
    version.chapter = chapter
    places.carried(version, [thread])
    thread.save()
    _say(thread, text, by, now, author_name)
    if assigned_to is not None or due is not None:
        _assign(thread, assigned_to, due, by, now)
    return thread


@transaction.atomic
def answer(thread: Thread, text: str, *, by: User, now: datetime, author_name: str = "") -> Remark:
    """Say something in a thread; whoever spoke there before, and whom the text names, is told (procedure 4.12)."""
    thread = locked_mark(thread)
    require(by, "chapter.remark", thread.chapter)
    refuse_if(guards.obstacles_to_speaking(thread))
    return _say(thread, text, by, now, author_name)


def _say(thread: Thread, text: str, by: User, now: datetime, author_name: str) -> Remark:
    text = clean(text).strip()
    if not text:
        refuse("nothing-said", _("Say something."), rule="4.12")
    if len(text) > MOST_CHARACTERS:
        refuse(
            "too-long",
            _("A remark holds at most %(most)s characters.") % {"most": MOST_CHARACTERS},
            rule="4.12",
        )
    said = Remark.objects.create(
        thread=thread, text=text, author_name=author_name.strip()[:200], by=by, at=now
    )
    said.mentions.set(people.mentioned(text, thread.chapter))
    words = {"thread": thread.pk, "remark": said.pk, "quote": thread.quote, "text": text}
    enter(thread.chapter, "remark.made", words, by, now)
    return said


@transaction.atomic
def assign(thread: Thread, to: User | None, due: date | None, *, by: User, now: datetime) -> Thread:
    """Say whom a thread waits for, and until when; None for nobody any more (procedure 4.13).

    Raises PermissionDenied; Blocked: resolved, somebody who may not speak here, a date without a person or past.
    """
    thread = locked_mark(thread)
    require(by, "chapter.remark", thread.chapter)
    refuse_if(guards.obstacles_to_speaking(thread))
    if thread.status != Thread.Status.OPEN:
        refuse("resolved", _("This thread is resolved."), rule="4.13", remedy=_("Open it again first."))
    return _assign(thread, to, due, by, now)


def _assign(thread: Thread, to: User | None, due: date | None, by: User, now: datetime) -> Thread:
    if to is not None and not to.has_perm("chapter.remark", thread.chapter):
        words = _("%(person)s does not take part in this chapter.")
        refuse("no-part", words % {"person": to}, rule="4.13")
    if due is not None and to is None:
        refuse("nobody", _("A date needs a person whom it binds."), rule="4.13")
    if due is not None and due != thread.due and due < now.date():
        refuse("past", _("This date has passed."), rule="4.13")
    if (thread.assigned_to_id, thread.due) == (to.pk if to else None, due):
        return thread
    thread.assigned_to, thread.assigned_by, thread.due = to, by if to else None, due
    thread.save(update_fields=["assigned_to", "assigned_by", "due"])
    said = {
        "thread": thread.pk,
        "quote": thread.quote,
        "to": str(to) if to else "",
        "to_account": to.pk if to else 0,
        "due": due.isoformat() if due else "",
    }
    enter(thread.chapter, "thread.assigned" if to else "thread.freed", said, by, now)
    return thread


@transaction.atomic
def resolve(thread: Thread, *, by: User, now: datetime) -> Thread:
    """Close a thread: by whoever may write the chapter, began it, or is assigned (procedure 4.12)."""
    thread = locked_mark(thread)
    _may_close(thread, by)
    refuse_if(guards.obstacles_to_speaking(thread))
    if thread.status == Thread.Status.RESOLVED:
        refuse("resolved", _("This thread is resolved."), rule="4.12")
    thread.status, thread.settled_by, thread.settled_at = Thread.Status.RESOLVED, by, now
    thread.save(update_fields=["status", "settled_by", "settled_at"])
    enter(thread.chapter, "thread.resolved", {"thread": thread.pk, "quote": thread.quote}, by, now)
    return thread


@transaction.atomic
def reopen(thread: Thread, *, by: User, now: datetime) -> Thread:
    """Open a resolved thread again; its place is worked out anew (procedure 4.12)."""
    thread = locked_mark(thread)
    _may_close(thread, by)
    refuse_if(guards.obstacles_to_speaking(thread))
    if thread.status == Thread.Status.OPEN:
        refuse("open", _("This thread is open."), rule="4.12")
    thread.status, thread.settled_by, thread.settled_at = Thread.Status.OPEN, None, None
    # While it was closed nobody followed its place.
    places.carried(thread.version, [thread])
    thread.save()
    enter(thread.chapter, "thread.reopened", {"thread": thread.pk, "quote": thread.quote}, by, now)
    return thread


def may_close(thread: Thread, user: User) -> bool:
    """Whoever may write the chapter, began the thread or is assigned."""
    if user.pk in (thread.by_id, thread.assigned_to_id):
        return user.has_perm("chapter.remark", thread.chapter)
    return user.has_perm("chapter.draft", thread.chapter)


def _may_close(thread: Thread, by: User) -> None:
    if not may_close(thread, by):
        require(by, "chapter.draft", thread.chapter)
