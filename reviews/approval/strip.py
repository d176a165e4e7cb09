"""The whole summary in one strip: runs of lines by state and section, as SVG attributes made here."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import groupby, pairwise

from django.utils.translation import ngettext

from reviews.approval import asked
from reviews.approval.models import Line, Session

WIDTH, GAP = 960.0, 10.0
NEAR_END = 92  # hundredths of the width
# State as shown: y and height of its bar, of 36.
SHAPES = {
    "approved": (8, 20),
    "bracketed": (12, 12),
    "parked": (22, 6),
    "deleted": (22, 6),
    "open": (0, 36),
    "tocome": (27, 1),
}
_FILL = {"deleted": "parked"}


@dataclass(frozen=True)
class Bar:
    """One run of lines in the same state; positions are attributes of an SVG rect."""

    klass: str
    x: str
    y: int
    width: str
    height: int


def shown_state(state: str, bracketed: bool) -> str:
    """The state as people see it: an open line is open, an undecided one in brackets is bracketed."""
    if state in (Line.State.OPEN, Line.State.OBJECTIONS):
        return "open"
    if state in (Line.State.APPROVED, Line.State.DELETED):
        return state
    if bracketed:
        return "bracketed"
    return "parked" if state == Line.State.PARKED else "tocome"


def strip(session: Session) -> dict:
    """bars, sections and counts of all lines; two queries however long the summary is."""
    bracketed = {bracket.line_id for bracket in asked.open_brackets(session)}
    rows = [
        (label.split(".")[0].split(" ")[0], shown_state(state, pk in bracketed))
        for pk, label, state in session.lines.order_by("place").values_list("pk", "label", "state")
    ]
    sections = list(dict.fromkeys(section for section, _state in rows))
    # Captions stand between the lines of sections, so that a section may come again after a gap.
    gaps = sum(1 for one, other in pairwise(rows) if one[0] != other[0])
    step = (WIDTH - GAP * gaps) / max(1, len(rows))
    bars, x, before, begins = [], 0.0, None, {}
    for (section, state), run in groupby(rows):
        if before not in (None, section):
            x += GAP
        before = section
        begins.setdefault(section, x)
        width = step * len(list(run))
        y, height = SHAPES[state]
        bars.append(Bar(_FILL.get(state, state), f"{x:.1f}", y, f"{max(width - 0.4, 0.8):.1f}", height))
        x += width
    counts = Counter(state for _section, state in rows)
    return {
        "bars": bars,
        "sections": sections,
        "names": _named(begins),
        "counts": [(state, _words(state, counts[state])) for state in SHAPES if counts[state]],
        "total": len(rows),
        "decided": counts["approved"] + counts["deleted"],
    }


def _named(begins: dict[str, float]) -> list[dict]:
    """Each section with the place of its name in hundredths of the strip, from its start and from its end."""
    found, free = [], 0.0
    for name, x in begins.items():
        at = max(x / WIDTH * 100, free)
        # A short section's name must not lie on the one before.
        free = at + 1.2 + len(name)
        if at > NEAR_END:  # set against the end, so that it does not run out of the strip
            at = 100.0
        found.append({"name": name, "at": f"{at:.2f}", "from_end": f"{100 - at:.2f}", "last": at == 100})
    return found


def _words(state: str, n: int) -> str:
    words = {
        "approved": ngettext("%(n)s approved", "%(n)s approved", n),
        "deleted": ngettext("%(n)s deleted", "%(n)s deleted", n),
        "bracketed": ngettext("%(n)s bracketed", "%(n)s bracketed", n),
        "parked": ngettext("%(n)s parked", "%(n)s parked", n),
        "open": ngettext("%(n)s open now", "%(n)s open now", n),
        "tocome": ngettext("%(n)s to come", "%(n)s to come", n),
    }
    return words[state] % {"n": n}
