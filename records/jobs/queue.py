"""Jobs as rows with leases: claimed once, renewed while they run, taken up again when a worker died.

A broker message says only "look now"; what is lost there is found by the sweeper. Every job may run twice.
"""

from __future__ import annotations

import logging
import os
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta

from celery import current_app
from django.db import DatabaseError, close_old_connections, transaction
from django.utils import timezone

from records import tracing
from records.jobs import registry
from records.models import Job
from records.obstacles import Blocked

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=30)
RENEW_EVERY_S = 8


def enqueue(
    kind: str,
    args: dict,
    *,
    scope: str = "",
    by=None,
    at: datetime | None = None,
    lane: str | None = None,
    not_before: datetime | None = None,
) -> Job:
    """Write a job in the business transaction and wake a worker once that commits, or is due."""
    known = registry.kind(kind)
    now = timezone.now()
    job = Job.objects.create(
        kind=kind,
        args=args,
        scope=scope,
        lane=lane or known.lane,
        max_tries=known.max_tries,
        run_after=not_before or now,
        created_at=at or now,
        by=by,
        request_id=tracing.current() or tracing.new(),
    )
    if not_before is None:  # else the sweeper wakes somebody when its time has come
        transaction.on_commit(lambda: wake(job.lane))
    return job


def enqueue_once(kind: str) -> None:
    """Write a job of this kind, for work that looks for itself what is to be done, unless one waits already."""
    if not Job.objects.filter(kind=kind, status=Job.Status.QUEUED).exists():
        enqueue(kind, {})


def order(kind: str, args: dict, *, scope: str) -> None:
    """Write a job for what this transaction changes in a scope, unless one that waits will see it."""
    waiting = Job.objects.filter(kind=kind, scope=scope, status=Job.Status.QUEUED)
    # Held until this commits: a worker that took the job before would not see what is changed here.
    if not list(waiting.select_for_update().values_list("pk", flat=True)[:1]):
        enqueue(kind, args, scope=scope)


def wake(lane: str) -> None:
    """Tell the workers of a lane to look; a broker that is away is no failure, the sweeper will find the job."""
    try:
        current_app.send_task("records.look", args=[lane], queue=lane, retry=False, expires=60)
    except Exception as error:  # any broker, any transport: the row is the truth, the message only a hint
        log.warning("The broker could not be told to look (%s); the sweeper will.", error)


def claim(lane: str, worker: str, now: datetime) -> Job | None:
    """Claim the next due job of a lane, fair between scopes, or None (the claim is a conditional update)."""
    for _attempt in range(20):
        job = _next(lane, now)
        if job is None:
            return None
        won = Job.objects.filter(pk=job.pk, status=Job.Status.QUEUED, tries=job.tries).update(
            status=Job.Status.RUNNING,
            worker=worker,
            lease_until=now + LEASE,
            tries=job.tries + 1,
            started_at=now,
        )
        if won:
            job.refresh_from_db()
            return job
    return None


def _next(lane: str, now: datetime) -> Job | None:
    heads: dict[str, Job] = {}
    for job in Job.objects.filter(lane=lane, status=Job.Status.QUEUED, run_after__lte=now).order_by("pk")[
        :500
    ]:
        heads.setdefault(job.scope, job)
    if not heads:
        return None
    running = Counter(Job.objects.filter(status=Job.Status.RUNNING).values_list("scope", flat=True))
    recent: dict[str, int] = {}
    for place, scope in enumerate(
        Job.objects.filter(started_at__isnull=False)
        .order_by("-started_at")
        .values_list("scope", flat=True)[:50]
    ):
        recent.setdefault(scope, 50 - place)
    return min(heads.values(), key=lambda j: (running[j.scope], recent.get(j.scope, 0), j.pk))


def run(job: Job) -> bool:
    """Carry out a claimed job; returns whether it ended well. Its lease is renewed while it runs.

    It runs under the name of the request that ordered it: so do its log lines, its letters and further jobs.
    """
    with tracing.traced(job.request_id):
        began = time.monotonic()
        well = _run(job)
        tracing.line(
            log,
            "job",
            job=job.pk,
            kind=job.kind,
            lane=job.lane,
            tries=job.tries,
            waited_ms=int((job.started_at - job.run_after).total_seconds() * 1000),
            ms=int((time.monotonic() - began) * 1000),
            ended="well" if well else "badly",
        )
        return well


def _run(job: Job) -> bool:
    kind = registry.kind(job.kind)
    stop = threading.Event()
    keeper = threading.Thread(target=_keep_lease, args=(job.pk, job.tries, stop), daemon=True)
    keeper.start()
    try:
        result = kind.run(job, _progress_of(job))
    except Exception as error:
        _failed(job, kind, error)
        return False
    finally:
        stop.set()
        keeper.join(timeout=5)
    Job.objects.filter(pk=job.pk, status=Job.Status.RUNNING, tries=job.tries).update(
        status=Job.Status.DONE, finished_at=timezone.now(), result=result, error="", lease_until=None
    )
    return True


def _progress_of(job: Job) -> Callable[[int, int, str], None]:
    def progress(done: int, total: int, text: str = "") -> None:
        Job.objects.filter(pk=job.pk, tries=job.tries).update(
            progress=done, total=total, text=str(text)[:300]
        )

    return progress


def _keep_lease(pk: int, tries: int, stop: threading.Event) -> None:
    while not stop.wait(RENEW_EVERY_S):
        held = Job.objects.filter(pk=pk, status=Job.Status.RUNNING, tries=tries)
        try:
            if not held.update(lease_until=timezone.now() + LEASE):
                break
        except DatabaseError as error:  # busy or away for a moment: the lease lasts three more such moments
            log.warning("The lease of job %s could not be renewed (%s); trying again.", pk, error)
            close_old_connections()
    close_old_connections()
    from django.db import connection

    if not connection.in_atomic_block:
        connection.close()


def _failed(job: Job, kind: registry.Kind, error: Exception) -> None:
    now = timezone.now()
    final = isinstance(error, Blocked) or getattr(error, "final", False) or job.tries >= job.max_tries
    text = str(error) or type(error).__name__
    log.error("Job %s failed on try %s: %s", job, job.tries, text, exc_info=error)
    changed = Job.objects.filter(pk=job.pk, status=Job.Status.RUNNING, tries=job.tries)
    if not final:
        wait = kind.back_off[min(job.tries, len(kind.back_off)) - 1]
        changed.update(status=Job.Status.QUEUED, run_after=now + wait, error=text, lease_until=None)
        return
    if (
        changed.update(status=Job.Status.FAILED, finished_at=now, error=text, lease_until=None)
        and kind.failed
    ):
        kind.failed(job, error)


def again(job: Job, now: datetime) -> bool:
    """Put a failed job back into its queue, with all its tries before it; False where it is no longer failed."""
    changed = Job.objects.filter(pk=job.pk, status=Job.Status.FAILED).update(
        status=Job.Status.QUEUED,
        tries=0,
        run_after=now,
        finished_at=None,
        progress=0,
        total=0,
        text="",
        error="",
    )
    if changed:
        transaction.on_commit(lambda: wake(job.lane))
    return bool(changed)


def sweep(now: datetime) -> int:
    """Take up what a dead worker left and wake the lanes that have due work; returns the jobs taken up."""
    left = 0
    for job in Job.objects.filter(status=Job.Status.RUNNING, lease_until__lt=now):
        held = Job.objects.filter(pk=job.pk, status=Job.Status.RUNNING, lease_until__lt=now, tries=job.tries)
        if job.tries >= job.max_tries + 2:
            text = "The worker was lost each time this job was tried."
            if held.update(status=Job.Status.FAILED, finished_at=now, error=text, lease_until=None):
                failed = registry.kind(job.kind).failed
                if failed:
                    failed(job, RuntimeError(text))
        else:
            left += held.update(status=Job.Status.QUEUED, run_after=now, lease_until=None)
    for lane in set(
        Job.objects.filter(status=Job.Status.QUEUED, run_after__lte=now).values_list("lane", flat=True)
    ):
        wake(lane)
    return left


def work_off(lane: str, *, limit: int = 1000) -> int:
    """Carry out due jobs of a lane until none is left; the worker's loop, and the commands' when none runs."""
    worker = f"{socket.gethostname()}:{os.getpid()}"
    done = 0
    while done < limit and (job := claim(lane, worker, timezone.now())):
        run(job)
        done += 1
    return done


def wait_for(job: Job, *, poll_s: float = 0.3) -> Job:
    """Wait until a job has ended, carrying it out here when no worker takes it; for commands (design §5)."""
    pause = threading.Event()
    while True:
        job.refresh_from_db()
        if job.status in (Job.Status.DONE, Job.Status.FAILED):
            return job
        now = timezone.now()
        claimed = Job.objects.filter(pk=job.pk, status=Job.Status.QUEUED, run_after__lte=now).update(
            status=Job.Status.RUNNING,
            worker=f"command:{os.getpid()}",
            lease_until=now + LEASE,
            tries=job.tries + 1,
            started_at=now,
        )
        if claimed:
            job.refresh_from_db()
            run(job)
        else:
            pause.wait(poll_s)
