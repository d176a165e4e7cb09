"""A long report as a line-numbered draft: how fast, how large, and whether a change in one chapter costs only that.

The report is frozen as people freeze it: texts read, chapters laid out side by side, label and notice stamped on.
Against it stands WeasyPrint alone, given the very HTML and style sheets that the drafts are made from (notes at their
marks, formulae already drawn), in one process. On a quiet machine of two cores about ten minutes.
"""

from __future__ import annotations

import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks._figures import load
from benchmarks._report import DRAWING, Author, sources

# Smaller while one works on it: 4 chapters of 1_500 words.
CHAPTERS = 20
WORDS = 19_500
PAIRS = 5
SEED = 20261125
# Where a cycle may freeze drafts under three labels one after another.
STAGE = "consolidated-review"
LABELS = ("DRAFT", "CONSOLIDATED", "FINAL")

# WeasyPrint alone: nothing of ours runs in this process.
PLAIN = """
import sys
from weasyprint import CSS, HTML
from weasyprint.text.fonts import FontConfiguration
page, sheets, out = sys.argv[1], sys.argv[2:-1], sys.argv[-1]
fonts = FontConfiguration()
styles = [CSS(filename=name, font_config=fonts) for name in sheets]
HTML(filename=page).write_pdf(out, stylesheets=styles, font_config=fonts)
"""


def run() -> dict:
    """The figures; times are wall times, ratios are of times of this run."""
    folder = Path(tempfile.mkdtemp(prefix="concord-bench-"))
    try:
        os.environ |= {
            "DATA_DIR": str(folder / "data"),
            "CONCORD_MODE": "embedded",
            "DJANGO_SETTINGS_MODULE": "portal.settings",
        }
        os.environ.pop("DATABASE_URL", None)
        return _run(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _run(folder: Path) -> dict:
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    cycle = _report(folder)
    before = load()
    full, seconds = _frozen(cycle, LABELS[0])
    say(f"{CHAPTERS} chapters, {full['pages']} pages in {seconds:.1f} s")
    once = [
        _changed_and_frozen(cycle, label, place)
        for label, place in zip(LABELS[1:], _ordinary(cycle), strict=True)
    ]
    say(f"after a change in one chapter: {', '.join(f'{one:.1f}' for one in once)} s")
    requests = _requests(cycle, folder)
    drafts, plains = _pairs(requests, folder)
    say(f"one chapter as a draft {drafts:.2f} s, by WeasyPrint alone {plains:.2f} s")
    single, single_mb = _plain(_page_of(requests, folder / "whole"), folder / "whole.pdf")
    say(f"all by WeasyPrint in one process: {single:.1f} s, {single_mb} MB")
    return {
        "draft_vs_plain_wall_ratio": round(drafts / plains, 3),
        "report_pages": full["pages"],
        "full_vs_single_process_ratio": round(seconds / single, 3),
        "one_chapter_rebuild_ratio": round(max(once) / seconds, 3),
        "peak_process_mb": max(full["peak_mb"], _own_peak_mb()),
        "blocks_lost": full["lost"],
        "chapters": CHAPTERS,
        "full_s": round(seconds, 1),
        "one_chapter_s": round(max(once), 1),
        "single_process_s": round(single, 1),
        "single_process_mb": single_mb,
        "draft_s": round(drafts, 2),
        "plain_s": round(plains, 2),
        "remedies": full["remedies"],
        "lines": full["lines"],
        "load_before": before,
    }


def say(text: str) -> None:
    print(text, flush=True)


def _report(folder: Path):
    """A cycle with its chapters, sources and a picture, all taken in as people take them in."""
    from django.core.management import call_command
    from django.utils import timezone

    from assessments.cycles.models import Cycle
    from assessments.drafting import actions, assets
    from panels.models import User

    by, now = User.objects.system(), timezone.now()
    call_command(
        "create_cycle",
        "bench",
        procedure="independent",
        title="A long report",
        chapters=0,
        at=STAGE,
        why="To measure.",
    )
    cycle = Cycle.objects.get(slug="bench")
    listed = folder / "sources.json"
    listed.write_text(json.dumps(sources()), encoding="utf-8")
    call_command("import_sources", "bench", str(listed))
    chance = Author(SEED, 0).chance
    facts = assets.Facts(alt="A curve that rises", origin="The authors", licence="report")
    assets.upload(cycle, "plot", ("plot.svg", DRAWING.encode()), facts, by=by, now=now)
    for number in range(1, CHAPTERS + 1):
        title = f"What is known of part {number}"
        chapter = actions.add_chapter(cycle, str(number), title, by=by, now=now)
        words = int(WORDS * chance.uniform(0.7, 1.3))
        actions.save(chapter, None, Author(SEED + number, number).chapter(words), by=by, now=now)
    return cycle


def _frozen(cycle, label: str) -> tuple[dict, float]:
    """Freeze under a label and do the job here; what came of it, and its seconds."""
    from django.utils import timezone

    from assessments.snapshots.actions import freeze
    from panels.models import User
    from records.jobs.queue import wait_for

    began = time.perf_counter()
    snapshot = freeze(cycle, label, by=User.objects.system(), now=timezone.now())
    ended = wait_for(snapshot.job)
    seconds = time.perf_counter() - began
    snapshot.refresh_from_db()
    assert snapshot.status == "ready", f"{label}: {ended.error or snapshot.error}"
    rows = list(snapshot.chapters.all())
    return {
        "pages": sum(row.pages for row in rows),
        "lines": sum(row.lines for row in rows),
        "lost": sum(map(_lost, rows)),
        "remedies": sum(len(row.remedies) for row in rows),
        "peak_mb": _programs_peak_mb(),
    }, seconds


def _lost(row) -> int:
    """Blocks that the chapter's map does not follow, without a gap, to their last character."""
    reached: dict[str, int] = {}
    for page in row.line_map["pages"]:
        for _number, spans in page["lines"]:
            for block, start, end in spans:
                if start == reached.get(block, 0):
                    reached[block] = end
    return sum(reached.get(b["id"], 0) != len("".join(b["text"].split())) for b in row.blocks)


def _programs_peak_mb() -> int:
    from assessments.snapshots import printing

    told = [pdf.with_suffix(".json") for pdf in printing.folder().glob("*/*.pdf")]
    return max(json.loads(path.read_text(encoding="utf-8"))["peak_mb"] for path in told)


def _own_peak_mb() -> int:
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def _ordinary(cycle) -> list[int]:
    """The places of two chapters of middling length."""
    lengths = sorted((len(c.current.markdown), c.place) for c in cycle.chapters.select_related("current"))
    middle = len(lengths) // 2
    return [lengths[middle - 1][1], lengths[middle][1]]


def _changed_and_frozen(cycle, label: str, place: int) -> float:
    """Write a sentence into one chapter and freeze again under a new label; the seconds of the freezing."""
    from django.utils import timezone

    from assessments.drafting import actions
    from panels.models import User

    chapter = cycle.chapters.select_related("current", "cycle").get(place=place)
    title, rest = chapter.current.markdown.split("\n\n", 1)
    text = f"{title}\n\nA sentence that was not there before {label}.\n\n{rest}"
    actions.save(chapter, chapter.current, text, by=User.objects.system(), now=timezone.now())
    return _frozen(cycle, label)[1]


def _requests(cycle, folder: Path) -> list[dict]:
    """The rendering requests of the chapters as they were frozen last."""
    from assessments.rendering.stamping import bare
    from assessments.snapshots import actions

    snapshot = cycle.snapshots.get(label=LABELS[-1])
    found = []
    for row in snapshot.chapters.select_related("chapter", "snapshot__cycle").order_by("chapter__place"):
        chapter = {"label": row.chapter.number, "title": row.title, "html": row.html}
        found.append(bare(actions._request(snapshot, row, folder), chapter))
    return found


def _pairs(requests: list[dict], folder: Path) -> tuple[float, float]:
    """Medians of the seconds of one chapter of middling length as a draft with its stamp, and by WeasyPrint alone."""
    from assessments.rendering import parts, stamping

    ordered = sorted(requests, key=lambda request: len(request["chapters"][0]["html"]))
    request = ordered[len(ordered) // 2]
    page = _page_of([request], folder / "one")
    stamps = {"kind": "draft", "language": "en", "watermark": "Draft", "running": {"draft": "bench"}}
    drafts, plains = [], []
    for turn in range(PAIRS):
        with parts.Press(folder / "stamps") as press:
            marks = press.submit(stamping.stamps(stamps, ["One"])).result()
        fresh = folder / f"fresh-{turn}"
        (fresh / "formulae").mkdir(parents=True)
        _keep_formulae(fresh / "formulae")
        began = time.perf_counter()
        with parts.Press(fresh) as press:
            part = press.submit(request).result()
        stamping.stamp(part.pdf, marks.pdf, 0, folder / "draft.pdf")
        drafts.append(time.perf_counter() - began)
        plains.append(_plain(page, folder / "plain.pdf")[0])
    return statistics.median(drafts), statistics.median(plains)


def _keep_formulae(folder: Path) -> None:
    """WeasyPrint alone is handed drawn formulae, so the draft finds them drawn too."""
    from assessments.snapshots import printing

    for path in (printing.folder() / "formulae").glob("*.svg"):
        shutil.copyfile(path, folder / path.name)


def _page_of(requests: list[dict], folder: Path) -> tuple[Path, list[Path]]:
    """The page that our program would lay out, with its pictures, as files that WeasyPrint can read by itself."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks._plain", str(folder)],
        input=json.dumps(requests),
        text=True,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return folder / "page.html", [folder / "fonts.css", folder / "report.css"]


def _plain(page: tuple[Path, list[Path]], out: Path) -> tuple[float, int]:
    """Seconds and peak MB of WeasyPrint alone, in a process of its own."""
    command = [sys.executable, "-c", PLAIN, str(page[0]), *map(str, page[1]), str(out)]
    began = time.perf_counter()
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    _pid, status, used = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, f"WeasyPrint alone ended with {process.returncode}"
    return seconds, round(used.ru_maxrss / 1024)
