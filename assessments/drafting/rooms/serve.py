"""Serve the rooms: ``python -m assessments.drafting.rooms.serve --port 8001`` (``--host``, ``--processes``).

One process loads everything, binds the port and never reads a byte of an editor; it forks those that do. When one of
them dies, by a fault in the library or a kill, the next is there at once: loading anew would take seconds, in which
editors wait. TERM ends all of them: what waits is stored, and versions are made of it.
"""

from __future__ import annotations

import argparse
import os
import signal
import socket
import sys
import threading
import time
from contextlib import suppress

import uvicorn

MOST_BYTES = 8 * 1024 * 1024  # of a message: a text of the largest size, once
GRACE = 5  # seconds
# One that dies in its first second is not started again in the same moment, lest the machine do nothing else.
YOUNG, PAUSE = 1.0, 0.5


def serve(listening: socket.socket) -> None:
    """Answer editors on a bound socket until TERM."""
    from assessments.drafting.rooms.asgi import Rooms

    # Keys go over the loop; the threads that ask the database must not hold it up for five milliseconds at a time.
    sys.setswitchinterval(0.001)
    config = uvicorn.Config(
        Rooms(),
        lifespan="on",
        log_level="warning",
        access_log=False,
        proxy_headers=True,
        forwarded_allow_ips="*",
        timeout_graceful_shutdown=2,
        ws="websockets-sansio",
        # Compression costs an editor more time than the wire saves it.
        ws_per_message_deflate=False,
        ws_max_size=MOST_BYTES,
        ws_ping_timeout=60,  # a machine that has much to do is not away
    )
    uvicorn.Server(config).run(sockets=[listening])


class Keeper:
    """Forks the processes that serve, and forks again what dies."""

    def __init__(self, listening: socket.socket, processes: int) -> None:
        self.listening, self.processes = listening, processes
        self.children: dict[int, float] = {}
        self.ending = False
        # Held open by this process alone: its end, however it comes, is the end of the children.
        self.life, self.held = os.pipe()

    def run(self) -> int:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._end)
        while not self.ending:
            while len(self.children) < self.processes:
                self._fork()
            self._wait()
        deadline = time.monotonic() + GRACE
        while self.children and time.monotonic() < deadline:
            self._reap(os.WNOHANG)
            time.sleep(0.05)
        for child in self.children:
            os.kill(child, signal.SIGKILL)
        return 0

    def _fork(self) -> None:
        child = os.fork()
        if child:
            self.children[child] = time.monotonic()
            return
        code = 1
        try:
            for number in (signal.SIGTERM, signal.SIGINT):
                signal.signal(number, signal.SIG_DFL)
            os.close(self.held)
            threading.Thread(target=_end_with, args=(self.life,), daemon=True).start()
            serve(self.listening)
            code = 0
        finally:
            sys.stderr.flush()
            os._exit(code)

    def _wait(self) -> None:
        with suppress(InterruptedError):
            self._reap(0)

    def _reap(self, how: int) -> None:
        with suppress(ChildProcessError):
            child, status = os.waitpid(-1, how)
            began = self.children.pop(child, None)
            if began is None or self.ending:
                return
            print(
                f"A process of rooms ended ({os.waitstatus_to_exitcode(status)}); the next is there.",
                flush=True,
            )
            if time.monotonic() - began < YOUNG:
                time.sleep(PAUSE)

    def _end(self, _number, _frame) -> None:
        self.ending = True
        for child in self.children:
            with suppress(ProcessLookupError):
                os.kill(child, signal.SIGTERM)


def _end_with(life: int) -> None:
    """Wait until the parent has ended, and end: else the port would be held, and the next parent find it taken."""
    os.read(life, 1)
    os._exit(1)


def main(arguments: list[str]) -> int:
    reads = argparse.ArgumentParser(prog="rooms")
    reads.add_argument("--host", default="127.0.0.1")
    reads.add_argument("--port", type=int, required=True)
    reads.add_argument("--processes", type=int, default=1)
    asked = reads.parse_args(arguments)
    listening = socket.create_server((asked.host, asked.port), backlog=2048)
    from assessments.drafting.rooms import asgi  # noqa: F401  loads everything, once, before the first fork

    return Keeper(listening, asked.processes).run()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
