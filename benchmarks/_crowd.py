"""The real servers under a crowd: a thousand streams open, two hundred delegations press in the same moment."""

from __future__ import annotations

import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

from benchmarks import _room
from benchmarks._figures import job_start_p95, load, percentile
from tests import production, servers

STREAMS, DELEGATIONS = 1000, 200


def figures() -> dict:
    """Keys of their own; none where PostgreSQL, Redis or nginx is not installed."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="concord-bench-")))
        try:
            database = stack.enter_context(servers.postgres_server(*production.database_settings()))
            redis = stack.enter_context(servers.redis_server())
            portal = production.Production(folder, database.url, redis.url, live=1, workers=1)
            stack.callback(portal.kill)
            portal.start()
        except servers.Unavailable as reason:
            print(f"not measured on the real servers: {reason}")
            return {}
        return _measured(portal)


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
