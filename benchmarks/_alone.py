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
from tests.support import ROOT
from tests.visiting import Visitor

HELD_S = 4.0  # of a fault itself
RECOVERED_WITHIN = 60.0


class EmbeddedDrills:
    """kill -9 of each program that ``./concord run`` keeps running, and of the one that watches them."""

    # What each program's command line holds, and no other's.
    PROGRAMS = {
        "web": "uvicorn",
        "worker": "-Q work ",
        "worker-reserved": "-Q reserved ",
        "scheduler": "portal.celery:app beat",
    }

    def __init__(self, portal: Alone) -> None:
        self.portal = portal

    def all(self) -> Iterator[tuple[str, Callable[[], None]]]:
        for name, words in self.PROGRAMS.items():
            yield f"embedded: kill -9 {name}", lambda words=words: self._killed(words)
        yield "embedded: kill -9 the watcher", self._watcher_killed

    def _killed(self, words: str) -> None:
        [pid] = self.portal.children(words)
        os.kill(pid, signal.SIGKILL)
        deadline = time.monotonic() + RECOVERED_WITHIN
        while self.portal.children(words) in ([], [pid]):  # until the watcher has started another
            assert time.monotonic() < deadline, f"{words} was not started again: {self.portal.log()[-2000:]}"
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

    def children(self, words: str = "") -> list[int]:
        """The programs that the watcher keeps running and whose command line holds these words."""
        listed = subprocess.run(
            ["ps", "-axo", "pid=,ppid=,command="], capture_output=True, text=True, check=True
        )
        rows = [line.split(None, 2) for line in listed.stdout.splitlines()]
        return [
            int(pid) for pid, parent, command in rows
            if int(parent) == self.inner.process.pid and words in f"{command} "
        ]  # fmt: skip

    def watcher_killed(self) -> None:
        left = self.children()
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
