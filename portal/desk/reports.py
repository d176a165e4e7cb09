"""Which review editors have not filed their report, in the stages that take it (procedure 6.13, 8.4)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from assessments.cycles.models import Cycle
from assessments.drafting.models import Chapter
from assessments.publishing.models import EditorReport
from panels.models import Appointment


def reports_missing(cycles: Sequence[Cycle], now: datetime) -> dict[Cycle, list[tuple[str, int, str]]]:
    """For each cycle where some are missing: (number of the chapter, person, their name)."""
    due = [c for c in cycles if c.procedure.acts["editor_report.file"].open_in(c.stage)]
    if not due:
        return {}
    filed = set(EditorReport.objects.filter(chapter__cycle__in=due).values_list("chapter", "editor"))
    chapters = Chapter.objects.filter(cycle__in=due, kind=Chapter.Kind.CHAPTER)
    of = {editors: row for *row, editors in chapters.values_list("pk", "number", "cycle", "editors")}
    by_pk = {cycle.pk: cycle for cycle in due}
    found: dict[Cycle, list] = {}
    editors = Appointment.objects.current(now).filter(body__in=of)
    for body, person, name in editors.values_list("body", "person", "person__name").order_by("person__name"):
        chapter, number, cycle = of[body]
        if (chapter, person) not in filed:
            found.setdefault(by_pk[cycle], []).append((number, person, name))
    return found
