"""Who owes what in the cycles of a desk: one list, whose cost does not grow with the people in it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Exists, OuterRef
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from assessments.cycles.models import Cycle, CycleBody
from assessments.drafting.models import Chapter
from assessments.publishing.models import TrickleBack
from panels.models import Appointment, Disclosure
from portal.desk.desks import Desk
from portal.desk.reports import reports_missing
from reviews.models import Comment, Registration, ReviewRound, Submission

NEAR = timedelta(days=14)
KINDS = {
    "answers": gettext_lazy("Comments to answer"),
    "comments": gettext_lazy("Registered, and no comment yet"),
    "submissions": gettext_lazy("Submission of the government"),
    "disclosures": gettext_lazy("Disclosure to file"),
    "decisions": gettext_lazy("Disclosure to decide"),
    "reports": gettext_lazy("Review editor's report"),
    "texts": gettext_lazy("Chapter without text"),
    "trickle-backs": gettext_lazy("Edits for the approved summary"),
}


@dataclass(frozen=True)
class Duty:
    """What one person owes. ``person`` is None and ``who`` names the body where nobody holds the seat."""

    kind: str
    cycle: Cycle
    person: int | None
    who: str
    what: str
    n: int
    due: datetime | None
    href: str

    @property
    def title(self) -> str:
        return str(KINDS[self.kind])


@dataclass(frozen=True)
class Seat:
    person: int
    name: str
    body: int
    role: str


class _Known:
    """What all kinds of duties ask for, read once for the whole desk."""

    def __init__(self, desk: Desk, now: datetime):
        self.now = now
        self.cycles = {cycle.pk: cycle for cycle in desk.inside}
        self.seats: dict[int, list[Seat]] = defaultdict(list)
        self.owing: dict[int, list[Seat]] = defaultdict(list)  # seats whose role asks for a disclosure
        running = Appointment.objects.current(now).filter(body__cycle_bodies__cycle__in=self.cycles)
        for person, name, body, role, cycle, part in running.values_list(
            "person", "person__name", "body", "role", "body__cycle_bodies__cycle", "body__cycle_bodies__part",
        ).order_by("person__name"):  # fmt: skip
            rule = self.cycles[cycle].procedure.role_for(part, role) if cycle in self.cycles else None
            if rule is None:
                continue
            seat = Seat(person, name, body, rule.key)
            self.seats[cycle].append(seat)
            if rule.discloses:
                self.owing[cycle].append(seat)
        self.chapters = {
            pk: (cycle, number, team, empty is None)
            for pk, cycle, number, team, empty in Chapter.objects.filter(cycle__in=self.cycles)
            .order_by("cycle", "place")
            .values_list("pk", "cycle", "number", "team", "current")
        }
        self.rounds = list(
            ReviewRound.objects.filter(cycle__in=self.cycles).exclude(status=ReviewRound.Status.ANSWERED)
        )
        for found in self.rounds:
            found.cycle = self.cycles[found.cycle_id]
        self.filed = _filed(self)
        self.open = [r for r in self.rounds if r.status == ReviewRound.Status.OPEN]

    def holders(self, cycle: int, act: str, body: int | None = None) -> list[Seat]:
        """Who may do ``act`` in the cycle, each once; with ``body``, of those who sit in it."""
        roles = self.cycles[cycle].procedure.may(act)
        seats = [s for s in self.seats[cycle] if s.role in roles and (body is None or s.body == body)]
        return list({seat.person: seat for seat in seats}.values())


def duties(desk: Desk, now: datetime) -> list[Duty]:
    """All that is owed, in the order of ``KINDS``."""
    known = _Known(desk, now)
    parts = (_answers, _comments, _submissions, _disclosures, _decisions, _reports, _texts, _trickle_backs)
    return [duty for part in parts for duty in part(known, desk)]


def _of(seats: list[Seat], nobody: str, kind: str, cycle: Cycle, **said) -> Iterator[Duty]:
    """The same duty for each of these people; under the name of the empty seat where there are none."""
    for seat in seats:
        yield Duty(kind, cycle, seat.person, seat.name, **said)
    if not seats:
        yield Duty(kind, cycle, None, nobody, **said)


def _team(number: str) -> str:
    return _("nobody yet: authors of chapter %(number)s") % {"number": number}


def _answers(known: _Known, desk: Desk) -> Iterator[Duty]:
    rounds = {found.pk: found for found in known.rounds if found.rule.individual_answers}
    waiting = Comment.objects.filter(round__in=rounds).awaiting_response()
    for pk, chapter, n in (
        waiting.values_list("round", "chapter").annotate(n=Count("pk")).order_by("chapter__place")
    ):
        found, (cycle, number, team, _empty) = rounds[pk], known.chapters[chapter]
        what = ngettext("%(n)s comment on chapter %(c)s", "%(n)s comments on chapter %(c)s", n) % {
            "n": n,
            "c": number,
        }
        href = reverse("round_comments", args=[found.cycle.slug, found.slug])
        yield from _of(
            known.holders(cycle, "response.write", team),
            _team(number),
            "answers",
            found.cycle,
            what=f"{what} · {found.title}",
            n=n,
            due=None,
            href=f"{href}?chapter={number}&status=open",
        )


def _comments(known: _Known, desk: Desk) -> Iterator[Duty]:
    """Near the bell, who registered and has sent nothing; who speaks for a government files a submission."""
    near = {found.pk: found for found in known.open if found.closes_at - known.now <= NEAR}
    sent = Comment.objects.exclude(status=Comment.Status.DRAFT).filter(
        round=OuterRef("round"), reviewer__person=OuterRef("person")
    )
    rows = Registration.objects.filter(~Exists(sent), round__in=near).order_by("person__name")
    for pk, person, name in rows.values_list("round", "person", "person__name"):
        found = near[pk]
        speaks = {s.person for s in known.holders(found.cycle_id, "submission.file")}
        if "governments" in found.rule.audience and person in speaks:
            continue
        href = reverse("round", args=[found.cycle.slug, found.slug])
        yield Duty("comments", found.cycle, person, name, found.title, 1, found.closes_at, href)


def _submissions(known: _Known, desk: Desk) -> Iterator[Duty]:
    rounds = {found.pk: found for found in known.open if "governments" in found.rule.audience}
    if not rounds:
        return
    filed = set(Submission.objects.filter(round__in=rounds, standing=True).values_list("round", "delegation"))
    cycles = {found.cycle_id for found in rounds.values()}
    delegations = defaultdict(list)
    for row in CycleBody.objects.filter(cycle__in=cycles, part="delegation").select_related("body__state"):
        delegations[row.cycle_id].append(row.body)
    for found in rounds.values():
        for body in delegations[found.cycle_id]:
            if (found.pk, body.pk) not in filed:
                yield from _of(
                    known.holders(found.cycle_id, "submission.file", body.pk),
                    _("nobody yet: focal point of %(delegation)s") % {"delegation": body},
                    "submissions",
                    found.cycle,
                    what=f"{body} · {found.title}",
                    n=1,
                    due=found.closes_at,
                    href=found.get_absolute_url(),
                )


def _filed(known: _Known) -> list[tuple[int, int, str, str]]:
    """(cycle, person, their name, status) of every disclosure for a body of these cycles."""
    rows = Disclosure.objects.filter(body__cycle_bodies__cycle__in=known.cycles)
    rows = rows.values_list("body__cycle_bodies__cycle", "person", "person__name", "status")
    return [row for row in rows.order_by("filed_at") if row[0] in known.cycles]


def _disclosures(known: _Known, desk: Desk) -> Iterator[Duty]:
    """Who sits where a disclosure is asked for and has none filed, cleared or tolerated there."""
    refused = Disclosure.Status.REFUSED
    have = {(cycle, person) for cycle, person, _name, status in known.filed if status != refused}
    for pk, seats in known.owing.items():
        cycle = known.cycles[pk]
        href = reverse("people", args=[cycle.slug])
        for seat in {s.person: s for s in seats if (pk, s.person) not in have}.values():
            what = _("No disclosure of interests for this cycle")
            yield Duty("disclosures", cycle, seat.person, seat.name, what, 1, None, href)


def _decisions(known: _Known, desk: Desk) -> Iterator[Duty]:
    for pk, person, name, status in known.filed:
        if status != Disclosure.Status.FILED:
            continue
        deciding = [s for s in known.holders(pk, "disclosure.decide") if s.person != person]
        yield from _of(
            deciding,
            _("nobody yet: who decides on disclosures"),
            "decisions",
            known.cycles[pk],
            what=_("Disclosure of %(person)s, not decided") % {"person": name},
            n=1,
            due=None,
            href=reverse("people", args=[known.cycles[pk].slug]),
        )


def _reports(known: _Known, desk: Desk) -> Iterator[Duty]:
    for cycle, missing in reports_missing(desk.inside, known.now).items():
        for number, person, name in missing:
            what = _("Report on chapter %(number)s") % {"number": number}
            href = reverse("editor_reports", args=[cycle.slug])
            yield Duty("reports", cycle, person, name, what, 1, None, href)


def _texts(known: _Known, desk: Desk) -> Iterator[Duty]:
    for pk, number, team, empty in known.chapters.values():
        cycle = known.cycles[pk]
        if not empty or not cycle.procedure.acts["chapter.draft"].open_in(cycle.stage):
            continue
        yield from _of(
            known.holders(pk, "chapter.draft", team),
            _team(number),
            "texts",
            cycle,
            what=_("Chapter %(number)s") % {"number": number},
            n=1,
            due=None,
            href=reverse("chapter", args=[cycle.slug, number]),
        )


def _trickle_backs(known: _Known, desk: Desk) -> Iterator[Duty]:
    opened = TrickleBack.objects.filter(chapter__cycle__in=known.cycles, closed_at=None)
    for chapter, n in opened.values_list("chapter").annotate(n=Count("pk")).order_by("chapter__place"):
        pk, number, team, _empty = known.chapters[chapter]
        cycle = known.cycles[pk]
        what = ngettext("%(n)s edit in chapter %(c)s", "%(n)s edits in chapter %(c)s", n)
        yield from _of(
            known.holders(pk, "trickleback.close", team),
            _team(number),
            "trickle-backs",
            cycle,
            what=what % {"n": n, "c": number},
            n=n,
            due=None,
            href=reverse("trickle_backs", args=[cycle.slug]),
        )
