"""``/metrics`` in Prometheus' text form.

What the whole portal is like comes from the database and is the same whichever process answers. What only a
process knows (its requests, its open streams) each writes every few seconds into the data folder, and the
answer names it in the label ``process``: a sum is the reader's to make, and a process that has ended is gone.
"""

from __future__ import annotations

import json
import os
import socket
import threading
import time
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.db.models import Count, Min
from django.http import Http404, HttpResponse
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from records import files
from records.doors import PUBLIC, door
from records.models import Job, LastTime, Notice
from records.storage import StoreAway

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
BOUNDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)  # seconds
EVERY_S = 5.0
GONE_AFTER_S = 30.0  # without a sign, a process counts as ended
FORGOTTEN_AFTER_S = 3600.0
LATENCY_OF = timedelta(hours=1)
LATENCY_ROWS = 2000
MAIL_KINDS = ("mail.send", "notices.send")
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class Process:
    """The figures of this process, kept in memory and written to a file that any process may read."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._ended = threading.Event()
        self._writer: threading.Thread | None = None
        self._requests: Counter[tuple[str, str, int]] = Counter()
        self._buckets = [0] * (len(BOUNDS) + 1)
        self._seconds = 0.0
        self._streams = 0

    def served(self, method: str, route: str, status: int, seconds: float) -> None:
        with self._guard:
            self._requests[method if method in _METHODS else "other", route, status] += 1
            self._buckets[bisect_left(BOUNDS, seconds)] += 1
            self._seconds += seconds

    @contextmanager
    def stream(self) -> Iterator[None]:
        """One stream or poll of a live session is open while the block runs."""
        with self._guard:
            self._streams += 1
        try:
            yield
        finally:
            with self._guard:
                self._streams -= 1

    def start_writing(self) -> None:
        self._ended.clear()
        self._writer = threading.Thread(target=self._write_on, name="metrics", daemon=True)
        self._writer.start()

    def stop_writing(self) -> None:
        self._ended.set()
        if self._writer is not None:
            self._writer.join(timeout=EVERY_S)
        with suppress(OSError):
            self._file().unlink(missing_ok=True)

    def _write_on(self) -> None:
        while not self._ended.wait(EVERY_S):
            self.write()

    def write(self) -> None:
        with self._guard:
            figures = {
                "process": f"{socket.gethostname()}-{os.getpid()}",
                "requests": [[*key, number] for key, number in self._requests.items()],
                "buckets": list(self._buckets),
                "seconds": self._seconds,
                "streams": self._streams,
            }
        # A full disk costs figures, never a page.
        with suppress(OSError):
            file = self._file()
            file.parent.mkdir(parents=True, exist_ok=True)
            written = file.with_suffix(".new")
            written.write_text(json.dumps(figures))
            written.replace(file)

    def _file(self) -> Path:
        return _folder() / f"{socket.gethostname()}-{os.getpid()}.json"


process = Process()


def _folder() -> Path:
    return settings.DATA_DIR / "metrics"


def _processes() -> list[dict]:
    """The figures of all processes that gave a sign lately."""
    found = []
    for file in sorted(_folder().glob("*.json")):
        with suppress(OSError, ValueError):
            age = time.time() - file.stat().st_mtime
            if age < GONE_AFTER_S:
                found.append(json.loads(file.read_text()))
            elif age > FORGOTTEN_AFTER_S:
                file.unlink(missing_ok=True)
    return found


def _allowed(request) -> bool:
    """A token where one is set; without one, embedded, whoever sits at the machine itself."""
    if settings.METRICS_TOKEN:
        given = request.headers.get("Authorization", "").removeprefix("Bearer ")
        return constant_time_compare(given, settings.METRICS_TOKEN)
    forwarded = "X-Forwarded-For" in request.headers or "Forwarded" in request.headers
    at_the_machine = request.META.get("REMOTE_ADDR") in ("127.0.0.1", "::1")
    return not settings.PRODUCTION and at_the_machine and not forwarded


@door(PUBLIC, methods=("GET",))
def page(request):
    if not _allowed(request):
        raise Http404
    process.write()
    lines = [*_of_the_portal(timezone.now()), *_of_processes(_processes())]
    return HttpResponse("\n".join(lines) + "\n", content_type=CONTENT_TYPE)


def _family(name: str, kind: str, meaning: str, samples) -> Iterator[str]:
    """One metric: ``samples`` are (suffix, labels, value); None as a value means that there is none to tell."""
    yield f"# HELP concord_{name} {meaning}"
    yield f"# TYPE concord_{name} {kind}"
    for suffix, labels, value in samples:
        if value is not None:
            told = ",".join(f'{key}="{_escaped(str(label))}"' for key, label in labels.items())
            yield f"concord_{name}{suffix}{{{told}}} {value}" if told else f"concord_{name}{suffix} {value}"


def _escaped(label: str) -> str:
    return label.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")


def _gauge(name: str, meaning: str, value) -> Iterator[str]:
    return _family(name, "gauge", meaning, [("", {}, value)])


def _age(moment: datetime | None, now: datetime) -> float | None:
    return None if moment is None else round((now - moment).total_seconds(), 3)


def _of_the_portal(now: datetime) -> Iterator[str]:
    counted = (
        Job.objects.values_list("lane", "status").annotate(number=Count("pk")).order_by("lane", "status")
    )
    yield from _family(
        "jobs", "gauge", "Jobs by lane and state.",
        [("", {"lane": lane, "state": state}, number) for lane, state, number in counted],
    )  # fmt: skip
    waiting = Job.objects.filter(status=Job.Status.QUEUED, run_after__lte=now)
    oldest = waiting.values_list("lane").annotate(first=Min("run_after")).order_by("lane")
    yield from _family(
        "job_oldest_waiting_seconds", "gauge", "How long the oldest due job of a lane has been waiting.",
        [("", {"lane": lane}, _age(first, now)) for lane, first in oldest],
    )  # fmt: skip
    yield from _family(
        "job_start_seconds", "gauge",
        "From due to started, over the jobs started in the last hour (at most the newest 2000).",
        [("", {"quantile": name}, value) for name, value in _start_latency(now).items()],
    )  # fmt: skip
    letters = Notice.objects.filter(channel=Notice.Channel.MAIL)
    waiting = letters.filter(state=Notice.State.WAITING).count()
    yield from _gauge("mail_waiting", "Letters to be sent that have not gone yet.", waiting)
    failed = letters.filter(state=Notice.State.FAILED).count()
    yield from _gauge("mail_failed", "Letters that were refused for good.", failed)
    yield from _gauge("database_bytes", "Size of the database.", database_bytes())
    yield from _gauge(
        "storage_answers",
        "Whether the storage of files answers, 1 or 0; absent where files lie in a folder.",
        _storage_answers(),
    )
    yield from _gauge(
        "file_copies_bytes",
        "Local copies of files of the storage, on the machine that answers here.",
        None if settings.FILES is None else files.copies().size(),
    )
    last = dict(LastTime.objects.values_list("name", "at"))
    yield from _gauge(
        "backup_age_seconds",
        "Since the last backup; absent if there was none.",
        _age(last.get("backup"), now),
    )
    yield from _gauge(
        "heads_signed_age_seconds",
        "Since the heads of the record were last signed.",
        _age(last.get("heads"), now),
    )
    yield from _family(
        "worker_seen_age_seconds", "gauge", "Since a worker of the lane last answered the scheduler.",
        [("", {"lane": name.removeprefix("worker/")}, _age(at, now))
         for name, at in sorted(last.items()) if name.startswith("worker/")],
    )  # fmt: skip


def _storage_answers() -> int | None:
    if settings.FILES is None:
        return None
    try:
        files.store().check()
    except (StoreAway, FileNotFoundError):
        return 0
    return 1


def _start_latency(now: datetime) -> dict[str, float]:
    started = Job.objects.filter(started_at__gt=now - LATENCY_OF).order_by("-started_at")
    took = sorted(
        (begun - due).total_seconds()
        for begun, due in started.values_list("started_at", "run_after")[:LATENCY_ROWS]
        if begun >= due  # a job that waits for its next try is due in the future
    )
    if not took:
        return {}
    return {str(q): round(took[min(len(took) - 1, int(q * len(took)))], 3) for q in (0.5, 0.95, 1.0)}


def database_bytes() -> int:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT pg_database_size(current_database())")
        else:
            cursor.execute("SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()")
        return cursor.fetchone()[0]


def _of_processes(found: list[dict]) -> Iterator[str]:
    yield from _family(
        "live_open", "gauge", "Streams and polls of live sessions that a process holds open.",
        [("", {"process": p["process"]}, p["streams"]) for p in found],
    )  # fmt: skip
    yield from _family(
        "requests_total", "counter", "Requests by route, since the process began.",
        [("", {"process": p["process"], "method": method, "route": route, "status": status}, number)
         for p in found for method, route, status, number in p["requests"]],
    )  # fmt: skip
    yield from _family(
        "request_seconds", "histogram", "Durations of requests, since the process began.",
        [sample for p in found for sample in _histogram(p)],
    )  # fmt: skip


def _histogram(figures: dict) -> Iterator[tuple[str, dict, float]]:
    label, below = {"process": figures["process"]}, 0
    for bound, number in zip((*BOUNDS, "+Inf"), figures["buckets"], strict=True):
        below += number
        yield "_bucket", {**label, "le": bound}, below
    yield "_sum", label, round(figures["seconds"], 6)
    yield "_count", label, below
