"""A person says where a comment stands in a later draft: one act and one entry for each (procedure 5.4)."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from assessments.snapshots.models import SnapshotChapter
from panels.models import User
from records.obstacles import Obstacle, refuse, refuse_if, require
from reviews.anchors.models import Projection
from reviews.rounds.actions import record

Decision = Projection.Decision


@transaction.atomic
def decide(
    projection: Projection, decision: str, *, by: User, now: datetime, candidate: int | None = None
) -> Projection:
    """Settle a doubtful place: ``place`` (the candidate of that number, from 1), ``deleted`` or ``section``.

    A decision given before is replaced; the record keeps both. The machine never overwrites it. Raises
    PermissionDenied or Blocked.
    """
    projection = _locked(projection)
    require(by, "anchors.settle", projection.comment)
    refuse_if(obstacles_to_deciding(projection))
    if decision == Decision.PLACE:
        decided = _chosen(projection, candidate)
    elif decision == Decision.SECTION:
        decided = section_of(projection)
    elif decision == Decision.DELETED:
        decided = {"chapter": projection.chapter_number, "block": "", "start": 0, "end": 0}
    else:
        refuse("unknown-decision", _("Say which place is meant, that the passage is gone, or its section."),
               rule="5.4")  # fmt: skip
    projection.decision, projection.decided = decision, decided
    projection.decided_by, projection.decided_at = by, now
    projection.save(update_fields=["decision", "decided", "decided_by", "decided_at"])
    _record(projection, "anchor.placed", decision, by, now)
    return projection


@transaction.atomic
def reopen(projection: Projection, *, by: User, now: datetime) -> Projection:
    """Take a decision back: the comment waits again. Raises PermissionDenied or Blocked."""
    projection = _locked(projection)
    require(by, "anchors.settle", projection.comment)
    if not projection.decision:
        refuse("not-decided", _("Nobody has decided this place yet."), rule="5.4")
    before = projection.decision
    projection.decision, projection.decided = "", None
    projection.decided_by = projection.decided_at = None
    projection.save(update_fields=["decision", "decided", "decided_by", "decided_at"])
    _record(projection, "anchor.reopened", before, by, now)
    return projection


def obstacles_to_deciding(projection: Projection) -> list[Obstacle]:
    """Only what the machine left doubtful, or a person decided before, is for a person to decide."""
    if projection.outcome != Projection.Outcome.AMBIGUOUS and not projection.decision:
        return [Obstacle("not-doubtful", _("The place of %(label)s is not in doubt.")
                         % {"label": projection.comment.label}, rule="5.4")]  # fmt: skip
    return []


def section_of(projection: Projection) -> dict:
    """The heading, in the later draft, of the section in which the passage stood; else the whole chapter."""
    rows = {
        row.snapshot_id: row
        for row in SnapshotChapter.objects.filter(
            chapter=projection.comment.chapter_id,
            snapshot__in=[projection.snapshot_id, projection.comment.round.snapshot_id],
        )
    }
    before, after = rows.get(projection.comment.round.snapshot_id), rows.get(projection.snapshot_id)
    whole = {"chapter": projection.chapter_number, "block": "", "start": 0, "end": 0}
    anchor = anchor_of(projection)
    if before is None or after is None:
        return whole
    heading = None
    for block in before.blocks:
        heading = block if block["kind"] == "heading" else heading
        if block["id"] == anchor.get("block"):
            break
    now = {block["id"]: block["text"] for block in after.blocks if block["kind"] == "heading"}
    if heading is None or heading["id"] not in now:
        return whole
    return {**whole, "block": heading["id"], "end": len(now[heading["id"]])}


def anchor_of(projection: Projection) -> dict:
    """The anchor that is projected, as it was stored."""
    anchor = projection.comment.anchor
    return anchor if projection.place == 0 else anchor["more"][projection.place - 1]


def _chosen(projection: Projection, candidate: int | None) -> dict:
    if candidate is None or not 1 <= candidate <= len(projection.candidates):
        refuse(
            "no-such-place",
            _("There are %(n)s places to choose from; none has this number.")
            % {"n": len(projection.candidates)},
            rule="5.4",
        )
    chosen = projection.candidates[candidate - 1]
    return {
        "chapter": projection.chapter_number,
        **{name: chosen[name] for name in ("block", "start", "end")},
    }


def _locked(projection: Projection) -> Projection:
    return (
        Projection.objects.select_for_update(of=("self",))
        .select_related(
            "snapshot__cycle", "comment__chapter__cycle", "comment__round__cycle", "comment__round__snapshot"
        )
        .get(pk=projection.pk)
    )


def _record(projection: Projection, verb: str, decision: str, by: User, now: datetime) -> None:
    decided = projection.decided or {}
    record(
        projection.comment.round,
        verb,
        {"comment": projection.comment.label, "draft": projection.snapshot.label, "decision": decision,
         "anchor": projection.place, "block": decided.get("block", ""), "start": decided.get("start", 0),
         "end": decided.get("end", 0)},
        by=by,
        at=now,
    )  # fmt: skip
