"""Small things that several benchmarks measure with."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Callable, Iterable
from pathlib import Path

# Forty jobs that have nothing to do, ordered as any act orders one: how long until a worker begins each (ms).
JOBS = """
import json, random, time
from django.db import transaction
from records.jobs.queue import enqueue
from records.models import Entry, Job
from records.registry import notices
entry = Entry.objects.exclude(verb__in=list(notices.verbs())).first()
made = []
for n in range(40):
    with transaction.atomic():
        made.append(enqueue("notices.send", {"entry": entry.pk}).pk)
    time.sleep(random.uniform(0.2, 0.8))
deadline = time.monotonic() + 30
while Job.objects.filter(pk__in=made, started_at=None).exists() and time.monotonic() < deadline:
    time.sleep(0.5)
found = Job.objects.filter(pk__in=made).exclude(started_at=None)
print(json.dumps([(job.started_at - job.created_at).total_seconds() * 1000 for job in found]))
"""


def percentile(values: Iterable[float], share: float) -> float:
    """The value that ``share`` of all do not exceed."""
    ordered = sorted(values)
    return round(ordered[max(0, math.ceil(share * len(ordered)) - 1)], 1)


def job_start_p95(python: Callable[[str], str]) -> float:
    """``python`` runs code with the portal's settings and gives what it printed."""
    waited = json.loads(python(JOBS).strip().splitlines()[-1])
    assert len(waited) == 40, f"{40 - len(waited)} jobs were not begun within half a minute"
    return percentile(waited, 0.95)


def memory_mb(pid: int) -> float:
    """The proportional share of memory (PSS) of a process and everything it has started; Linux only."""
    return round(sum(map(_pss, family(pid))) / 1024, 1)


def family(pid: int) -> list[int]:
    """The process and all its descendants."""
    children: dict[int, list[int]] = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdecimal():
            try:
                parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
            except OSError:
                continue  # ended meanwhile
            children.setdefault(parent, []).append(int(folder.name))
    found = [pid]
    for one in found:
        found += children.get(one, [])
    return found


def _pss(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))


def load() -> float:
    """What else the machine does: the load average of the last minute."""
    return round(os.getloadavg()[0], 1)
