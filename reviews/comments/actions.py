"""Verbs of a comment: draft, send, withdraw. Drafts are no acts of record; sending gives the lasting
number."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from assessments.drafting.models import Chapter
from panels.models import User
from records.models import Entry
from records.obstacles import refuse, refuse_if, require
from records.search import index
from reviews.comments import grouping
from reviews.comments.guards import obstacles_to_withdrawing, obstacles_to_writing
from reviews.comments.items import item_of, root_of
from reviews.comments.models import Comment, Reviewer
from reviews.rounds.actions import lock, record
from reviews.rounds.models import ReviewRound
from reviews.rounds.permissions import speaks_for


def reviewer_for(review_round: ReviewRound, user: User) -> Reviewer:
    """As whom a person comments in the round: their government where its focal point speaks, else
    themselves."""
    delegation = speaks_for(user, review_round)
    if delegation is not None:
        return Reviewer.objects.get_or_create(
            round=review_round, delegation=delegation, defaults={"name": str(delegation)}
        )[0]
    return Reviewer.objects.get_or_create(
        round=review_round, person=user.person, delegation=None, defaults={"name": user.person.name}
    )[0]


def comments_of(review_round: ReviewRound, user: User):
    """The comments that are a person's own in the round: their government's, or those in their own name."""
    found = review_round.comments.all()
    if getattr(user, "person", None) is None:
        return found.none()
    delegation = speaks_for(user, review_round)
    if delegation is not None:
        return found.filter(reviewer__delegation=delegation)
    return found.filter(reviewer__person=user.person, reviewer__delegation=None)


@transaction.atomic
def save_draft(
    review_round: ReviewRound,
    chapter: Chapter,
    *,
    text: str,
    anchor: dict,
    by: User,
    now: datetime,
    proposed: str = "",
    kind: str = Comment.Kind.SUBSTANTIVE,
    comment: Comment | None = None,
) -> Comment:
    """Keep a draft; with ``comment``, change that draft of one's own (its place stays unless a new one is
    given).

    ``anchor`` comes from reviews.comments.anchoring, which held it against the frozen text. Raises
    PermissionDenied or Blocked.
    """
    review_round = lock(review_round)
    require(by, "comment.write", review_round.cycle)
    require(by, "round.comment", review_round)
    if comment is None:
        refuse_if(obstacles_to_writing(review_round, now=now))
        return Comment.objects.create(
            round=review_round,
            chapter=chapter,
            reviewer=reviewer_for(review_round, by),
            text=text.strip(),
            proposed=proposed.strip(),
            kind=kind,
            anchor=anchor,
            entered_by=by,
            created_at=now,
            changed_at=now,
        )
    comment = own_draft(comment, by)
    refuse_if(obstacles_to_writing(review_round, now=now, begun_at=comment.created_at))
    comment.text, comment.proposed, comment.kind = text.strip(), proposed.strip(), kind
    comment.anchor = anchor or comment.anchor
    comment.entered_by, comment.changed_at = by, now
    comment.save()
    return comment


@transaction.atomic
def discard_draft(comment: Comment, *, by: User) -> None:
    """Throw away a draft of one's own; it never was part of the record. Raises PermissionDenied or
    Blocked."""
    lock(comment.round)
    own_draft(comment, by).delete()


def own_draft(comment: Comment, by: User) -> Comment:
    """The draft as it is now; refused where it is somebody else's, or was sent meanwhile."""
    comment = Comment.objects.select_for_update(of=("self",)).select_related("reviewer").get(pk=comment.pk)
    owned_or_denied(comment, by)
    if comment.status != Comment.Status.DRAFT:
        refuse("already-sent", _("%(label)s was sent; it changes no more.") % {"label": comment.label},
               rule="6.5", remedy=_("Withdraw it, or send another comment."))  # fmt: skip
    return comment


def owned_or_denied(comment: Comment, by: User) -> None:
    if not comments_of(comment.round, by).filter(pk=comment.pk).exists():
        raise PermissionDenied(_("Only its own reviewer may change a comment."))


@transaction.atomic
def send_drafts(
    review_round: ReviewRound, *, by: User, now: datetime, comments: Iterable[Comment] | None = None
) -> Entry:
    """Send drafts of one's own, all or those named, as one act; each gets its number for ever (procedure
    6.5).

    Numbers run within the unit and are given under the lock of the round's row, so that two people who
    send at once get different ones. Returns the entry, whose number and root are the receipt. A
    government's comments are filed, not sent (6.7). Raises PermissionDenied or Blocked.
    """
    review_round = lock(review_round)
    require(by, "comment.write", review_round.cycle)
    require(by, "round.comment", review_round)
    if speaks_for(by, review_round) is not None:
        refuse(
            "file-instead",
            _("A government's comments are filed together, as its one submission."),
            rule="6.7",
        )
    drafts = comments_of(review_round, by).filter(status=Comment.Status.DRAFT)
    if comments is not None:
        drafts = drafts.filter(pk__in=[c.pk for c in comments])
    drafts = list(drafts.select_related("chapter", "reviewer", "round").order_by("chapter__place", "pk"))
    if not drafts:
        refuse("nothing-to-send", _("There is no draft of yours to send."), rule="6.5")
    begun = max(draft.created_at for draft in drafts)
    refuse_if(obstacles_to_writing(review_round, now=now, begun_at=begun))
    give_numbers(review_round, drafts, now=now)
    return record(
        review_round,
        "comment.sent",
        {"count": len(drafts), "numbers": ", ".join(c.label for c in drafts), "late": drafts[0].late,
         "root": root_of(item_of(c) for c in drafts)},
        by=by,
        at=now,
    )  # fmt: skip


def give_numbers(review_round: ReviewRound, drafts: list[Comment], *, now: datetime) -> None:
    """Make drafts sent, each with its number. The caller holds the lock of the round's row."""
    number(review_round, drafts, now=now, late=now > review_round.closes_at)
    Comment.objects.bulk_update(drafts, ["number", "status", "sent_at", "changed_at", "late"], batch_size=500)
    index.touch("comment", [c.pk for c in drafts])
    grouping.order(review_round)


def number(review_round: ReviewRound, comments: list[Comment], *, now: datetime, late: bool) -> None:
    """Give each comment the next number of its unit (procedure 6.5), without saving it."""
    given = Comment.objects.filter(round=review_round, number__isnull=False).order_by()
    last = Counter(dict(given.values_list("chapter").annotate(Max("number"))))
    for comment in comments:
        last[comment.chapter_id] += 1
        comment.number, comment.late = last[comment.chapter_id], late
        comment.status, comment.sent_at, comment.changed_at = Comment.Status.SENT, now, now


@transaction.atomic
def withdraw(comment: Comment, *, reason: str, by: User, now: datetime) -> Comment:
    """Withdraw a comment of one's own; its number and words stay in the record (procedure 6.5).

    Raises PermissionDenied or Blocked.
    """
    review_round = lock(comment.round)
    comment = (
        Comment.objects.select_for_update(of=("self",))
        .select_related("reviewer", "chapter")
        .get(pk=comment.pk)
    )
    comment.round = review_round
    require(by, "comment.write", review_round.cycle)
    owned_or_denied(comment, by)
    refuse_if(obstacles_to_withdrawing(comment))
    comment.status, comment.changed_at = Comment.Status.WITHDRAWN, now
    comment.save(update_fields=["status", "changed_at"])
    grouping.order(review_round)
    record(
        review_round, "comment.withdrawn", {"comment": comment.label, "reason": reason.strip()}, by=by, at=now
    )
    return comment
