"""Verbs of a cycle: begin, decide, advance, put bodies and people in their places."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

import records.append
from assessments.cycles import guards
from assessments.cycles.models import Cycle, CycleBody, Decision
from assessments.procedures import loader
from assessments.procedures.titles import titled
from panels import actions as panels
from panels.models import Appointment, Body, DisclosureRequest, Invitation, Person, User
from records.obstacles import Obstacle, refuse, refuse_if, require


@transaction.atomic
def create_cycle(
    slug: str,
    *,
    procedure: str,
    title: str,
    by: User,
    now: datetime,
    chapters: int = 0,
    at_stage: str = "",
    why: str = "",
    is_demo: bool = False,
) -> Cycle:
    """Begin a cycle under a pinned procedure (procedure 3.1, 3.2).

    With ``at_stage`` it began outside and enters there; ``why`` says so and no earlier gate is asked (3.7). Makes
    its secretariat, chair and the other bodies of its parts, and ``chapters`` empty chapters.
    Raises PermissionDenied, Blocked, or loader.ProcedureError for an unknown or faulty procedure.
    """
    require(by, "cycle.create")
    rules = loader.load(procedure)
    if Cycle.objects.filter(slug=slug).exists():
        refuse("cycle-exists", _("A cycle named %(slug)s exists already.") % {"slug": slug}, rule="3.1")
    if at_stage:
        known = [s.key for s in rules.stages]
        if at_stage not in known:
            refuse(
                "unknown-stage",
                _("The procedure %(key)s has no stage “%(stage)s”.") % {"key": procedure, "stage": at_stage},
                rule="3.7",
                remedy=_("It has: %(stages)s.") % {"stages": ", ".join(known)},
            )
        if not why.strip():
            refuse("no-reason", _("A cycle that begins outside says why."), rule="3.7", remedy="--why TEXT")
    cycle = Cycle.objects.create(
        slug=slug,
        title=title or slug,
        procedure_key=procedure,
        procedure_text=rules.to_text(),
        stage=at_stage or rules.stages[0].key,
        is_demo=is_demo,
        created_at=now,
        created_by=by,
    )
    for part in sorted(
        {role.part for role in rules.roles.values()} - {"delegation", "team", "editors", "group"}
    ):
        add_body(cycle, part, f"{slug}-{part}", f"{part.capitalize()}, {slug}")
    records.append.append(
        cycle.stream,
        "cycle.created",
        {
            "cycle": slug,
            "title": cycle.title,
            "procedure": procedure,
            "procedure_sha256": rules.sha256,
            "stage": rules.stage(cycle.stage).title,
            "why": why,
        },
        by=by,
        at=now,
        visibility="public",
    )
    if by.email and not by.is_system:
        person, _made = Person.objects.get_or_create(user=by, defaults={"name": by.name, "email": by.email})
        _seat_founder(cycle, person, by, now)
    from assessments.drafting.actions import add_chapter

    for number in range(1, chapters + 1):
        with override(cycle.language):
            title = _("Chapter %(number)s") % {"number": number}
        add_chapter(cycle, str(number), title, by=by, now=now)
    return cycle


def _seat_founder(cycle: Cycle, person: Person, by: User, now: datetime) -> None:
    """Whoever begins a cycle keeps its secretariat, or nobody could invite anybody else."""
    body = Body.objects.get(cycle_bodies__cycle=cycle, cycle_bodies__part="secretariat")
    Appointment.objects.create(person=person, body=body, role="officer", starts=now, by=by)


def add_body(cycle: Cycle, part: str, key: str, name: str, **fields) -> Body:
    """A body with a part in the cycle, made if there is none of that key; callers record their own act."""
    body, _made = Body.objects.get_or_create(key=key, defaults={"kind": part, "name": name, **fields})
    CycleBody.objects.get_or_create(cycle=cycle, body=body, part=part)
    return body


@transaction.atomic
def decide(cycle: Cycle, kind: str, text: str, *, by: User, now: datetime) -> Decision:
    """Record a decision of the cycle's organs with its words (procedure 3.5).

    Raises PermissionDenied (also where the decision names other roles), Blocked.
    """
    cycle = Cycle.objects.select_for_update().get(pk=cycle.pk)
    require(by, "cycle.decide", cycle)
    refuse_if(guards.decision_obstacles(cycle, kind))
    rule = cycle.procedure.decisions[kind]
    from assessments.cycles.standing import roles_of

    if roles_of(by, cycle).isdisjoint(rule.roles):
        titles = ", ".join(titled(cycle.procedure.roles[r].title) for r in rule.roles)
        refuse(
            "decision-of-others",
            _("“%(title)s” is recorded by: %(roles)s.") % {"title": titled(rule.title), "roles": titles},
            rule=rule.rule,
        )
    if not text.strip():
        refuse("no-words", _("A recorded decision needs its words."), rule="3.5")
    decision = Decision.objects.create(cycle=cycle, kind=kind, text=text.strip(), by=by, at=now)
    records.append.append(
        cycle.stream,
        "cycle.decided",
        {"kind": kind, "title": rule.title, "text": decision.text},
        by=by,
        at=now,
        visibility="public",
    )
    return decision


@transaction.atomic
def advance(cycle: Cycle, *, by: User, now: datetime, to: str = "") -> Cycle:
    """Take the cycle through its next gate (procedure 3.3). ``to``, if given, must be that next stage."""
    cycle = Cycle.objects.select_for_update().get(pk=cycle.pk)
    require(by, "cycle.advance", cycle)
    following = cycle.procedure.next_stage(cycle.stage)
    if to and (following is None or following.key != to):
        refuse_if(
            [
                Obstacle(
                    "not-the-next-stage",
                    _("“%(to)s” is not the next stage of %(cycle)s.") % {"to": to, "cycle": cycle.slug},
                    rule="3.3",
                    remedy=_("The next is “%(next)s”.") % {"next": following.key} if following else "",
                )
            ]
        )
    refuse_if(guards.obstacles_to_advancing(cycle))
    before = cycle.procedure.stage(cycle.stage).title
    cycle.stage = following.key
    cycle.save(update_fields=["stage"])
    records.append.append(
        cycle.stream,
        "cycle.advanced",
        {"cycle": cycle.slug, "from": before, "to": following.title, "stage": following.key},
        by=by,
        at=now,
        visibility="public",
    )
    return cycle


@transaction.atomic
def appoint(
    cycle: Cycle, person: Person, role_key: str, body: Body, *, by: User, now: datetime
) -> Appointment:
    """Appoint a person to a role of the procedure in one of the cycle's bodies (procedure 2.4, 2.6).

    Raises PermissionDenied, Blocked: unknown role, foreign or dissolved body, no cleared disclosure, no seat left,
    holds it already.
    """
    cycle = Cycle.objects.select_for_update().get(pk=cycle.pk)
    require(by, "cycle.appoint", cycle)
    role = _role_in(cycle, role_key, body)
    if person.user_id and person.user_id == by.pk:
        refuse("own-case", _("Nobody appoints themselves."), rule="2.5", remedy=_("Ask another officer."))
    if body.ceased_at:
        refuse("dissolved", _("“%(name)s” is dissolved.") % {"name": body}, rule="2.11")
    refuse_if(guards.people_may_take_role(cycle, person, body, role))
    refuse_if(guards.seats_left(person, body, role, now))
    held = Appointment.objects.current(now).filter(person=person, body=body, role=role.role)
    # Somebody invited to one section may become one of the whole team (4.17).
    if held.filter(contribution=None).exists():
        refuse("holds-it", _("%(person)s holds this role already.") % {"person": person}, rule="2.2")
    appointment = Appointment.objects.create(
        person=person, body=body, role=role.role, starts=now, voting=role.voting, by=by
    )
    records.append.append(
        cycle.stream,
        "person.appointed",
        {
            "person": person.name,
            "person_ref": records.append.reference(cycle.stream, person),
            "role": role.title,
            "body": str(body),
        },
        by=by,
        at=now,
        visibility="public",
    )
    return appointment


def _role_in(cycle: Cycle, role_key: str, body: Body):
    """The procedure's role of that key, which is held in a body of this part; Blocked where it is not."""
    role = cycle.procedure.roles.get(role_key)
    if role is None or not CycleBody.objects.filter(cycle=cycle, body=body, part=role.part).exists():
        refuse(
            "no-such-seat",
            _("The procedure has no role “%(role)s” in %(body)s.")
            % {"role": titled(role.title) if role else role_key, "body": body},
            rule="2.2",
        )
    return role


@transaction.atomic
def invite(cycle: Cycle, role_key: str, body: Body, *, by: User, now: datetime, **who) -> Invitation:
    """Invite somebody without an account to a seat of the cycle (procedure 2.1); the appointment comes after.

    ``who`` as in panels.actions.invite. Where the role owes a disclosure, it is asked for at once (2.4).
    Raises PermissionDenied, Blocked.
    """
    cycle = Cycle.objects.select_for_update().get(pk=cycle.pk)
    require(by, "cycle.appoint", cycle)
    role = _role_in(cycle, role_key, body)
    made = panels.invite(**who, body=body, report=cycle.title, role=role.title, by=by, now=now)
    if guards.may_be_asked(cycle, made.person, body, role):
        ask_disclosure(cycle, made.person, role_key, body, by=by, now=now)
    return made


@transaction.atomic
def ask_disclosure(
    cycle: Cycle,
    person: Person,
    role_key: str,
    body: Body,
    *,
    by: User,
    now: datetime,
    authority: tuple | None = None,
) -> DisclosureRequest:
    """Ask a person for the disclosure without which they cannot take a role (procedure 2.4).

    It waits on their first page, and a letter goes to their account. ``authority``: the permission that is asked, and
    of what; to appoint in the cycle, if not given. Raises PermissionDenied, Blocked.
    """
    cycle = Cycle.objects.select_for_update().get(pk=cycle.pk)
    require(by, *(authority or ("cycle.appoint", cycle)))
    role = _role_in(cycle, role_key, body)
    if not guards.may_be_asked(cycle, person, body, role):
        refuse(
            "nothing-to-ask",
            _("%(person)s owes no disclosure there, or has filed it, or was asked already.")
            % {"person": person},
            rule="2.4",
        )
    made = DisclosureRequest.objects.create(
        person=person, body=body, role=role.title, asked_by=by, asked_at=now
    )
    records.append.append(
        cycle.stream,
        "disclosure.asked",
        {
            "person": person.name,
            "person_ref": records.append.reference(cycle.stream, person),
            "role": role.title,
            "body": str(body),
        },
        by=by,
        at=now,
        visibility="officers",
    )
    return made


@transaction.atomic
def end_appointment(
    cycle: Cycle, appointment: Appointment, reason: str, *, by: User, now: datetime
) -> Appointment:
    """End an appointment; what was done in it stays (procedure 2.2)."""
    cycle = Cycle.objects.select_for_update().get(pk=cycle.pk)
    require(by, "cycle.appoint", cycle)
    held = Appointment.objects.current(now).select_for_update().filter(pk=appointment.pk).first()
    if held is None or not CycleBody.objects.filter(cycle=cycle, body=held.body).exists():
        refuse("ended", _("This appointment has ended already."), rule="2.2")
    held.ends = now
    held.save(update_fields=["ends"])
    records.append.append(
        cycle.stream,
        "appointment.ended",
        {
            "person": held.person.name,
            "person_ref": records.append.reference(cycle.stream, held.person),
            "role": _title(cycle, held),
            "body": str(held.body),
            "reason": reason,
        },
        by=by,
        at=now,
        visibility="public",
    )
    return held


def _title(cycle: Cycle, held: Appointment) -> str:
    """The title of the role of an appointment, as the procedure has it."""
    for part in CycleBody.objects.filter(cycle=cycle, body=held.body).values_list("part", flat=True):
        role = cycle.procedure.role_for(part, held.role)
        if role is not None:
            return role.title
    return held.role
