"""Whose desk it is: the cycles that a person runs or leads, and those of them into which they look."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import Http404

from assessments.cycles import standing
from assessments.cycles.models import Cycle
from panels.permissions import KEEPERS


@dataclass(frozen=True)
class Desk:
    """``cycles``: all that the person runs or leads; ``inside``: those whose drafts, people and work they follow.

    Who leads a plenary sees where its cycle stands; who owes what to whom is for those who make the report.
    """

    user: object
    cycles: tuple[Cycle, ...]
    inside: tuple[Cycle, ...]

    def narrowed(self, slug: str) -> Desk:
        """The desk with one cycle on it; an unknown name changes nothing."""
        if slug not in {cycle.slug for cycle in self.cycles}:
            return self
        kept = [tuple(c for c in found if c.slug == slug) for found in (self.cycles, self.inside)]
        return Desk(self.user, *kept)


def desk_of(user) -> Desk:
    """The desk of this person as their roles are now: secretariat, bureau or chair, or leading a plenary."""
    # The portal itself runs all cycles and sits at no desk.
    if not user.is_authenticated or not user.is_active or user.is_system:
        return Desk(user, (), ())
    seen = Cycle.objects.seen_by(user)
    seats = standing.held_in(user, seen)
    cycles, inside = [], []
    for cycle in seen:
        keeps = any(held.part in KEEPERS for held in seats[cycle.pk])
        if keeps or any(held.role in cycle.procedure.may("session.chair") for held in seats[cycle.pk]):
            cycles.append(cycle)
        if keeps:
            inside.append(cycle)
    return Desk(user, tuple(cycles), tuple(inside))


def find_desk(user, **_kwargs) -> Desk:
    """The person's desk; for those who have none there is none."""
    desk = desk_of(user)
    if not desk.cycles:
        raise Http404
    return desk
