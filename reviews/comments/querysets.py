from django.db import models
from django.db.models import Q

from reviews.rounds.permissions import is_public, speaks_for


class CommentQuerySet(models.QuerySet):
    def visible_in(self, review_round, user):
        """Comments of a round that a person may see (procedure 2.3, 6.12, invariant 7).

        One's own, and those of the government one speaks for, drafts included; all sent ones for those who
        make the report; all sent ones for the round's own people once its answers are published, and for
        everybody from the stage that the round names.
        """
        found = self.filter(round=review_round)
        own = Q(pk__in=[])
        person = getattr(user, "person", None) if user.is_authenticated else None
        if person is not None:
            mine = Q(person=person)
            delegation = speaks_for(user, review_round)
            if delegation is not None:
                mine |= Q(delegation=delegation)
            # By their keys, not through a join for each comment: a round has tens of thousands.
            own = Q(reviewer__in=review_round.reviewers.filter(mine).order_by().values("pk"))
        answered = review_round.status == "answered"
        if (
            user.has_perm("comments.read_all", review_round.cycle)
            or (answered and user.has_perm("round.read", review_round))
            or is_public(user, review_round)
        ):
            return found.filter(own | ~Q(status="draft"))
        return found.filter(own)

    def sent(self):
        return self.filter(status="sent")

    def awaiting_response(self):
        return self.filter(status="sent", response__isnull=True)
