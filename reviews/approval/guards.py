"""What stands in the way in a session, in words (procedure 7); pages show the same lists."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from assessments.cycles.guards import stage_obstacles
from records.looking import once
from records.models import Entry
from records.obstacles import Obstacle
from reviews.approval import asked
from reviews.approval.models import Acknowledgement, FloorRequest, Line, Session, Verdict


def sitting(session: Session, act: str) -> list[Obstacle]:
    """The act belongs to the stage of the cycle, and the session sits (procedure 7.1, 7.2)."""
    found = stage_obstacles(session.cycle, act)
    if session.status != Session.Status.SITTING:
        found.append(
            Obstacle(
                "no-sitting",
                _("Session %(number)s is not sitting (%(status)s).")
                % {"number": session.number, "status": session.get_status_display()},
                rule="7.2",
                remedy=_("The chair opens the sitting.") if session.status == Session.Status.PREPARED else "",
            )
        )
    return found


def before_the_room(line: Line) -> list[Obstacle]:
    """The line is the open one (procedure 7.4)."""
    if line.state in (Line.State.OPEN, Line.State.OBJECTIONS):
        return []
    if line.state in (Line.State.APPROVED, Line.State.DELETED):
        return [
            Obstacle(
                "already-decided",
                _("%(line)s is decided already (%(state)s) by the gavel of %(chair)s at %(at)s UTC.")
                % {
                    "line": line.label,
                    "state": line.get_state_display(),
                    "chair": line.approved_by,
                    "at": f"{line.approved_at:%H:%M:%S}",
                },
                rule="7.15",
                remedy=_("It changes only by a recorded ruling of this session."),
            )
        ]
    open_line = line.session.lines.open_now().first()
    return [
        Obstacle(
            "not-open-line",
            _("%(line)s is not the line before the room (%(state)s).")
            % {"line": line.label, "state": line.get_state_display()},
            rule="7.4",
            remedy=_("Open is %(line)s.") % {"line": open_line}
            if open_line
            else _("The chair brings it up."),
        )
    ]


def same_text(line: Line, text_hash: str, mine: str | None = None) -> list[Obstacle]:
    """The text named by its hash is the text of the line now; otherwise both are shown (procedure 7.6)."""
    if text_hash == line.text_hash:
        return []
    text = _("The text of %(line)s has changed meanwhile. It now reads: “%(now)s”") % {
        "line": line.label,
        "now": line.text or _("(deleted)"),
    }
    if mine is not None:
        text += " " + _("Yours reads: “%(mine)s”") % {"mine": mine or _("(delete the line)")}
    return [
        Obstacle(
            "stale-base", text, rule="7.6", remedy=_("Look at both, then press again on the present text.")
        )
    ]


def to_calling(line: Line) -> list[Obstacle]:
    """What keeps a line from being brought up: the room has one open line (procedure 7.4)."""
    found = sitting(line.session, "session.chair")
    if line.state in (Line.State.APPROVED, Line.State.DELETED):
        return found + before_the_room(line)
    other = line.session.lines.open_now().exclude(pk=line.pk).first()
    if other is not None:
        found.append(
            Obstacle(
                "another-open",
                _("%(line)s is before the room.") % {"line": other.label},
                rule="7.4",
                remedy=_("Decide it or park it first."),
            )
        )
    return found


def standing_matters(line: Line) -> list[Obstacle]:
    """What on the text is not agreed: brackets, rival proposals, objections (procedure 7.7, 7.12)."""
    found = []
    for bracket in asked.brackets_of(line):
        words = " | ".join(r["text"] or "–" for r in bracket.readings)
        found.append(
            Obstacle(
                "open-bracket",
                _("A bracket is open: [ %(readings)s ].") % {"readings": words},
                rule="7.7",
                remedy=_("It ends when the chair lifts it to the words on which the room agrees."),
            )
        )
    for proposal in asked.proposals_of(line):
        found.append(
            Obstacle(
                "rival-proposal",
                _("Proposal %(letter)s of %(who)s stands.")
                % {"letter": proposal.letter, "who": proposal.body or proposal.person},
                rule="7.12",
                remedy=_(
                    "It is put on the screen, withdrawn by its holder, or set aside by a recorded ruling."
                ),
            )
        )
    for objection in asked.standing_objections(line):
        found.append(
            Obstacle(
                "standing-objection",
                _("%(body)s objects.") % {"body": objection.body},
                rule="7.11",
                remedy=_(
                    "Its holder lifts it or turns it into a differing view, or the chair gives a ruling."
                ),
            )
        )
    return found


def floor_matters(session: Session) -> list[Obstacle]:
    """A running or waiting point of order, and somebody speaking (procedure 7.5, 7.12)."""
    found = []
    point, speaks = Q(kind=FloorRequest.Kind.POINT), Q(status=FloorRequest.Status.SPEAKING)
    rows = session.floor.standing().filter(point | speaks).select_related("body__state", "person")
    requests = once(("floor matters", session.pk), lambda: list(rows))
    speaking = [request for request in requests if request.status == FloorRequest.Status.SPEAKING]
    for request in [request for request in requests if request not in speaking]:
        found.append(
            Obstacle(
                "point-of-order",
                _("A point of order is waiting: %(who)s.") % {"who": request.body or request.person},
                rule="7.5",
                remedy=_("It comes before everything else."),
            )
        )
    for request in speaking:
        found.append(
            Obstacle(
                "somebody-speaking",
                _("%(who)s has the floor.") % {"who": request.body or request.person},
                rule="7.12",
                remedy=_("The chair ends the intervention first."),
            )
        )
    return found


def verdicts_on(line: Line, text_hash: str) -> list[Verdict]:
    """The verdicts that count on exactly this text: the final one alone, else each author's latest."""
    rows = [v for v in asked.verdicts_of(line) if v.text_hash == text_hash]
    final = [v for v in rows if v.final]
    if final:
        return final[-1:]
    latest = {v.person_id: v for v in rows}
    # A verdict given in the room replaces that of circulation, which no single person signed.
    if len(latest) > 1:
        latest.pop(None, None)
    return list(latest.values())


def verdict_state(line: Line, text_hash: str) -> str:
    """awaited, consistent, inconsistent or differing."""
    values = {v.value for v in verdicts_on(line, text_hash)}
    return "awaited" if not values else "differing" if len(values) > 1 else values.pop()


def verdict_matters(line: Line) -> list[Obstacle]:
    """The authors' word on exactly this text (procedure 7.8); nothing where the procedure asks for none."""
    if not line.session.cycle.procedure.summary.author_verdict:
        return []
    state = verdict_state(line, line.text_hash)
    if state == "awaited":
        return [
            Obstacle(
                "no-verdict",
                _("No author has given a verdict on this text of %(line)s.") % {"line": line.label},
                rule="7.8",
                remedy=_("It is asked of the authors of the line; another text needs another verdict."),
            )
        ]
    if state == "differing":
        return [
            Obstacle(
                "verdicts-differ",
                _("The authors' verdicts on this text differ."),
                rule="7.8",
                remedy=_("The co-chairs of the author team decide, on the record."),
            )
        ]
    if state == "inconsistent":
        notes = "; ".join(v.note for v in verdicts_on(line, line.text_hash) if v.note)
        return [
            Obstacle(
                "inconsistent-verdict",
                _("The authors find this text not consistent with the chapters: %(note)s") % {"note": notes},
                rule="7.8",
                remedy=_("Another text, or another verdict, is needed."),
            )
        ]
    return []


def objection_window(line: Line, now: datetime) -> list[Obstacle]:
    """Objections were called for, and the window has passed (procedure 7.10)."""
    if line.state != Line.State.OBJECTIONS or line.called_at is None:
        return [
            Obstacle(
                "objections-not-called",
                _("Objections to %(line)s have not been called for.") % {"line": line.label},
                rule="7.10",
                remedy=_("The chair asks the room once, on this text."),
            )
        ]
    window = timedelta(seconds=line.session.cycle.procedure.summary.objection_window_s)
    left = (line.called_at + window - now).total_seconds()
    if left <= 0:
        return []
    seconds = max(1, round(left))
    return [
        Obstacle(
            "window-running",
            ngettext(
                "The room may object for %(n)s more second.",
                "The room may object for %(n)s more seconds.",
                seconds,
            )
            % {"n": seconds},
            rule="7.10",
            remedy=_("Silence until then lets you close the line."),
        )
    ]


def shown_since(line: Line) -> datetime | None:
    """When the present text was put before the room, or None while the line has not been called."""
    return next(reversed(asked.texts_of(line)), None)


def acknowledgement_of(line: Line) -> Acknowledgement | None:
    """The acknowledgement that counts: of this text, since it was put, by a screen that follows the record.

    The screen names the newest entry it shows, and follows if it answers within ``screen_acknowledged_s``.
    """
    rules, since = line.session.cycle.procedure.summary, shown_since(line)
    if since is None:
        return None
    return once(("acknowledged", line.pk, line.text_hash), lambda: _acknowledged(line, rules, since))


def _acknowledged(line: Line, rules, since: datetime) -> Acknowledgement | None:
    for row in line.acknowledgements.filter(text_hash=line.text_hash, at__gte=since).order_by("-pk"):
        if row.read_aloud or row.at - _entry_at(line, row.seq) <= timedelta(
            seconds=rules.screen_acknowledged_s
        ):
            return row
    return None


def _entry_at(line: Line, seq: int) -> datetime:
    return Entry.objects.values_list("at", flat=True).get(stream=line.session.stream, seq=seq)


def on_the_screen(line: Line) -> list[Obstacle]:
    """The plenary screen shows exactly this text, or it was read aloud (procedure 7.9)."""
    if acknowledgement_of(line) is not None:
        return []
    rules = line.session.cycle.procedure.summary
    return [
        Obstacle(
            "not-on-screen",
            _("The plenary screen has not acknowledged this text of %(line)s within %(seconds)s seconds.")
            % {"line": line.label, "seconds": rules.screen_acknowledged_s},
            rule="7.9",
            remedy=_("Look at the screen, or record that the text was read aloud.")
            if rules.read_aloud_allowed
            else _("Look at the screen."),
        )
    ]


def obstacles_to_objection_call(line: Line, text_hash: str) -> list[Obstacle]:
    """What keeps the chair from asking whether anybody objects to exactly this text."""
    room = sitting(line.session, "session.chair") + before_the_room(line)
    if room:
        return room
    return (
        same_text(line, text_hash)
        + standing_matters(line)
        + floor_matters(line.session)
        + verdict_matters(line)
    )


def obstacles_to_gavel(line: Line, now: datetime, text_hash: str) -> list[Obstacle]:
    """All that still stands before the gavel on exactly this text (procedure 7.7-7.12)."""
    found = obstacles_to_objection_call(line, text_hash)
    if any(o.code in ("already-decided", "not-open-line") for o in found):
        return found
    return found + objection_window(line, now) + on_the_screen(line)


def obstacles_to_closing(session: Session) -> list[Obstacle]:
    """A session ends when every line is decided; until then it is suspended (procedure 7.1)."""
    found = sitting(session, "session.chair")
    undecided = session.lines.exclude(state__in=["approved", "deleted"])
    labels = list(undecided.values_list("label", flat=True)[:8])
    if labels:
        count = undecided.count()
        found.append(
            Obstacle(
                "lines-undecided",
                ngettext(
                    "%(n)s line is not decided: %(labels)s.",
                    "%(n)s lines are not decided: %(labels)s.",
                    count,
                )
                % {"n": count, "labels": ", ".join(labels) + (" …" if count > len(labels) else "")},
                rule="7.1",
                remedy=_("Decide them, or suspend the session and go on another day."),
            )
        )
    return found


def obstacles_to_creating(cycle, frozen) -> list[Obstacle]:
    """A session is held on the frozen summary of its own cycle, one at a time (procedure 7.1)."""
    found = stage_obstacles(cycle, "session.create")
    if cycle.procedure.summary.decision == "none":
        found.append(
            Obstacle("no-approval", _("Under this procedure no body approves the summary."), rule="7.1")
        )
    snapshot = frozen.snapshot
    if snapshot.cycle_id != cycle.pk or frozen.chapter.kind != "summary":
        found.append(
            Obstacle(
                "not-the-summary",
                _("A session is held on the frozen summary of %(cycle)s.") % {"cycle": cycle.slug},
                rule="7.1",
                remedy=_("Choose the summary of a frozen draft."),
            )
        )
    elif snapshot.status != "ready":
        found.append(
            Obstacle(
                "not-frozen", _("The draft %(label)s is not frozen.") % {"label": snapshot.label}, rule="7.1"
            )
        )
    running = cycle.sessions.exclude(status=Session.Status.CLOSED).first()
    if running is not None:
        found.append(
            Obstacle(
                "session-running",
                _("Session %(number)s is not closed.") % {"number": running.number},
                rule="7.1",
                href=running.get_absolute_url(),
                remedy=_("Go on in it."),
            )
        )
    return found
