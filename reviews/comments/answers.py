"""The authors' answers: a disposition and, as a rule, a reason, for each comment of its own (procedure
6.6)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from panels.models import User
from records.obstacles import refuse, refuse_if, require
from records.search import index
from reviews.comments.guards import obstacles_to_answering
from reviews.comments.models import Comment, Response
from reviews.rounds.actions import lock, record
from reviews.rounds.models import ReviewRound

REASONED = (Response.Disposition.REJECTED, Response.Disposition.IN_PART)


@transaction.atomic
def answer(
    comments: Iterable[Comment],
    disposition: str,
    text: str,
    *,
    by: User,
    now: datetime,
    changed_block: str = "",
) -> list[Response]:
    """Answer one comment, or several of one chapter in the same words, as one act; each keeps an answer of
    its own.

    ``changed_block`` points to the passage as it now stands in the chapter's current version. An answer given
    before is replaced; the record keeps both. Raises PermissionDenied or Blocked.
    """
    comments = list(comments)
    review_round = lock(comments[0].round)
    found = list(
        Comment.objects.filter(round=review_round, pk__in=[c.pk for c in comments])
        .select_related("chapter__current", "chapter__cycle", "reviewer")
        .order_by("chapter__place", "number")
    )
    _require_to_answer(found, review_round, by)
    if disposition not in Response.Disposition.values:
        refuse("unknown-disposition", _("Say what becomes of the comment."), rule="6.6")
    if disposition in REASONED and not text.strip():
        refuse("no-reason", _("A comment that is rejected or accepted in part gets a reason."), rule="6.6")
    made = _keep(found, disposition, text.strip(), changed_block, by, now)
    record(
        review_round,
        "comment.answered",
        {"comments": ", ".join(c.label for c in found), "disposition": disposition, "text": text.strip()},
        by=by,
        at=now,
    )
    return made


def _require_to_answer(comments: list[Comment], review_round: ReviewRound, by: User) -> None:
    """Raises PermissionDenied or Blocked unless ``by`` may answer all of these, or take the answers back, now."""
    for comment in comments:
        comment.round = review_round
    # Whoever may answer one comment of a chapter may answer all of it, in a thousand of them too.
    for comment in {comment.chapter_id: comment for comment in comments}.values():
        require(by, "response.write", comment)
    for comment in comments:
        refuse_if(obstacles_to_answering(comment))


def _keep(comments: list[Comment], disposition, text, changed_block, by, now) -> list[Response]:
    rows = []
    for comment in comments:
        version = comment.chapter.current
        if changed_block and (version is None or all(b["id"] != changed_block for b in version.blocks)):
            refuse("passage-gone", _("The passage the answer points to is not in the current text."), rule="5.4",
                   remedy=_("Answer without pointing to it, or load the page anew."))  # fmt: skip
        rows.append(
            Response(
                comment=comment,
                disposition=disposition,
                text=text,
                changed_block=changed_block,
                changed_version=version if changed_block else None,
                by=by,
                at=now,
            )
        )
    written = ["disposition", "text", "changed_block", "changed_version", "by", "at"]
    Response.objects.bulk_create(
        rows, batch_size=500, update_conflicts=True, unique_fields=["comment"], update_fields=written
    )
    made = {row.comment_id: row for row in Response.objects.filter(comment__in=comments)}
    index.touch("answer", [row.pk for row in made.values()])
    return [made[comment.pk] for comment in comments]


@transaction.atomic
def take_back(review_round: ReviewRound, given_at: datetime, *, by: User, now: datetime) -> int:
    """Take back what one gave with one act to several comments, while it stands as it was given; returns how many.

    The record keeps both. Raises PermissionDenied; Blocked: nothing of it stands, or the answers are published.
    """
    review_round = lock(review_round)
    given = Response.objects.filter(comment__round=review_round, by=by, at=given_at)
    found = list(
        Comment.objects.filter(response__in=given)
        .select_related("chapter__cycle", "reviewer")
        .order_by("chapter__place", "number")
    )
    if not found:
        refuse("nothing-to-take-back", _("No answer of yours from then stands as it was given."), rule="6.6")
    _require_to_answer(found, review_round, by)
    gone = [response.pk for response in given]
    given.delete()
    index.touch("answer", gone)
    record(
        review_round,
        "comment.answer_taken_back",
        {"comments": ", ".join(c.label for c in found)},
        by=by,
        at=now,
    )
    return len(found)
