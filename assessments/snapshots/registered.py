"""What snapshots register: verbs, the gate's condition, the job, and who may read a frozen draft."""

from __future__ import annotations

import rules
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from assessments.permissions import writes
from assessments.snapshots import actions, guards
from records.jobs import registry
from records.registry import gates, streams

_readers = []
_followers = []


def let_read(predicate) -> None:
    """Let upper floors say who else may read a snapshot: registered reviewers, delegations in session."""
    _readers.append(predicate)


def when_frozen(order) -> None:
    """Let upper floors act when a draft is sealed: ``order(snapshot, now)`` runs in that transaction."""
    if order not in _followers:
        _followers.append(order)


def sealed(snapshot, now) -> None:
    """Called by the seal: all that follows from a frozen draft is ordered with it, or not at all."""
    for order in _followers:
        order(snapshot, now)


@rules.predicate
def reads_snapshot(user, snapshot) -> bool:
    """Writers always; others as the parts above have registered; nobody else sees a draft (invariant 7)."""
    if snapshot is None:
        return False
    snapshot = getattr(snapshot, "snapshot", snapshot)
    return writes(user, snapshot) or any(reads(user, snapshot) for reads in _readers)


@rules.predicate
def reads_both(user, pair) -> bool:
    """Whoever may read the two states of the text may see what changed between them, and nobody else."""
    return pair is not None and all(user.has_perm(name, target) for name, target in pair.asked)


def register() -> None:
    if not rules.perm_exists("snapshot.compare"):
        rules.add_perm("snapshot.compare", reads_both)
    if not rules.perm_exists("snapshot.read"):
        rules.add_perm("snapshot.read", reads_snapshot)
    registry.register(
        "snapshot.build",
        actions.build,
        title=_("A draft being frozen"),
        max_tries=3,
        failed=actions.give_up,
        again=False,
    )
    gates.register("snapshot-ready", guards.snapshot_ready)
    streams.verbs(
        snapshot__begun=_("%(actor)s began to freeze %(label)s."),
        snapshot__frozen=_("%(label)s was frozen: %(chapters)s, %(pages)s, content %(content_hash)s."),
        snapshot__failed=_("%(label)s could not be frozen: %(error)s"),
    )
    streams.counted(
        snapshot__frozen={
            "chapters": ngettext_lazy("%(n)s chapter", "%(n)s chapters", "n"),
            "pages": ngettext_lazy("%(n)s page", "%(n)s pages", "n"),
        }
    )
