"""Sittings, gates, and what follows from an approval."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from assessments.cycles import guards, standing
from assessments.procedures.titles import titled
from assessments.publishing.models import TrickleBack
from portal.waiting.common import Wait, may, of_cycles
from records import looking
from reviews.models import Line, Session

# Gates whose conditions are looked into on the home page.
GATES = 5


def sittings(user, cycles, now):
    Status = Session.Status
    rows = Session.objects.filter(status__in=[Status.PREPARED, Status.SITTING]).with_summary()
    found = of_cycles(rows, may(user, "session.follow", cycles))
    sitting = [session for session in found if session.status == Status.SITTING]
    lines = (
        {line.session_id: line for line in Line.objects.open_now().filter(session__in=sitting)}
        if sitting
        else {}
    )
    for session in found:
        if session.status == Status.SITTING:
            yield _sits(session, lines.get(session.pk))
        elif user.has_perm("session.chair", session.cycle):
            yield _session(session, _("It is prepared. Open the sitting when the delegations are seated."))
        elif user.has_perm("session.create", session.cycle) or _speaks(user, session):
            yield _session(session, _("It is prepared. You follow it here when the chair opens the sitting."))


def _sits(session, line) -> Wait:
    return Wait(
        None,
        _("The session sits: line %(label)s") % {"label": line.label} if line else _("The session sits"),
        line.text if line else _("The chair will call the next line."),
        session.cycle,
        session.get_absolute_url(),
        _("Go to the session"),
        now=True,
    )


def _session(session, text: str) -> Wait:
    return Wait(None, session.title, text, session.cycle, session.get_absolute_url(), _("Go to the session"))


def _speaks(user, session) -> bool:
    """Whether a person belongs to a delegation, or to the authors of the summary that the session decides on."""
    team = session.frozen.chapter.team_id
    return any(
        held.part == "delegation" or (held.part == "team" and held.body_id == team and not held.section)
        for held in standing.held_by(user, session.cycle)
    )


def gates(user, cycles, now):
    """What each next gate needs. Each condition asks for its own cycle, so of those beyond the first few, the
    cycle's page says it."""
    own = [cycle for cycle in may(user, "cycle.advance", cycles) if cycle.procedure.next_stage(cycle.stage)]
    looking.together(own[:GATES])
    for place, cycle in enumerate(own):
        if place < GATES:
            obstacles = guards.obstacles_to_advancing(cycle)
            text = " ".join(o.text for o in obstacles[:3]) if obstacles else _("Nothing stands in the way.")
            act = _("See what is missing") if obstacles else _("Open the gate")
        else:
            text, act = _("The page of the cycle says what it still needs."), _("See what is missing")
        following = cycle.procedure.next_stage(cycle.stage)
        yield Wait(
            None,
            _("The gate to “%(next)s”") % {"next": titled(following.title)},
            text,
            cycle,
            cycle.get_absolute_url() + "#gate-h",
            act,
        )


def trickle_backs(user, cycles, now):
    by_pk = {cycle.pk: cycle for cycle in cycles if standing.held_by(user, cycle)}
    if not by_pk:
        return
    mine: dict[int, int] = {}
    for edit in TrickleBack.objects.filter(chapter__cycle__in=by_pk, closed_at=None).select_related(
        "chapter"
    ):
        edit.chapter.cycle = by_pk[edit.chapter.cycle_id]
        if user.has_perm("trickleback.close", edit.chapter):
            mine[edit.chapter.cycle_id] = mine.get(edit.chapter.cycle_id, 0) + 1
    for pk, n in mine.items():
        yield Wait(
            None,
            ngettext(
                "%(n)s edit so that chapters agree with the summary",
                "%(n)s edits so that chapters agree with the summary",
                n,
            )
            % {"n": n},
            _("The final edition waits for these."),
            by_pk[pk],
            reverse("trickle_backs", args=[by_pk[pk].slug]),
            _("See the edits"),
        )
