from __future__ import annotations

from django.core.exceptions import ValidationError
from django.core.validators import validate_slug

from assessments.cycles.actions import create_cycle
from assessments.management.base import ActionCommand, Usage
from assessments.procedures.loader import ProcedureError


class Command(ActionCommand):
    help = "Begin a cycle under a procedure (procedure 3.1, 3.7)."

    def arguments(self, parser):
        parser.add_argument("cycle", metavar="CYCLE", help="its short name, such as un-2027")
        parser.add_argument("--procedure", metavar="KEY", required=True, help="such as ipcc or independent")
        parser.add_argument("--title", metavar="T", default="")
        parser.add_argument(
            "--chapters", metavar="N", type=int, default=0, help="empty chapters to begin with"
        )
        parser.add_argument("--at", metavar="STAGE", default="", help="for a report that began elsewhere")
        parser.add_argument("--why", metavar="TEXT", default="", help="why it begins at that stage")

    def act(self, *, by, now, cycle, procedure, title, chapters, at, why, **_options):
        try:
            validate_slug(cycle)
        except ValidationError:
            raise Usage(f"CYCLE: {cycle!r}; expected letters, digits and hyphens, such as un-2027.") from None
        if len(cycle) > 60:
            raise Usage("CYCLE: expected at most 60 characters.")
        if not 0 <= chapters <= 60:
            raise Usage(f"--chapters: {chapters}; expected 0 to 60.")
        try:
            made = create_cycle(
                cycle,
                procedure=procedure,
                title=title,
                chapters=chapters,
                at_stage=at,
                why=why,
                by=by,
                now=now,
            )
        except ProcedureError as error:
            raise Usage(f"--procedure: {error}") from error
        return {"cycle": made.slug, "stage": made.stage}
