"""Verbs of suggested edits: suggest, accept, reject, withdraw (procedure 4.10, 4.11)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from assessments.drafting import actions as drafting
from assessments.drafting.margin import guards, places
from assessments.drafting.margin.choosing import Chosen, trimmed
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
from assessments.drafting.margin.models import Suggestion
from assessments.drafting.models import Chapter, ChapterVersion
from assessments.drafting.rooms import keeping
from panels.models import User
from records.obstacles import Obstacle, refuse, refuse_if, require

MOST_OPEN = 5000


@dataclass(frozen=True)
class Edit:
    """``text`` in place of characters ``start`` to ``end`` (code points) of a version's Markdown.

    ``author_name`` is who made it by a file's own word, ``reason`` why.
    """

    start: int
    end: int
    text: str
    author_name: str = ""
    reason: str = ""


@dataclass(frozen=True)
class Accepted:
    """What became of suggestions that were accepted at once: the new version, those in it, and those left, each with
    what stands in its way."""

    version: ChapterVersion | None
    taken: list[Suggestion]
    left: list[tuple[Suggestion, Obstacle]]


@transaction.atomic
def suggest(
    chapter: Chapter,
    version: ChapterVersion,
    edits: Sequence[Edit],
    *,
    by: User,
    now: datetime,
    source: str = "",
) -> list[Suggestion]:
    """Suggest edits, written against ``version``; the text stays as it is (procedure 4.10, 4.11).

    Returns a suggestion for each edit, in their order; one that stands open already, word for word, is given back
    and not made twice. What was changed since that version has no place, and is shown with its quote. ``source``
    names the file that the edits come from. Raises PermissionDenied; Blocked: wrong stage, foreign version, an edit
    outside the text or of nothing, too many.
    """
    chapter = locked(chapter)
    require(by, "chapter.suggest", chapter)
    refuse_if(guards.obstacles_to_the_margin(chapter))
    of_this_chapter(chapter, version)
    known = {
        (each.start, each.end, each.text): each
        for each in Suggestion.objects.filter(chapter=chapter, version=version, status="open")
    }
    if chapter.suggestions.filter(status="open").count() + len(edits) > MOST_OPEN:
        words = _("A chapter holds at most %(most)s open suggestions.")
        refuse("too-many", words % {"most": MOST_OPEN}, rule="4.10", remedy=_("Settle some of them first."))
    made, found = [], []
    for edit in edits:
        quote, text = quoted(version, edit.start, edit.end), clean(edit.text)
        if text == quote:
            refuse("no-edit", _("This suggestion would change nothing."), rule="4.10")
        if len(text) > MOST_CHARACTERS or len(quote) > MOST_CHARACTERS:
            words = _("A suggestion holds at most %(most)s characters.")
            refuse("too-long", words % {"most": MOST_CHARACTERS}, rule="4.10")
        key = (edit.start, edit.end, text)
        if key not in known:
            known[key] = Suggestion(
                chapter=chapter,
                version=version,
                start=edit.start,
                end=edit.end,
                quote=quote,
                text=text,
                reason=edit.reason.strip()[:1000],
                author_name=edit.author_name.strip()[:200],
                source=source[:200],
                by=by,
                at=now,
            )
            made.append(known[key])
        found.append(known[key])
    if made:
        version.chapter = chapter
        places.carried(version, made)
        Suggestion.objects.bulk_create(made)
        said = {"n": len(made), "version": version.number, "source": source[:200]}
        enter(chapter, "suggestion.made", said, by, now)
    return found


@transaction.atomic
def suggest_here(
    chapter: Chapter, chosen: Chosen, text: str, *, by: User, now: datetime, reason: str = ""
) -> list[Suggestion]:
    """Suggest ``text`` for words that somebody has chosen in the text as it stands, what is being typed included.

    Raises as ``suggest`` does; Blocked too where the words stand nowhere, or in several places.
    """
    chapter, start, end = chosen_place(chapter, "chapter.suggest", chosen, by, now)
    first, last, new = trimmed(start, chapter.current.markdown[start:end], clean(text))
    edit = Edit(first, last, new, reason=reason)
    return suggest(chapter, chapter.current, [edit], by=by, now=now)


@transaction.atomic
def accept(suggestion: Suggestion, *, by: User, now: datetime) -> Accepted:
    """Put a suggestion into the text, through the one door and as a new version (procedure 4.11, 4.4).

    Raises PermissionDenied; Blocked: wrong stage, settled already, the words that it would replace were changed.
    """
    suggestion = locked_mark(suggestion)
    require(by, "chapter.draft", suggestion.chapter)
    refuse_if(guards.obstacles_to_settling(suggestion))
    done = _take(suggestion.chapter, [suggestion.pk], by, now)
    refuse_if(obstacle for _each, obstacle in done.left)
    return done


@transaction.atomic
def accept_all(chapter: Chapter, *, by: User, now: datetime) -> Accepted:
    """Put every open suggestion into the text, as one new version (procedure 4.11).

    What has no place, and what meets another suggestion in the same words, stays open and is named. Raises
    PermissionDenied; Blocked: wrong stage, nothing that could be accepted.
    """
    chapter = locked(chapter)
    require(by, "chapter.draft", chapter)
    refuse_if(guards.obstacles_to_the_margin(chapter))
    wanted = list(chapter.suggestions.filter(status="open").values_list("pk", flat=True))
    if not wanted:
        refuse("none-open", _("No suggestion is open."), rule="4.11")
    done = _take(chapter, wanted, by, now)
    if not done.taken:
        refuse_if(obstacle for _each, obstacle in done.left)
    return done


def _take(chapter: Chapter, wanted: Sequence[int], by: User, now: datetime) -> Accepted:
    """The wanted suggestions put into the text; the caller has asked who may, and holds the chapter's lock."""
    # What is being typed becomes a version first: the places are then those of the text as it stands this moment.
    keeping.keep_typed(chapter, now=now)
    chapter = locked(chapter)
    rows = Suggestion.objects.select_for_update(of=("self",)).filter(pk__in=wanted, status="open")
    rows = list(rows.select_related("by").order_by(F("here").asc(nulls_last=True), "there", "pk"))
    before = chapter.current.markdown
    pieces, taken, left, at = [], [], [], 0
    for each in rows:
        each.chapter = chapter
        if each.orphaned or before[each.here : each.there] != each.quote:
            left.append((each, guards.lost(each)))
            continue
        last = taken[-1] if taken else None
        if last and (last.here, last.there, last.text) == (each.here, each.there, each.text):
            taken.append(each)  # two people suggested the same
            continue
        if last and _meet(last, each):
            words = _("Another suggestion changes the same words: “%(quote)s”.")
            said = words % {"quote": guards.shortened(each.quote or each.text)}
            left.append(
                (each, Obstacle("same-words", said, rule="4.11", remedy=_("Look at it, then decide again.")))
            )
            continue
        pieces += [before[at : each.here], each.text]
        at = each.there
        taken.append(each)
    if not taken:
        return Accepted(None, [], left)
    for each in taken:
        each.status, each.settled_by, each.settled_at = Suggestion.Status.ACCEPTED, by, now
    fields = ["status", "settled_by", "settled_at", "became"]
    Suggestion.objects.bulk_update(taken, fields, batch_size=200)
    names = sorted({each.author for each in taken})
    note = _("Suggested by %(people)s") % {"people": ", ".join(names)}
    text = "".join([*pieces, before[at:]])
    version = drafting.save(chapter, chapter.current, text, by=by, now=now, note=note[:200]).version
    if version.number > chapter.current.number:
        version.writers.set({each.by for each in taken} | {by})
    Suggestion.objects.filter(pk__in=[each.pk for each in taken]).update(became=version)
    one = taken[0] if len(taken) == 1 else None
    said = {
        "n": len(taken),
        "version": version.number,
        "sha256": version.sha256,
        "suggested_by": ", ".join(names),
        "old": one.quote if one else "",
        "new": one.text if one else "",
        "left": len(left),
    }
    enter(chapter, "suggestion.accepted", said, by, now)
    return Accepted(version, taken, left)


def _meet(one: Suggestion, other: Suggestion) -> bool:
    """Whether two suggestions, in order, change the same words; of two people also where they touch (4.4)."""
    if other.here < one.there or (one.here, one.there) == (other.here, other.there):
        return True
    return other.here == one.there and (one.by_id, one.author_name) != (other.by_id, other.author_name)


@transaction.atomic
def reject(suggestion: Suggestion, *, by: User, now: datetime) -> Suggestion:
    """Decline a suggestion; the text stays as it is, and the suggestion is kept (procedure 4.11)."""
    suggestion = locked_mark(suggestion)
    require(by, "chapter.draft", suggestion.chapter)
    refuse_if(guards.obstacles_to_settling(suggestion))
    return _settle(suggestion, Suggestion.Status.REJECTED, "suggestion.rejected", by, now)


@transaction.atomic
def reject_all(chapter: Chapter, *, by: User, now: datetime) -> list[Suggestion]:
    """Decline every open suggestion at once; one entry (procedure 4.11)."""
    chapter = locked(chapter)
    require(by, "chapter.draft", chapter)
    refuse_if(guards.obstacles_to_the_margin(chapter))
    rows = list(chapter.suggestions.select_for_update().filter(status="open"))
    if not rows:
        refuse("none-open", _("No suggestion is open."), rule="4.11")
    chapter.suggestions.filter(pk__in=[each.pk for each in rows]).update(
        status=Suggestion.Status.REJECTED, settled_by=by, settled_at=now
    )
    said = {
        "n": len(rows),
        "suggested_by": ", ".join(sorted({each.author for each in rows})),
        "old": "",
        "new": "",
    }
    enter(chapter, "suggestion.rejected", said, by, now)
    return rows


@transaction.atomic
def withdraw(suggestion: Suggestion, *, by: User, now: datetime) -> Suggestion:
    """Take back a suggestion of one's own (procedure 4.11)."""
    suggestion = locked_mark(suggestion)
    require(by, "chapter.suggest", suggestion.chapter)
    if suggestion.by_id != by.pk:
        refuse("not-yours", _("Only the person who suggested it takes a suggestion back."), rule="4.11")
    refuse_if(guards.obstacles_to_settling(suggestion))
    return _settle(suggestion, Suggestion.Status.WITHDRAWN, "suggestion.withdrawn", by, now)


def _settle(suggestion: Suggestion, status: str, verb: str, by: User, now: datetime) -> Suggestion:
    suggestion.status, suggestion.settled_by, suggestion.settled_at = status, by, now
    suggestion.save(update_fields=["status", "settled_by", "settled_at"])
    said = {"n": 1, "suggested_by": suggestion.author, "old": suggestion.quote, "new": suggestion.text}
    enter(suggestion.chapter, verb, said, by, now)
    return suggestion
