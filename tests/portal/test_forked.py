"""The embedded mode: it runs from one loaded portal, what is killed is there again, and nothing is left over."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.e2e.portal import Portal
from tests.support import ROOT

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="reads /proc"),
]
NAMES = {"web", "rooms", "work", "reserved", "scheduler"}


def names(pid: int) -> dict[str, int]:
    """The children of a process by their names."""
    listed = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return {Path(f"/proc/{one}/comm").read_text().strip(): int(one) for one in listed}


def until(found, seconds: float = 60.0):
    deadline = time.monotonic() + seconds
    while not (value := found()):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    return value


def test_each_that_is_killed_is_followed_by_the_next_and_none_outlives_the_first(tmp_path):
    portal = Portal(tmp_path)
    portal.manage("migrate", "--verbosity", "0")
    command = [sys.executable, "-m", "portal.forked", str(portal.port)]
    process = subprocess.Popen(command, cwd=ROOT, env=portal.env, start_new_session=True)
    try:
        first = until(lambda: (found := names(process.pid)).keys() == NAMES and found)
        until(portal.answers)
        time.sleep(1.1)  # not young any more: no pause before the next
        for name, pid in first.items():
            os.kill(pid, signal.SIGKILL)
            until(lambda name=name, pid=pid: names(process.pid).get(name, pid) != pid)
        until(portal.answers)
        second = names(process.pid)
        assert second.keys() == NAMES
        process.kill()
        process.wait()
        until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in second.values()))
    finally:
        process.kill()
        process.wait()
