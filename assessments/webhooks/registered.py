"""A cycle's webhooks: its secretariat keeps them, its streams are what they hear of, its record tells of them."""

from __future__ import annotations

import rules

from assessments.cycles import standing
from assessments.cycles.models import Cycle
from assessments.permissions import cycle_of
from records.registry import webhooks

KINDS = frozenset({"cycle", "chapter", "session"})


@rules.predicate
def keeps_webhooks(user, target) -> bool:
    """Those who hold a role in the cycle's secretariat now."""
    cycle = cycle_of(target)
    return cycle is not None and any(held.part == "secretariat" for held in standing.held_by(user, cycle))


def keeps(user, scope: str) -> bool:
    return user.has_perm("webhook.keep", Cycle.objects.filter(slug=scope).first())


def stream(scope: str):
    return Cycle.objects.get(slug=scope).stream


def register() -> None:
    if not rules.perm_exists("webhook.keep"):
        rules.add_perm("webhook.keep", keeps_webhooks)
    webhooks.register(KINDS, keeps, stream)
