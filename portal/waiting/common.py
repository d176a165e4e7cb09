"""One thing that waits, and what the parts ask together."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from assessments.cycles import standing
from assessments.cycles.models import Cycle
from assessments.drafting.models import Chapter
from records.looking import once


@dataclass(frozen=True)
class Wait:
    """One thing that waits: until when (None: no date), what, in which cycle (None: of no report), its one next act."""

    due: datetime | None
    title: str
    text: str
    cycle: Cycle | None
    href: str
    act: str
    now: bool = False


def of_cycles(rows, cycles: list[Cycle]) -> list:
    """The rows of these cycles, by cycle, each with the very cycle whose procedure is read already."""
    by_pk = {cycle.pk: cycle for cycle in cycles}
    found = list(rows.filter(cycle__in=by_pk)) if by_pk else []
    for row in found:
        row.cycle = by_pk[row.cycle_id]
    return found


def may(user, act: str, cycles: list[Cycle]) -> list[Cycle]:
    return [cycle for cycle in cycles if user.has_perm(act, cycle)]


def teams(user, cycle) -> set[int]:
    return {h.body_id for h in standing.held_by(user, cycle) if h.part == "team" and not h.section}


def texts(cycles: list[Cycle]) -> list[Chapter]:
    """The chapters of all these cycles, asked once while the page is looked at."""
    question = ("chapters", tuple(cycle.pk for cycle in cycles))
    return once(question, lambda: of_cycles(Chapter.objects.all(), cycles))
