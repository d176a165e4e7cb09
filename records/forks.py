"""Programs forked from one that has loaded everything: they share its memory, and the next of one is there at once."""

from __future__ import annotations

import ctypes
import gc
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

GRACE = 5  # seconds
# One that dies in its first second is not started again in the same moment, lest the machine do nothing else.
YOUNG, PAUSE = 1.0, 0.5
SET_NAME = 15  # of prctl


@dataclass(frozen=True)
class Work:
    """``run`` is what the forked process does until TERM; the machine lists it by its ``name`` (15 letters at most)."""

    name: str
    run: Callable[[], object]


class Keeper:
    """Forks a process for each work, and forks again what dies. TERM ends all of them.

    Whoever runs it has loaded what the works need, and has no thread and no open connection.
    """

    def __init__(self, works: Sequence[Work]) -> None:
        self.waiting = list(works)
        self.children: dict[int, tuple[Work, float]] = {}
        self.ending = False
        # Held open by this process alone: its end, however it comes, is the end of the children.
        self.life, self.held = os.pipe()

    def run(self) -> int:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._end)
        gc.collect()
        gc.freeze()  # what is loaded stays where it is, so that a child's collector does not copy it by looking
        while not self.ending:
            while self.waiting:
                self._fork(self.waiting.pop())
            self._wait()
        deadline = time.monotonic() + GRACE
        while self.children and time.monotonic() < deadline:
            self._reap(os.WNOHANG)
            time.sleep(0.05)
        for child in self.children:
            os.kill(child, signal.SIGKILL)
        return 0

    def _fork(self, work: Work) -> None:
        child = os.fork()
        if child:
            self.children[child] = (work, time.monotonic())
            return
        code = 1
        try:
            for number in (signal.SIGTERM, signal.SIGINT):
                signal.signal(number, signal.SIG_DFL)
            os.close(self.held)
            if sys.platform == "linux":
                ctypes.CDLL(None).prctl(SET_NAME, work.name.encode())
            threading.Thread(target=_end_with, args=(self.life,), daemon=True).start()
            work.run()
            code = 0
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else 0
        finally:
            sys.stderr.flush()
            os._exit(code)

    def _wait(self) -> None:
        with suppress(InterruptedError):
            self._reap(0)

    def _reap(self, how: int) -> None:
        with suppress(ChildProcessError):
            child, status = os.waitpid(-1, how)
            work, began = self.children.pop(child, (None, 0.0))
            if work is None or self.ending:
                return
            self.waiting.append(work)
            code = os.waitstatus_to_exitcode(status)
            print(f"{work.name}: the process ended ({code}); the next is there.", flush=True)
            if time.monotonic() - began < YOUNG:
                time.sleep(PAUSE)

    def _end(self, _number, _frame) -> None:
        self.ending = True
        for child in self.children:
            with suppress(ProcessLookupError):
                os.kill(child, signal.SIGTERM)


def _end_with(life: int) -> None:
    """Wait until the parent has ended, and end: else a port would be held, or a lane served twice."""
    os.read(life, 1)
    os._exit(1)
