"""The floor: ask, withdraw, give, end. Points of order first, places never tied (procedure 7.5)."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from assessments.cycles import standing
from panels.models import Body, User
from records.obstacles import Obstacle, refuse, refuse_if, require
from reviews.approval import guards
from reviews.approval.models import FloorRequest, Session
from reviews.approval.room import lock, record
from reviews.approval.standing import body_for, person_of

Kind, Status = FloorRequest.Kind, FloorRequest.Status


def permission_to_ask(kind: str, for_body: Body | None) -> str:
    """Delegations and observers ask for the floor, authors for clarification; staff enter a raised hand."""
    if for_body is not None:
        return "session.screen"
    return "line.verdict" if kind == Kind.CLARIFICATION else "floor.ask"


@transaction.atomic
def ask(
    session: Session, kind: str = Kind.INTERVENTION, *, by: User, now: datetime, for_body: Body | None = None
) -> FloorRequest:
    """Ask for the floor as one's delegation, or enter it for one that raised its flag (procedure 1.5).

    Pressed twice it stands once. Raises PermissionDenied, Blocked.
    """
    session = lock(session)
    act = permission_to_ask(kind, for_body)
    require(by, act, session)
    refuse_if(guards.sitting(session, act) + _delegations_matter(session, kind, for_body))
    person, body = person_of(by), body_for(by, session.cycle, for_body)
    mine = {"body": body} if body is not None else {"body": None, "person": person}
    waiting = session.floor.filter(status__in=[Status.WAITING, Status.SPEAKING], kind=kind, **mine).first()
    if waiting is not None:
        return waiting
    line = session.lines.open_now().first()
    request = FloorRequest.objects.create(
        session=session,
        line=line,
        place=(session.floor.aggregate(last=Max("place"))["last"] or 0) + 1,
        body=body,
        person=person,
        kind=kind,
        asked_at=now,
    )
    payload = {**_payload(request), "place": request.place}
    record(session, f"floor.{_VERBS[kind]}", payload, by=by, at=now, for_=body)
    return request


_VERBS = {Kind.INTERVENTION: "asked", Kind.POINT: "point_raised", Kind.CLARIFICATION: "clarification_asked"}


def _delegations_matter(session: Session, kind: str, for_body: Body | None) -> list[Obstacle]:
    if (
        for_body is not None
        and not standing.bodies(session.cycle, "delegation").filter(pk=for_body.pk).exists()
    ):
        return [
            Obstacle("no-delegation", _("%(body)s is no delegation here.") % {"body": for_body}, rule="2.2")
        ]
    return []


def _payload(request: FloorRequest) -> dict:
    return {
        "line": request.line.label if request.line else "",
        "text_hash": request.line.text_hash if request.line else "",
        "who": str(request.body or request.person),
        "kind": request.kind,
    }


def _held(request: FloorRequest) -> FloorRequest:
    session = lock(request.session)
    request = FloorRequest.objects.select_related("body__state", "person", "line").get(pk=request.pk)
    request.session = session
    return request


@transaction.atomic
def withdraw(request: FloorRequest, *, by: User, now: datetime) -> FloorRequest:
    """Take a waiting request back: its delegation or person does, or the chair on their word."""
    request = _held(request)
    session = request.session
    own = standing.delegation_of(by, session.cycle) == request.body if request.body_id else False
    if not own and request.person != getattr(by, "person", None):
        require(by, "session.chair", session)
    refuse_if(guards.sitting(session, "floor.ask"))
    if request.status == Status.WITHDRAWN:
        return request
    if request.status != Status.WAITING:
        refuse("not-waiting", _("This request waits no longer: %(s)s.") % {"s": request.get_status_display()})
    request.status, request.ended_at = Status.WITHDRAWN, now
    request.save(update_fields=["status", "ended_at"])
    record(session, "floor.withdrawn", _payload(request), by=by, at=now, for_=request.body)
    return request


@transaction.atomic
def give(request: FloorRequest, *, by: User, now: datetime) -> FloorRequest:
    """Give the floor in the order of asking, points of order first; one speaks at a time (procedure 7.5)."""
    request = _held(request)
    session = request.session
    require(by, "session.chair", session)
    if request.status == Status.SPEAKING:
        return request
    refuse_if(guards.sitting(session, "session.chair") + _obstacles_to_giving(request))
    request.status, request.given_at = Status.SPEAKING, now
    request.save(update_fields=["status", "given_at"])
    record(session, "floor.given", _payload(request), by=by, at=now, for_=request.body)
    return request


def _obstacles_to_giving(request: FloorRequest) -> list[Obstacle]:
    session = request.session
    if request.status != Status.WAITING:
        text = _("This request waits no longer: %(status)s.") % {"status": request.get_status_display()}
        return [Obstacle("not-waiting", text, rule="7.5")]
    speaking = session.floor.speaking().select_related("body__state", "person").first()
    if speaking is not None:
        text = _("%(who)s has the floor.") % {"who": speaking.body or speaking.person}
        return [Obstacle("somebody-speaking", text, rule="7.5", remedy=_("End it first."))]
    first = session.floor.waiting().select_related("body__state", "person").first()
    if first.pk != request.pk:
        text = _("%(who)s comes first.") % {"who": first.body or first.person}
        return [
            Obstacle("not-first", text, rule="7.5", remedy=_("The floor is given in the order of asking."))
        ]
    return []


@transaction.atomic
def end(request: FloorRequest, *, by: User, now: datetime) -> FloorRequest:
    """End an intervention, by the chair or by the speaker. Pressed twice it ends once."""
    request = _held(request)
    session = request.session
    if request.person != getattr(by, "person", None):
        require(by, "session.chair", session)
    if request.status == Status.DONE:
        return request
    if request.status != Status.SPEAKING:
        refuse(
            "not-speaking", _("%(who)s does not have the floor.") % {"who": request.body or request.person}
        )
    request.status, request.ended_at = Status.DONE, now
    request.save(update_fields=["status", "ended_at"])
    seconds = int((now - request.given_at).total_seconds())
    record(
        session, "floor.ended", {**_payload(request), "seconds": seconds}, by=by, at=now, for_=request.body
    )
    return request
