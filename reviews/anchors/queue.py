"""Reading the queue: which places wait for a person, one of them with its texts, and how far the work is."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assessments.snapshots.models import Snapshot, SnapshotChapter
from assessments.text.compare import word_diff
from reviews.anchors.deciding import anchor_of
from reviews.anchors.models import Projection

SHOWS = {
    "waiting": gettext_lazy("waiting"),
    "decided": gettext_lazy("decided by a person"),
    "gone": gettext_lazy("taken for gone"),
}
REASONS = {
    "differs": gettext_lazy("Something much like it stands there now, but it may say something else."),
    "rivals": gettext_lazy("Several places are like it, and none is far enough ahead of the others."),
    "elsewhere": gettext_lazy("Something like it stands elsewhere, among other sentences."),
    "part": gettext_lazy("The sentence is still there, but the marked words were changed."),
    "apart": gettext_lazy("Its sentences went to different places, or half of them are gone."),
    "unknown-block": gettext_lazy("The draft does not know the block that was marked."),
    "not-frozen": gettext_lazy("Its chapter was not frozen again in this draft."),
}
DOUBTS = {
    "numbers": gettext_lazy("another number"),
    "number": gettext_lazy("a number came or went"),
    "units": gettext_lazy("another unit"),
    "negation": gettext_lazy("a negation came or went"),
    "opposite": gettext_lazy("an opposite word"),
}
# What stands around the passage, in characters, where a block is long.
AROUND = 400


@dataclass(frozen=True)
class Filters:
    """What the address asks for; unknown values count as not said."""

    show: str = "waiting"
    chapter: str = ""
    reason: str = ""

    @classmethod
    def of(cls, said) -> Filters:
        show, reason = said.get("show", ""), said.get("reason", "")
        return cls(
            show=show if show in SHOWS else "waiting",
            chapter=said.get("chapter", "")[:12],
            reason=reason if reason in REASONS else "",
        )

    def apply(self, found: QuerySet) -> QuerySet:
        if self.chapter:
            found = found.filter(comment__chapter__number=self.chapter)
        if self.reason:
            found = found.filter(reason=self.reason)
        return found.filter(
            {
                "waiting": Q(outcome="ambiguous", decision=""),
                "decided": ~Q(decision=""),
                "gone": Q(outcome="deleted", decision=""),
            }[self.show]
        )


def of_pair(earlier: Snapshot, later: Snapshot) -> QuerySet:
    """The projections of standing comments from one draft onto the other, in the order of their chapters."""
    return (
        Projection.objects.filter(snapshot=later, comment__round__snapshot=earlier, comment__status="sent")
        .annotate(at_place=F("comment__chapter__place"), n=F("comment__number"))
        .order_by("at_place", "n", "comment", "place")
    )


def progress(found: QuerySet) -> tuple[int, int]:
    """(decided, all that were doubtful)."""
    doubtful = found.filter(Q(outcome="ambiguous") | ~Q(decision="")).order_by()
    return doubtful.exclude(decision="").count(), doubtful.count()


def beside(found: QuerySet, item: Projection) -> tuple[int, int | None, int | None]:
    """The item's number in the list, from 1, and the keys of the one before and the one after."""
    key = item.comment.chapter.place, item.comment.number, item.comment_id, item.place
    before = found.filter(
        Q(at_place__lt=key[0])
        | Q(at_place=key[0], n__lt=key[1])
        | Q(at_place=key[0], n=key[1], comment__lt=key[2])
        | Q(at_place=key[0], n=key[1], comment=key[2], place__lt=key[3])
    )
    after = found.filter(
        Q(at_place__gt=key[0])
        | Q(at_place=key[0], n__gt=key[1])
        | Q(at_place=key[0], n=key[1], comment__gt=key[2])
        | Q(at_place=key[0], n=key[1], comment=key[2], place__gt=key[3])
    )
    last = before.reverse().values_list("pk", flat=True).first()
    return before.count() + 1, last, after.values_list("pk", flat=True).first()


def shown(item: Projection, earlier: Snapshot) -> dict:
    """The texts of one item: ``old`` as reviewed, ``candidates`` that may be meant, ``why`` it waits, in words."""
    rows = {
        row.snapshot_id: row
        for row in SnapshotChapter.objects.filter(
            snapshot__in=[earlier.pk, item.snapshot_id], chapter=item.comment.chapter_id
        )
    }
    anchor = anchor_of(item)
    old = _passage(rows.get(earlier.pk), anchor.get("block"), anchor.get("start", 0), anchor.get("end", 0))
    decided = item.decided or {}
    places = []
    for number, candidate in enumerate(item.candidates, 1):
        now = _passage(rows.get(item.snapshot_id), candidate["block"], candidate["start"], candidate["end"])
        if now is None:
            continue
        chosen = item.decision == "place" and (decided["block"], decided["start"]) == (
            candidate["block"],
            candidate["start"],
        )
        places.append(
            {
                **now,
                "number": number,
                "percent": round(candidate["score"] * 100),
                "doubts": [str(DOUBTS[doubt]) for doubt in candidate["doubts"] if doubt in DOUBTS],
                "parts": word_diff(old["words"], now["words"]) if old else [],
                "chosen": chosen,
            }
        )
    return {"old": old, "candidates": places, "why": str(REASONS.get(item.reason, "")) or _why_gone(item)}


def _why_gone(item: Projection) -> str:
    if item.outcome != Projection.Outcome.DELETED:
        return ""
    if item.candidates:
        return _(
            "No sentence stands in its place. Something like it stands elsewhere, and is taken for another."
        )
    return _("No sentence of the new draft is like it.")


def _passage(row: SnapshotChapter | None, block: str | None, start: int, end: int) -> dict | None:
    """{section, before, words, after}: the passage with what stands around it in its block."""
    heading = ""
    for known in row.blocks if row else ():
        heading = known["text"] if known["kind"] == "heading" else heading
        if known["id"] == block:
            text = known["text"]
            end = end if end > start else len(text)
            before, after = text[:start], text[end:]
            return {
                "section": heading,
                "block": block,
                "before": before if len(before) <= AROUND else "… " + before[-AROUND:],
                "words": text[start:end],
                "after": after if len(after) <= AROUND else after[:AROUND] + " …",
            }
    return None
