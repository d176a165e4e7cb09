"""What stands in the way of freezing a draft, and the gate's condition that one is frozen."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from assessments.cycles.guards import obstacles_of, stage_obstacles
from assessments.cycles.models import Cycle
from assessments.drafting.models import Chapter
from assessments.procedures.model import Condition
from assessments.procedures.titles import titled
from assessments.snapshots.models import Snapshot, SnapshotChapter
from records.looking import grouped, of_each, once
from records.obstacles import Obstacle


def obstacles_to_freezing(cycle: Cycle, label: str, chapters) -> list[Obstacle]:
    """What prevents a snapshot of these chapters under this label (procedure 5.1)."""
    found = stage_obstacles(cycle, "snapshot.freeze") + obstacles_to_label(cycle, label)
    if not [c for c in chapters if c.current_id]:
        found.append(Obstacle("nothing-to-freeze", _("No chapter has a text yet."), rule="5.1"))
    return found


def _frozen(cycle: Cycle) -> dict[str, Snapshot]:
    """The drafts that are frozen or being frozen, by label."""
    kept = cycle.snapshots.exclude(status=Snapshot.Status.FAILED)
    return once(("frozen", cycle.pk), lambda: {snapshot.label: snapshot for snapshot in kept})


def obstacles_to_label(cycle: Cycle, label: str) -> list[Obstacle]:
    """Whether a draft of this label has its place now: once, in the procedure's order, in its time (5.2, 5.6)."""
    procedure = cycle.procedure
    if label not in procedure.labels:
        return [
            Obstacle(
                "unknown-label",
                _("The procedure knows no draft named %(label)s.") % {"label": label},
                rule="5.1",
                remedy=_("It knows: %(labels)s.") % {"labels": ", ".join(procedure.labels)},
            )
        ]
    frozen = _frozen(cycle)
    if label in frozen:
        return [
            Obstacle(
                "label-taken",
                _("%(label)s is frozen already, or being frozen; a snapshot never changes.")
                % {"label": label},
                rule="5.2",
                href=frozen[label].get_absolute_url(),
            )
        ]
    series = procedure.series(label)
    later = [name for name in series[series.index(label) :] if name in frozen]
    if later:
        return [
            Obstacle(
                "label-passed",
                _("%(later)s is frozen, so its forerunner %(label)s can no longer be.")
                % {"later": later[0], "label": label},
                rule="5.6",
                href=frozen[later[0]].get_absolute_url(),
            )
        ]
    begins = procedure.label_from(label)
    if not procedure.reached(begins.key, cycle.stage):
        return [
            Obstacle(
                "label-of-later-stage",
                _("The draft %(label)s is frozen from the stage “%(stage)s” on.")
                % {"label": label, "stage": titled(begins.title)},
                rule="5.6",
                href=cycle.get_absolute_url(),
            )
        ]
    return _rounds_before(cycle, label, procedure.stage(cycle.stage).leave)


def advice_on_label(cycle: Cycle, label: str) -> list[Obstacle]:
    """What freezing under this label now would come before, though the procedure does not forbid it (5.6)."""
    return _rounds_before(cycle, label, cycle.procedure.stage(cycle.stage).advise)


def _rounds_before(cycle: Cycle, label: str, conditions) -> list[Obstacle]:
    """Rounds that the gate wants closed and that this draft, wanted by the same gate, is to follow."""
    stage = cycle.procedure.stage(cycle.stage)
    if Condition("snapshot-ready", label=label) not in (*stage.leave, *stage.advise):
        return []
    return obstacles_of(cycle, [c for c in conditions if c.key == "round-closed"])


def labels_now(cycle: Cycle) -> list[str]:
    """The labels under which a draft may be frozen now, in the procedure's order; the next one comes first."""
    return [label for label in cycle.procedure.labels if not obstacles_to_label(cycle, label)]


def label_next(cycle: Cycle) -> str:
    """The label that may be frozen now, or else would be next; the last one where all are used up."""
    now = labels_now(cycle)
    past = {"label-taken", "label-passed"}
    coming = [n for n in cycle.procedure.labels if not past & {o.code for o in obstacles_to_label(cycle, n)}]
    return (now or coming or cycle.procedure.labels[-1:])[0]


def given_up_by(cycle: Cycle, label: str) -> list[str]:
    """The labels that could be frozen now and never again once ``label`` is."""
    series = cycle.procedure.series(label)
    return [name for name in labels_now(cycle) if name in series[: series.index(label)]]


def changed_since(snapshot: Snapshot, *, whole: bool) -> list[Chapter]:
    """The chapters whose text today is not the one that the draft holds, in their order.

    ``whole``: also those that the draft does not hold at all.
    """
    held = frozen_versions(snapshot.cycle).get(snapshot.pk, {})
    texts = snapshot.cycle.chapters.filter(current__isnull=False).select_related("current")
    # Only the hash is compared; the texts themselves stay where they are.
    texts = texts.defer("current__markdown", "current__blocks")
    written = once(("written", snapshot.cycle_id), lambda: list(texts))
    return [c for c in written if (held[c.pk].sha256 != c.current.sha256 if c.pk in held else whole)]


@dataclass(frozen=True)
class FrozenVersion:
    """Which version of a chapter a draft holds."""

    number: int
    sha256: str


def frozen_versions(cycle: Cycle) -> dict[int, dict[int, FrozenVersion]]:
    """What the cycle's drafts hold: draft → chapter → version, by their pk; a page asks it of several drafts."""

    def ask() -> dict[int, dict[int, FrozenVersion]]:
        rows = SnapshotChapter.objects.filter(snapshot__cycle=cycle).order_by()
        found: dict[int, dict[int, FrozenVersion]] = {}
        for draft, chapter, *version in rows.values_list(
            "snapshot", "chapter", "version__number", "version__sha256"
        ):
            found.setdefault(draft, {})[chapter] = FrozenVersion(*version)
        return found

    return once(("frozen versions", cycle.pk), ask)


def ready_drafts(cycle: Cycle) -> list[Snapshot]:
    """The frozen drafts of the cycle that can be read."""
    ready = Snapshot.objects.filter(status=Snapshot.Status.READY)
    return of_each("ready drafts", cycle, lambda cycles: grouped(ready, "cycle", cycles))


def snapshot_ready(cycle: Cycle, rule) -> list[Obstacle]:
    """Condition ``snapshot-ready``: the draft of that label is frozen."""
    if any(draft.label == rule.label for draft in ready_drafts(cycle)):
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
