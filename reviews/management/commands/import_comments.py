from __future__ import annotations

import json
from pathlib import Path

from assessments.management.base import ActionCommand, Refused, Usage, bytes_of
from records.obstacles import require
from reviews.comments.importing import check, import_sheet, plan
from reviews.comments.tables import MAX_BYTES
from reviews.management.rounds import round_keyed


class Command(ActionCommand):
    help = "Enter a sheet of comments in a round: whole or not at all (procedure 6.10)."

    def arguments(self, parser):
        parser.add_argument("round", metavar="ROUND", help="such as un-2027/fod-experts")
        parser.add_argument("file", metavar="FILE", help=".xlsx, .csv or .json")
        parser.add_argument("--map", metavar="COLUMN=FIELD", action="append", default=[], dest="columns")
        parser.add_argument(
            "--print",
            metavar="LABEL",
            default="",
            dest="label",
            help="pages and lines are those of this draft",
        )
        parser.add_argument("--dry-run", action="store_true", help="read and count; write nothing")

    def act(self, *, by, now, round, file, columns, label, dry_run, **_options):
        found = round_keyed(round)
        mapping = mapped(columns)
        data, name = bytes_of(file, limit=MAX_BYTES), Path(file).name
        require(by, "comment.import", found.cycle)
        how = {"mapping": mapping, "print_label": label}
        made = plan(found, data, name, **how) if dry_run else check(found, data, name, by=by, now=now, **how)
        for warning in made.warnings[:20]:
            self.tell(warning)
        if made.refused:
            # The counts are the last line also where nothing was entered.
            self.stdout.write(json.dumps(made.counts(imported=False)))
            raise Refused("\n".join(refused.text for refused in made.refused[:200]))
        if not dry_run:
            made = import_sheet(found, data, name, by=by, now=now, **how)
        return made.counts(imported=not dry_run)


def mapped(columns: list[str]) -> dict[str, str]:
    """``COLUMN=FIELD`` arguments as a mapping."""
    found = {}
    for written in columns:
        column, sign, field = written.rpartition("=")
        if not sign or not column.strip() or not field.strip():
            raise Usage(f"--map: {written} is not of the form COLUMN=FIELD.")
        found[column.strip()] = field.strip()
    return found
