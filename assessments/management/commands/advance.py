from __future__ import annotations

from assessments.cycles.actions import advance
from assessments.management.base import ActionCommand, cycle_named


class Command(ActionCommand):
    help = "Take a cycle through its next gate (procedure 3.3)."

    def arguments(self, parser):
        parser.add_argument("cycle", metavar="CYCLE")
        parser.add_argument("--to", metavar="STAGE", default="", help="refuse unless this is the next stage")

    def act(self, *, by, now, cycle, to, **_options):
        moved = advance(cycle_named(cycle), by=by, now=now, to=to)
        return {"cycle": moved.slug, "stage": moved.stage}
