"""What waits for a person, gathered from all parts: the home page's one list.

Each part asks once for all cycles of the person, so that who sits in ten of them waits no longer.
"""

from __future__ import annotations

from datetime import datetime

from assessments.cycles.models import Cycle
from portal.waiting import deciding, drafting, people, reviewing
from portal.waiting.common import Wait


def waiting_for(user, now: datetime) -> list[Wait]:
    """Everything that waits for this person in all their cycles: what is open now first, then by deadline."""
    cycles = Cycle.objects.seen_by(user)
    order = {cycle.pk: n for n, cycle in enumerate(cycles)}
    found: list[Wait] = []
    for part in (
        deciding.sittings,
        reviewing.open_rounds,
        drafting.chapters,
        drafting.sections,
        drafting.margins,
        reviewing.answers,
        drafting.places,
        deciding.gates,
        people.disclosures,
        deciding.trickle_backs,
    ):
        found += part(user, cycles, now)
    found.sort(key=lambda w: order[w.cycle.pk])
    return sorted(
        [*people.asked(user), *people.meetings(user, cycles, now), *found],
        key=lambda w: (not w.now, w.due is None, w.due or now),
    )
