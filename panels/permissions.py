"""Who may, about people."""

from __future__ import annotations

import rules
from django.utils import timezone

from records.looking import once
from records.registry import streams

# Kinds of bodies, and parts of a cycle, whose members keep people and records.
KEEPERS = ("secretariat", "bureau", "chair")


@rules.predicate
def keeps_people(user, target=None) -> bool:
    """Officers of any secretariat, chairs and bureau members, portal staff and the system user."""
    from panels.models import Appointment

    if not user.is_authenticated:
        return False
    if user.is_system or user.is_staff:
        return True
    seats = Appointment.objects.current(timezone.now()).of_user(user).filter(body__kind__in=KEEPERS)
    return once(("keeps people", user.pk), seats.exists)


@rules.predicate
def keeps_accounts(user, target=None) -> bool:
    """Portal staff: who runs the installation. What an account may do in a cycle is its appointments' affair."""
    return user.is_authenticated and user.is_staff and not user.is_system


@rules.predicate
def keeps_record(user, target=None) -> bool:
    """Officers of the stream (or of an entry's stream), as its kind says; a person, never the portal itself."""
    stream = getattr(target, "stream", target)
    if stream is None or not user.is_authenticated or user.is_system:
        return False
    return streams.kind(stream.kind).keeps(user, stream)


def register() -> None:
    if not rules.perm_exists("people.invite"):
        rules.add_perm("people.invite", keeps_people)
        rules.add_perm("jobs.view_all", keeps_people)
        rules.add_perm("mail.view", keeps_people)
        rules.add_perm("accounts.manage", keeps_accounts)
        rules.add_perm("records.officers", keeps_people)
        rules.add_perm("records.erase", keeps_record)
