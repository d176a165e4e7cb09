"""What each person sees of the room: the chair, an author, a delegate, an observer, the screen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from assessments.cycles import standing as seats
from panels.models import User
from records.looking import once
from records.obstacles import Obstacle
from reviews.approval import asked, buttons, guards, standing
from reviews.approval.models import FloorRequest, Line, Session
from reviews.approval.strip import shown_state, strip
from reviews.approval.wording import changes, pieces

Status = FloorRequest.Status
VIEWS = ("chair", "author", "delegate", "observer", "screen")
LISTED = 40  # of those who wait for the floor
SHORT = 300  # lines that are listed at once; a longer summary is listed by section
_EDGES = {
    "open-bracket": "bracketed",
    "point-of-order": "objection",
    "standing-objection": "objection",
    "inconsistent-verdict": "objection",
    "somebody-speaking": "open",
}


def view_of(user: User, session: Session) -> str:
    """The room as it concerns this person: chair before author, author before delegate."""
    if user.has_perm("session.chair", session):
        return "chair"
    if user.has_perm("line.verdict", session):
        return "author"
    if user.has_perm("floor.ask", session) and seats.delegation_of(user, session.cycle):
        return "delegate"
    return "observer"


def may_have(user: User, session: Session, view: str) -> bool:
    """Whether the person may fetch the regions of this view."""
    if view == "screen":
        return user.has_perm("session.screen", session)
    return view in VIEWS and view == view_of(user, session)


def context(
    user: User, session: Session, view: str, look: Callable[[Line | None], dict] | None = None
) -> dict:
    """Everything that a view shows. ``seq`` is read first, so that it never promises more than is shown.

    ``look`` is given the open line and says which text of it the person saw before (reviews/approval/looked).
    """
    stream = session.stream
    seq = stream.last_seq
    line = asked.open_line(session)
    places = standing_places(session)
    found = {
        "cycle": session.cycle,
        "session": session,
        "view": view,
        "seq": seq,
        "now": timezone.now(),
        "strip": strip(session),
        "live_url": f"/live/session/{session.cycle.slug}/{session.number}/",
        "regions_url": reverse("session_regions", args=[session.cycle.slug, session.number, view]),
        "act_url": buttons.act_url(session, "ACT").removesuffix("ACT/"),
        "may_screen": user.has_perm("session.screen", session),
        "record_url": f"/record/{stream.key}/",
        **floor(session, places),
    }
    if line is not None:
        found |= of_line(line)
    more = {
        "chair": _chair,
        "author": _author,
        "delegate": _delegate,
        "observer": _observer,
        "screen": _screen,
    }
    seen = look(line) if look else {}
    return found | more[view](user, session, line, seen, places)


@dataclass(frozen=True)
class Place:
    """A request that waits or speaks, without its words: two hundred of them cost one plain query."""

    pk: int
    status: str
    body_id: int | None
    person_id: int


def standing_places(session: Session) -> list[Place]:
    """Every request that waits, in the order in which the floor is given, and the one that speaks."""
    rows = session.floor.standing().values_list("pk", "status", "body_id", "person_id")
    return [Place(*row) for row in rows]


def floor(session: Session, places: list[Place]) -> dict:
    """Who speaks and who waits, the first forty of them."""
    waiting = [place.pk for place in places if place.status == Status.WAITING]
    shown = waiting[:LISTED] + [place.pk for place in places if place.status == Status.SPEAKING]
    rows = session.floor.filter(pk__in=shown).select_related("body__state", "person", "line")
    found = once(("floor", session.pk, tuple(shown)), lambda: {row.pk: row for row in rows})
    return {
        "speaking": next((row for row in found.values() if row.status == Status.SPEAKING), None),
        "waiting": [found[pk] for pk in waiting[:LISTED] if pk in found],
        "waiting_count": len(waiting),
    }


def of_line(line: Line) -> dict:
    """The open line with its brackets, proposals, objections, verdicts and its screen."""
    brackets = sorted(asked.brackets_of(line), key=lambda bracket: bracket.start)
    shown = guards.acknowledgement_of(line)
    return {
        "line": line,
        "pieces": pieces(line.text, brackets),
        "brackets": brackets,
        "proposals": [
            {
                "row": p,
                "changes": changes(line.text, p.text),
                "verdict": guards.verdict_state(line, p.text_hash),
            }
            for p in asked.proposals_of(line)
        ],
        "objections": asked.standing_objections(line),
        "views": [o for o in asked.objections_of(line) if o.view and o.status != "standing"],
        "verdict": guards.verdict_state(line, line.text_hash),
        "verdicts": guards.verdicts_on(line, line.text_hash),
        "text_number": len(asked.texts_of(line)),
        "shown": shown,
        "shown_since": guards.shown_since(line),
        "window": line.session.cycle.procedure.summary.objection_window_s,
    }


def _chair(user, session, line, seen, places) -> dict:
    made = {
        "session_acts": buttons.of_session(session),
        "delegations": seats.bodies(session.cycle, "delegation").select_related("state"),
        "rulings": session.cycle.procedure.summary.ruling_allowed,
    }
    if line is None:
        sits = session.status == Session.Status.SITTING
        return made | {"agenda": buttons.of_agenda(session) if sits else []}
    stands = guards.obstacles_to_gavel(line, timezone.now(), line.text_hash)
    waits = guards.obstacles_to_objection_call(line, line.text_hash)
    return made | {
        "stands": [
            (o, edge_of(o)) for o in stands if o.code not in ("objections-not-called", "window-running")
        ],
        "line_acts": buttons.on_line(line, stands),
        "gavel": buttons.gavel(line),
        "gavel_waits": waits,
    }


def edge_of(obstacle: Obstacle) -> str:
    """The shape along an obstacle: the one that its matter has everywhere."""
    return _EDGES.get(obstacle.code, "parked")


def _delegate(user, session, line, seen, places) -> dict:
    body = seats.delegation_of(user, session.cycle)
    person = None if body else getattr(user, "person", None)
    own = (body.pk, None) if body else (None, person.pk if person else 0)
    requests = {
        place.pk: place for place in places if (place.body_id, None if body else place.person_id) == own
    }
    rows = session.floor.filter(pk__in=requests).select_related("body__state", "person") if requests else ()
    order = [place.pk for place in places if place.status == Status.WAITING]
    waits = [row for row in rows if requests[row.pk].status == Status.WAITING]
    found = {
        "body": body,
        "asked": sorted(((row, order.index(row.pk)) for row in waits), key=lambda pair: pair[1]),
        "i_speak": next((row for row in rows if requests[row.pk].status == Status.SPEAKING), None),
        "asks": user.has_perm("floor.ask", session),
        "proposes": user.has_perm("line.propose", session),
        "objects": user.has_perm("line.object", session),
        "sits": session.status == Session.Status.SITTING,
        "near": near(session, line),
    }
    if line is not None:
        found |= _changed(line, seen) | {
            "my_proposals": [
                p for p in asked.proposals_of(line) if (p.body_id, None if body else p.person_id) == own
            ],
            "my_objection": next(
                (o for o in asked.standing_objections(line) if body and o.body_id == body.pk), None
            ),
        }
    return found


def _author(user, session, line, seen, places) -> dict:
    found = _delegate(user, session, line, seen, places)
    if line is None or not standing.writes(user, line):
        return found | {"writes": line is not None and standing.writes(user, line)}
    texts = [("", line.text_hash)]
    texts += [(p.letter, p.text_hash) for p in asked.proposals_of(line)]
    person = getattr(user, "person", None)
    wanted = []
    for letter, text_hash in texts:
        state = guards.verdict_state(line, text_hash)
        given = [v for v in asked.verdicts_of(line) if v.text_hash == text_hash]
        final = state == "differing" and standing.leads(user, line)
        wanted.append(
            {
                "letter": letter,
                "text_hash": text_hash,
                "state": state,
                "settled": any(v.final for v in given),
                "final": final,
                "mine": next((v for v in reversed(given) if person and v.person_id == person.pk), None),
                "acts": buttons.verdicts(line, text_hash, letter or "now", final),
            }
        )
    return found | {"writes": True, "asked_verdicts": wanted}


def _observer(user, session, line, seen, places) -> dict:
    # An organisation that observes may ask for the floor; it proposes nothing and objects to nothing.
    # The secretariat keeps the desk: it enters what delegations hand in, and the record names both.
    return _delegate(user, session, line, seen, places) | {
        "proposes": False,
        "objects": False,
        "desk": user.has_perm("session.screen", session) and session.status == Session.Status.SITTING,
        "delegations": seats.bodies(session.cycle, "delegation").select_related("state"),
    }


def _screen(user, session, line, seen, places) -> dict:
    return {}


def _changed(line: Line, seen: dict) -> dict:
    """What changed in the words since this person looked; nothing where they saw no other text of it."""
    if seen.get("line") != line.pk:
        return {}
    number = len(asked.texts_of(line))
    base = seen["seen"] if seen["shown"] == number else seen["shown"]
    if base == number:
        return {}
    old = line.texts.filter(number=base).values_list("text", flat=True).first()
    if old is None or old == line.text:
        return {}
    return {"changed": changes(old, line.text)}


def near(session: Session, line: Line | None) -> list[dict]:
    """The lines around the open one, or around the next to come."""
    place = (
        line.place
        if line
        else session.lines.filter(state=Line.State.QUEUED).values_list("place", flat=True).first()
    )
    if place is None:
        place = 1
    rows = session.lines.filter(place__gte=place - 2, place__lte=place + 3)
    bracketed = {bracket.line_id for bracket in asked.open_brackets(session)}
    return [_row(row, line, row.pk in bracketed) for row in rows]


def _row(row: Line, line: Line | None, bracketed: bool) -> dict:
    state = shown_state(row.state, bracketed)
    return {
        "line": row,
        "state": state,
        "word": _word(row, state),
        "now": line is not None and row.pk == line.pk,
    }


def _word(row: Line, state: str) -> str:
    return capfirst(_("bracketed") if state == "bracketed" else row.get_state_display())


def all_lines(user: User, session: Session, *, state: str = "", section: str = "") -> dict:
    """The list of all lines, by state and section; a long summary begins with its first section."""
    summary = strip(session)
    if not section and not state and summary["total"] > SHORT and summary["sections"]:
        section = summary["sections"][0]
    rows = session.lines.select_related("approved_by")
    bracketed = {bracket.line_id for bracket in asked.open_brackets(session)}
    if section:
        rows = rows.filter(label__startswith=section)
    line = session.lines.open_now().first()
    shown = [_row(row, line, row.pk in bracketed) for row in rows]
    return {
        "cycle": session.cycle,
        "session": session,
        "strip": summary,
        "rows": [row for row in shown if not state or row["state"] == state],
        "state": state,
        "section": section,
        "reopens": user.has_perm("session.chair", session)
        and session.status == Session.Status.SITTING
        and session.cycle.procedure.summary.ruling_allowed
        and line is None,
        "act_url": buttons.act_url(session, "ACT").removesuffix("ACT/"),
    }
