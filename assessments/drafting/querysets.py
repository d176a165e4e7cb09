from django.db import models

from assessments.cycles.models import Cycle


class ChapterQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Chapters of the visible cycles: their place and title. Their draft text asks chapter.read besides."""
        return self.filter(cycle__in=Cycle.objects.visible_to(user))


class AssetQuerySet(models.QuerySet):
    def newest(self):
        """Of each image the version that drafts show."""
        later = self.model.objects.filter(
            cycle=models.OuterRef("cycle"), key=models.OuterRef("key"), number__gt=models.OuterRef("number")
        )
        return self.filter(~models.Exists(later))
