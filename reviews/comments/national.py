"""A government's one standing submission: filed whole by its focal point, replaced whole until the bell."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from panels.models import User
from records.obstacles import refuse, refuse_if, require
from reviews.comments.actions import give_numbers, save_draft
from reviews.comments.guards import obstacles_to_filing, obstacles_to_writing
from reviews.comments.items import item_of, root_of
from reviews.comments.models import Comment, Submission
from reviews.rounds.actions import lock, record
from reviews.rounds.models import ReviewRound
from reviews.rounds.permissions import speaks_for


@transaction.atomic
def file_submission(
    review_round: ReviewRound, *, by: User, now: datetime, leave_out: Iterable[Comment] = ()
) -> Submission:
    """File the government's comments as its standing submission, or replace the one that stands (procedure
    6.7).

    It consists of what was filed before, less ``leave_out`` (those are withdrawn), and of all drafts,
    which get their numbers. Every version is kept; its root is the receipt. Raises PermissionDenied or
    Blocked.
    """
    review_round = lock(review_round)
    require(by, "submission.file", review_round.cycle)
    require(by, "round.comment", review_round)
    delegation = speaks_for(by, review_round)
    if delegation is None:
        raise PermissionDenied(_("Only the focal point of a government files its submission."))
    refuse_if(obstacles_to_filing(review_round, delegation, now=now))
    mine = Comment.objects.filter(round=review_round, reviewer__delegation=delegation).select_related(
        "chapter", "reviewer__delegation__state"
    )
    drafts = list(mine.filter(status=Comment.Status.DRAFT).order_by("chapter__place", "pk"))
    if drafts:
        refuse_if(obstacles_to_writing(review_round, now=now, begun_at=max(d.created_at for d in drafts)))
    left_out = mine.filter(status=Comment.Status.SENT, pk__in=[c.pk for c in leave_out])
    if not drafts and not left_out.exists():
        refuse("nothing-new", _("There is nothing to file: no draft, and nothing left out of what stands."),
               rule="6.7")  # fmt: skip
    left_out.update(status=Comment.Status.WITHDRAWN, changed_at=now)
    give_numbers(review_round, drafts, now=now)
    items = [item_of(c) for c in mine.filter(status=Comment.Status.SENT).order_by("chapter__place", "number")]
    earlier = review_round.submissions.filter(delegation=delegation)
    version = (earlier.aggregate(last=Max("version"))["last"] or 0) + 1
    earlier.filter(standing=True).update(standing=False)
    made = Submission.objects.create(
        round=review_round,
        delegation=delegation,
        version=version,
        items=items,
        root=root_of(items),
        by=by,
        at=now,
    )
    record(
        review_round,
        "submission.filed",
        {"version": version, "count": len(items), "root": made.root, "late": now > review_round.closes_at},
        by=by,
        at=now,
        for_=delegation,
    )
    return made


def rewrite(comment: Comment, *, by: User, now: datetime) -> Comment:
    """A draft with the words and place of a filed comment, to be changed and filed instead of it."""
    return save_draft(
        comment.round,
        comment.chapter,
        text=comment.text,
        proposed=comment.proposed,
        kind=comment.kind,
        anchor=comment.anchor,
        by=by,
        now=now,
    )
