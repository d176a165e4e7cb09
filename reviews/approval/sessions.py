"""Verbs of a session: prepare, sit, suspend, bring up a line, park, reopen, close (procedure 7.1-7.4)."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from assessments.cycles.models import Cycle
from assessments.snapshots.models import SnapshotChapter
from panels.models import User
from records import chain
from records.obstacles import Obstacle, refuse, refuse_if, require
from records.search import index
from reviews.approval import guards
from reviews.approval.lines import lines_of
from reviews.approval.models import Line, Session, Verdict
from reviews.approval.room import lock, lock_line, named, put_text, record
from reviews.approval.wording import text_hash


@transaction.atomic
def create_session(
    cycle: Cycle,
    frozen: SnapshotChapter,
    title: str = "",
    *,
    unit: str = "",
    opens_at: datetime | None = None,
    by: User,
    now: datetime,
) -> Session:
    """Prepare a session: the lines of a frozen summary, each with its verdict of circulation (7.1, 5.5).

    ``unit``: one of those that the procedure knows, its usual one by default (7.18); ``opens_at`` (aware) is when
    it is to open: those who follow it are reminded of that. Raises PermissionDenied, Blocked: wrong stage, not the
    frozen summary, unknown unit, no line, another session runs.
    """
    cycle = Cycle.objects.select_for_update().get(pk=cycle.pk)
    require(by, "session.create", cycle)
    refuse_if(guards.obstacles_to_creating(cycle, frozen))
    known = cycle.procedure.summary.units
    unit = unit or known[0]
    if unit not in known:
        refuse(
            "unknown-unit",
            _("This procedure decides by: %(units)s.") % {"units": ", ".join(known)},
            rule="7.18",
        )
    drafts = lines_of(frozen.blocks, frozen.html, unit)
    if not drafts:
        refuse("no-lines", _("The frozen summary holds no sentence to approve."), rule="7.3")
    number = cycle.sessions.count() + 1
    with override(cycle.language):  # the record must not depend on who prepares the session
        title = title or _("Approval session %(number)s") % {"number": number}
    session = Session.objects.create(
        cycle=cycle,
        number=number,
        title=title,
        frozen=frozen,
        opens_at=opens_at,
        created_by=by,
        created_at=now,
    )
    lines = Line.objects.bulk_create(
        Line(
            session=session,
            place=place,
            label=draft.label,
            kind=draft.kind,
            headline=draft.headline,
            block=draft.block,
            start=draft.start,
            end=draft.end,
            circulated=draft.text,
            text=draft.text,
            text_hash=text_hash(draft.text),
            sight=draft.sight[:200],
        )
        for place, draft in enumerate(drafts, start=1)
    )
    index.touch("line", [line.pk for line in lines])
    Verdict.objects.bulk_create(
        Verdict(line=line, text_hash=line.text_hash, value="consistent", on_circulation=True, at=now)
        for line in lines
    )
    label = frozen.snapshot.label
    payload = {
        "title": session.title,
        "lines": len(lines),
        "unit": unit,
        "draft": label,
        "content_hash": frozen.content_hash,
    }
    record(session, "session.prepared", payload, by=by, at=now)
    return session


@transaction.atomic
def plan_session(session: Session, opens_at: datetime, *, by: User, now: datetime) -> Session:
    """Name, or move, the moment at which a prepared session is to open (procedure 7.1).

    Raises PermissionDenied, Blocked: the session began, or the moment lies in the past.
    """
    session = lock(session)
    require(by, "session.create", session)
    if session.status != Session.Status.PREPARED:
        refuse("began", _("This session has begun; its opening cannot be moved."), rule="7.1")
    if opens_at <= now:
        refuse("past", _("The session would open in the past."), rule="7.1", remedy=_("Name a later moment."))
    session.opens_at = opens_at
    session.save(update_fields=["opens_at"])
    payload = {"title": session.title, "opens_at": chain.timestamp(opens_at)}
    record(session, "session.planned", payload, by=by, at=now, visibility="public")
    return session


@transaction.atomic
def open_sitting(session: Session, *, by: User, now: datetime) -> Session:
    """Open the sitting, or go on after a suspension (procedure 7.2). Pressed twice it is open once."""
    session = lock(session)
    require(by, "session.chair", session)
    refuse_if(guards.stage_obstacles(session.cycle, "session.chair"))
    if session.status == Session.Status.SITTING:
        return session
    if session.status == Session.Status.CLOSED:
        refuse("closed", _("This session is closed; its decisions stand."), rule="7.15")
    session.status = Session.Status.SITTING
    session.save(update_fields=["status"])
    record(session, "session.opened", {"title": session.title}, by=by, at=now, visibility="public")
    return session


@transaction.atomic
def suspend_sitting(session: Session, *, by: User, now: datetime) -> Session:
    """Suspend until the chair opens again (procedure 7.2); no speaker and no call is broken off."""
    session = lock(session)
    require(by, "session.chair", session)
    refuse_if(guards.sitting(session, "session.chair"))
    calling = session.lines.filter(state=Line.State.OBJECTIONS).first()
    if calling is not None:
        refuse(
            "objections-called",
            _("Objections to %(line)s are being called for.") % {"line": calling},
            rule="7.10",
        )
    refuse_if(o for o in guards.floor_matters(session) if o.code == "somebody-speaking")
    session.status = Session.Status.PREPARED
    session.save(update_fields=["status"])
    record(session, "session.suspended", {"title": session.title}, by=by, at=now, visibility="public")
    return session


@transaction.atomic
def call_line(line: Line, *, by: User, now: datetime) -> Line:
    """Bring a line before the room (procedure 7.4). Called twice it is open once."""
    line = lock_line(line)
    require(by, "session.chair", line)
    refuse_if(guards.to_calling(line))
    if line.state in (Line.State.OPEN, Line.State.OBJECTIONS):
        return line
    put_text(line, line.text, "called", now)
    record(line.session, "line.called", named(line, text=line.text), by=by, at=now)
    return line


@transaction.atomic
def park(line: Line, reason: str = "", *, by: User, now: datetime) -> Line:
    """Put the open line aside for later; its brackets, proposals and objections stay as they are."""
    line = lock_line(line)
    require(by, "session.chair", line)
    refuse_if(guards.sitting(line.session, "session.chair") + guards.before_the_room(line))
    line.state, line.called_at = Line.State.PARKED, None
    line.save(update_fields=["state", "called_at"])
    record(line.session, "line.parked", named(line, reason=reason), by=by, at=now)
    return line


@transaction.atomic
def reopen(line: Line, ruling: str, *, by: User, now: datetime) -> Line:
    """Open a decided line again: by a ruling of the same session and in no other way (procedure 7.15)."""
    line = lock_line(line)
    require(by, "session.chair", line)
    refuse_if(guards.sitting(line.session, "session.chair") + _obstacles_to_reopening(line, ruling))
    before = line.state
    line.state, line.approved_at, line.approved_by, line.approved_hash = Line.State.OPEN, None, None, ""
    line.save(update_fields=["state", "approved_at", "approved_by", "approved_hash"])
    put_text(line, line.text, "reopened", now)
    payload = named(line, ruling=ruling.strip(), was=before)
    record(line.session, "line.reopened", payload, by=by, at=now, visibility="public")
    return line


def _obstacles_to_reopening(line: Line, ruling: str) -> list[Obstacle]:
    found = []
    if line.state not in (Line.State.APPROVED, Line.State.DELETED):
        found.append(
            Obstacle(
                "not-decided",
                _("%(line)s is not decided; it is called, not reopened.") % {"line": line},
                rule="7.15",
            )
        )
    other = line.session.lines.open_now().first()
    if other is not None:
        found.append(
            Obstacle(
                "another-open",
                _("%(line)s is before the room.") % {"line": other.label},
                rule="7.4",
                remedy=_("Decide it or park it first."),
            )
        )
    if not line.session.cycle.procedure.summary.ruling_allowed:
        found.append(Obstacle("no-rulings", _("This procedure knows no rulings of the chair."), rule="7.15"))
    if not ruling.strip():
        found.append(Obstacle("no-words", _("A ruling is recorded in its words."), rule="7.15"))
    return found


@transaction.atomic
def close_session(session: Session, *, by: User, now: datetime) -> Session:
    """Close the session once every line is decided (procedure 7.1)."""
    session = lock(session)
    require(by, "session.chair", session)
    if session.status == Session.Status.CLOSED:
        return session
    refuse_if(guards.obstacles_to_closing(session))
    session.status, session.closed_at = Session.Status.CLOSED, now
    session.save(update_fields=["status", "closed_at"])
    payload = {
        "title": session.title,
        "approved": session.lines.filter(state=Line.State.APPROVED).count(),
        "deleted": session.lines.filter(state=Line.State.DELETED).count(),
    }
    record(session, "session.closed", payload, by=by, at=now, visibility="public")
    return session
