"""The approved summary as a publication takes it: headings and lines in order, each with its differing views."""

from __future__ import annotations

from assessments.cycles.models import Cycle
from reviews.approval.models import Line, Objection, Session


def approved_summary(cycle: Cycle) -> list[dict] | None:
    """What the latest closed session approved (procedure 8.1), or None while none has closed.

    A heading is {"heading": text}; a line {"label", "text", "sight", "headline", "views": [{"by", "text"}]}.
    """
    session = cycle.sessions.filter(status=Session.Status.CLOSED).order_by("-number").first()
    if session is None:
        return None
    lines: dict[str, list[Line]] = {}
    for line in session.lines.filter(state=Line.State.APPROVED).order_by("place"):
        lines.setdefault(line.block, []).append(line)
    found: list[dict] = []
    for block in session.frozen.blocks:
        if block["kind"] == "heading":
            found.append({"heading": block["text"]})
        found += [_line(line) for line in lines.pop(block["id"], [])]
    return found + [_line(line) for rest in lines.values() for line in rest]


def _line(line: Line) -> dict:
    ended = line.objections.filter(status__in=[Objection.Status.DIFFERING, Objection.Status.RULED])
    return {
        "label": line.label,
        "text": line.text,
        "sight": line.sight,
        "headline": line.headline,
        "views": [
            {"by": str(o.body), "text": o.view or o.reason}
            for o in ended.select_related("body__state")
            if o.view or o.reason
        ],
    }
