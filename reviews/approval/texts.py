"""The words of the open line: proposals, the text on the screen, brackets (procedure 7.6, 7.7, 7.14)."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from assessments.text.counting import letters
from panels.models import Body, User
from records.obstacles import Obstacle, refuse, refuse_if, require
from reviews.approval import guards
from reviews.approval.models import Bracket, Line, Proposal
from reviews.approval.room import call_off, lock_line, named, put_text, record
from reviews.approval.standing import body_for, person_of
from reviews.approval.wording import normal, text_hash

Status = Proposal.Status


@transaction.atomic
def propose(
    line: Line,
    base_hash: str,
    text: str,
    reason: str = "",
    *,
    by: User,
    now: datetime,
    for_body: Body | None = None,
) -> Proposal:
    """Propose words against the text named by ``base_hash``; an empty text proposes to delete the line (7.6).

    Over a text that has changed Blocked tells both and nothing is overwritten. Sent twice it stands once.
    ``for_body``: entered by the secretariat or chair for a delegation that handed it in (1.5).
    """
    line = lock_line(line)
    act = "line.propose" if for_body is None else "session.screen"
    require(by, act, line)
    refuse_if(guards.sitting(line.session, act) + guards.before_the_room(line))
    text = normal(text)
    person, body = person_of(by), body_for(by, line.session.cycle, for_body)
    same = line.proposals.filter(status=Status.STANDING, text_hash=text_hash(text), base_hash=base_hash)
    already = same.filter(body=body) if body else same.filter(person=person)
    if already.exists():
        return already.get()
    refuse_if(guards.same_text(line, base_hash, text))
    if text == line.text:
        refuse("no-change", _("These are the words of %(line)s already.") % {"line": line}, rule="7.6")
    proposal = Proposal.objects.create(
        line=line,
        letter=letters(line.proposals.count()),
        base_hash=base_hash,
        text=text,
        text_hash=text_hash(text),
        reason=reason.strip()[:500],
        body=body,
        person=person,
        at=now,
    )
    call_off(line)
    payload = named(line, **_payload(proposal), text=text, reason=proposal.reason)
    record(line.session, "line.proposed", payload, by=by, at=now, for_=body)
    return proposal


def _payload(proposal: Proposal) -> dict:
    return {
        "proposal": proposal.letter,
        "proposed_hash": proposal.text_hash,
        "who": str(proposal.body or proposal.person),
    }


def _held(proposal: Proposal) -> tuple[Line, Proposal]:
    line = lock_line(proposal.line)
    return line, Proposal.objects.select_related("body__state", "person").get(pk=proposal.pk)


def _obstacles_of(proposal: Proposal) -> list[Obstacle]:
    if proposal.status == Status.STANDING:
        return []
    text = _("Proposal %(letter)s stands no longer: %(status)s.")
    values = {"letter": proposal.letter, "status": proposal.get_status_display()}
    return [Obstacle("not-standing", text % values, rule="7.6")]


@transaction.atomic
def withdraw_proposal(proposal: Proposal, *, by: User, now: datetime) -> Proposal:
    """Take a proposal back: its delegation does, or the person who made it for no delegation."""
    line, proposal = _held(proposal)
    require(by, "line.propose", line)
    own = body_for(by, line.session.cycle, None)
    if own != proposal.body if proposal.body_id else proposal.person != getattr(by, "person", None):
        refuse(
            "not-yours",
            _("Only %(who)s withdraws it.") % {"who": proposal.body or proposal.person},
            rule="7.6",
        )
    if proposal.status == Status.WITHDRAWN:
        return proposal
    refuse_if(guards.sitting(line.session, "line.propose") + _obstacles_of(proposal))
    _end(proposal, Status.WITHDRAWN, now)
    record(
        line.session,
        "proposal.withdrawn",
        named(line, **_payload(proposal)),
        by=by,
        at=now,
        for_=proposal.body,
    )
    return proposal


def _end(proposal: Proposal, status: str, now: datetime) -> None:
    proposal.status, proposal.ended_at = status, now
    proposal.save(update_fields=["status", "ended_at"])


@transaction.atomic
def put_on_screen(proposal: Proposal, *, by: User, now: datetime) -> Proposal:
    """Make a proposal's words the text of the line; the hash changes, so the authors are asked anew (7.8).

    Raises PermissionDenied, Blocked: the text moved on since (both are shown), a bracket stands on it.
    """
    line, proposal = _held(proposal)
    require(by, "session.chair", line)
    if proposal.status == Status.ADOPTED and line.text_hash == proposal.text_hash:
        return proposal
    refuse_if(
        guards.sitting(line.session, "session.chair")
        + guards.before_the_room(line)
        + _obstacles_of(proposal)
        + guards.same_text(line, proposal.base_hash, proposal.text)
        + [o for o in guards.standing_matters(line) if o.code == "open-bracket"]
    )
    put_text(line, proposal.text, f"proposal {proposal.letter}", now)
    _end(proposal, Status.ADOPTED, now)
    payload = named(line, **_payload(proposal), text=line.text, before_hash=proposal.base_hash)
    record(line.session, "line.text_put", payload, by=by, at=now, for_=proposal.body)
    return proposal


@transaction.atomic
def set_aside(proposal: Proposal, ruling: str, *, by: User, now: datetime) -> Proposal:
    """End a proposal by a recorded ruling, where the procedure knows rulings (procedure 7.2, 7.11)."""
    line, proposal = _held(proposal)
    require(by, "session.chair", line)
    refuse_if(guards.sitting(line.session, "session.chair") + _obstacles_of(proposal))
    if not line.session.cycle.procedure.summary.ruling_allowed:
        refuse("no-rulings", _("This procedure knows no rulings of the chair."), rule="7.11")
    if not ruling.strip():
        refuse("no-words", _("A ruling is recorded in its words."), rule="7.11")
    _end(proposal, Status.SET_ASIDE, now)
    payload = named(line, **_payload(proposal), ruling=ruling.strip())
    record(line.session, "proposal.set_aside", payload, by=by, at=now, for_=proposal.body)
    return proposal


@transaction.atomic
def open_bracket(
    line: Line, base_hash: str, start: int, end: int, readings: list[dict], *, by: User, now: datetime
) -> Bracket:
    """Put brackets around ``text[start:end]``: ``readings`` [{text, holder, body}], as it stands first (7.7).

    ``holder`` names who wants the reading, ``body`` its key or "". Raises PermissionDenied, Blocked.
    """
    line = lock_line(line)
    require(by, "session.chair", line)
    refuse_if(guards.sitting(line.session, "session.chair") + guards.before_the_room(line))
    refuse_if(guards.same_text(line, base_hash) or _obstacles_to_bracket(line, start, end, readings))
    kept = [{"text": normal(r["text"]), "holder": r["holder"], "body": r.get("body") or ""} for r in readings]
    bracket = Bracket.objects.create(
        line=line, readings=kept, start=start, end=end, text_hash=line.text_hash, opened_at=now
    )
    call_off(line)
    record(line.session, "bracket.opened", named(line, **_bracket_payload(bracket)), by=by, at=now)
    return bracket


def _bracket_payload(bracket: Bracket) -> dict:
    return {
        "bracket": bracket.pk,
        "readings": " | ".join(r["text"] or "–" for r in bracket.readings),
        "holders": "; ".join(r["holder"] for r in bracket.readings),
    }


def _obstacles_to_bracket(line: Line, start: int, end: int, readings: list[dict]) -> list[Obstacle]:
    found = []
    if not 0 <= start < end <= len(line.text) or len({normal(r["text"]) for r in readings}) < 2:
        found.append(
            Obstacle(
                "no-readings",
                _("A bracket needs words of the line and at least two readings of them."),
                rule="7.7",
                remedy=_("Give the words exactly as they stand, and another reading."),
            )
        )
    elif normal(readings[0]["text"]) != normal(line.text[start:end]):
        found.append(
            Obstacle("not-the-words", _("The first reading is the words as they stand."), rule="7.7")
        )
    if line.brackets.filter(lifted_at=None, start__lt=end, end__gt=start).exists():
        found.append(Obstacle("bracket-there", _("A bracket stands on these words already."), rule="7.7"))
    return found


@transaction.atomic
def lift_bracket(bracket: Bracket, words: str, *, by: User, now: datetime) -> Bracket:
    """Lift a bracket to the words on which the room agrees; other words change the text (7.7, 7.14)."""
    line = lock_line(bracket.line)
    bracket = line.brackets.get(pk=bracket.pk)
    require(by, "session.chair", line)
    words = normal(words)
    if bracket.lifted_at is not None and bracket.lifted_to == words:
        return bracket
    refuse_if(guards.sitting(line.session, "session.chair") + guards.before_the_room(line))
    if bracket.lifted_at is not None:
        refuse(
            "lifted",
            _("This bracket was lifted to “%(other)s”; you chose “%(mine)s”.")
            % {"other": bracket.lifted_to, "mine": words},
            rule="7.7",
        )
    bracket.lifted_at, bracket.lifted_to = now, words
    bracket.save(update_fields=["lifted_at", "lifted_to"])
    call_off(line)
    text = normal(line.text[: bracket.start] + words + line.text[bracket.end :])
    if text != line.text:
        shift = len(text) - len(line.text)
        put_text(line, text, "bracket lifted", now)
        for other in line.brackets.filter(lifted_at=None):
            moved = shift if other.start >= bracket.end else 0
            other.start, other.end, other.text_hash = other.start + moved, other.end + moved, line.text_hash
            other.save(update_fields=["start", "end", "text_hash"])
    payload = named(line, **_bracket_payload(bracket), words=words, text=line.text)
    record(line.session, "bracket.lifted", payload, by=by, at=now)
    return bracket
