"""Processes killed, servers taken away, slow mail, a full disk, all while people act; then the record is asked.

Four delegations put proposals without pause, jobs and letters are ordered beside them. An act counts as
acknowledged when the portal answered 200; afterwards each must stand in the record exactly once, the chain must
verify, and every job and letter must have come to its end. First on the embedded mode (figures ``embedded_…``), then
on the real servers where PostgreSQL, Redis and nginx are installed.
"""

from __future__ import annotations

import json
import os
import secrets
import socketserver
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from http.client import HTTPException
from pathlib import Path

from benchmarks import _room
from benchmarks._alone import HELD_S, RECOVERED_WITHIN, Alone, EmbeddedDrills
from benchmarks._figures import load
from tests import production, servers
from tests.support import ROOT
from tests.visiting import Visitor

WRITERS = 4
BEFORE_S = 2.0  # of acts before a fault
JOBS_WITHIN = 180.0

INSIDE = "from benchmarks import _inside; _inside."


class MailServer(socketserver.ThreadingTCPServer):
    """Takes every letter; ``pause`` seconds pass before it says so."""

    allow_reuse_address = daemon_threads = True

    def __init__(self) -> None:
        self.pause, self.taken = 0.0, []
        super().__init__(("127.0.0.1", 0), _Letter)


class _Letter(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        self.say("220 ready")
        while line := self.rfile.readline():
            word = line[:4].upper().strip()
            if word == b"DATA":
                self.say("354 go on")
                while (line := self.rfile.readline()) not in (b".\r\n", b""):
                    if line.lower().startswith(b"message-id:"):
                        name = line.split(b":", 1)[1].strip().decode()
                time.sleep(self.server.pause)
                self.server.taken.append(name)
                self.say("250 taken")
            elif word == b"QUIT":
                return self.say("221 good bye")
            else:
                self.say("250 well")

    def say(self, words: str) -> None:
        with suppress(OSError):
            self.wfile.write(f"{words}\r\n".encode())


class Writers:
    """Delegations that put one proposal after another; ``acknowledged`` are those that the portal took."""

    def __init__(self, portal, cookies: dict[str, str]) -> None:
        self.acknowledged: list[str] = []
        self.refused: dict[str, int] = {}
        self.last, self.longest_pause = time.monotonic(), 0.0
        self.turn = threading.Lock()
        self.ended = threading.Event()
        visitors = [_room.seated(portal.visitor(), cookies[f"delegate{n}"]) for n in range(WRITERS)]
        for visitor in visitors:
            visitor.timeout = 20
        self.threads = [threading.Thread(target=self._write, args=(one,), daemon=True) for one in visitors]
        for thread in self.threads:
            thread.start()

    def _write(self, visitor: Visitor) -> None:
        text_hash = None
        while not self.ended.wait(0.05):
            token = secrets.token_hex(8)
            try:
                if text_hash is None:
                    found = visitor.api(f"{_room.API}lines/")
                    line = next(one for one in found.json()["results"] if one["state"] == "open")
                    text_hash = line["text_hash"]
                act = {
                    "line": line["label"],
                    "base_hash": text_hash,
                    "text": f"Words {token}.",
                    "reason": token,
                }
                status = visitor.api(f"{_room.API}acts/propose/", act).status
            except (OSError, HTTPException, ValueError, KeyError) as error:
                status = type(error).__name__
            if status == 200:
                with self.turn:
                    self.acknowledged.append(token)
                    now = time.monotonic()
                    self.longest_pause, self.last = max(self.longest_pause, now - self.last), now
            else:
                self.refused[str(status)] = self.refused.get(str(status), 0) + 1
                time.sleep(0.2)

    def end(self) -> None:
        self.ended.set()
        for thread in self.threads:
            thread.join(30)


class Drills:
    """The installation, and what is done to it; each drill returns once people act again."""

    def __init__(self, portal, database, redis, mail: MailServer, disk: Path | None) -> None:
        self.portal, self.database, self.redis, self.mail, self.disk = portal, database, redis, mail, disk

    def all(self) -> Iterator[tuple[str, Callable[[], None]]]:
        for name in self.portal.processes:
            yield f"kill -9 {name}", lambda name=name: self._killed(name)
        yield "Redis gone", self._redis_gone
        yield "PostgreSQL restarted", lambda: self._database_again(self.database.end)
        yield "kill -9 PostgreSQL", lambda: self._database_again(self.database.kill)
        yield "slow mail", self._slow_mail
        if self.disk is not None:
            yield "full disk", self._full_disk
        else:
            print("no drill of a full disk: this account may mount nothing")

    def _killed(self, name: str) -> None:
        process = self.portal.processes[name]
        process.kill()
        time.sleep(0.5)  # until the containers' engine has noticed
        process.start(self.portal.env)
        time.sleep(HELD_S)

    def _redis_gone(self) -> None:
        self.redis.kill()
        time.sleep(HELD_S)
        self.redis.start()

    def _database_again(self, end: Callable[[], None]) -> None:
        end()
        time.sleep(1)
        self.database.start()

    def _slow_mail(self) -> None:
        self.mail.pause = 15.0
        time.sleep(4 * HELD_S)
        self.mail.pause = 0.0

    def _full_disk(self) -> None:
        filler = self.disk / "filler"
        with filler.open("wb") as file, suppress(OSError):
            while True:
                file.write(b"0" * 65536)
                file.flush()
        time.sleep(3 * HELD_S)
        filler.unlink()


@contextmanager
def small_disk(folder: Path, size: str) -> Iterator[Path | None]:
    """A file system of its own that can be filled; None where this account may mount nothing."""
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", folder], capture_output=True
    )
    try:
        yield folder if mounted.returncode == 0 else None
    finally:
        if mounted.returncode == 0:
            subprocess.run(["umount", "-l", folder], check=True)


def run() -> dict:
    embedded = {f"embedded_{name}": figure for name, figure in _embedded().items()}
    try:
        return _real_servers() | embedded
    except servers.Unavailable as reason:
        print(f"not measured on the real servers: {reason}")
        return embedded


def _embedded() -> dict:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="concord-bench-")))
        mail = stack.enter_context(MailServer())
        threading.Thread(target=mail.serve_forever, daemon=True).start()
        stack.callback(mail.shutdown)
        portal = Alone(folder, mail.server_address)
        stack.callback(portal.stop)
        return _drilled(portal.start(), EmbeddedDrills(portal), mail)


def _real_servers() -> dict:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="concord-bench-")))
        folder.chmod(0o755)  # PostgreSQL, under its own account, reaches its disk through it
        mail = stack.enter_context(MailServer())
        threading.Thread(target=mail.serve_forever, daemon=True).start()
        stack.callback(mail.shutdown)
        database = stack.enter_context(servers.postgres_server(*production.database_settings()))
        redis = stack.enter_context(servers.redis_server())
        disk = stack.enter_context(small_disk(folder / "disk", "400m"))
        # Ended before the disk under it goes.
        stack.callback(database.end)
        if disk is not None:
            _move_to(database, disk)
        portal = production.Production(folder, database.url, redis.url, mail=mail.server_address, live=1)
        stack.callback(portal.kill)
        return _drilled(portal.start(), Drills(portal, database, redis, mail, disk), mail)


def _move_to(database: servers.Server, disk: Path) -> None:
    """Lay the database on the small disk; the server's own log of changes stays where it is."""
    place = disk / "tables"
    place.mkdir()
    if database.identity:
        os.chown(place, database.identity["user"], database.identity["group"])
    with production.connected(database.url.rpartition("/")[0] + "/template1") as cursor:
        cursor.execute(f"CREATE TABLESPACE small LOCATION '{place}'")
        cursor.execute("ALTER DATABASE postgres SET TABLESPACE small")


def _drilled(portal, drills: Drills | EmbeddedDrills, mail: MailServer) -> dict:
    cookies, _seq = _room.set_up(portal.python, lines=2, delegations=WRITERS)
    chair = _room.seated(portal.visitor(), cookies["chair"])
    first = chair.api(f"{_room.API}lines/").json()["results"][0]["label"]
    assert chair.api(f"{_room.API}acts/call/", {"line": first}).status == 200
    orders = subprocess.Popen(
        [sys.executable, "manage.py", "shell", "--verbosity", "0", "-c", f"{INSIDE}order()"], cwd=ROOT, text=True,
        env=portal.env | {"PYTHONPATH": str(ROOT)}, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )  # fmt: skip
    ordered: list[list[str]] = []
    reader = threading.Thread(
        target=lambda: ordered.extend(line.split() for line in orders.stdout), daemon=True
    )
    reader.start()
    while not ordered:
        assert orders.poll() is None, "nothing can be ordered"
        time.sleep(0.2)
    writers = Writers(portal, cookies)
    done = 0
    for name, drill in drills.all():
        time.sleep(BEFORE_S)
        before = len(writers.acknowledged)
        drill()
        ended = time.monotonic()
        while writers.last < ended and time.monotonic() < ended + RECOVERED_WITHIN:
            time.sleep(0.05)
        assert writers.last >= ended, (
            f"after “{name}” no act went through: {writers.refused} {portal.log()[-3000:]}"
        )
        done += 1
        print(
            f"{name}: {len(writers.acknowledged) - before} acts meanwhile, refused so far {writers.refused}",
            flush=True,
        )
    writers.end()
    orders.stdin.close()
    orders.wait(30)
    reader.join(10)
    orders.stdout.close()
    left = _jobs_left(portal, [int(one[2]) for one in ordered if one[0] == "draft"])
    record = json.loads(portal.python(f"{INSIDE}record_of('session/un-test/1')").strip().splitlines()[-1])
    lost = [token for token in writers.acknowledged if record["recorded"].count(token) != 1]
    letters = {one[1] for one in ordered if one[0] == "letter"}
    verified = _verified(portal)
    portal.stop()
    return {
        "drills": done,
        "acts_lost": len(lost),
        "jobs_left": left,
        "acts": len(writers.acknowledged),
        "acts_refused": sum(writers.refused.values()),
        "acts_half_done": len(set(record["recorded"]) ^ set(record["proposed"])),
        "record_intact": int(record["gapless"] and verified),
        "jobs": len(ordered),
        "letters_lost": len(letters - set(mail.taken)),
        "letters_twice": len(mail.taken) - len(set(mail.taken)),
        "longest_pause_s": round(writers.longest_pause, 1),
        "load": load(),
    }


def _jobs_left(portal, pks: list[int]) -> int:
    """Jobs that did not end well within three minutes after the last drill, and those that are gone."""
    deadline = time.monotonic() + JOBS_WITHIN
    while True:
        found = json.loads(portal.python(f"{INSIDE}jobs_of({pks})").strip().splitlines()[-1])
        waiting = [one for one in found["left"] if one[2] != "failed"]
        if not waiting or time.monotonic() > deadline:
            break
        time.sleep(3)
    for one in found["left"]:
        print("left:", *one)
    return len(found["left"]) + found["gone"]


def _verified(portal) -> bool:
    """Whether the session's stream verifies, by the verifier that anybody can run."""
    path = portal.folder / "record.jsonl"
    said = portal.manage("export_record", "session/un-test/1", "-o", str(path))
    head = json.loads(said.strip().splitlines()[-1])["head"]
    verifier = [sys.executable, "-m", "records.verify", str(path), "--head", head]
    done = subprocess.run(verifier, cwd=ROOT, capture_output=True, text=True)
    print(done.stdout.strip())
    return done.returncode == 0
