from django.db import models
from django.utils import timezone


class MeetingQuerySet(models.QuerySet):
    def of_members(self, user):
        """Meetings of the bodies in which the person sits now: those to which they are called."""
        from panels.models import Appointment

        seats = Appointment.objects.current(timezone.now()).of_user(user)
        return self.filter(body__in=seats.values("body"))

    def visible_to(self, user):
        """Those of the bodies whose meetings the person may see (procedure 2.3, 2.12)."""
        from panels.meetings.calling import bodies_seen

        return self.filter(body__in=bodies_seen(user))
