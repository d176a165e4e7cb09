"""A session with a thousand screens: how long after the gavel each of them hears it, and whether any number is missing.

The chair brings up one line after the other, has it acknowledged, calls for objections and lets the gavel fall,
through the same address as the screens; between lines delegations ask for the floor. Measured on the embedded mode,
and on the real servers where PostgreSQL, Redis and nginx are installed; of each figure the worse one counts.
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

from benchmarks import _room
from benchmarks._figures import load, percentile
from benchmarks._real import real_servers
from tests.e2e.portal import Portal
from tests.visiting import Visitor

SCREENS, LINES, DELEGATIONS = 1000, 8, 40
WINDOW_S = 10.3  # for objections


def run() -> dict:
    found = [_embedded()]
    if (real := _real_servers()) is not None:
        found.append(real)
    worst = {name: max(one[name] for one in found) for name in found[0]}
    return worst | {"screens": min(one["screens"] for one in found)}


def _embedded() -> dict:
    with tempfile.TemporaryDirectory(prefix="concord-bench-") as folder:
        portal = Portal(Path(folder))
        try:
            portal.start()
            return _session(portal.python, lambda: Visitor(portal.url), portal.url, None)
        finally:
            portal.stop()


def _real_servers() -> dict | None:
    with real_servers() as portal:
        if portal is None:
            return None
        return _session(portal.python, portal.visitor, portal.url, portal.certificate)


def _session(python, visitor, url: str, trusted) -> dict:
    cookies, seq = _room.set_up(python, lines=LINES, delegations=DELEGATIONS)
    screens = _room.Screens(url, trusted, list(cookies.values()), SCREENS, seq)
    opened = screens.wait_open()
    people = {name: _room.seated(visitor(), cookie) for name, cookie in cookies.items()}
    errors, fell, pressed = 0, {}, []

    def act(who: str, name: str, **data) -> int:
        """The act's number in the record, 0 where it was refused."""
        nonlocal errors
        # The server has closed what was idle meanwhile; a browser, too, opens a connection before somebody presses.
        people[who].close()
        people[who].get("/healthz")
        pressed.append(time.monotonic())
        answer = people[who].api(f"{_room.API}acts/{name}/", data)
        errors += answer.status != 200
        return answer.json().get("seq", 0) if answer.status == 200 else 0

    labels = [row["label"] for row in people["chair"].api(f"{_room.API}lines/").json()["results"]]
    last = seq
    for n, label in enumerate(labels[:LINES]):
        called = act("chair", "call", line=label)
        line = people["chair"].api(f"{_room.API}lines/{label}/").json()  # the connection is a moment old
        act("secretariat", "acknowledge", hash=line["text_hash"], seq=called)
        for delegation in range(5):
            act(f"delegate{(n * 5 + delegation) % DELEGATIONS}", "floor-ask", kind="intervention")
        act("chair", "call-objections", line=label, text_hash=line["text_hash"])
        time.sleep(WINDOW_S)
        last = act("chair", "gavel", line=label, text_hash=line["text_hash"]) or last
        fell[last] = pressed[-1]
    screens.wait_for(last)
    faults = screens.faults(last)
    late = [
        (moment - fell[n]) * 1000 for screen in screens.screens for n, moment in screen.heard if n in fell
    ]
    size = sum(screen.size for screen in screens.screens) / SCREENS / 1024
    screens.close()
    for one in people.values():
        one.close()
    figures = {
        "screens": opened,
        "gavel_p50_ms": percentile(late, 0.5),
        "gavel_p95_ms": percentile(late, 0.95),
        "gavel_p99_ms": percentile(late, 0.99),
        **faults,
        "act_errors": errors,
        "kb_per_screen": round(size, 1),
        "gavels": len(fell),
        "load": load(),
    }
    print(figures, flush=True)
    return figures
