"""What the boards show: a chapter by its sections, a report by its chapters; counted, never decided."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from assessments.board import counters
from assessments.cycles.models import Cycle
from assessments.drafting.models import Chapter
from assessments.drafting.sections.models import Contribution, SectionPlan
from assessments.drafting.sections.reading import Section, holding, sections_of
from panels.meetings import calling
from panels.meetings.models import Meeting
from panels.models import Person


@dataclass
class Row:
    """A section, or a chapter, with what is planned and what is open in it; ``open`` is by key of the counter."""

    title: str
    words: int
    plan: SectionPlan | None
    section: Section | None = None
    chapter: Chapter | None = None
    open: dict[str, int] = field(default_factory=dict)
    invited: list[Contribution] = field(default_factory=list)
    meeting: Meeting | None = None

    @property
    def state(self) -> str:
        return self.plan.state if self.plan else SectionPlan.State.PLANNED

    @property
    def state_title(self) -> str:
        return str(SectionPlan.State(self.state).label)

    @property
    def owner(self) -> Person | None:
        return self.plan.owner if self.plan else None

    @property
    def planned(self) -> int | None:
        return self.plan.words if self.plan else None

    @property
    def share(self) -> int | None:
        """The words of today in percent of those planned."""
        return round(100 * self.words / self.planned) if self.planned else None

    @property
    def all_open(self) -> int:
        return sum(self.open.values())


@dataclass
class Board:
    """A chapter: the row of the whole, those of its sections in their order, plans whose section is gone."""

    whole: Row
    sections: list[Row]
    gone: list[SectionPlan]
    lost: list[Contribution]

    def plans(self, whole: str) -> dict[str, dict]:
        """What the forms are filled with, by section; of the chapter itself under ``whole``."""
        return {
            row.section.id if row.section else whole: {
                "owner": row.owner.pk if row.owner else "",
                "words": row.planned or "",
                "state": row.state,
            }
            for row in (self.whole, *self.sections)
        }


def chapter_board(chapter: Chapter, now: datetime) -> Board:
    """The board of one chapter; ``chapter.current`` and ``chapter.team`` are read already."""
    if chapter.current is not None:
        chapter.current.chapter = chapter
    found = sections_of(chapter.current)
    plans = {plan.section: plan for plan in chapter.plans.select_related("owner")}
    invited = Contribution.objects.filter(chapter=chapter, appointment__ends__gt=now)
    invited = list(invited.select_related("appointment__person"))
    rows = [
        Row(
            section.label,
            section.words,
            plans.get(section.id),
            section=section,
            invited=[one for one in invited if one.section == section.id],
        )
        for section in found
    ]
    words = chapter.current.words if chapter.current else 0
    whole = Row(chapter.title, words, plans.get(""), chapter=chapter)
    whole.meeting = calling.next_of([chapter.team_id], now).get(chapter.team_id)
    for counter in counters.every():
        places = counter.count([chapter], False).get(chapter.pk, {})
        whole.open[counter.key] = sum(places.values())
        for row in rows:
            row.open[counter.key] = sum(number for place, number in places.items() if _in(row.section, place))
    ids = {section.id for section in found}
    return Board(
        whole,
        rows,
        [plan for section, plan in plans.items() if section and section not in ids],
        [one for one in invited if one.section not in ids],
    )


def _in(section: Section, place: str | int) -> bool:
    if isinstance(place, int):
        return bool(holding([section], place))
    return place in section.blocks


def report_board(cycle: Cycle, now: datetime) -> list[Row]:
    """A row for each chapter of the report; the number of questions does not grow with them."""
    chapters = list(
        cycle.chapters.select_related("current", "team").defer("current__markdown", "current__blocks")
    )
    for chapter in chapters:
        chapter.cycle = cycle
    plans = {
        plan.chapter_id: plan
        for plan in SectionPlan.objects.filter(chapter__cycle=cycle, section="").select_related("owner")
    }
    meetings = calling.next_of([chapter.team_id for chapter in chapters], now)
    rows = [
        Row(
            str(chapter),
            chapter.current.words if chapter.current else 0,
            plans.get(chapter.pk),
            chapter=chapter,
            meeting=meetings.get(chapter.team_id),
        )
        for chapter in chapters
    ]
    for counter in counters.every():
        found = counter.count(chapters, True)
        for row in rows:
            row.open[counter.key] = sum(found.get(row.chapter.pk, {}).values())
    return rows
