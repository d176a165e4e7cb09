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
    cycles = Cycle.objects.in_bulk()
    acted_on = Disclosure.objects.filter(status__in=ACTED_ON)
    filed = set(acted_on.values_list("person", "body__cycle_bodies__cycle"))
    seats = (
        Appointment.objects.current(now)
        .filter(body__cycle_bodies__isnull=False, person__user__is_active=True)
        .annotate(part=F("body__cycle_bodies__part"), within=F("body__cycle_bodies__cycle"))
        .select_related("person__user", "body__state")
    )
    for seat in seats.order_by("within", "pk"):
        cycle = cycles[seat.within]
        role = cycle.procedure.role_for(seat.part, seat.role)
        if role is not None and role.discloses and (seat.person_id, cycle.pk) not in filed:
            yield Due(
                f"seat.{seat.pk}",
                seat.starts + OWED_WITHIN,
                [seat.person.user],
                cycle.slug,
                {"cycle": cycle, "body": str(seat.body), "href": reverse("disclosures")},
            )


def undecided(now: datetime) -> Iterator[Due]:
    """Disclosures that wait for a decision, for those who decide on them and are not their subject."""
    cycles, deciders = Cycle.objects.in_bulk(), {}
    waiting = Disclosure.objects.filter(
        status=Disclosure.Status.FILED, body__cycle_bodies__isnull=False
    ).annotate(within=F("body__cycle_bodies__cycle"))
    for disclosure in waiting.select_related("person").order_by("within", "pk"):
        cycle = cycles[disclosure.within]
        if cycle.pk not in deciders:
            deciders[cycle.pk] = list(standing.people_with(cycle, cycle.procedure.may("disclosure.decide")))
        yield Due(
            f"disclosure.{disclosure.pk}",
            disclosure.filed_at + DECIDED_WITHIN,
            [user for user in deciders[cycle.pk] if user.pk != disclosure.person.user_id],
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
