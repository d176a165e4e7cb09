"""Who has a desk, who looks into what lies on it, who has a failed job tried again and who reminds people."""

from __future__ import annotations

import rules

from assessments.permissions import cycle_of
from portal.desk.desks import Desk, desk_of
from records.models import Job


def _among(cycles, target) -> bool:
    cycle = cycle_of(target)
    return bool(cycles) if cycle is None else cycle in cycles


@rules.predicate
def has_desk(user, target=None) -> bool:
    """Secretariat, bureau and chair of a cycle, and who leads its plenary; without a cycle, of any."""
    if isinstance(target, Desk):
        return bool(target.cycles)
    return _among(desk_of(user).cycles, target)


@rules.predicate
def looks_inside(user, target=None) -> bool:
    """Secretariat, bureau and chair of a cycle; without a cycle, of any."""
    if isinstance(target, Desk):
        return bool(target.inside)
    return _among(desk_of(user).inside, target)


@rules.predicate
def tries_again(user, target=None) -> bool:
    """Secretariat, bureau and chair of the job's cycle; a job of no cycle is theirs who keep the portal's jobs."""
    if not isinstance(target, Job):
        return looks_inside(user, target)
    if not target.scope:
        return user.has_perm("jobs.view_all")
    return target.scope in {cycle.slug for cycle in desk_of(user).inside}


def register() -> None:
    """Put the table in place (called from ready)."""
    for name, predicate in {
        "desk.view": has_desk,
        "desk.look_inside": looks_inside,
        "jobs.try_again": tries_again,
        "duties.remind": looks_inside,
    }.items():
        if not rules.perm_exists(name):
            rules.add_perm(name, predicate)
