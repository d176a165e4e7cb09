"""What stands on a line, asked of the database once while a page is looked at (``records.looking``).

Around an act each of these asks anew. Answers are lists in the order of their rows; nobody changes them.
"""

from __future__ import annotations

from datetime import datetime

from records.looking import once
from reviews.approval.models import Bracket, Line, Objection, Proposal, Session, Verdict


def open_line(session: Session) -> Line | None:
    """The line before the room, its session the very one given."""

    def ask() -> Line | None:
        line = session.lines.select_related("approved_by").open_now().first()
        if line is not None:
            line.session = session
        return line

    return once(("open line", session.pk), ask)


def open_brackets(session: Session) -> list[Bracket]:
    """The brackets that are open on any line of the session."""
    rows = Bracket.objects.filter(line__session=session, lifted_at=None).order_by("pk")
    return once(("brackets", session.pk), lambda: list(rows))


def brackets_of(line: Line) -> list[Bracket]:
    """Those of one line."""
    return [bracket for bracket in open_brackets(line.session) if bracket.line_id == line.pk]


def proposals_of(line: Line) -> list[Proposal]:
    """The proposals that stand, with who holds them."""
    rows = line.proposals.filter(status=Proposal.Status.STANDING).select_related("body__state", "person")
    return once(("proposals", line.pk), lambda: list(rows))


def objections_of(line: Line) -> list[Objection]:
    """All objections that were ever raised to the line, with who holds them."""
    return once(("objections", line.pk), lambda: list(line.objections.select_related("body__state")))


def standing_objections(line: Line) -> list[Objection]:
    return [objection for objection in objections_of(line) if objection.status == "standing"]


def verdicts_of(line: Line) -> list[Verdict]:
    """All verdicts on any text of the line, oldest first, with who gave them."""
    rows = line.verdicts.select_related("person").order_by("pk")
    return once(("verdicts", line.pk), lambda: list(rows))


def texts_of(line: Line) -> list[datetime]:
    """When each text of the line was put before the room, in order; the last is the present one."""
    rows = line.texts.order_by("number").values_list("at", flat=True)
    return once(("texts", line.pk), lambda: list(rows))
