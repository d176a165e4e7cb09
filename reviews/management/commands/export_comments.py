from __future__ import annotations

from assessments.management.base import ActionCommand, replacing
from records.obstacles import require
from reviews.comments.exporting import write
from reviews.comments.models import Comment
from reviews.management.rounds import round_keyed


class Command(ActionCommand):
    help = "Write a round's comments to a workbook: what the one who asks may see (procedure 6.11)."

    def arguments(self, parser):
        parser.add_argument("round", metavar="ROUND", help="such as un-2027/fod-experts")
        parser.add_argument("-o", "--output", metavar="FILE", required=True, help="an .xlsx file")

    def act(self, *, by, now, round, output, **_options):
        found = round_keyed(round)
        require(by, "comment.export", found.cycle)
        with replacing(output) as made, made.open("wb") as out:
            write(out, found, by)
        return {"rows": Comment.objects.visible_in(found, by).count(), "file": output}
