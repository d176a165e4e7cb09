"""Who may, about people."""

from __future__ import annotations

import rules
from django.utils import timezone


@rules.predicate
def keeps_people(user, target=None) -> bool:
    """Officers of any secretariat, chairs and bureau members, portal staff and the system user."""
    from panels.models import Appointment

    if not user.is_authenticated:
        return False
    return (
        user.is_system
        or user.is_staff
        or Appointment.objects.current(timezone.now())
        .of_user(user)
        .filter(body__kind__in=["secretariat", "bureau", "chair"])
        .exists()
    )


def register() -> None:
    if not rules.perm_exists("people.invite"):
        rules.add_perm("people.invite", keeps_people)
        rules.add_perm("jobs.view_all", keeps_people)
        rules.add_perm("records.officers", keeps_people)
