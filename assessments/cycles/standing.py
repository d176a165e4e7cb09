"""Which roles of the procedure a person holds in a cycle: asked by every permission (procedure 2.2)."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q
from django.utils import timezone

from assessments.cycles.models import Cycle, CycleBody
from assessments.procedures.titles import titled
from panels.models import Appointment, Body
from records.looking import once


@dataclass(frozen=True)
class Held:
    """One role held: the procedure's key for it, and the body in which it is held.

    ``section``: it reaches no further than this section of a chapter (4.17), and does no other act; "" for all.
    """

    role: str
    part: str
    body_id: int
    section: str = ""


def held_by(user, cycle: Cycle) -> list[Held]:
    """Every role the person holds in the cycle now. The system user has the secretariat's and no more."""
    return once(("held", user.pk, cycle.pk), lambda: held_in(user, [cycle])[cycle.pk])


def held_in(user, cycles) -> dict[int, list[Held]]:
    """The same for several cycles, by their pk, with one query."""
    by_pk = {cycle.pk: cycle for cycle in cycles}
    if not user.is_authenticated or not user.is_active:
        return {pk: [] for pk in by_pk}
    if user.is_system:
        return {pk: [Held("secretariat", "secretariat", 0)] for pk in by_pk}
    found: dict[int, list[Held]] = {pk: [] for pk in by_pk}
    for part, cycle_id, appointed, body_id, section in once(("seats", user.pk), lambda: _seats_of(user)):
        role = by_pk[cycle_id].procedure.role_for(part, appointed) if cycle_id in by_pk else None
        if role is not None:
            found[cycle_id].append(Held(role.key, part, body_id, section or ""))
    return found


def _seats_of(user) -> list[tuple[str, int, str, int, str | None]]:
    """Part, cycle, role, body and section of every seat that the person has now, in all cycles: a page asks for
    several."""
    rows = Appointment.objects.current(timezone.now()).of_user(user).filter(body__cycle_bodies__isnull=False)
    cycle_body = ("body__cycle_bodies__part", "body__cycle_bodies__cycle")
    return list(rows.values_list(*cycle_body, "role", "body_id", "contribution__section"))


def roles_of(user, cycle: Cycle, chapter=None) -> frozenset[str]:
    """Role keys held; with ``chapter``, a team's or editor's role counts only where it is that chapter's own.

    Whoever is invited to one section holds its role for nothing else (4.17).
    """
    roles = [h for h in held_by(user, cycle) if not h.section]
    if chapter is not None:
        own = {"team": chapter.team_id, "editors": chapter.editors_id}
        roles = [h for h in roles if h.part not in own or own[h.part] == h.body_id]
    return frozenset(h.role for h in roles)


def may(user, act: str, cycle: Cycle, chapter=None) -> bool:
    """Whether the pinned procedure lets this person do ``act``; stages and deadlines are the guards' affair."""
    return not roles_of(user, cycle, chapter).isdisjoint(cycle.procedure.may(act))


def sections_of(user, chapter) -> frozenset[str]:
    """The sections of the chapter to which the person is invited now, as one who may write there (4.17)."""
    may_write = chapter.cycle.procedure.may("chapter.draft")
    return frozenset(
        held.section
        for held in held_by(user, chapter.cycle)
        if held.section and held.body_id == chapter.team_id and held.role in may_write
    )


def delegation_of(user, cycle: Cycle) -> Body | None:
    """The delegation for which a person may speak in this cycle, or None."""
    for held in held_by(user, cycle):
        if held.part == "delegation":
            question = ("body", held.body_id)
            return once(question, Body.objects.select_related("state").filter(pk=held.body_id).get)
    return None


def bodies(cycle: Cycle, part: str):
    """The bodies that have this part in the cycle."""
    return Body.objects.filter(pk__in=CycleBody.objects.filter(cycle=cycle, part=part).values("body"))


def people_with(cycle: Cycle, roles, chapter=None):
    """Accounts of those who hold any of the procedure's ``roles`` in the cycle now: whom to notify."""
    from panels.models import User

    wanted = Q(pk__in=[])
    for key in roles:
        role = cycle.procedure.roles[key]
        kept = Q(body__cycle_bodies__part=role.part, role=role.role)
        if chapter is not None and role.part in ("team", "editors"):
            kept &= Q(body_id=chapter.team_id if role.part == "team" else chapter.editors_id)
        wanted |= kept
    found = Appointment.objects.current(timezone.now()).filter(
        wanted, body__cycle_bodies__cycle=cycle, contribution=None
    )
    return User.objects.filter(is_active=True, person__appointments__in=found).distinct()


def seats(cycle: Cycle, now) -> list[Appointment]:
    """The appointments that run in the cycle's bodies; ``title`` is their role's in the reader's language."""
    parts = dict(CycleBody.objects.filter(cycle=cycle).values_list("body", "part"))
    found = Appointment.objects.current(now).filter(body__in=parts)
    found = list(found.select_related("person", "body", "body__state"))
    for seat in found:
        role = cycle.procedure.role_for(parts[seat.body_id], seat.role)
        seat.title = titled(role.title) if role else seat.role
    return found


def bodies_of(cycle: Cycle):
    """Every body with a part in the cycle."""
    return Body.objects.filter(cycle_bodies__cycle=cycle)


def deciders(cycle: Cycle) -> list[str]:
    """The titles of the roles that decide on disclosures, in the reader's language (procedure 2.5)."""
    return [titled(cycle.procedure.roles[key].title) for key in cycle.procedure.may("disclosure.decide")]


def owes_in(cycle: Cycle, part: str) -> bool:
    """Whether a role of this part owes a disclosure (procedure 2.3)."""
    return any(role.discloses for role in cycle.procedure.roles.values() if role.part == part)


def places_to_disclose(person) -> list[tuple[Body, str]]:
    """Bodies with a role that owes a disclosure, in the cycles where the person has a part or is wanted (2.3)."""
    concerned = (
        Q(body__appointments__in=Appointment.objects.current(timezone.now()).filter(person=person))
        | Q(body__disclosure_requests__person=person)
        | Q(body__invitations__person=person, body__invitations__withdrawn_at=None)
    )
    rows = CycleBody.objects.filter(cycle__in=CycleBody.objects.filter(concerned).values("cycle"))
    rows = rows.select_related("cycle", "body__state").order_by("cycle", "body__name")
    return [(row.body, f"{row.cycle.title}: {row.body}") for row in rows if owes_in(row.cycle, row.part)]
