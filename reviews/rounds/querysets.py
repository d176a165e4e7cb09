from django.db import models

from assessments.cycles.models import Cycle


class RoundQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Rounds of the visible cycles; whether a person sees one besides is for ``round.view`` to say."""
        return self.filter(cycle__in=Cycle.objects.visible_to(user))
