"""The parent's side of a render: start the program that draws, watch it, and end it if need be."""

from __future__ import annotations

import contextlib
import importlib.util
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from .child import MEMORY_MB, MEMORY_TEXT, NO_PANGO
from .errors import RenderFailed

__all__ = ["RenderFailed", "Result", "available", "render"]

ROOT = Path(__file__).resolve().parents[2]
# Nothing else of the server's environment reaches the program: it holds passwords.
KEPT = ("PATH", "HOME", "TMPDIR", "TZ", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "DYLD_FALLBACK_LIBRARY_PATH")
NEAR_THE_LIMIT = 0.85  # of the address space allowed: a fall up there is taken for want of memory
LOOK_EVERY_S = 0.1
KEPT_BEGINNINGS = ("FONTCONFIG_", "XDG_CACHE")


@dataclass(frozen=True)
class Result:
    """A PDF that was made. ``map``: chapter label → line map. ``peak_mb`` is that of the program.

    ``outline``, of a part alone: {level, number, text, id, page} of each heading, pages from 0.
    """

    pages: int
    lines: int
    map: dict[str, dict]
    page_labels: list[str]
    sha256: str
    seconds: float
    peak_mb: int
    lost: list[dict] = field(default_factory=list)
    remedies: list[dict] = field(default_factory=list)
    unmatched: int = 0
    outline: list[dict] = field(default_factory=list)


@lru_cache(maxsize=1)
def available() -> tuple[bool, str]:
    """Whether PDFs can be made here, and if not, why and what to install. Asked once per process.

    Tried in a process of its own: importing WeasyPrint costs half a second and prints help on failure.
    """
    if importlib.util.find_spec("weasyprint") is None:
        return False, NO_PANGO
    try:
        tried = subprocess.run(
            [sys.executable, "-c", "import weasyprint"],
            env=_environment(),
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=60,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return False, "WeasyPrint could not be loaded within a minute."
    return (True, "") if tried.returncode == 0 else (False, NO_PANGO)


def render(
    request: dict,
    *,
    timeout_s: float = 120,
    on_progress: Callable[[str, int], None] | None = None,
    memory_mb: int = MEMORY_MB,
) -> Result:
    """Make the PDF that ``request`` describes (keys: ``requests.read_request``).

    ``on_progress(step, pages)`` is called from a thread of its own with "reading", "layout" (pages so
    far), "checking", "writing". Raises RenderFailed, and then leaves neither file nor process behind;
    ValueError for a request without sense is raised before anything starts.
    """
    from .requests import read_request

    out = read_request(request).out
    if not out.parent.is_dir():
        raise ValueError(f"out: the folder {out.parent} does not exist.")
    try:
        return _run(request, timeout_s, on_progress, memory_mb)
    except Fell:
        return _run(request, timeout_s, on_progress, memory_mb)
    finally:
        out.with_name(out.name + ".part").unlink(missing_ok=True)


class Fell(RenderFailed):
    """A fault below Python, in a library that draws: rare and of the moment, so the text is drawn once more."""


def _run(request, timeout_s, on_progress, memory_mb) -> Result:
    with tempfile.TemporaryDirectory(prefix="concord-render-") as folder:
        return _run_in(Path(folder), request, timeout_s, on_progress, memory_mb)


def _run_in(folder: Path, request, timeout_s, on_progress, memory_mb) -> Result:
    limits = {"memory_mb": memory_mb, "cpu_seconds": int(timeout_s) + 5, "wall_seconds": timeout_s}
    asked, answered, complaints = folder / "request.json", folder / "result.json", folder / "errors.txt"
    asked.write_text(json.dumps({**request, "limits": limits}, ensure_ascii=False), encoding="utf-8")
    with complaints.open("wb") as errors:
        process = subprocess.Popen(
            [sys.executable, "-X", "utf8", "-m", "assessments.rendering.child", str(asked), str(answered)],
            cwd=ROOT,
            env={**_environment(), "TMPDIR": str(folder)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            start_new_session=True,
        )
    where: list[dict] = []
    reader = threading.Thread(target=_hand_on, args=(process.stdout, on_progress, where), daemon=True)
    reader.start()
    peak = 0
    try:
        peak = _wait(process, timeout_s)
    except subprocess.TimeoutExpired:
        raise _failed("timeout", _too_long(timeout_s), where) from None
    finally:
        # Also when the worker's own time is up: an exception then arrives in wait().
        _end(process)
        reader.join(5)
        process.stdin.close()
        process.stdout.close()
    if process.returncode != 0 or not answered.exists():
        starved = peak > NEAR_THE_LIMIT * memory_mb
        raise _how_it_ended(process.returncode, complaints.read_text(errors="replace"), timeout_s, starved)
    result = json.loads(answered.read_text(encoding="utf-8"))
    if not result.pop("ok"):
        if result["code"] == "no-pango" and available()[0]:
            # A library that finds no room is reported as one that is not there; without the limit it loads.
            raise RenderFailed("memory", MEMORY_TEXT)
        raise _failed(result["code"], result["text"], result["blocks"])
    return Result(**result)


def _environment() -> dict[str, str]:
    kept = {
        name: value for name, value in os.environ.items() if name in KEPT or name.startswith(KEPT_BEGINNINGS)
    }
    return {**kept, "LC_ALL": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1"}


def _failed(code: str, text: str, blocks: list[dict]) -> RenderFailed:
    """The failure with the block that it names put into its words, where they do not name it yet."""
    named = next((block for block in blocks if block["text"]), None)
    if named and named["text"][:30] not in text:
        chapter = f"chapter {named['chapter']}, " if named["chapter"] else ""
        text = f"{text} It stood at {chapter}block {named['block']}: “{named['text'][:60]}”"
    return RenderFailed(code, text, blocks)


def _hand_on(stream, on_progress, where: list[dict]) -> None:
    """Pass the program's steps on, and keep where it stands; an error of the listener ends no render."""
    for line in stream:
        with contextlib.suppress(Exception):
            step = json.loads(line)
            if step["step"] == "where":
                where[:] = step["blocks"]
            elif on_progress is not None:
                on_progress(step["step"], step["pages"])


def _end(process: subprocess.Popen) -> None:
    """Kill the program and whatever it started; it leads a process group of its own."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _wait(process: subprocess.Popen, timeout_s: float) -> float:
    """Wait for the program's end; the most address space it was seen with, in MB. Raises TimeoutExpired."""
    peak, deadline = 0.0, time.monotonic() + timeout_s
    while True:
        with contextlib.suppress(OSError, StopIteration):  # gone by now, or a machine without /proc
            status = Path(f"/proc/{process.pid}/status").read_text()
            peak = (
                next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmPeak")) / 1024
            )
        try:
            process.wait(min(LOOK_EVERY_S, max(deadline - time.monotonic(), 0)))
            return peak
        except subprocess.TimeoutExpired:
            if time.monotonic() >= deadline:
                raise


def _how_it_ended(returncode: int, complaints: str, timeout_s: float, starved: bool) -> RenderFailed:
    last = next((line for line in reversed(complaints.splitlines()) if line.strip()), "")
    if returncode == -signal.SIGXCPU:
        return RenderFailed("timeout", _too_long(timeout_s))
    short = (
        *("MemoryError", "failed to allocate", "Cannot allocate memory", "out of memory", "bad_alloc"),
        "failed to map segment",
    )
    fell = returncode in (-signal.SIGSEGV, -signal.SIGBUS)
    # A library in C that is given no memory may fall without a word.
    if (fell and starved) or any(word in complaints for word in short):
        return RenderFailed("memory", MEMORY_TEXT)
    kind = Fell if fell else RenderFailed
    return kind(
        "crashed", f"The program that draws ended without a result (code {returncode}). {last[:300]}".strip()
    )


def _too_long(timeout_s: float) -> str:
    return (
        f"The layout did not end within {timeout_s:g} seconds and was stopped. "
        "Something in the text is too intricate (a table, a very long paragraph), or the document is too "
        "long: divide it."
    )
