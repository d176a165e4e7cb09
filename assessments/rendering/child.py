"""The program that draws: ``python -m assessments.rendering.child REQUEST.json RESULT.json``.

A program of its own, because some texts make the layout run without end in C code, where no exception
reaches it, and because workers of Celery may not have children by multiprocessing. It sets itself
limits, reads the request, writes the PDF and the result, and ends. What it prints are steps.
"""

from __future__ import annotations

import contextlib
import gc
import hashlib
import json
import logging
import os
import sys
import threading
import time
from pathlib import Path

from . import checks
from .errors import RenderFailed
from .requests import Request, read_request

# Passes with notes at the feet of pages, and all passes.
GENTLE_PASSES, MAX_PASSES = 3, 6
MEMORY_MB, CPU_SECONDS = 3072, 180


def draw(given: dict, say=lambda step, pages=0: None) -> dict:
    """Make the PDF of a request (``requests.read_request``) and return the result as JSON values.

    If any text is missing and no remedy helps, there is no PDF. Raises RenderFailed.
    """
    started = time.monotonic()
    say("reading")
    request = read_request(given)
    for chapter in request.chapters:
        known = request.assets if request.kind == "publication" else None
        checks.check_html(chapter.html, chapter=chapter.label, assets=known)
    checks.check_assets(checks.used_assets((c.html for c in request.chapters), request.assets))
    try:
        from . import drawing
    except (ImportError, OSError) as error:
        raise RenderFailed("no-pango", NO_PANGO) from error
    if given.get("stamps"):
        return _stamps(request, drawing, started)
    drawn = _until_whole(request, drawing, say)
    drawing.refuse_failed_pictures(request, drawn)
    say("writing", len(drawn.labels))
    part = request.out.with_name(request.out.name + ".part")
    drawing.write(request, drawn, part)
    os.replace(part, request.out)
    return _result(request, drawn, time.monotonic() - started)


def _stamps(request: Request, drawing, started: float) -> dict:
    drawing.write_stamps(request)
    return {
        "pages": 2 * len(request.chapters),
        "lines": 0,
        "map": {},
        "page_labels": [],
        "sha256": hashlib.sha256(request.out.read_bytes()).hexdigest(),
        "seconds": round(time.monotonic() - started, 2),
        "peak_mb": _peak_mb(),
    }


def _until_whole(request: Request, drawing, say):
    """Lay the document out until all text is in its place, and note in ``remedies`` what that took.

    Notes for which a chapter's last page had no room get a page after it. Around a note that vanished the
    paragraph that calls it is kept on one page; where this does not help, the chapter's notes go to its end.
    Raises RenderFailed("lost-text").
    """
    endnotes: set[int] = set()
    over: set[int] = set()
    kept: set[tuple[int, str]] = set()
    for attempt in range(1, MAX_PASSES + 1):
        drawn = drawing.lay_out(request, endnotes=endnotes, kept=kept, over=over, say=say)
        lost = drawn.coverage.lost()
        vanished = {key for key, _ in lost}
        wrong = vanished | drawn.strayed
        if not wrong:
            drawn.remedies += _say_remedies(request, endnotes, kept, over)
            return drawn
        chapters = {index for index, _ in wrong} & drawn.with_notes
        if not chapters:
            break
        left_over = {index for index, _ in drawn.strayed - vanished} & chapters - over
        new = {key for key in wrong if key[0] in chapters - left_over} - kept
        over |= left_over
        if new and attempt <= GENTLE_PASSES:
            kept |= new
        elif not left_over:
            endnotes |= chapters
    raise RenderFailed("lost-text", *_say_lost(request, lost or [(key, "") for key in sorted(wrong)]))


def _say_remedies(
    request: Request, endnotes: set[int], kept: set[tuple[int, str]], over: set[int]
) -> list[dict]:
    labels = [chapter.label for chapter in request.chapters]
    whole = [
        {"block": block, "chapter": labels[index], "remedy": "its paragraph is kept on one page"}
        for index, block in sorted(kept)
        if index not in endnotes
    ]
    after = [
        {"block": "", "chapter": labels[index], "remedy": "its last notes stand on a page after it"}
        for index in sorted(over - endnotes)
    ]
    return (
        whole
        + after
        + [
            {"block": "", "chapter": labels[index], "remedy": "the chapter's notes stand at its end"}
            for index in sorted(endnotes)
        ]
    )


NO_PANGO = (
    "WeasyPrint or the library Pango is missing on this server, so no PDF can be made. "
    "Install libpango-1.0-0, libpangoft2-1.0-0 and libharfbuzz-subset0 (macOS: pango)."
)


def _say_lost(request: Request, lost: list) -> tuple[str, list[dict]]:
    blocks = [
        {"chapter": request.chapters[index].label, "block": name, "text": text[:120]}
        for (index, name), text in lost
    ]
    first = blocks[0]
    return (
        f"The layout lost text of {len(blocks)} block(s), also with the notes at the end of the chapter; "
        f"no PDF was kept. First: chapter {first['chapter']}, block {first['block']}: “{first['text'][:60]}”",
        blocks,
    )


def _result(request: Request, drawn, seconds: float) -> dict:
    return {
        "pages": len(drawn.labels),
        "lines": drawn.numbered,
        "map": drawn.maps,
        "page_labels": drawn.labels,
        "lost": [],
        "remedies": drawn.remedies,
        "unmatched": drawn.coverage.unmatched,
        "outline": drawn.outline,
        "sha256": hashlib.sha256(request.out.read_bytes()).hexdigest(),
        "seconds": round(seconds, 2),
        "peak_mb": _peak_mb(),
    }


def _peak_mb() -> int:
    try:
        import resource
    except ImportError:
        return 0
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return round(peak / (2**20 if sys.platform == "darwin" else 2**10))


def set_limits(limits: dict) -> None:
    """Bound this process: ``memory_mb`` of address space and ``cpu_seconds``; where the system can."""
    try:
        import resource
    except ImportError:
        return
    memory = int(limits.get("memory_mb", MEMORY_MB)) * 2**20
    cpu = int(limits.get("cpu_seconds", CPU_SECONDS))
    for name, value in (("RLIMIT_AS", memory), ("RLIMIT_CPU", cpu), ("RLIMIT_CORE", 0)):
        # macOS refuses a limit of address space; the parent's clock still holds there.
        with contextlib.suppress(AttributeError, ValueError, OSError):
            resource.setrlimit(getattr(resource, name), (value, value))


def _say_where_before(seconds: float) -> None:
    """Shortly before the parent ends a render without end, say which block it stands at."""

    def tell():
        watching = sys.modules.get("assessments.rendering.watching")
        if watching is not None:
            with contextlib.suppress(Exception):
                print(json.dumps({"step": "where", "pages": 0, "blocks": watching.where()}), flush=True)

    alarm = threading.Timer(max(0.2, seconds - max(0.5, seconds / 20)), tell)
    alarm.daemon = True
    alarm.start()


def _where() -> list[dict]:
    watching = sys.modules.get("assessments.rendering.watching")
    return watching.where() if watching is not None else []


def _end_with_parent() -> None:
    """End when the parent does: it holds the other end of our standard input and never writes to it."""

    def wait():
        # Read past Python's buffer: its lock would be held at the end of the program.
        with contextlib.suppress(OSError):
            os.read(0, 1)
        os._exit(3)

    threading.Thread(target=wait, daemon=True).start()


def _say(step: str, pages: int = 0) -> None:
    print(json.dumps({"step": step, "pages": pages}), flush=True)


def main(arguments: list[str]) -> int:
    """Read the request, draw, write the result; 0 also when it refuses, since the result says why."""
    request_path, result_path = map(Path, arguments)
    given = json.loads(request_path.read_text(encoding="utf-8"))
    limits = given.pop("limits", {})
    set_limits(limits)
    if limits:
        _end_with_parent()
        _say_where_before(limits.get("wall_seconds", CPU_SECONDS))
    logging.disable(logging.NOTSET)
    # One document and the process ends: collecting cycles would cost an eighth of the time for nothing.
    gc.disable()
    try:
        result = {"ok": True, **draw(given, _say)}
    except RenderFailed as failure:
        result = {"ok": False, "code": failure.code, "text": failure.text, "blocks": failure.blocks}
    except MemoryError:
        result = {"ok": False, "code": "memory", "text": MEMORY_TEXT, "blocks": _where()}
    except RecursionError:
        result = {"ok": False, "code": "too-complex", "text": DEPTH_TEXT, "blocks": _where()}
    Path(result_path).write_text(json.dumps(result, ensure_ascii=False), encoding="utf-8")
    return 0


MEMORY_TEXT = "The document needs more memory than it may have. Divide it, or make its pictures smaller."
DEPTH_TEXT = "Elements are nested too deep to be laid out. Simplify lists, quotations or tables."

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
