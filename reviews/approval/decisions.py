"""What decides on a line: verdicts, the screen, the call for objections, objections, the gavel (7.8-7.13)."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from panels.models import Body, User
from records.obstacles import Obstacle, refuse, refuse_if, require
from reviews.approval import guards
from reviews.approval.models import Acknowledgement, Line, Objection, Verdict
from reviews.approval.room import call_off, lock_line, named, record
from reviews.approval.standing import body_for, leads, person_of, writes

Status = Objection.Status


@transaction.atomic
def verdict(
    line: Line, text_hash: str, value: str, note: str = "", *, by: User, now: datetime, final: bool = False
) -> Verdict:
    """An author's word on exactly this text (procedure 7.8). The same word given twice stands once.

    ``final``: where verdicts differ, a co-chair of the author team decides, on the record.
    Raises PermissionDenied, Blocked: another text, not an author of the line, decided already, no note.
    """
    line = lock_line(line)
    require(by, "line.verdict", line)
    person = person_of(by)
    mine = line.verdicts.filter(text_hash=text_hash, person=person).last()
    if mine is not None and (mine.value, mine.note, mine.final) == (value, note.strip(), final):
        return mine
    refuse_if(_obstacles_to_verdict(line, text_hash, value, note, by, final))
    given = Verdict.objects.create(
        line=line, text_hash=text_hash, value=value, note=note.strip(), person=person, final=final, at=now
    )
    payload = named(line, value=value, note=given.note, final=final) | {"text_hash": text_hash}
    record(line.session, "verdict.decided" if final else "verdict.given", payload, by=by, at=now)
    return given


def _obstacles_to_verdict(
    line: Line, text_hash: str, value: str, note: str, by: User, final: bool
) -> list[Obstacle]:
    found = guards.stage_obstacles(line.session.cycle, "line.verdict")
    # The authors may speak on a proposal before it is on the screen.
    if not line.proposals.filter(status="standing", text_hash=text_hash).exists():
        found += guards.same_text(line, text_hash)
    if line.state in (Line.State.APPROVED, Line.State.DELETED):
        found += guards.before_the_room(line)
    if not writes(by, line):
        found.append(
            Obstacle("not-its-author", _("You are no author of %(line)s.") % {"line": line}, rule="7.8")
        )
    if value == Verdict.Value.INCONSISTENT and not note.strip():
        found.append(
            Obstacle(
                "no-note",
                _("Say what is not consistent with the chapters, so that the room can answer it."),
                rule="7.8",
            )
        )
    settled = line.verdicts.filter(text_hash=text_hash, final=True).select_related("person").first()
    if settled is not None:
        found.append(
            Obstacle(
                "verdict-decided",
                _("%(person)s has decided for the author team: %(value)s.")
                % {"person": settled.person, "value": settled.get_value_display()},
                rule="7.8",
            )
        )
    elif final and guards.verdict_state(line, text_hash) != "differing":
        found.append(Obstacle("no-difference", _("The verdicts on this text do not differ."), rule="7.8"))
    if final and not leads(by, line):
        found.append(
            Obstacle(
                "not-a-lead", _("The co-chairs of the author team decide where verdicts differ."), rule="7.8"
            )
        )
    return found


@transaction.atomic
def acknowledge_screen(line: Line, text_hash: str, seq: int, *, by: User, now: datetime) -> Acknowledgement:
    """The plenary screen says that it shows this text, and which number of the record (procedure 7.9).

    Acknowledged once, a text stays so: only late answers and the first that counts are entries, or a screen
    that answers to every entry would fill the record with its own answers.
    """
    line = lock_line(line)
    require(by, "session.screen", line)
    refuse_if(guards.sitting(line.session, "session.screen") + guards.before_the_room(line))
    refuse_if(guards.same_text(line, text_hash))
    counts = guards.acknowledgement_of(line)
    if counts is not None:
        return counts
    last = line.session.stream.last_seq
    if not 1 <= seq <= last:
        refuse(
            "no-such-number", _("The record stands at %(last)s, not %(seq)s.") % {"last": last, "seq": seq}
        )
    row = Acknowledgement.objects.create(line=line, text_hash=text_hash, seq=seq, by=by, at=now)
    record(line.session, "screen.acknowledged", named(line, seq=seq), by=by, at=now)
    return row


@transaction.atomic
def read_aloud(line: Line, text_hash: str, *, by: User, now: datetime) -> Acknowledgement:
    """Record that exactly this text was read aloud, where the procedure allows it (procedure 7.9)."""
    line = lock_line(line)
    require(by, "session.chair", line)
    refuse_if(guards.sitting(line.session, "session.chair") + guards.before_the_room(line))
    refuse_if(guards.same_text(line, text_hash))
    if not line.session.cycle.procedure.summary.read_aloud_allowed:
        refuse("not-aloud", _("Under this procedure reading aloud does not replace the screen."), rule="7.9")
    counts = guards.acknowledgement_of(line)
    if counts is not None and counts.read_aloud:
        return counts
    row = Acknowledgement.objects.create(
        line=line, text_hash=text_hash, seq=line.session.stream.last_seq, read_aloud=True, by=by, at=now
    )
    record(line.session, "line.read_aloud", named(line), by=by, at=now)
    return row


@transaction.atomic
def call_for_objections(line: Line, text_hash: str, *, by: User, now: datetime) -> Line:
    """Ask the room once whether anybody objects to exactly this text (procedure 7.10)."""
    line = lock_line(line)
    require(by, "session.chair", line)
    refuse_if(guards.obstacles_to_objection_call(line, text_hash))
    if line.state == Line.State.OBJECTIONS:
        return line
    line.state, line.called_at = Line.State.OBJECTIONS, now
    line.save(update_fields=["state", "called_at"])
    window = line.session.cycle.procedure.summary.objection_window_s
    record(line.session, "objections.called", named(line, window_s=window), by=by, at=now)
    return line


@transaction.atomic
def object_to(
    line: Line, reason: str = "", *, by: User, now: datetime, for_body: Body | None = None
) -> Objection:
    """Object to the line as one's delegation; the call for objections ends (procedure 7.10, 7.11)."""
    line = lock_line(line)
    act = "line.object" if for_body is None else "session.screen"
    require(by, act, line)
    refuse_if(guards.sitting(line.session, act))
    body = body_for(by, line.session.cycle, for_body)
    if body is None:
        refuse("no-delegation", _("Delegations object; you stand for none here."), rule="7.11")
    standing = line.objections.filter(body=body, status=Status.STANDING).first()
    if standing is not None:
        return standing
    refuse_if(guards.before_the_room(line))
    objection = Objection.objects.create(
        line=line, body=body, person=person_of(by), reason=reason.strip(), at=now
    )
    call_off(line)
    payload = named(line, who=str(body), reason=objection.reason)
    record(line.session, "line.objected", payload, by=by, at=now, for_=body)
    return objection


def _held(objection: Objection) -> tuple[Line, Objection]:
    line = lock_line(objection.line)
    return line, Objection.objects.select_related("body__state", "person").get(pk=objection.pk)


def _obstacles_of(objection: Objection, by: User | None = None) -> list[Obstacle]:
    found = []
    if objection.status != Status.STANDING:
        text = _("This objection stands no longer: %(status)s.") % {"status": objection.get_status_display()}
        found.append(Obstacle("not-standing", text, rule="7.11"))
    if by is not None and body_for(by, objection.line.session.cycle, None) != objection.body:
        text = _("Only %(body)s ends its own objection.") % {"body": objection.body}
        found.append(Obstacle("not-yours", text, rule="7.11"))
    return found


def _end(objection: Objection, status: str, now: datetime, **words) -> None:
    objection.status, objection.ended_at = status, now
    for name, value in words.items():
        setattr(objection, name, value)
    objection.save(update_fields=["status", "ended_at", *words])


@transaction.atomic
def lift_objection(objection: Objection, *, by: User, now: datetime) -> Objection:
    """The holder lifts its objection (procedure 7.11)."""
    line, objection = _held(objection)
    require(by, "line.object", line)
    refuse_if(guards.sitting(line.session, "line.object") + _obstacles_of(objection, by))
    _end(objection, Status.LIFTED, now)
    record(
        line.session,
        "objection.lifted",
        named(line, who=str(objection.body)),
        by=by,
        at=now,
        for_=objection.body,
    )
    return objection


@transaction.atomic
def turn_into_view(objection: Objection, view: str, *, by: User, now: datetime) -> Objection:
    """The holder turns its objection into a differing view, kept in its own words (procedure 7.13, 4.8)."""
    line, objection = _held(objection)
    require(by, "line.object", line)
    refuse_if(guards.sitting(line.session, "line.object") + _obstacles_of(objection, by))
    if not view.strip():
        refuse("no-words", _("A differing view is recorded in your own words."), rule="7.13")
    # Kept to the letter: not even white space inside is touched.
    _end(objection, Status.DIFFERING, now, view=view.strip())
    payload = named(line, who=str(objection.body), view=objection.view)
    record(line.session, "objection.differing_view", payload, by=by, at=now, for_=objection.body)
    return objection


@transaction.atomic
def rule_on_objection(objection: Objection, ruling: str, *, by: User, now: datetime) -> Objection:
    """The chair rules that consensus was not reached, with the objector's words attached (procedure 7.11)."""
    line, objection = _held(objection)
    require(by, "session.chair", line)
    refuse_if(guards.sitting(line.session, "session.chair") + _obstacles_of(objection))
    if not line.session.cycle.procedure.summary.ruling_allowed:
        refuse("no-rulings", _("This procedure knows no rulings of the chair."), rule="7.11")
    if not ruling.strip():
        refuse("no-words", _("A ruling is recorded in its words."), rule="7.11")
    _end(objection, Status.RULED, now, ruling=ruling.strip(), view=objection.view or objection.reason)
    payload = named(line, who=str(objection.body), ruling=objection.ruling, view=objection.view)
    record(line.session, "objection.ruled", payload, by=by, at=now, for_=objection.body)
    return objection


@transaction.atomic
def gavel(line: Line, text_hash: str, *, by: User, now: datetime) -> Line:
    """Let the gavel fall on exactly this text: approved, or deleted where it is empty (procedure 7.7-7.12).

    The decision names one hash with its verdict and its screen. Of two who press, one wins; Blocked tells the
    other who did and when.
    """
    line = lock_line(line)
    require(by, "session.chair", line)
    refuse_if(guards.obstacles_to_gavel(line, now, text_hash))
    shown, verdicts = guards.acknowledgement_of(line), guards.verdicts_on(line, text_hash)
    line.state = Line.State.APPROVED if line.text else Line.State.DELETED
    line.approved_at, line.approved_by, line.approved_hash, line.called_at = now, by, text_hash, None
    line.save(update_fields=["state", "approved_at", "approved_by", "approved_hash", "called_at"])
    views = line.objections.exclude(view="").select_related("body__state")
    payload = named(
        line,
        text=line.text,
        verdicts="; ".join(str(v.person or "the authors, on circulation") for v in verdicts),
        shown="read-aloud" if shown.read_aloud else f"screen at {shown.seq}",
        views=[{"who": str(o.body), "view": o.view} for o in views],
    )
    verb = "line.approved" if line.text else "line.deleted"
    record(line.session, verb, payload, by=by, at=now, visibility="public")
    return line
