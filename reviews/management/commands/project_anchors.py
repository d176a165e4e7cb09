from __future__ import annotations

from assessments.management.base import ActionCommand, Usage, cycle_named
from assessments.management.commands.render import frozen_as
from records.obstacles import require
from reviews.anchors.projecting import store
from reviews.comments.projection import OUTCOMES


class Command(ActionCommand):
    help = "Where the comments on one frozen draft stand in a later one, kept for all to see (procedure 5.4)."

    def arguments(self, parser):
        parser.add_argument("cycle", metavar="CYCLE")
        parser.add_argument(
            "earlier", metavar="FROM", help="label of the draft that was reviewed, such as FOD"
        )
        parser.add_argument("later", metavar="TO", help="label of the later draft, such as SOD")

    def act(self, *, by, now, cycle, earlier, later, **_options):
        cycle = cycle_named(cycle)
        one, other = frozen_as(cycle, earlier), frozen_as(cycle, later)
        require(by, "comments.read_all", cycle)
        try:
            counts = store(one, other, now=now)
        except ValueError as error:
            raise Usage(str(error)) from error
        return {"anchors": counts.total(), **{outcome: counts[outcome] for outcome in OUTCOMES}}
