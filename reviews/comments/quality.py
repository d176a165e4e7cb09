"""Which answers should be looked at again before they are published (procedure 6.19).

Nothing is refused for it: authors stay responsible for their answers (6.6).
"""

from __future__ import annotations

from functools import reduce
from operator import or_

from django.db.models import Case, Count, Q, QuerySet, Value, When
from django.utils.translation import gettext_lazy as _

from reviews.comments.models import Comment, Response
from reviews.rounds.models import ReviewRound

ANY = "any"
LOOKS = {
    "bare": _("substantive, without a reason"),
    "noted": _("substantive, only noted"),
    "unchanged": _("accepted, but the passage reads as before"),
    "apart": _("others that say nearly the same are answered differently"),
}
_CHANGES = (Response.Disposition.ACCEPTED, Response.Disposition.IN_PART)


def narrow(found: QuerySet, review_round: ReviewRound, look: str) -> QuerySet:
    """Of these comments of the round those whose answers are to be looked at: for one of LOOKS, or for ANY."""
    if look not in (*LOOKS, ANY):
        return found
    rules = _rules(review_round)
    return found.filter(reduce(or_, rules.values()) if look == ANY else rules[look])


def reasons(review_round: ReviewRound, comments: list[Comment]) -> dict[int, list[str]]:
    """Why the answer to each of these comments is to be looked at, in words; those without a reason are left out."""
    asked = {name: Case(When(rule, then=Value(True)), default=Value(False))
             for name, rule in _rules(review_round).items()}  # fmt: skip
    rows = Comment.objects.filter(pk__in=[comment.pk for comment in comments]).order_by()
    found = {}
    for row in rows.annotate(**asked).values("pk", *asked):
        said = [str(LOOKS[name]) for name in asked if row[name]]
        if said:
            found[row["pk"]] = said
    return found


def _rules(review_round: ReviewRound) -> dict[str, Q]:
    """What each of LOOKS means, for comments of the round."""
    answered = Q(status=Comment.Status.SENT, response__isnull=False)
    substantive = answered & Q(kind=Comment.Kind.SUBSTANTIVE)
    noted = Q(response__disposition=Response.Disposition.NOTED)
    accepted = Q(response__disposition=Response.Disposition.ACCEPTED)
    changes = Q(response__disposition__in=_CHANGES)
    return {
        "bare": substantive & Q(response__text="") & ~(noted | accepted),
        "noted": substantive & noted,
        "unchanged": answered & changes & _as_before(review_round),
        "apart": answered & Q(alike_to__in=_answered_apart(review_round)),
    }


def _as_before(review_round: ReviewRound) -> Q:
    """On a block that reads today as it did under review; a block keeps its id from one to the other."""
    rows = review_round.snapshot.chapters.select_related("chapter__current")
    found = Q(pk__in=[])
    for frozen in rows.only("snapshot", "blocks", "chapter__number", "chapter__current__blocks"):
        current = frozen.chapter.current
        now = {block["id"]: block["text"] for block in current.blocks} if current else {}
        same = [block["id"] for block in frozen.blocks if now.get(block["id"]) == block["text"]]
        found |= Q(chapter=frozen.chapter_id, block__in=same)
    return found


def _answered_apart(review_round: ReviewRound) -> QuerySet:
    """The first comments of the groups (6.18) whose answers do not all say the same."""
    said = Response.objects.filter(comment__round=review_round, comment__status=Comment.Status.SENT)
    groups = said.exclude(comment__alike_to=None).order_by().values("comment__alike_to")
    return groups.annotate(n=Count("disposition", distinct=True)).filter(n__gt=1).values("comment__alike_to")
