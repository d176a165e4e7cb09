from __future__ import annotations

from assessments.management.base import ActionCommand, Refused, chapter_numbered, cycle_named
from assessments.rendering import run as rendering
from assessments.snapshots.actions import freeze
from assessments.snapshots.models import Snapshot, SnapshotChapter


class Command(ActionCommand):
    help = (
        "Freeze the current texts under a label, with line-numbered PDFs and their line maps (procedure 5.1)."
    )

    def arguments(self, parser):
        parser.add_argument("cycle", metavar="CYCLE")
        parser.add_argument("label", metavar="LABEL", help="such as FOD")
        parser.add_argument("--chapter", metavar="N", action="append", help="only this one; may be repeated")

    def act(self, *, by, now, cycle, label, chapter, **_options):
        cycle = cycle_named(cycle)
        chosen = [chapter_numbered(cycle, number) for number in dict.fromkeys(chapter)] if chapter else None
        snapshot = freeze(cycle, label, by=by, now=now, chapters=chosen)
        self.wait(snapshot.job)
        snapshot.refresh_from_db()
        if snapshot.status != Snapshot.Status.READY:
            raise Refused(snapshot.error or f"{snapshot} is not frozen.")
        possible, reason = rendering.available()
        if not possible:
            self.tell(f"Frozen without PDFs: {reason}")
        rows = list(snapshot.chapters.all())
        return {
            "snapshot": str(snapshot),
            "chapters": len(rows),
            "blocks": sum(len(row.blocks) for row in rows),
            "pages": sum(row.pages for row in rows),
            "lines": sum(row.lines for row in rows),
            "lost": sum(map(lost_blocks, rows)),
            "seconds": snapshot.seconds,
        }


def lost_blocks(row: SnapshotChapter) -> int:
    """Blocks with words of which no line of the chapter's PDF holds any; 0 where no PDF was made."""
    if not row.line_map:
        return 0
    maps = [row.line_map] if "pages" in row.line_map else row.line_map.values()
    printed = {
        span[0]
        for found in maps
        for page in found["pages"]
        for _number, spans in page["lines"]
        for span in spans
    }
    return sum(bool(block["text"].strip()) and block["id"] not in printed for block in row.blocks)
