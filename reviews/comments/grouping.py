"""Groups of comments of a round that say nearly the same, kept with the comments (procedure 6.18).

They are found in a job after comments came in, so that nobody who sends waits for it; the groups of a round follow from
its comments alone, whenever and however often they are looked for.
"""

from __future__ import annotations

from django.utils.translation import gettext as _

from assessments.text import likeness
from records.jobs import queue
from reviews.comments import alike
from reviews.comments.models import Comment
from reviews.rounds.models import ReviewRound

JOB = "comments.group"


def order(review_round: ReviewRound) -> None:
    """Ask for the groups of a round, unless that is asked for already; called in the transaction of the change."""
    queue.order(JOB, {"round": review_round.pk}, scope=review_round.key)


def run(job, progress) -> None:
    """The job: find the groups of its round; may run twice."""
    review_round = ReviewRound.objects.filter(pk=job.args["round"]).first()
    if review_round is not None:
        group(review_round)


def group(review_round: ReviewRound) -> dict:
    """Find the groups of a round anew: ``{"groups", "comments", "changed"}``, how many of each.

    A comment of a group names the first of it, the first itself too; one that is like no other names none.
    """
    sent = Comment.objects.filter(round=review_round, status=Comment.Status.SENT).order_by("pk")
    rows = list(sent.values_list("pk", "text", "proposed", "alike_to"))
    found = alike.groups(f"{text}\n{proposed}" for _pk, text, proposed, _first in rows)
    first = {rows[place][0]: rows[places[0]][0] for places in found for place in places}
    changed = [Comment(pk=pk, alike_to_id=first.get(pk)) for pk, _t, _p, was in rows if was != first.get(pk)]
    Comment.objects.bulk_update(changed, ["alike_to"], batch_size=500)
    gone = Comment.objects.filter(round=review_round, status=Comment.Status.WITHDRAWN, alike_to__isnull=False)
    return {
        "groups": len(found),
        "comments": len(first),
        "changed": len(changed) + gone.update(alike_to=None),
    }


def differs(comment: Comment, other: Comment) -> list[str]:
    """In what two comments of a group differ that could make two statements of them; in the reader's words."""
    one, two = (likeness.words(f"{each.text}\n{each.proposed}") for each in (comment, other))
    said = {
        "numbers": _("another number"),
        "number": _("a number more or less"),
        "units": _("another unit"),
        "negation": _("a “not”"),
        "opposite": _("an opposite"),
    }
    return [said[doubt] for doubt in likeness.doubts(one, two)]
