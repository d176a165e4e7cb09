"""The boards of the demonstration: sections planned and marked, and the meetings of the teams of authors."""

from __future__ import annotations

from datetime import timedelta
from itertools import cycle as in_turn

from django.utils import timezone

from assessments.cycles.models import Cycle
from assessments.drafting.models import Chapter
from assessments.drafting.sections import actions as sections
from assessments.drafting.sections.reading import sections_of
from panels.meetings import actions as meetings
from panels.models import User

# What the plan allows beyond the words that are there.
ROOM = 1.15
AGENDA = ("Where each section stands", "Evidence in other languages than English", "Figures and their data")


def plan(cycle: Cycle, states: tuple[str, ...]) -> None:
    """Each section has somebody who answers for it, a length, and one of the ``states`` in turn."""
    system, now = User.objects.system(), timezone.now()
    marks = in_turn(states)
    for chapter in cycle.chapters.filter(kind="chapter").select_related("team", "current"):
        team = in_turn(sections.team_of(chapter, now).order_by("pk"))
        found = [one for one in sections_of(chapter.current) if one.level == 2]
        sections.plan_section(
            chapter, "", owner=next(team), words=_planned(chapter.current.words), by=system, now=now
        )
        sections.mark_section(chapter, "", states[0], by=system, now=now)
        for one in found:
            words = _planned(one.words)
            sections.plan_section(chapter, one.id, owner=next(team), words=words, by=system, now=now)
            sections.mark_section(chapter, one.id, next(marks), by=system, now=now)


def _planned(words: int) -> int:
    return max(round(words * ROOM / 100) * 100, 100)


def meet(chapter: Chapter) -> None:
    """The chapter's team met three weeks ago, agreed on something to be done, and meets again in nine days."""
    now = timezone.now()
    lead = sections.leads_of(chapter).filter(person__appointments__body=chapter.team).first()
    team = list(sections.team_of(chapter, now).order_by("pk"))
    began = (now - timedelta(days=21)).replace(hour=13, minute=0, second=0, microsecond=0)
    who = {"by": lead, "now": now}
    held = meetings.call(
        chapter.team, "Third author meeting", starts=began, ends=began + timedelta(hours=2),
        place="By video", agenda=AGENDA, **who,
    )  # fmt: skip
    meetings.record_attendance(held, team[:-1], **who)
    meetings.write_minutes(
        held,
        "The team went through its sections and what readers had said of them.\n\n"
        "It was agreed to name the data of every figure, and to ask for one more reading of the sources that are "
        "not in English.",
        seen=meetings.digest(""),
        **who,
    )
    meetings.add_task(
        held,
        "Name the data from which each figure was drawn.",
        team[-1],
        due=(now + timedelta(days=7)).date(),
        **who,
    )
    meetings.close(held, **who)
    starts = began + timedelta(days=30)
    coming = meetings.call(
        chapter.team, "Fourth author meeting", starts=starts, ends=starts + timedelta(hours=2),
        place="By video", agenda=("Minutes of the third meeting", *AGENDA[:2], "What is left to do"), **who,
    )  # fmt: skip
    meetings.answer(coming, "comes", by=lead, now=now)
