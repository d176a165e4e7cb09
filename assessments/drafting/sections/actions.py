"""Verbs of a chapter's board: plan a section, say how far it is, invite somebody to it, end that (4.16, 4.17)."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

import records.append
from assessments.cycles import actions as cycles
from assessments.cycles.guards import may_be_asked as may_be_asked_of
from assessments.cycles.guards import people_may_take_role, seats_left, stage_obstacles
from assessments.cycles.standing import people_with, sections_of
from assessments.drafting.guards import obstacles_to_drafting
from assessments.drafting.models import Chapter
from assessments.drafting.sections.models import Contribution, SectionPlan
from assessments.drafting.sections.reading import Section, section_in
from panels import actions as panels
from panels.models import Appointment, Disclosure, DisclosureRequest, Person, User
from records.obstacles import refuse, refuse_if, require

MOST_WORDS = 1_000_000


@transaction.atomic
def plan_section(
    chapter: Chapter, section: str, *, owner: Person | None, words: int | None, by: User, now: datetime
) -> SectionPlan:
    """Say who answers for a section, or for the whole chapter (``section`` ""), and how long it shall be (4.16).

    Raises PermissionDenied, Blocked: wrong stage, no such section, somebody who is not of the team.
    """
    chapter = _locked(chapter)
    require(by, "chapter.lead", chapter)
    refuse_if(stage_obstacles(chapter.cycle, "chapter.lead"))
    if words is not None and not 0 < words <= MOST_WORDS:
        refuse("bad-number", _("A plan has from 1 to 1,000,000 words."), rule="4.16")
    if owner is not None and not team_of(chapter, now).filter(pk=owner.pk).exists():
        refuse(
            "not-of-the-team",
            _("%(person)s is not of the team of this chapter.") % {"person": owner},
            rule="4.16",
            remedy=_("Invite them to a section, or have them appointed."),
        )
    plan = _plan(chapter, section, by, now)
    plan.owner, plan.words = owner, words
    plan.save()
    _record(
        chapter,
        "section.planned",
        plan.title,
        by,
        now,
        "team",
        owner=str(owner) if owner else "–",
        words=words if words is not None else "–",
    )
    return plan


@transaction.atomic
def mark_section(chapter: Chapter, section: str, state: str, *, by: User, now: datetime) -> SectionPlan:
    """Say how far a section is, or the whole chapter; an invited author says it of their own section (4.16)."""
    chapter = _locked(chapter)
    require(by, "section.draft", chapter)
    refuse_if(obstacles_to_drafting(chapter))
    if not by.has_perm("chapter.draft", chapter) and section not in sections_of(by, chapter):
        refuse("not-your-section", _("You are invited to another section."), rule="4.17")
    if state not in SectionPlan.State.values:
        refuse("bad-state", _("Choose one of the states of a section."), rule="4.16")
    plan = _plan(chapter, section, by, now)
    if plan.state != state or plan.pk is None:
        plan.state = state
        plan.save()
        _record(chapter, "section.marked", plan.title, by, now, "team", state=state)
    return plan


@transaction.atomic
def invite_to_section(
    chapter: Chapter,
    section: str,
    role_key: str,
    *,
    name: str,
    email: str,
    until: datetime,
    by: User,
    now: datetime,
) -> Contribution:
    """Invite a contributing author to one section, in a role of the team, until a day (procedure 4.17).

    Who has no account gets a letter with which to make one; their standing begins now and ends with the term.
    Raises PermissionDenied, Blocked: wrong stage, no such section or role, no term, a disclosure is owed, writes here
    already.
    """
    chapter = _locked(chapter)
    cycle = chapter.cycle
    role = _role_to_lend(chapter, role_key, by)
    found = _section(chapter, section)
    if until <= now:
        refuse("no-term", _("The invitation ends on a day to come."), rule="4.17")
    person = _person(name, email)
    if person.user_id == by.pk:
        refuse("own-case", _("Nobody appoints themselves."), rule="2.5", remedy=_("Ask another officer."))
    seats = Appointment.objects.current(now).filter(person=person, body=chapter.team)
    if any(
        not hasattr(seat, "contribution") or seat.contribution.section == section
        for seat in seats.select_related("contribution")
    ):
        refuse("writes-here", _("%(person)s writes here already.") % {"person": person}, rule="4.17")
    refuse_if(people_may_take_role(cycle, person, chapter.team, role))
    refuse_if(seats_left(person, chapter.team, role, now))
    appointment = Appointment.objects.create(
        person=person, body=chapter.team, role=role.role, starts=now, ends=until, by=by
    )
    made = Contribution.objects.create(
        appointment=appointment, chapter=chapter, section=section, title=found.label[:250], by=by, at=now
    )
    _call_in(chapter, person, role, by, now)
    _record(
        chapter,
        "section.invited",
        made.title,
        by,
        now,
        "public",
        person=person.name,
        person_ref=records.append.reference(chapter.stream, person),
        role=role.title,
        until=f"{until:%Y-%m-%d}",
        id=section,
    )
    return made


@transaction.atomic
def ask_disclosure(
    chapter: Chapter, role_key: str, *, name: str, email: str, by: User, now: datetime
) -> DisclosureRequest:
    """Ask somebody who shall be invited to a section for the disclosure that their role owes (procedure 2.4, 4.17).

    Who has no account gets a letter with which to make one. Once the disclosure is cleared, they can be invited.
    Raises PermissionDenied, Blocked: wrong stage, no such role, nothing to ask.
    """
    chapter = _locked(chapter)
    role = _role_to_lend(chapter, role_key, by)
    person = _person(name, email)
    _call_in(chapter, person, role, by, now)
    return cycles.ask_disclosure(
        chapter.cycle, person, role.key, chapter.team, by=by, now=now, authority=("chapter.lead", chapter)
    )


@transaction.atomic
def end_contribution(contribution: Contribution, reason: str, *, by: User, now: datetime) -> Contribution:
    """End an invitation to a section before its term; what was written stays (procedure 4.17, 2.2)."""
    chapter = _locked(contribution.chapter)
    require(by, "chapter.lead", chapter)
    running = Appointment.objects.current(now).select_for_update().filter(contribution=contribution).first()
    if running is None:
        refuse("ended", _("This appointment has ended already."), rule="2.2")
    running.ends = now
    running.save(update_fields=["ends"])
    contribution.appointment = running
    _record(
        chapter,
        "section.ended",
        contribution.title,
        by,
        now,
        "public",
        person=running.person.name,
        person_ref=records.append.reference(chapter.stream, running.person),
        reason=reason.strip(),
    )
    return contribution


def roles_to_invite(cycle) -> list:
    """The procedure's roles of a team that write: first those that owe no disclosure, last those that lead."""
    may_write, lead = cycle.procedure.may("chapter.draft"), cycle.procedure.may("chapter.lead")
    roles = [cycle.procedure.roles[key] for key in may_write]
    roles = [role for role in roles if role.part == "team"]
    return sorted(roles, key=lambda role: (role.key in lead, role.discloses))


def may_be_asked(chapter: Chapter, role_key: str, email: str) -> bool:
    """Whether a disclosure can be asked for of whoever has that address, for that role in the chapter's team (2.4)."""
    role = _lent(chapter, role_key)
    if role is None:
        return False
    person, _user = _known(email.strip().lower())
    return role.discloses if person is None else may_be_asked_of(chapter.cycle, person, chapter.team, role)


def asked_to_join(chapter: Chapter, now: datetime):
    """Those of whom a disclosure was asked for the chapter's team and who have no seat in it: rows with ``status``.

    ``status`` is empty until they filed, then that of the newest disclosure; one that was refused stands no longer.
    """
    seated = Appointment.objects.current(now).filter(body=chapter.team).values("person")
    asked = DisclosureRequest.objects.filter(body=chapter.team).exclude(person__in=seated)
    rows = asked.select_related("person", "disclosure").order_by("asked_at")
    newest = {row.person_id: row for row in rows}
    for row in newest.values():
        row.status = row.disclosure.status if row.disclosure else ""
    return [row for row in newest.values() if row.status != Disclosure.Status.REFUSED]


def team_of(chapter: Chapter, now: datetime):
    """The people of the chapter's team now, those invited to a section included."""
    seats = Appointment.objects.current(now).filter(body=chapter.team)
    return Person.objects.filter(appointments__in=seats).distinct()


def leads_of(chapter: Chapter):
    """The accounts of those who lead the chapter."""
    return people_with(chapter.cycle, chapter.cycle.procedure.may("chapter.lead"), chapter)


def _lent(chapter: Chapter, role_key: str):
    """The role of that key in which somebody may be invited to a section of the chapter; None if there is none."""
    roles = roles_to_invite(chapter.cycle) if chapter.team_id else ()
    return next((role for role in roles if role.key == role_key), None)


def _role_to_lend(chapter: Chapter, role_key: str, by: User):
    """The role in which somebody may be invited to a section by ``by`` now; PermissionDenied or Blocked if none."""
    require(by, "chapter.lead", chapter)
    refuse_if(stage_obstacles(chapter.cycle, "chapter.lead"))
    role = _lent(chapter, role_key)
    if role is None:
        refuse("no-such-seat", _("Nobody writes in that role in the team of this chapter."), rule="4.17")
    return role


def _call_in(chapter: Chapter, person: Person, role, by: User, now: datetime) -> None:
    """A letter to somebody without an account, with which they make one."""
    if person.user_id is None:
        panels.invite(
            name=person.name,
            email=person.email,
            body=chapter.team,
            report=chapter.cycle.title,
            role=role.title,
            authority=("chapter.lead", chapter),
            by=by,
            now=now,
        )


def _known(email: str) -> tuple[Person | None, User | None]:
    """The person of that address, if somebody is known by it, and their account, if they have one."""
    user = User.objects.filter(email=email, is_active=True).first()
    known = Person.objects.filter(user=user).first() if user else None
    return known or Person.objects.filter(email__iexact=email, user=None).first(), user


def _person(name: str, email: str) -> Person:
    """The person of that address; made where nobody is known."""
    email = email.strip().lower()
    known, user = _known(email)
    if known is not None:
        return known
    if not name.strip():
        refuse("no-name", _("Say the name of whom you invite."), rule="4.17")
    return Person.objects.create(name=name.strip(), email=email, user=user)


def _locked(chapter: Chapter) -> Chapter:
    row = Chapter.objects.select_for_update(of=("self",)).select_related("cycle", "team", "current")
    found = row.get(pk=chapter.pk)
    if found.current is not None:
        found.current.chapter = found
    return found


def _section(chapter: Chapter, section: str) -> Section:
    found = section_in(chapter.current, section)
    if found is None:
        refuse(
            "no-such-section",
            _("The text of chapter %(number)s has no such section now.") % {"number": chapter.number},
            rule="4.16",
            remedy=_("Look at the board again: the text was changed."),
        )
    return found


def _plan(chapter: Chapter, section: str, by: User, now: datetime) -> SectionPlan:
    """The section's plan, to be changed and saved; a new one only for a section that the text has."""
    plan = chapter.plans.filter(section=section).first() or SectionPlan(chapter=chapter, section=section)
    if section:
        plan.title = _section(chapter, section).label[:250]
    plan.by, plan.at = by, now
    return plan


def _record(
    chapter: Chapter, verb: str, title: str, by: User, now: datetime, visibility: str, **more
) -> None:
    records.append.append(
        chapter.stream,
        verb,
        {"chapter": chapter.number, "section": title, **more},
        by=by,
        at=now,
        visibility=visibility,
    )
