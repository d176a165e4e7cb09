from __future__ import annotations

import time
from pathlib import Path
from tempfile import TemporaryDirectory

from django.utils.translation import gettext as _
from django.utils.translation import override

from assessments.cycles.models import Cycle
from assessments.drafting.rendered import Report, render_chapter
from assessments.imprint.matter import imprint_of, matter_of
from assessments.management.base import ActionCommand, Refused, Usage, cycle_named, replacing
from assessments.publishing import registry
from assessments.publishing.documents import dated, request_of, write_edition
from assessments.rendering import run as rendering
from assessments.rendering import whole
from assessments.rendering.errors import RenderFailed
from assessments.rendering.wording import wording
from assessments.snapshots import printing
from assessments.snapshots.models import Snapshot
from records.obstacles import require

ENDINGS = (".pdf", ".html", ".docx", ".epub", ".xml", ".zip")
# Characters of HTML, about six hundred pages: what one layout holds in the memory that it is given.
AT_ONCE = 3_000_000


class Command(ActionCommand):
    help = "Make one document of a cycle: a frozen draft, or the texts as they stand now."

    def arguments(self, parser):
        parser.add_argument("cycle", metavar="CYCLE")
        parser.add_argument(
            "--snapshot", metavar="LABEL", help="this frozen draft; without it the current texts"
        )
        parser.add_argument("--lines", action="store_true", help="number the lines (pdf)")
        parser.add_argument(
            "--comments", action="store_true", help="what was said of the draft, as comments in Word (docx)"
        )
        parser.add_argument(
            "-o", "--output", metavar="FILE", required=True, help=f"by ending: {', '.join(ENDINGS)}"
        )

    def act(self, *, by, now, cycle, snapshot, lines, comments, output, **_options):
        ending = Path(output).suffix.lower()
        if ending not in ENDINGS:
            raise Usage(f"-o: {output}; expected an ending of {', '.join(ENDINGS)}.")
        if lines and ending != ".pdf":
            raise Usage(f"--lines: lines are numbered on pages, so only in .pdf, not in {ending}.")
        if comments and (ending != ".docx" or not snapshot):
            raise Usage("--comments: they stand in a frozen draft in Word; give --snapshot and a .docx.")
        cycle = cycle_named(cycle)
        began = time.monotonic()
        if snapshot:
            frozen = frozen_as(cycle, snapshot)
            require(by, "snapshot.read", frozen)
            chapters = frozen_chapters(frozen)
            if comments:
                add_remarks(chapters, frozen, by)
        else:
            require(by, "chapter.read", cycle)
            chapters = current_chapters(cycle)
        if not chapters:
            raise Refused("No chapter has a text yet.")
        with replacing(output) as file, TemporaryDirectory(prefix="concord-images-") as images:
            request = draft_of(cycle, snapshot, chapters, out=file, lines=lines, now=now, images=Path(images))
            texts = [text for c in chapters for text in c["texts"]]
            pages, lost = self.make(request, ending, texts, now)
        return {
            "file": str(output),
            "pages": pages,
            "seconds": round(time.monotonic() - began, 2),
            "lost": lost,
        }

    def make(self, request: dict, ending: str, texts: list[str], now) -> tuple[int, int]:
        """Write the file; its pages (0 where a form has none) and how many of the blocks' texts it lost."""
        try:
            if ending == ".pdf":
                return self._print(request)
            return 0, write_edition(request, f"{now:%Y-%m-%dT%H:%M:%SZ}", texts)
        except (RenderFailed, ValueError) as error:
            raise Refused(str(error)) from error

    def _print(self, request: dict) -> tuple[int, int]:
        """A numbered draft, and one too long for a single layout, is joined from parts that are kept.

        The rest is laid out at once: only then are pages known to the lists of figures and statements.
        """
        possible, reason = rendering.available()
        if not possible:
            raise Refused(reason)
        if not request["lines"] and sum(len(c["html"]) for c in request["chapters"]) <= AT_ONCE:
            made = rendering.render(request, timeout_s=1800)
            return made.pages, len(made.lost)
        joined = {**request, "matter": {**request["matter"], "index": False}}
        with printing.press() as press:
            made = whole.make(joined, press, lambda label: self.tell(f"Chapter {label} is ready."))
        return made.pages, len(made.lost)


def frozen_as(cycle: Cycle, label: str) -> Snapshot:
    """The ready snapshot of that label."""
    found = cycle.snapshots.select_related("cycle").filter(label=label, status=Snapshot.Status.READY).first()
    if found is None:
        known = ", ".join(
            cycle.snapshots.filter(status=Snapshot.Status.READY).values_list("label", flat=True)
        )
        raise Usage(f"{cycle.slug} has no frozen draft {label}. It has: {known or 'none yet'}.")
    return found


def frozen_chapters(snapshot: Snapshot) -> list[dict]:
    rows = snapshot.chapters.select_related("chapter", "version").order_by("chapter__place")
    return [_part(row.chapter.number, row.title, row.html, row.blocks, row.version.markdown) for row in rows]


def current_chapters(cycle: Cycle) -> list[dict]:
    rows = cycle.chapters.exclude(current=None).select_related("current", "cycle").order_by("place")
    report = Report(cycle)
    made = [(c, render_chapter(c, c.current.markdown, c.current.blocks, report)) for c in rows]
    return [_part(c.number, c.title, shown.html, shown.blocks, c.current.markdown) for c, shown in made]


def _part(label: str, title: str, html: str, blocks: list[dict], markdown: str) -> dict:
    texts = [b["text"] for b in blocks]
    return {"label": label, "title": title, "html": html, "texts": texts, "markdown": markdown}


def add_remarks(chapters: list[dict], snapshot: Snapshot, by) -> None:
    """Give each chapter the remarks on it that the reader may see."""
    remarks = registry.remarks(snapshot, by)
    for chapter in chapters:
        chapter["remarks"] = [
            {**remark, "id": place}
            for place, remark in enumerate(remarks)
            if remark["chapter"] == chapter["label"]
        ]


def draft_of(
    cycle: Cycle, label: str | None, chapters: list[dict], *, out: Path, lines: bool, now, images: Path
) -> dict:
    """The rendering request of a draft: all chapters in one document that says on each page what it is.

    ``images`` holds them as long as it is drawn.
    """
    with override(cycle.language):
        matter = matter_of(cycle, now, {c["label"]: c["html"] for c in chapters})
        words = wording(cycle.language)
        edition = label or dated(now)
        until = imprint_of(cycle).embargo_until
        notice = words["draft"]
        if until and until > now:
            notice += ". " + _("Under embargo until %(moment)s UTC.") % {"moment": f"{until:%Y-%m-%d %H:%M}"}
        # Numbers and licence are those of the publication; a draft has none, and is not cited.
        kept = [row for row in matter["matter"]["imprint"] if row[0] == words["publisher"]]
        matter["matter"] |= {"imprint": [*kept, [words["edition"], edition]]}
        matter["matter"]["notes"] = [*matter["matter"]["notes"], notice]
        return request_of(
            cycle,
            chapters,
            {**matter, "metadata": {"author": matter["metadata"]["author"]}},
            out=out,
            images=images,
            kind="draft",
            lines=lines,
            front={"edition": edition, "date": dated(now), "notice": notice},
            running={"title": cycle.title, "draft": f"{cycle.slug} {edition}"},
            watermark=notice,
        )
