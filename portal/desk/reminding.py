"""A reminder that an officer sends to one person, from the list of who owes what."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _

import records.append
from assessments.cycles.models import Cycle
from panels.models import Person, User
from portal.desk.desks import Desk, find_desk
from portal.desk.duties import KINDS, Duty, duties
from records.models import Entry, Reference
from records.obstacles import Obstacle, refuse_if, require

VERB = "duty.reminded"
PAUSE = timedelta(days=1)


@dataclass(frozen=True)
class Owing:
    """All that one person owes of one kind in one cycle: what one reminder speaks of."""

    cycle: Cycle
    kind: str
    person: Person
    duties: tuple[Duty, ...]

    @property
    def n(self) -> int:
        return sum(duty.n for duty in self.duties)


def owing(desk: Desk, kind: str, person: int, now: datetime) -> Owing | None:
    """What the person owes of that kind in the one cycle of ``desk``; None where it is nothing."""
    found = tuple(d for d in duties(desk, now) if d.kind == kind and d.person == person)
    if not found:
        return None
    holder = Person.objects.select_related("user").get(pk=person)
    return Owing(found[0].cycle, kind, holder, found)


def find_owing(user, cycle: str, kind: str, person: int, **_kwargs) -> Owing:
    """What lies on the reader's desk, or Http404."""
    desk = find_desk(user)
    if kind not in KINDS or cycle not in {found.slug for found in desk.inside}:
        raise Http404
    found = owing(desk.narrowed(cycle), kind, person, timezone.now())
    if found is None:
        raise Http404
    return found


def obstacles_to_reminding(owed: Owing, now: datetime) -> list[Obstacle]:
    """What prevents a reminder: nobody to write to, or one that went within a day."""
    account = owed.person.user
    if account is None or not account.is_active:
        return [
            Obstacle(
                "no-account",
                _("%(person)s has no account yet to which a reminder could go.")
                % {"person": owed.person.name},
                remedy=_("Wait until the invitation is answered, or invite again."),
            )
        ]
    if (owed.cycle.pk, owed.kind, owed.person.pk) in reminded([owed.cycle], now):
        return [
            Obstacle(
                "reminded",
                _("%(person)s was reminded of this within a day.") % {"person": owed.person.name},
                remedy=_("Send the next reminder tomorrow."),
            )
        ]
    return []


def reminded(cycles: Iterable[Cycle], now: datetime) -> set[tuple[int, str, int]]:
    """(cycle, kind, person) of every reminder of the last day; two queries, however many there are."""
    of_stream = {f"cycle/{cycle.slug}": cycle.pk for cycle in cycles}
    recent = Entry.objects.filter(stream__key__in=of_stream, verb=VERB, at__gt=now - PAUSE)
    found = list(recent.select_related("stream", "content"))
    refs = {entry.content.fields.get("person_ref", "") for entry in found}
    named = {
        (row.stream_id, row.ref): row.subject.rpartition(":")[2]
        for row in Reference.objects.filter(ref__in=refs, stream__key__in=of_stream)
    }
    return {
        (of_stream[entry.stream.key], entry.content.fields["duty"], int(person))
        for entry in found
        if (person := named.get((entry.stream_id, entry.content.fields.get("person_ref", ""))))
    }


@dataclass(frozen=True)
class Reach:
    """Whom a reminder could go to, and what they were reminded of within a day; for all rows of a list at once."""

    accounts: frozenset[int]
    reminded: frozenset[tuple[int, str, int]]

    def to(self, duty: Duty) -> str:
        """Of a row: "open" where a reminder may be sent, "sent" where one was, "" where it could reach nobody."""
        if duty.person not in self.accounts:
            return ""
        return "sent" if (duty.cycle.pk, duty.kind, duty.person) in self.reminded else "open"


def within_reach(desk: Desk, people: Iterable[int], now: datetime) -> Reach:
    held = Person.objects.filter(pk__in=people, user__is_active=True).values_list("pk", flat=True)
    return Reach(frozenset(held), frozenset(reminded(desk.inside, now)))


@transaction.atomic
def remind(owed: Owing, *, by: User, now: datetime) -> Duty:
    """Remind the person, in the portal and by letter; it is an act, and stands in the record of the cycle.

    Returns the first of the duties. Raises PermissionDenied; Blocked: no account, reminded within a day, or done
    meanwhile.
    """
    cycle = Cycle.objects.select_for_update().get(pk=owed.cycle.pk)
    require(by, "duties.remind", cycle)
    still = owing(Desk(by, (cycle,), (cycle,)), owed.kind, owed.person.pk, now)
    if still is None:
        refuse_if([Obstacle("done", _("This is not owed any more."), remedy=_("Look at the list again."))])
    refuse_if(obstacles_to_reminding(still, now))
    records.append.append(
        cycle.stream,
        VERB,
        {
            "person": still.person.name,
            "person_ref": records.append.reference(cycle.stream, still.person),
            "duty": still.kind,
            "n": still.n,
            "href": still.duties[0].href,
        },
        by=by,
        at=now,
        visibility="officers",
    )
    return still.duties[0]


def in_letter(entry, content: dict) -> dict:
    """What the letter says; its words are those of the person's language."""
    slug = entry.stream.key.partition("/")[2]
    return {**content, "cycle": Cycle.objects.get(slug=slug), "title": KINDS[content["duty"]], "scope": slug}
