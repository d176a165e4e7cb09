"""The authors' answers: a disposition and, as a rule, a reason, for each comment of its own (procedure
6.6)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from panels.models import User
from records.obstacles import refuse, refuse_if, require
from reviews.comments.guards import obstacles_to_answering
from reviews.comments.models import Comment, Response
from reviews.rounds.actions import lock, record

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
    for comment in found:
        comment.round = review_round
        require(by, "response.write", comment)
        refuse_if(obstacles_to_answering(comment))
    if disposition not in Response.Disposition.values:
        refuse("unknown-disposition", _("Say what becomes of the comment."), rule="6.6")
    if disposition in REASONED and not text.strip():
        refuse("no-reason", _("A comment that is rejected or accepted in part gets a reason."), rule="6.6")
    made = [_answered(c, disposition, text.strip(), changed_block, by, now) for c in found]
    record(
        review_round,
        "comment.answered",
        {"comments": ", ".join(c.label for c in found), "disposition": disposition, "text": text.strip()},
        by=by,
        at=now,
    )
    return made


def _answered(comment, disposition, text, changed_block, by, now) -> Response:
    version = comment.chapter.current
    if changed_block and (version is None or all(b["id"] != changed_block for b in version.blocks)):
        refuse("passage-gone", _("The passage the answer points to is not in the current text."), rule="5.4",
               remedy=_("Answer without pointing to it, or load the page anew."))  # fmt: skip
    return Response.objects.update_or_create(
        comment=comment,
        defaults={
            "disposition": disposition,
            "text": text,
            "changed_block": changed_block,
            "changed_version": version if changed_block else None,
            "by": by,
            "at": now,
        },
    )[0]
