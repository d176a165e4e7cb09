"""Chapters without a text, margins, comments without a certain place."""

from __future__ import annotations

from urllib.parse import urlencode

from django.db.models import Count, Exists, OuterRef, Q, Subquery
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from assessments.cycles import standing
from assessments.drafting.margin.models import Remark, Suggestion, Thread
from portal.waiting.common import Wait, may, teams, texts
from records.notices.calendar import end_of
from reviews.anchors.models import Projection


def chapters(user, cycles, now):
    """Chapters of one's own without a text, where the stage lets it be written."""
    if not any(teams(user, cycle) for cycle in cycles):
        return
    for chapter in texts(cycles):
        cycle = chapter.cycle
        if chapter.current_id or chapter.team_id not in teams(user, cycle):
            continue
        open_now = cycle.procedure.acts["chapter.draft"].open_in(cycle.stage)
        if open_now and standing.may(user, "chapter.draft", cycle, chapter):
            yield Wait(
                None,
                _("Chapter %(number)s has no text yet") % {"number": chapter.number},
                chapter.title,
                cycle,
                reverse("chapter_edit", args=[cycle.slug, chapter.number]),
                _("Begin to write"),
            )


def sections(user, cycles, now):
    """The sections to which the person is invited (4.17), while the stage lets them be written."""
    for cycle in cycles:
        mine = {held.body_id: held.section for held in standing.held_by(user, cycle) if held.section}
        if not mine or not cycle.procedure.acts["chapter.draft"].open_in(cycle.stage):
            continue
        for chapter in texts(cycles):
            if chapter.cycle_id == cycle.pk and chapter.team_id in mine:
                yield Wait(
                    None,
                    _("You are invited to write in chapter %(number)s") % {"number": chapter.number},
                    chapter.title,
                    cycle,
                    reverse("section", args=[cycle.slug, chapter.number, mine[chapter.team_id]]),
                    _("Write your section"),
                )


def margins(user, cycles, now):
    """Suggestions to decide on in one's own chapters; threads that wait for the person, or in which they were named."""
    writing = {c.pk: c for c in cycles if c.procedure.acts["chapter.draft"].open_in(c.stage)}
    own = []
    if any(teams(user, cycle) for cycle in writing.values()):
        own = [c for c in texts(cycles) if c.cycle_id in writing and c.team_id in teams(user, c.cycle)]
    mine = {c.pk: c for c in own if standing.may(user, "chapter.draft", c.cycle, c)}
    if mine:
        rows = Suggestion.objects.filter(chapter__in=mine, status="open").order_by().values_list("chapter")
        for pk, n in rows.annotate(n=Count("pk")):
            title = ngettext("%(n)s suggestion for chapter %(c)s", "%(n)s suggestions for chapter %(c)s", n)
            yield _margin(mine[pk], None, title % {"n": n, "c": mine[pk].number}, mine[pk].title)
    read = may(user, "chapter.read", list(writing.values()))
    if read:
        yield from _threads(user, {cycle.pk: cycle for cycle in read})


def _threads(user, cycles: dict):
    """Open threads given to the person, and those in which somebody named them who has said nothing since."""
    since = Remark.objects.filter(thread=OuterRef("thread"), by=user, pk__gt=OuterRef("pk"))
    named = (
        Remark.objects.filter(thread=OuterRef("pk"), mentions=user).exclude(by=user).filter(~Exists(since))
    )
    found = Thread.objects.filter(status="open", chapter__cycle__in=cycles).annotate(
        said=Subquery(named.order_by("-pk").values("text")[:1])
    )
    given = Q(assigned_to=user) | Q(said__isnull=False)
    for thread in found.filter(given).select_related("chapter"):
        thread.chapter.cycle = cycles[thread.chapter.cycle_id]
        if thread.assigned_to_id == user.pk:
            due, text = thread.due and end_of(thread.due), thread.quote
            title = _("A thread in the margin of chapter %(c)s waits for you")
        else:
            due, text, title = None, thread.said, _("Somebody speaks to you in the margin of chapter %(c)s")
        title %= {"c": thread.chapter.number}
        yield _margin(thread.chapter, due, title, text[:160], f"#thread-{thread.pk}")


def places(user, cycles, now):
    """Comments on one's own chapters of which a person must say where they stand in a later draft (5.4)."""
    if not any(teams(user, cycle) for cycle in cycles):
        return
    own = [c for c in texts(cycles) if c.team_id in teams(user, c.cycle)]
    mine = {c.pk: c for c in own if user.has_perm("anchors.settle", c)}
    waiting = (
        Projection.objects.waiting().filter(comment__chapter__in=mine) if mine else Projection.objects.none()
    )
    pairs = waiting.order_by().values_list(
        "comment__chapter", "comment__round__snapshot__label", "snapshot__label"
    )
    for pk, earlier, later, n in pairs.annotate(n=Count("comment", distinct=True)):
        title = ngettext(
            "%(n)s comment on chapter %(c)s has no certain place in %(later)s",
            "%(n)s comments on chapter %(c)s have no certain place in %(later)s",
            n,
        )
        page = reverse("anchors", args=[mine[pk].cycle.slug, earlier, later])
        yield Wait(
            None,
            title % {"n": n, "c": mine[pk].number, "later": later},
            _("They were written on %(earlier)s, and the words changed.") % {"earlier": earlier},
            mine[pk].cycle,
            f"{page}?{urlencode({'chapter': mine[pk].number})}",
            _("Say where they stand"),
        )


def _margin(chapter, due, title: str, text: str, place: str = "") -> Wait:
    page = reverse("chapter_margin", args=[chapter.cycle.slug, chapter.number])
    return Wait(due, title, text, chapter.cycle, page + place, _("Open the margin"))
