"""Run the whole portal on one machine: ``python -m portal.serve``, which is what ``./concord run`` calls.

This process stays small. It looks whether port and data folder can be had, lets a child bring the database
up to date and lay the demonstration, then keeps ``portal.forked`` running: the pages and streams, the rooms in which
chapters are written together, the workers and the scheduler. What dies is started again;
Ctrl-C, TERM and a closed terminal end all of them within five seconds. What must not run twice on the same
data is guarded by a lock on the data folder, which the system lifts even after a kill -9.
"""

from __future__ import annotations

import ctypes
import fcntl
import http.client
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).resolve().parent.parent
# Seconds. A worker in the midst of a job is asked to finish, then made to: the job row is the truth and
# the next worker takes it up.
GRACE = 3.5
STEP = 0.1
FIRST_PAUSE, LONGEST_PAUSE, STEADY_AFTER = 0.1, 30.0, 60.0
READY_WITHIN = 60.0


class Unusable(Exception):
    """What keeps Concord from starting, said in a sentence for the person at the terminal."""


@dataclass
class Program:
    """One program that is kept running, with the pause before its next start (seconds)."""

    name: str
    arguments: list[str]
    process: subprocess.Popen | None = None
    started: float = 0.0
    pause: float = FIRST_PAUSE
    start_again_at: float = field(default=0.0)

    def start(self, environment: dict[str, str]) -> None:
        self.process = subprocess.Popen(
            [sys.executable, *self.arguments],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            # A group of its own: Ctrl-C reaches this process alone, and what a job has started ends with it.
            start_new_session=True,
            preexec_fn=_end_with_parent if _prctl else None,
        )
        self.started = time.monotonic()

    def watch(self, environment: dict[str, str]) -> None:
        """Start the program again when it has ended, each time after a longer pause unless it was steady."""
        now = time.monotonic()
        if self.process is not None and self.process.poll() is not None:
            if now - self.started > STEADY_AFTER:
                self.pause = FIRST_PAUSE
            _say(f"{self.name} ended ({_how(self.process.returncode)}); it starts again in {self.pause:g} s.")
            _signal_group(self.process, signal.SIGKILL)
            self.process, self.start_again_at = None, now + self.pause
            self.pause = min(self.pause * 2, LONGEST_PAUSE)
        elif self.process is None and now >= self.start_again_at:
            self.start(environment)


_prctl = ctypes.CDLL(None).prctl if sys.platform == "linux" else None


def _end_with_parent() -> None:
    """Ask the kernel to send TERM when this process's parent is killed outright (Linux only)."""
    _prctl(1, signal.SIGTERM)


def _how(code: int) -> str:
    return f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"


def _say(text: str) -> None:
    print(text, flush=True)


def _signal_group(process: subprocess.Popen, number: int) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, number)


def port_from(environment: dict[str, str]) -> int:
    """The port asked for, default 8000; the next one is the rooms'. Raises Unusable for what is no port."""
    written = environment.get("PORT") or "8000"
    if not written.isdecimal() or not 0 < int(written) < 65535:
        raise Unusable(f"PORT is {written!r}; it must be a number from 1 to 65534, such as PORT=8010.")
    return int(written)


def require_free(port: int) -> None:
    """Raise Unusable when the port cannot be had on the loopback address."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except PermissionError:
            raise Unusable(
                f"Port {port} is reserved to the system's administrator. "
                "Choose another: PORT=8010 ./concord run"
            ) from None
        except OSError:
            raise Unusable(
                f"Port {port} is taken by another program, perhaps by Concord itself. "
                f"Choose another: PORT={port + 10 if port < 65000 else 8010} ./concord run"
            ) from None


def claim(data: Path, port: int):
    """Take the data folder for this process; returns the open lock file, which holds it.

    Raises Unusable when folder or database cannot be written, or another Concord runs on them.
    """
    database = data / "concord.sqlite3"
    try:
        data.mkdir(parents=True, exist_ok=True)
        lock = open(data / "serve.lock", "a+", encoding="utf-8")  # noqa: SIM115  held open for the life of the process
    except OSError as error:
        raise _folder_unwritable(data, error) from None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        lock.seek(0)
        raise Unusable(
            f"Concord already runs on the data in {data}: {lock.read().strip() or 'it is just starting'}. "
            "For a second one beside it, with data of its own: PORT=8010 DATA_DIR=var-2 ./concord run"
        ) from None
    try:
        # A folder may have become read-only after the lock file was made; the database keeps its log there.
        with tempfile.TemporaryFile(dir=data):
            pass
        lock.truncate(0)
        lock.write(f"http://localhost:{port}\n")
        lock.flush()
    except OSError as error:
        raise _folder_unwritable(data, error) from None
    if database.exists():
        _require_writable(database)
    return lock


def _folder_unwritable(data: Path, error: OSError) -> Unusable:
    return Unusable(
        f"The data folder {data} cannot be written to ({error.strerror}). "
        "Give yourself the right to write there, or choose another: DATA_DIR=folder ./concord run"
    )


def _require_writable(database: Path) -> None:
    """Raise Unusable unless SQLite itself would write to the file and to the log beside it."""
    try:
        with open(database, "r+b"):
            pass
        with closing(sqlite3.connect(database, timeout=1, isolation_level=None)) as probe:
            probe.execute("BEGIN IMMEDIATE")
            probe.execute("ROLLBACK")
    except (OSError, sqlite3.Error) as error:
        if getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_BUSY:
            return  # somebody writes to it
        raise Unusable(
            f"The database {database} cannot be written to ({getattr(error, 'strerror', None) or error}). "
            "Give yourself the right to write it, or choose other data: DATA_DIR=folder ./concord run"
        ) from None


def prepare() -> None:
    """Bring the database up to date and lay the demonstration where it is missing; prints its accounts."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    import django
    from django.core.management import call_command
    from django.db import DatabaseError

    django.setup()
    try:
        call_command("migrate", interactive=False, verbosity=0)
        call_command("load_demo")
    except DatabaseError as error:
        sys.exit(f"The database could not be brought up to date: {error}")


class Ended(Exception):
    """Somebody asked this process to end."""


def _ask_to_end(_number, _frame) -> NoReturn:
    raise Ended


def _prepared(environment: dict[str, str]) -> str:
    """Run ``prepare`` in a child; returns what it printed. Raises Unusable when it did not succeed."""
    child = Program("The preparation", ["-m", "portal.serve", "prepare"])
    process = subprocess.Popen(
        [sys.executable, *child.arguments],
        cwd=ROOT,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
        preexec_fn=_end_with_parent if _prctl else None,
    )
    child.process = process
    try:
        printed, _ = process.communicate()
    except Ended:
        end(child)
        raise
    if process.returncode:
        raise Unusable((printed + "\nConcord could not be prepared; the reason stands above.").strip())
    return printed.strip("\n")


def answers(port: int) -> bool:
    """Whether the web server answers on the port, with any page at all; asked directly, past any proxy."""
    asked = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        asked.request("GET", "/healthz", headers={"Host": f"localhost:{port}"})
        return bool(asked.getresponse().status)
    except (OSError, http.client.HTTPException):
        return False
    finally:
        asked.close()


def _wait_until_ready(portal: Program, port: int, environment: dict[str, str]) -> None:
    deadline = time.monotonic() + READY_WITHIN
    while time.monotonic() < deadline:
        portal.watch(environment)
        if answers(port):
            return
        time.sleep(STEP)
    raise Unusable(f"The web server did not answer within {READY_WITHIN:g} s; the reason stands above.")


def end(program: Program) -> None:
    """End the program and what it started: asked first, and killed once the grace is over."""
    if program.process is None:
        return
    _signal_group(program.process, signal.SIGTERM)
    deadline = time.monotonic() + GRACE
    while time.monotonic() < deadline and program.process.poll() is None:
        time.sleep(STEP)
    _signal_group(program.process, signal.SIGKILL)
    program.process.wait()


def serve(environment: dict[str, str]) -> None:
    """Prepare, start, announce, and keep running until Ended is raised. Raises Unusable with the reason."""
    if environment.get("CONCORD_MODE", "embedded") != "embedded":
        raise Unusable(
            "This starts the embedded mode only; CONCORD_MODE=production runs by docker compose up."
        )
    port = port_from(environment)
    data = Path(environment.get("DATA_DIR") or ROOT / "var").resolve()
    environment = environment | {"PORT": str(port), "DATA_DIR": str(data), "PYTHONUNBUFFERED": "1"}
    lock = claim(data, port)
    portal = Program("Concord", ["-m", "portal.forked", str(port)])
    try:
        require_free(port)
        require_free(port + 1)
        accounts = _prepared(environment)
        portal.start(environment)
        _wait_until_ready(portal, port, environment)
        _say(f"{accounts}\n\nConcord runs at http://localhost:{port}  (Ctrl-C ends it)")
        while True:
            portal.watch(environment)
            time.sleep(STEP * 2)
    finally:
        # A second Ctrl-C must not cut the ending short: nothing may be left running.
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        end(portal)
        lock.close()


def main(arguments: list[str]) -> int:
    if arguments == ["prepare"]:
        prepare()
        return 0
    if arguments:
        print("usage: ./concord run (PORT= and DATA_DIR= choose port and data folder)", file=sys.stderr)
        return 2
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _ask_to_end)
    try:
        serve(dict(os.environ))
    except Unusable as reason:
        print(reason, file=sys.stderr)
        return 1
    except Ended:
        _say("Concord has ended.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
