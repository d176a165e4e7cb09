"""The streams of a cycle, of its chapters and sessions (``KIND/CYCLE/…``): who reads them and who keeps them."""

from __future__ import annotations

import re

from django.db.models import Q

from assessments.cycles import standing
from assessments.cycles.models import Cycle
from assessments.permissions import readers_of
from panels.permissions import KEEPERS


def _cycle(user, stream) -> Cycle | None:
    slug = stream.key.split("/")[1]
    return next((cycle for cycle in Cycle.objects.seen_by(user) if cycle.slug == slug), None)


def shown_to(user, cycle: Cycle) -> frozenset[str]:
    """The visibilities of entries for this person, in a cycle that they may see (procedure 1.8)."""
    readers = readers_of(user, cycle)
    return frozenset(word for reader in readers for word in cycle.procedure.visible_to(reader, cycle.stage))


def visible(user, stream) -> frozenset[str] | None:
    """The visibilities that the procedure shows to this reader; None where the cycle is hidden from them."""
    cycle = _cycle(user, stream)
    return None if cycle is None else shown_to(user, cycle)


def among(user) -> Q:
    """Which of these streams the person may see at all, for a list of them."""
    slugs = list(Cycle.objects.visible_to(user).values_list("slug", flat=True))
    return Q(key__regex=rf"^[^/]+/({'|'.join(map(re.escape, slugs))})(/|$)") if slugs else Q(pk__in=[])


def group(key: str) -> str:
    """All streams of a cycle are seen alike: the name of them, for the search."""
    return "cycle/" + key.split("/")[1]


def readable(user) -> Q:
    """Which entries of these streams the person may look into: cycle by cycle, since each procedure says its own."""
    found = Q(pk__in=[])
    for cycle in Cycle.objects.visible_to(user):
        here = Q(stream__key__regex=rf"^[^/]+/{re.escape(cycle.slug)}(/|$)")
        found |= here & Q(visibility__in=shown_to(user, cycle))
    return found


def keeps(user, stream) -> bool:
    """Whether the person is an officer of this very cycle (procedure 1.9)."""
    cycle = _cycle(user, stream)
    return cycle is not None and any(held.part in KEEPERS for held in standing.held_by(user, cycle))
