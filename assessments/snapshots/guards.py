"""What stands in the way of freezing a draft, and the gate's condition that one is frozen."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _

from assessments.cycles.guards import stage_obstacles
from assessments.cycles.models import Cycle
from assessments.snapshots.models import Snapshot
from records.obstacles import Obstacle


def obstacles_to_freezing(cycle: Cycle, label: str, chapters) -> list[Obstacle]:
    """What prevents a snapshot of these chapters under this label (procedure 5.1)."""
    found = stage_obstacles(cycle, "snapshot.freeze")
    if label not in cycle.procedure.labels:
        found.append(
            Obstacle(
                "unknown-label",
                _("The procedure knows no draft named %(label)s.") % {"label": label},
                rule="5.1",
                remedy=_("It knows: %(labels)s.") % {"labels": ", ".join(cycle.procedure.labels)},
            )
        )
    standing = cycle.snapshots.filter(label=label).exclude(status=Snapshot.Status.FAILED).first()
    if standing:
        found.append(
            Obstacle(
                "label-taken",
                _("%(label)s is frozen already, or being frozen; a snapshot never changes.")
                % {"label": label},
                rule="5.2",
                href=standing.get_absolute_url(),
            )
        )
    if not [c for c in chapters if c.current_id]:
        found.append(Obstacle("nothing-to-freeze", _("No chapter has a text yet."), rule="5.1"))
    return found


def snapshot_ready(cycle: Cycle, rule) -> list[Obstacle]:
    """Condition ``snapshot-ready``: the draft of that label is frozen."""
    if cycle.snapshots.filter(label=rule.label, status=Snapshot.Status.READY).exists():
        return []
    return [
        Obstacle(
            "snapshot-missing",
            _("The draft %(label)s is not frozen yet.") % {"label": rule.label},
            rule="5.1",
            remedy=_("Freeze it."),
            href=reverse("snapshots", args=[cycle.slug]),
        )
    ]
