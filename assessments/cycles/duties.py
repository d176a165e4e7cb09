"""What is owed about interests, with its deadline: disclosures to file and to decide (procedure 2.4, 2.5)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db.models import F
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assessments.cycles import standing
from assessments.cycles.models import Cycle
from panels.models import Appointment, Disclosure
from records.notices import calendar, kinds, reminders
from records.notices.calendar import Deadline
from records.notices.reminders import Due

DECIDED_WITHIN = timedelta(weeks=2)  # after it was filed
OWED_WITHIN = timedelta(weeks=1)  # after the role began
WEEK = timedelta(weeks=1)
ACTED_ON = (Disclosure.Status.CLEARED, Disclosure.Status.TOLERATED, Disclosure.Status.FILED)


def scopes(user) -> dict[str, str]:
    """The cycles that a person sees, by name."""
    return {cycle.slug: cycle.title for cycle in Cycle.objects.visible_to(user)}


def owed(now: datetime) -> Iterator[Due]:
    """Whoever holds a role that owes a disclosure and has filed none for the cycle, or had it refused."""
    for cycle in Cycle.objects.all():
        for appointment in _without_disclosure(cycle, now):
            yield Due(
                f"seat.{appointment.pk}",
                appointment.starts + OWED_WITHIN,
                [appointment.person.user],
                cycle.slug,
                {"cycle": cycle, "body": str(appointment.body), "href": reverse("disclosures")},
            )


def _without_disclosure(cycle: Cycle, now: datetime) -> list[Appointment]:
    seats = (
        Appointment.objects.current(now)
        .filter(body__cycle_bodies__cycle=cycle, person__user__is_active=True)
        .annotate(part=F("body__cycle_bodies__part"))
        .select_related("person__user", "body__state")
    )
    filed = set(
        Disclosure.objects.filter(body__in=standing.bodies_of(cycle), status__in=ACTED_ON).values_list(
            "person", flat=True
        )
    )
    found = []
    for seat in seats:
        role = cycle.procedure.role_for(seat.part, seat.role)
        if role is not None and role.discloses and seat.person_id not in filed:
            found.append(seat)
    return found


def undecided(now: datetime) -> Iterator[Due]:
    """Disclosures that wait for a decision, for those who decide on them and are not their subject."""
    for cycle in Cycle.objects.all():
        waiting = Disclosure.objects.filter(
            status=Disclosure.Status.FILED, body__in=standing.bodies_of(cycle)
        ).select_related("person")
        deciders = (
            list(standing.people_with(cycle, cycle.procedure.may("disclosure.decide"))) if waiting else []
        )
        for disclosure in waiting:
            yield Due(
                f"disclosure.{disclosure.pk}",
                disclosure.filed_at + DECIDED_WITHIN,
                [user for user in deciders if user.pk != disclosure.person.user_id],
                cycle.slug,
                {"cycle": cycle, "href": reverse("people", args=[cycle.slug])},
            )


def deadlines(user, now: datetime) -> Iterator[Deadline]:
    """For the calendar: the same duties, one's own."""
    titles = {
        "disclosure.owed": _("File your disclosure of interests (%(cycle)s)"),
        "disclosure.undecided": _("Decide on a disclosure (%(cycle)s)"),
    }
    for kind, dues in (("disclosure.owed", owed(now)), ("disclosure.undecided", undecided(now))):
        for due in dues:
            if any(found.pk == user.pk for found in due.people):
                yield Deadline(
                    f"{kind}.{due.subject}", due.at, titles[kind] % {"cycle": due.scope}, due.context["href"]
                )


def register() -> None:
    """Put everything in place (called from the app's ready)."""
    kinds.add_scopes(scopes)
    calendar.register(deadlines)
    duty = gettext_lazy("A duty of yours has a deadline.")
    reminders.register(
        "disclosure.owed",
        owed,
        (-OWED_WITHIN, timedelta(0), WEEK, 3 * WEEK),
        "disclosure_owed",
        gettext_lazy("A disclosure of yours is missing"),
        mandatory=duty,
    )
    reminders.register(
        "disclosure.undecided",
        undecided,
        (-WEEK, timedelta(0), WEEK),
        "disclosure_undecided",
        gettext_lazy("A disclosure waits for your decision"),
        mandatory=duty,
    )
