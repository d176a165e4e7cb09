from django.db import models
from django.utils import timezone

from records.looking import once


class CycleQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Cycles a person has a part in, and those with something published, which everybody may see."""
        published = models.Q(publications__done_at__isnull=False)
        if not user.is_authenticated:
            return self.filter(published).distinct()
        if user.is_system:
            return self.all()
        from panels.models import Appointment

        mine = Appointment.objects.current(timezone.now()).of_user(user).values("body")
        return self.filter(published | models.Q(bodies__body__in=mine)).distinct()

    def seen_by(self, user) -> list:
        """The same as a list, asked once while a page is looked at (records/looking)."""
        return once(("cycles", user.pk), lambda: list(self.visible_to(user).select_related("cut_off")))
