from __future__ import annotations

import time
from pathlib import Path
from tempfile import TemporaryDirectory

from assessments.cycles.models import Cycle
from assessments.drafting.rendered import Report, render_chapter
from assessments.management.base import ActionCommand, Refused, Usage, cycle_named, replacing
from assessments.rendering import editions, whole
from assessments.rendering import run as rendering
from assessments.rendering.errors import RenderFailed
from assessments.snapshots import printing
from assessments.snapshots.actions import request_for
from assessments.snapshots.models import Snapshot
from records.obstacles import require

ENDINGS = (".pdf", ".html", ".docx", ".epub", ".xml")
DRAFT = "Draft: do not cite, quote or distribute"


class Command(ActionCommand):
    help = "Make one document of a cycle: a frozen draft, or the texts as they stand now."

    def arguments(self, parser):
        parser.add_argument("cycle", metavar="CYCLE")
        parser.add_argument(
            "--snapshot", metavar="LABEL", help="this frozen draft; without it the current texts"
        )
        parser.add_argument("--lines", action="store_true", help="number the lines (pdf)")
        parser.add_argument(
            "-o", "--output", metavar="FILE", required=True, help=f"by ending: {', '.join(ENDINGS)}"
        )

    def act(self, *, by, now, cycle, snapshot, lines, output, **_options):
        ending = Path(output).suffix.lower()
        if ending not in ENDINGS:
            raise Usage(f"-o: {output}; expected an ending of {', '.join(ENDINGS)}.")
        if lines and ending != ".pdf":
            raise Usage(f"--lines: lines are numbered on pages, so only in .pdf, not in {ending}.")
        cycle = cycle_named(cycle)
        began = time.monotonic()
        if snapshot:
            frozen = frozen_as(cycle, snapshot)
            require(by, "snapshot.read", frozen)
            chapters = frozen_chapters(frozen)
        else:
            require(by, "chapter.read", cycle)
            chapters = current_chapters(cycle)
        if not chapters:
            raise Refused("No chapter has a text yet.")
        with replacing(output) as file, TemporaryDirectory(prefix="concord-images-") as images:
            edition = snapshot or f"{now:%d %B %Y}"
            request = document_of(cycle, edition, chapters, out=file, lines=lines, images=Path(images))
            pages, lost = self.make(request, ending, [text for c in chapters for text in c["texts"]])
        return {
            "file": str(output),
            "pages": pages,
            "seconds": round(time.monotonic() - began, 2),
            "lost": lost,
        }

    def make(self, request: dict, ending: str, texts: list[str]) -> tuple[int, int]:
        """Write the file; its pages (0 where a form has none) and how many of the blocks' texts it lost."""
        try:
            if ending == ".pdf":
                possible, reason = rendering.available()
                if not possible:
                    raise Refused(reason)
                with printing.press() as press:
                    made = whole.make(request, press, lambda label: self.tell(f"Chapter {label} is ready."))
                return made.pages, len(made.lost)
            editions.write(request)
            return 0, editions.lost(Path(request["out"]), texts)
        except (RenderFailed, ValueError) as error:
            raise Refused(str(error)) from error


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
    rows = snapshot.chapters.select_related("chapter").order_by("chapter__place")
    return [_part(row.chapter.number, row.title, row.html, row.blocks) for row in rows]


def current_chapters(cycle: Cycle) -> list[dict]:
    rows = cycle.chapters.exclude(current=None).select_related("current", "cycle").order_by("place")
    report = Report(cycle)
    made = [(c, render_chapter(c, c.current.markdown, c.current.blocks, report)) for c in rows]
    return [_part(c.number, c.title, rendered.html, rendered.blocks) for c, rendered in made]


def _part(label: str, title: str, html: str, blocks: list[dict]) -> dict:
    return {"label": label, "title": title, "html": html, "texts": [b["text"] for b in blocks]}


def document_of(
    cycle: Cycle, edition: str, chapters: list[dict], *, out: Path, lines: bool, images: Path
) -> dict:
    """The rendering request of all chapters in one document; ``images`` holds them as long as it is drawn."""
    return request_for(
        cycle,
        out=out,
        images=images,
        kind="draft",
        chapters=[{key: c[key] for key in ("label", "title", "html")} for c in chapters if c["html"].strip()],
        title=cycle.title,
        lines=lines,
        toc=len(chapters) > 1,
        front={"title": cycle.title, "edition": edition, "notice": DRAFT},
        running={"title": cycle.title, "draft": f"{cycle.slug} {edition}"},
        watermark=DRAFT,
    )
