from django.db import models
from django.db.models import Q


class AppointmentQuerySet(models.QuerySet):
    def current(self, now):
        """Appointments whose term runs at ``now`` (aware)."""
        return self.filter(starts__lte=now, body__ceased_at__isnull=True).filter(
            Q(ends__isnull=True) | Q(ends__gt=now)
        )

    def of_user(self, user):
        return self.filter(person__user=user)
