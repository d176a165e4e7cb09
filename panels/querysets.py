from django.db import models
from django.db.models import Q


def current(now, seat: str = "", body: str = "body__") -> Q:
    """Whether the term of an appointment runs at ``now`` (aware); the relations that lead to it and to its body."""
    began = Q(**{f"{seat}starts__lte": now, f"{body}ceased_at__isnull": True})
    return began & (Q(**{f"{seat}ends__isnull": True}) | Q(**{f"{seat}ends__gt": now}))


class AppointmentQuerySet(models.QuerySet):
    def current(self, now):
        """Appointments whose term runs at ``now`` (aware)."""
        return self.filter(current(now))

    def of_user(self, user):
        return self.filter(person__user=user)
