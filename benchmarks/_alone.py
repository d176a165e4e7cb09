"""The embedded mode under drills: each of its programs killed, and the one that watches them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from benchmarks._embedded import Embedded
from benchmarks._figures import family
from tests.support import ROOT
from tests.visiting import Visitor

HELD_S = 4.0  # of a fault itself
RECOVERED_WITHIN = 60.0


class EmbeddedDrills:
    """kill -9 of each program that ``./concord run`` keeps running, and of the one that watches them."""

    # As the machine lists them (Linux): the process that forks the others first.
    PROGRAMS = ("python", "web", "rooms", "work", "reserved", "scheduler")

    def __init__(self, portal: Alone) -> None:
        self.portal = portal

    def all(self) -> Iterator[tuple[str, Callable[[], None]]]:
        for name in self.PROGRAMS:
            shown = "all but the watcher" if name == "python" else name
            yield f"embedded: kill -9 {shown}", lambda name=name: self._killed(name)
        yield "embedded: kill -9 the watcher", self._watcher_killed

    def _killed(self, name: str) -> None:
        [pid] = self.portal.programs(name)
        os.kill(pid, signal.SIGKILL)
        deadline = time.monotonic() + RECOVERED_WITHIN
        while self.portal.programs(name) in ([], [pid]):  # until another was started
            assert time.monotonic() < deadline, f"{name} was not started again: {self.portal.log()[-2000:]}"
            time.sleep(0.1)
        time.sleep(HELD_S)

    def _watcher_killed(self) -> None:
        """What it kept running ends with it, and somebody starts it again."""
        self.portal.watcher_killed()
        time.sleep(HELD_S)
        self.portal.start()


class Alone:
    """The embedded portal, asked as the real servers are."""

    def __init__(self, folder: Path, mail: tuple[str, int]) -> None:
        host, port = mail
        self.inner = Embedded(folder, MAIL_HOST=host, MAIL_PORT=str(port), LOG_LEVEL="WARNING")
        self.folder, self.env = folder, self.inner.env
        self.python = self.inner.python

    def start(self) -> Alone:
        self.inner.start()
        return self

    def visitor(self) -> Visitor:
        return Visitor(self.inner.url)

    def manage(self, *arguments: str) -> str:
        command = [sys.executable, "manage.py", *arguments]
        done = subprocess.run(command, cwd=ROOT, env=self.env, capture_output=True, text=True, timeout=300)
        assert done.returncode == 0, f"{arguments[0]}: {done.stderr[-3000:]}"
        return done.stdout

    def programs(self, name: str = "") -> list[int]:
        """What the watcher keeps running, under this name."""
        found = [pid for pid in family(self.inner.process.pid) if pid != self.inner.process.pid]
        return [pid for pid in found if name in ("", Path(f"/proc/{pid}/comm").read_text().strip())]

    def watcher_killed(self) -> None:
        left = self.programs()
        self.inner.process.kill()
        self.inner.process.wait()
        deadline = time.monotonic() + RECOVERED_WITHIN
        while any(_alive(pid) for pid in left):
            assert time.monotonic() < deadline, "what the watcher had started did not end with it"
            time.sleep(0.1)

    def log(self) -> str:
        return self.inner.log.read_text(errors="replace")

    def stop(self) -> None:
        self.inner.end()


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
