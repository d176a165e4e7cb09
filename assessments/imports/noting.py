"""Keep a note of each file that somebody tries to bring in, whatever comes of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from assessments.cycles.models import Cycle
from assessments.imports.models import ImportAttempt
from panels.models import User
from records.obstacles import Blocked

MOST_REASONS = 200
LONGEST_REASON = 600


@dataclass
class Attempt:
    """What the import says of itself; while it says nothing, there is nothing to note."""

    counts: dict = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)


@contextmanager
def noted(
    cycle: Cycle, kind: str, file: str, *, by: User, now: datetime, place: str = "", whole: bool = False
) -> Iterator[Attempt]:
    """Note what comes of an import; stands outside its transaction, so that the note of a refused one stays.

        with noted(cycle, "sources", name, by=by, now=now) as attempt, transaction.atomic():

    ``whole``: what refuses a part refuses all. A refusal for want of permission is no attempt.
    """
    attempt = Attempt()
    try:
        yield attempt
    except Blocked as refusal:
        attempt.refused = [obstacle.text for obstacle in refusal.obstacles]
        _keep(attempt, ImportAttempt.Outcome.REFUSED, cycle, kind, file, place, by, now)
        raise
    outcome = ImportAttempt.Outcome.TAKEN
    if attempt.refused:
        outcome = ImportAttempt.Outcome.REFUSED if whole else ImportAttempt.Outcome.PARTLY
    if attempt.refused or attempt.counts:
        _keep(attempt, outcome, cycle, kind, file, place, by, now)


def _keep(attempt: Attempt, outcome: str, cycle, kind, file, place, by, now) -> None:
    ImportAttempt.objects.create(
        cycle=cycle,
        kind=kind,
        place=place[:60],
        file=file[:200],
        outcome=outcome,
        counts=attempt.counts,
        reasons=[reason[:LONGEST_REASON] for reason in attempt.refused[:MOST_REASONS]],
        refused=len(attempt.refused),
        by=by,
        at=now,
    )
