"""The real thing without containers: docker-compose.yml's own commands as processes, behind deploy/nginx.conf.

What is changed is what a container network would give: addresses, ports and folders. ``.env`` is written by
``./concord env``. PostgreSQL and Redis are the caller's (tests/servers.py); every process started here is ended
by ``stop``.
"""

from __future__ import annotations

import http.client
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg2

from tests.composed import composed, dotenv
from tests.e2e.portal import free_port
from tests.servers import Unavailable
from tests.support import CAUSES, ROOT
from tests.visiting import Visitor

WITHIN = 90.0  # seconds for everything to stand, on a busy machine
NEEDED = ("SITE_URL", "SECRET_KEY", "POSTGRES_PASSWORD", "REDIS_PASSWORD", "FILES_KEY_ID", "FILES_SECRET")
GRACE = 60.0  # as docker-compose.yml gives the workers


@dataclass
class Process:
    """One process and where it writes its log."""

    name: str
    arguments: list[str]
    log: Path
    handle: subprocess.Popen | None = None

    def start(self, environment: dict[str, str]) -> None:
        with self.log.open("ab") as out:
            self.handle = subprocess.Popen(
                self.arguments,
                cwd=ROOT,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                start_new_session=True,
            )

    def end(self, within: float = GRACE) -> int:
        """TERM to the process alone, as a container's engine sends it; its exit code."""
        self.handle.terminate()
        return self.ended(within)

    def ended(self, within: float = GRACE) -> int:
        """Wait for the end of a process that was asked to end; its exit code."""
        try:
            return self.handle.wait(within)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f"{self.name} did not end within {within:g} s") from None

    def kill(self) -> None:
        """kill -9 of the process and everything it has started."""
        try:
            os.killpg(self.handle.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.handle.wait()


@dataclass
class Production:
    """``start`` brings it up at ``url``; two web processes, ``live`` and ``workers`` of each."""

    folder: Path
    database: str
    redis: str
    mail: tuple[str, int] = ("127.0.0.1", 9)
    live: int = 2
    workers: int = 2
    storage: dict[str, str] = field(default_factory=dict)
    """The variables that name a bucket (tests/stores.py); without them files lie in the data folder."""
    more: dict[str, str] = field(default_factory=dict)
    processes: dict[str, Process] = field(default_factory=dict)
    visitors: list[Visitor] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.port = free_port()
        self.url = f"https://localhost:{self.port}"
        self.ports = {
            "web": [free_port()],
            "live": [free_port() for _n in range(self.live)],
            "rooms": [free_port()],
        }
        self.certificate = self.folder / "certificate" / "certificate.pem"
        self.compose = composed(self._written() | {"SITE_URL": self.url})
        self.env = self._environment()

    def _written(self) -> dict[str, str]:
        """What ``./concord env`` writes, written beside a copy of the program."""
        shutil.copy(ROOT / "concord", self.folder)
        subprocess.run([self.folder / "concord", "env"], check=True, capture_output=True)
        return dotenv(self.folder / ".env")

    def _environment(self) -> dict[str, str]:
        data = self.folder / "data"
        data.mkdir(exist_ok=True)
        (self.folder / "certificate").mkdir(exist_ok=True)
        host, port = self.mail
        outside = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG")}
        return (
            outside
            | self.compose["services"]["web"]["environment"]
            | {
                "DATA_DIR": str(data),
                "DATABASE_URL": self.database,
                "REDIS_URL": self.redis,
                "MAIL_HOST": host,
                "MAIL_PORT": str(port),
                "CERTIFICATE_AT": f"localhost:{self.port}",
                "LIVE_PROCESSES": str(self.live),
                "WORKER_PROCESSES": str(2 * self.workers),
                "PYTHONUNBUFFERED": "1",
            }
            | dict.fromkeys(("FILES_URL", "FILES_KEY_ID", "FILES_SECRET"), "")
            | self.storage
            | self.more
        )

    def command(self, service: str, changes: dict[str, str] | None = None) -> list[str]:
        """The service's command with some words exchanged: addresses, ports, folders."""
        words = self.compose["services"][service]["command"]
        for old, new in (changes or {}).items():
            assert old in words, f"{service}: {old} is not in the command"
            words = [new if word == old else word for word in words]
        return [str(Path(sys.executable).with_name(words[0])), *words[1:]]

    def start(self) -> Production:
        self.once("bucket", self.command("bucket"))
        self.once("migrate", self.command("migrate"))
        there = {"/certificate": str(self.certificate.parent)}
        self.once("certificate", self.command("certificate", there))
        for service, ports in self.ports.items():
            for n, port in enumerate(ports, 1):
                here = {"--host=0.0.0.0": "--host=127.0.0.1", "--port=8000": f"--port={port}"}
                self._add(f"{service}{n}", self.command(service, here))
        for n in range(1, self.workers + 1):
            self._add(f"worker{n}", self.command("worker", {"work@%h": f"work{n}@%h"}))
        self._add("worker-reserved", self.command("worker-reserved"))
        schedule = "--schedule={}/beat-schedule".format
        self._add("beat", self.command("beat", {schedule("/data"): schedule(self.folder / "data")}))
        self._add("proxy", self._nginx())
        for process in self.processes.values():
            if process.name != "proxy":
                process.start(self.env)
        # As compose does: the proxy comes once the others answer.
        self._wait(self._healthy)
        self.processes["proxy"].start(self.env)
        self.wait_until_ready()
        return self

    def _add(self, name: str, arguments: list[str]) -> None:
        self.processes[name] = Process(name, arguments, self.folder / f"{name}.log")

    def once(self, name: str, arguments: list[str]) -> str:
        """Run a command to its end; what it printed. AssertionError with its last words when it fails."""
        done = subprocess.run(arguments, cwd=ROOT, env=self.env, capture_output=True, text=True, timeout=300)
        assert done.returncode == 0, f"{name}: {done.stderr[-3000:]}"
        return done.stdout

    def manage(self, *arguments: str) -> str:
        return self.once(arguments[0], [sys.executable, "manage.py", *arguments])

    def python(self, code: str) -> str:
        """Run code with the portal's settings: what is set up and not the subject."""
        environment, self.env = self.env, self.env | {"PYTHONPATH": str(ROOT)}
        try:
            return self.manage("shell", "--verbosity", "0", "-c", code)
        finally:
            self.env = environment

    def _nginx(self) -> list[str]:
        """The repository's own configuration with other addresses, ports and certificate."""
        program = CAUSES["nginx"].find()
        if program is None:
            raise Unavailable("nginx is not installed")
        upstreams = {
            service: "\n".join(f"server 127.0.0.1:{port};" for port in ports)
            for service, ports in self.ports.items()
        }
        changes = {
            "server web:8000;": upstreams["web"],
            "server live:8000;": upstreams["live"],
            "server rooms:8000;": upstreams["rooms"],
            "listen 8443 ssl;": f"listen 127.0.0.1:{self.port} ssl;",
            "/certificate/": f"{self.folder}/certificate/",
        }
        said = subprocess.run([program, "-v"], capture_output=True, text=True).stderr
        if tuple(map(int, re.search(r"/(\d+)\.(\d+)\.(\d+)", said).groups())) < (1, 25, 1):
            # The same, as older versions say it.
            changes |= {
                "listen 8443 ssl;": f"listen 127.0.0.1:{self.port} ssl http2;",
                "http2 on;": "",
            }
        text = (ROOT / "deploy" / "nginx.conf").read_text()
        for old, new in changes.items():
            assert old in text, f"deploy/nginx.conf: {old}"
            text = text.replace(old, new)
        # Nothing outside its own folder is written to, so that any account may run it.
        kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        folders = "".join(f"    {kind}_temp_path {self.folder}/nginx-{kind};\n" for kind in kinds)
        path = self.folder / "nginx.conf"
        path.write_text(text.replace("http {\n", "http {\n" + folders, 1))
        here = f"daemon off; pid {self.folder}/nginx.pid;" + (" user root;" if os.geteuid() == 0 else "")
        return [program, "-c", str(path), "-e", str(self.folder / "proxy.log"), "-g", here]

    def wait_until_ready(self) -> None:
        """Until everything answers, and /readyz through the proxy says that jobs are taken."""
        self._wait(lambda: self._healthy() and self.visitor().get("/readyz").status == 200)

    def _healthy(self) -> bool:
        """Each serving process answers at its own port, asked as the containers' health check asks."""
        behind = {"Host": self.url.removeprefix("https://"), "X-Forwarded-Proto": "https"}
        for port in (port for ports in self.ports.values() for port in ports):
            visitor = Visitor(f"http://127.0.0.1:{port}", headers=behind)
            try:
                if visitor.get("/healthz").status != 200:
                    return False
            finally:
                visitor.close()
        return True

    def _wait(self, true: Callable[[], bool]) -> None:
        deadline = time.monotonic() + WITHIN
        while True:
            begun = [process for process in self.processes.values() if process.handle]
            dead = [process.name for process in begun if process.handle.poll() is not None]
            assert not dead, f"{dead} ended: {self.tail(dead[0])}"
            try:
                if true():
                    return
            except (OSError, http.client.HTTPException):
                pass
            assert time.monotonic() < deadline, self.log()[-4000:]
            time.sleep(0.2)

    def visitor(self, **headers: str) -> Visitor:
        self.visitors.append(Visitor(self.url, self.certificate, headers))
        return self.visitors[-1]

    def stop(self) -> dict[str, int]:
        """End everything, the proxy first; the exit codes."""
        self._close_visitors()
        order = sorted(self.processes.values(), key=lambda process: process.name != "proxy")
        running = [process for process in order if process.handle and process.handle.poll() is None]
        # One TERM each, as a container's engine sends it: while Python takes itself down its handlers are gone
        # already, and a second one there would kill a program that has done everything in order.
        codes = {process.name: process.end() for process in running[:1]}
        for process in running[1:]:
            process.handle.terminate()
        return codes | {process.name: process.ended() for process in running[1:]}

    def kill(self) -> None:
        """Whatever still runs, without asking: for the end of a test that failed."""
        self._close_visitors()
        for process in self.processes.values():
            if process.handle and process.handle.poll() is None:
                process.kill()

    def _close_visitors(self) -> None:
        while self.visitors:
            self.visitors.pop().close()

    def tail(self, name: str) -> str:
        path = self.processes[name].log
        return path.read_text(errors="replace")[-3000:] if path.exists() else ""

    def log(self) -> str:
        return "".join(
            f"--- {process.name}\n{process.log.read_text(errors='replace')}"
            for process in self.processes.values()
            if process.log.exists()
        )


class Counting(threading.Thread):
    """Counts the portal's connections to the database until told to stop; ``most`` is the peak."""

    def __init__(self, url: str) -> None:
        super().__init__(daemon=True)
        self.url, self.most, self.ended = url, 0, threading.Event()
        self.start()

    def run(self) -> None:
        with connected(self.url) as cursor:
            while not self.ended.wait(0.2):
                cursor.execute(
                    "SELECT count(*) FROM pg_stat_activity"
                    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )
                self.most = max(self.most, cursor.fetchone()[0])

    def end(self) -> None:
        self.ended.set()
        self.join(5)


def database_settings() -> list[str]:
    """What docker-compose.yml sets on the database server's command line."""
    secrets = dict.fromkeys(NEEDED, "unused")
    return [word for word in composed(secrets)["services"]["postgres"]["command"] if "=" in word]


@contextmanager
def connected(url: str) -> Iterator:
    """A cursor on the database that ``url`` names, committing by itself."""
    link = psycopg2.connect(url, connect_timeout=5, application_name="measuring")
    try:
        link.autocommit = True
        with link.cursor() as cursor:
            yield cursor
    finally:
        link.close()
