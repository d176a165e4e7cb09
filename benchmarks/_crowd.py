"""The real servers under a crowd: a thousand streams open, two hundred delegations press in the same moment."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor

from benchmarks import _room
from benchmarks._figures import job_start_p95, load, percentile
from benchmarks._real import real_servers
from tests import production

STREAMS, DELEGATIONS = 1000, 200


def figures() -> dict:
    """Keys of their own; none where PostgreSQL, Redis or nginx is not installed."""
    with real_servers() as portal:
        return _measured(portal) if portal else {}


def _measured(portal: production.Production) -> dict:
    cookies, seq = _room.set_up(portal.python, lines=3, delegations=DELEGATIONS)
    delegates = [cookies[f"delegate{n}"] for n in range(DELEGATIONS)]
    started = job_start_p95(portal.python)
    counting = production.Counting(portal.database)
    screens = _room.Screens(portal.url, portal.certificate, delegates, STREAMS, seq)
    opened = screens.wait_open()
    people = [_room.seated(portal.visitor(), cookie) for cookie in delegates]
    with ThreadPoolExecutor(20) as doors:
        list(doors.map(lambda visitor: visitor.get("/healthz"), people))
    together = threading.Barrier(len(people))

    def press(visitor) -> tuple[float, int]:
        together.wait()
        began = time.monotonic()
        try:
            status = visitor.api(f"{_room.API}acts/floor-ask/", {"kind": "intervention"}).status
        except OSError:
            status = 0
        return (time.monotonic() - began) * 1000, status

    with ThreadPoolExecutor(len(people)) as room:
        pressed = list(room.map(press, people))
    last = seq + len(people)
    screens.wait_for(last)
    counting.end()
    busy = load()
    broken = sum(screen.broken for screen in screens.screens) + STREAMS - opened
    faults = screens.faults(last)
    screens.close()
    return {
        "job_start_redis_p95_ms": started,
        "pg_connections_peak": counting.most,
        "streams": opened,
        "stream_errors": broken + sum(faults.values()),
        "acts_at_once": len(people),
        "act_errors": sum(status != 200 for _ms, status in pressed),
        "acts_at_once_p95_ms": percentile((ms for ms, _status in pressed), 0.95),
        "load_real_servers": busy,
    }
