"""Parts of a document that are drawn once: a PDF with its map, kept under the hash of all that enters it.

What changes from draft to draft without moving a word (its label, the notice at the foot, the banner) is no part of
the part; ``stamping`` puts it on afterwards. So a chapter whose text did not change is never laid out again.
The folder may be emptied at any time; what is in it is proved by its hash before it is used.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import importlib.metadata
import json
import os
import re
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path

from . import run
from .run import RenderFailed, Result

# What a program that draws may come to need, by which their number at once is bounded.
PROGRAM_MB = 500
MOST_BYTES = 4 * 2**30
# Nobody's part is let go that another process may be about to read.
YOUNG_S = 3600
# Keys of a request that say where things lie and not what is drawn.
PLACES = ("out", "assets", "fonts", "css", "formulae")
LIBRARIES = (
    "weasyprint",
    "pydyf",
    "tinycss2",
    "tinyhtml5",
    "cssselect2",
    "pyphen",
    "fonttools",
    "ziamath",
    "ziafont",
)
_USED = re.compile(r'src=["\']?asset:([^"\'\s>]+)')


@dataclass(frozen=True)
class Part:
    """A part in the folder. ``drawn``: it was made now, and not found."""

    key: str
    pdf: Path
    result: Result
    drawn: bool


def key(request: dict) -> str:
    """The hash of all that enters the PDF of a request: texts, pictures, faces, sheets, libraries, this code."""
    files = request.get("assets") or {}
    shown = {name: file_hash(files[name]) for name in sorted(_used(request)) if name in files}
    entering = {
        "request": {name: value for name, value in request.items() if name not in PLACES},
        "pictures": shown,
        "house": _house(str(request.get("fonts") or ""), str(request.get("css") or "")),
    }
    return hashlib.sha256(json.dumps(entering, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def _used(request: dict) -> set[str]:
    texts = [request.get("html") or "", *(c["html"] for c in request.get("chapters") or ())]
    return {name for text in texts for name in _USED.findall(text)}


def file_hash(path: str | Path) -> str:
    """SHA-256 of a file's content; empty where there is none."""
    try:
        found = os.stat(path)
    except OSError:
        return ""
    return _hashed(str(path), found.st_size, found.st_mtime_ns)


@lru_cache(maxsize=4096)
def _hashed(path: str, _size: int, _changed: int) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@lru_cache(maxsize=8)
def _house(fonts: str, css: str) -> str:
    """One hash for what every document of this house is drawn with."""
    from .requests import STATIC

    folders = [Path(fonts or STATIC / "fonts"), Path(css or STATIC / "css" / "print"), Path(__file__).parent]
    folders.append(Path(__file__).parents[1] / "text")
    taken = sorted(
        p for folder in folders for p in folder.glob("*") if p.suffix in (".ttf", ".otf", ".css", ".py")
    )
    said = [f"{path.name} {file_hash(path)}" for path in taken]
    said += [f"{name} {_version(name)}" for name in LIBRARIES]
    return hashlib.sha256("\n".join(said).encode()).hexdigest()


def _version(name: str) -> str:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return ""


def programs_at_once() -> int:
    """How many programs may draw at once: one for each core, as far as the memory that is free goes; at least one."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    free = _free_mb()
    return max(1, min(cores, free // PROGRAM_MB if free is not None else cores))


def _free_mb() -> int | None:
    """Memory that is free for new programs, of the machine and of the container that holds this process."""
    found = []
    with contextlib.suppress(OSError, StopIteration, ValueError):
        lines = Path("/proc/meminfo").read_text().splitlines()
        found.append(next(int(line.split()[1]) // 1024 for line in lines if line.startswith("MemAvailable")))
    with contextlib.suppress(OSError, ValueError):
        most = int(Path("/sys/fs/cgroup/memory.max").read_text())
        used = int(Path("/sys/fs/cgroup/memory.current").read_text())
        found.append((most - used) // 2**20)
    return min(found) if found else None


class Press:
    """Draws parts, a bounded number at once, into one folder; a context manager that ends its programs' queue.

    Two that want the same part, in one process or in several, share one drawing.
    """

    def __init__(self, folder: Path, *, at_once: int | None = None, timeout_s: float = 600):
        self.folder, self.timeout_s = Path(folder), timeout_s
        (self.folder / "formulae").mkdir(parents=True, exist_ok=True)
        self._pool = ThreadPoolExecutor(at_once or programs_at_once(), thread_name_prefix="press")
        self._stopped = threading.Event()

    def __enter__(self) -> Press:
        return self

    def __exit__(self, kind, *_rest) -> None:
        if kind is not None:
            self._stopped.set()
        self._pool.shutdown(wait=True, cancel_futures=True)

    def submit(self, request: dict, on_progress: Callable[[str, int], None] | None = None) -> Future[Part]:
        """Have the part of that request drawn, or found; ``out`` is the press's affair. Raises RenderFailed (later)."""
        return self._pool.submit(self._part, {**request, "out": ""}, on_progress)

    def _part(self, request: dict, on_progress) -> Part:
        name = key(request)
        pdf = self.folder / name[:2] / f"{name}.pdf"
        pdf.parent.mkdir(exist_ok=True)
        found = _found(name, pdf)
        if found is None:
            with _alone(pdf.with_suffix(".lock")):
                # Another may have drawn it while this one waited.
                found = _found(name, pdf) or self._draw(name, pdf, request, on_progress)
        return found

    def _draw(self, name: str, pdf: Path, request: dict, on_progress) -> Part:
        if self._stopped.is_set():
            raise RenderFailed("crashed", "The build was stopped before this part was begun.")
        out = pdf.with_suffix(f".{os.getpid()}.new.pdf")
        asked = {
            **request,
            "out": str(out.absolute()),
            "formulae": str((self.folder / "formulae").absolute()),
        }
        result = run.render(asked, timeout_s=self.timeout_s, on_progress=on_progress)
        told = pdf.with_suffix(f".{os.getpid()}.new.json")
        told.write_text(json.dumps(asdict(result), ensure_ascii=False), encoding="utf-8")
        told.replace(pdf.with_suffix(".json"))
        out.replace(pdf)
        return Part(name, pdf, result, drawn=True)


def _found(name: str, pdf: Path) -> Part | None:
    """The part as it lies in the folder, where both its files are whole."""
    try:
        result = Result(**json.loads(pdf.with_suffix(".json").read_text(encoding="utf-8")))
        if file_hash(pdf) != result.sha256:
            return None
        os.utime(pdf)
    except (OSError, ValueError, TypeError):
        return None
    return Part(name, pdf, result, drawn=False)


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Only one at a time holds that name, among all processes of this machine; it ends with the process."""
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def tidy(folder: Path, most: int = MOST_BYTES, *, now: float | None = None) -> int:
    """Let go of the parts not asked for the longest, until the folder holds at most ``most`` bytes; returns how many.

    Also of what a drawing that was ended has left behind.
    """
    now = time.time() if now is None else now
    files = []
    for path in Path(folder).rglob("*"):
        with contextlib.suppress(OSError):
            if path.is_file():
                files.append((path.stat().st_mtime, path.stat().st_size, path))
    total, gone = sum(size for _, size, _ in files), 0
    for changed, size, path in sorted(files):
        old = now - changed > YOUNG_S
        left_behind = path.suffix == ".lock" or ".new" in path.suffixes or path.name.endswith(".part")
        if old and (total > most or left_behind):
            path.unlink(missing_ok=True)
            total -= size
            gone += path.suffix in (".pdf", ".svg")
    return gone
