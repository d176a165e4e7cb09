"""Every cycle of a desk at a glance: where it stands, since when, and what its next steps still need."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Max

from assessments.cycles.guards import obstacles_to_advancing
from assessments.cycles.models import Cycle
from assessments.procedures.model import PublicationAct, Stage
from assessments.publishing.guards import obstacles_to_publishing
from assessments.publishing.models import Publication
from portal.desk.desks import Desk
from records import looking
from records.models import Entry
from records.obstacles import Obstacle

MOVES = ("cycle.created", "cycle.advanced")


@dataclass(frozen=True)
class Glance:
    """One cycle. ``following`` is None in the last stage, ``act`` once everything is published or ordered."""

    cycle: Cycle
    since: datetime
    days: int
    following: Stage | None
    obstacles: list[Obstacle]
    act: PublicationAct | None
    act_obstacles: list[Obstacle]


def glances(desk: Desk, now: datetime) -> list[Glance]:
    """The cycles in the order of their names; the obstacles are the guards' own."""
    cycles = desk.cycles
    looking.together(cycles)
    moved = dict(
        Entry.objects.filter(stream__key__in=[f"cycle/{c.slug}" for c in cycles], verb__in=MOVES)
        .values_list("stream__key")
        .annotate(last=Max("at"))
    )
    ordered = set(Publication.objects.filter(cycle__in=cycles, error="").values_list("cycle", "act"))
    return [
        _glance(cycle, moved.get(f"cycle/{cycle.slug}", cycle.created_at), ordered, now) for cycle in cycles
    ]


def _glance(cycle: Cycle, since: datetime, ordered: set, now: datetime) -> Glance:
    following = cycle.procedure.next_stage(cycle.stage)
    acts = sorted(cycle.procedure.publication.values(), key=lambda act: act.order)
    act = next((a for a in acts if (cycle.pk, a.key) not in ordered), None)
    return Glance(
        cycle=cycle,
        since=since,
        days=max(0, (now - since).days),
        following=following,
        obstacles=obstacles_to_advancing(cycle) if following else [],
        act=act,
        act_obstacles=obstacles_to_publishing(cycle, act.key) if act else [],
    )
