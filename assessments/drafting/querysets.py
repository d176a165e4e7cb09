from django.db import models

from assessments.cycles.models import Cycle


class ChapterQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Chapters of the visible cycles: their place and title. Their draft text asks chapter.read besides."""
        return self.filter(cycle__in=Cycle.objects.visible_to(user))
