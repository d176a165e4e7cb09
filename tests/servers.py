"""``./concord test``: the suite on SQLite, then the tests marked ``databases`` again on PostgreSQL.

PostgreSQL and Redis are those that ``DATABASE_URL`` and ``REDIS_URL`` name, or throw-away servers started
here from installed programs: each in a temporary folder, on a free loopback port, behind a random password,
under an unprivileged account where this process is root (PostgreSQL refuses to run as root), and ended with
it. A server that merely happens to run on this machine is never touched. Without one the tests that need it
are skipped by cause, unless ``CONCORD_REQUIRE`` names it.
"""

from __future__ import annotations

import glob
import json
import os
import pwd
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from tests import support

POSTGRES_FOLDERS = (
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/opt/homebrew/opt/postgresql*/bin",
    "/usr/local/opt/postgresql*/bin",
)
NO_TESTS = 5  # pytest's exit code when its arguments select nothing
START_WITHIN = 30.0  # seconds


class Unavailable(Exception):
    """Why a server could not be had, in a sentence."""


def _program(name: str, folders: tuple[str, ...] = ()) -> str:
    """The installed program; in the folders, the one of the highest version. Raises Unavailable."""
    beside = [path for pattern in folders for path in glob.glob(f"{pattern}/{name}")]
    by_version = sorted(beside, key=lambda path: [int(number) for number in re.findall(r"\d+", path)])
    found = by_version[-1] if by_version else shutil.which(name)
    if not found:
        raise Unavailable(f"{name} is not installed")
    return found


def _identity() -> dict[str, object]:
    """The account to run a server under: this one, or an unprivileged one where this one is root."""
    if os.geteuid() != 0:
        return {}
    for name in ("postgres", "nobody"):
        try:
            account = pwd.getpwnam(name)
        except KeyError:
            continue
        return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
    raise Unavailable("there is no unprivileged account to run a server under")


@contextmanager
def _folder(identity: dict) -> Iterator[Path]:
    path = Path(tempfile.mkdtemp(prefix="concord-server-"))
    try:
        if identity:
            os.chown(path, identity["user"], identity["group"])
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@dataclass
class Server:
    """A server of one's own at ``url``, which may be ended and started again while its folder lasts."""

    url: str
    command: list[str]
    folder: Path
    identity: dict
    ready: Callable[[], None]  # raises as long as the server does not answer
    process: subprocess.Popen | None = None

    def start(self) -> None:
        """Raises Unavailable, with its last words, when it does not answer in time."""
        log = self.folder / "log"
        with open(log, "ab") as out:
            self.process = subprocess.Popen(
                self.command,
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                start_new_session=True,
                **self.identity,
            )
        deadline = time.monotonic() + START_WITHIN
        while True:
            try:
                return self.ready()
            except Exception as error:
                if self.process.poll() is not None or time.monotonic() > deadline:
                    said = log.read_text(errors="replace").strip().splitlines()
                    name = Path(self.command[0]).name
                    raise Unavailable(f"{name}: {said[-1] if said else error}") from error
                time.sleep(0.1)

    def end(self) -> None:
        self.process.send_signal(signal.SIGINT)  # PostgreSQL: end now, without waiting for its clients
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


@contextmanager
def _running(server: Server) -> Iterator[Server]:
    """Run a server until the block ends."""
    try:
        server.start()
        yield server
    finally:
        server.end()


@contextmanager
def postgres() -> Iterator[str]:
    """The URL of a throw-away PostgreSQL. Durability is off: its data need not survive the tests."""
    with postgres_server("fsync=off", "synchronous_commit=off", "full_page_writes=off") as server:
        yield server.url


@contextmanager
def postgres_server(*settings: str) -> Iterator[Server]:
    """A throw-away PostgreSQL with these settings besides."""
    import psycopg2

    identity = _identity()
    initdb = _program("initdb", POSTGRES_FOLDERS)
    server = str(Path(initdb).resolve().with_name("postgres"))
    with _folder(identity) as folder:
        password, port = secrets.token_hex(16), _free_port()
        words = folder / "password"
        words.touch(mode=0o600)
        words.write_text(password)
        if identity:
            os.chown(words, identity["user"], identity["group"])
        made = subprocess.run(
            [initdb, "-D", str(folder / "data"), "-U", "concord", "-A", "scram-sha-256", f"--pwfile={words}"]
            + ["-E", "UTF8", "--locale=C", "--no-sync"],
            capture_output=True,
            text=True,
            cwd=folder,
            **identity,
        )
        if made.returncode:
            raise Unavailable(f"initdb: {(made.stderr or made.stdout).strip().splitlines()[-1]}")
        command = [server, "-D", str(folder / "data"), "-p", str(port), "-k", str(folder)]
        command += [word for setting in ("listen_addresses=127.0.0.1", *settings) for word in ("-c", setting)]
        url = f"postgres://concord:{password}@127.0.0.1:{port}/postgres"

        def ready() -> None:
            psycopg2.connect(url, connect_timeout=2).close()

        with _running(Server(url, command, folder, identity, ready)) as running:
            yield running


@contextmanager
def redis() -> Iterator[str]:
    """The URL of a throw-away Redis that keeps nothing on disk."""
    with redis_server() as server:
        yield server.url


@contextmanager
def redis_server() -> Iterator[Server]:
    """A throw-away Redis that keeps nothing on disk."""
    from redis import Redis

    identity = _identity()
    server = _program("redis-server")
    with _folder(identity) as folder:
        password, port = secrets.token_hex(16), _free_port()
        # The configuration goes in by file: a command line can be read by everybody on the machine.
        settings = folder / "redis.conf"
        settings.touch(mode=0o600)
        settings.write_text(
            f'bind 127.0.0.1\nport {port}\nrequirepass {password}\nsave ""\nappendonly no\ndir {folder}\n'
        )
        if identity:
            os.chown(settings, identity["user"], identity["group"])
        url = f"redis://:{password}@127.0.0.1:{port}/0"

        def ready() -> None:
            with Redis.from_url(url, socket_timeout=2) as client:
                client.ping()

        with _running(Server(url, [server, str(settings)], folder, identity, ready)) as running:
            yield running


@contextmanager
def storage_server() -> Iterator[Server]:
    """A throw-away S3 storage in memory, without a bucket; ``url`` is its address."""
    port = _free_port()
    with _folder({}) as folder:
        command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]

        def ready() -> None:
            with socket.create_connection(("127.0.0.1", port), timeout=2):
                pass

        with _running(Server(f"http://127.0.0.1:{port}", command, folder, {}, ready)) as running:
            yield running


def _lay_servers(stack: ExitStack, environment: dict[str, str]) -> None:
    """Put the servers' addresses where ``tests.support.need`` looks; say what was found."""
    for label, given, wanted, start in (
        ("PostgreSQL", "DATABASE_URL", "CONCORD_TEST_PG", postgres),
        ("Redis", "REDIS_URL", "CONCORD_TEST_REDIS", redis),
    ):
        environment.pop(wanted, None)
        if environment.get(given):
            environment[wanted] = environment[given]
            print(f"{label}: the one that {given} names")
            continue
        try:
            environment[wanted] = stack.enter_context(start())
            print(f"{label}: a throw-away server of this run")
        except Unavailable as reason:
            print(f"{label}: none ({reason})")


def _run(database: str, arguments: list[str], environment: dict[str, str], tally: Path) -> tuple[int, dict]:
    """One pytest process on one database; its exit code and what it counted."""
    name = {"sqlite": "SQLite", "pg": "PostgreSQL"}[database]
    print(f"\n{name}", flush=True)
    tally.unlink(missing_ok=True)
    code = subprocess.call(
        [sys.executable, "-m", "pytest", "-n", "2", "--dist", "loadfile", *arguments],
        cwd=support.ROOT,
        env=environment | {"CONCORD_TEST_DB": database, "CONCORD_TEST_TALLY": str(tally)},
    )
    nothing = {"passed": 0, "failed": 0, "skipped": {}}
    return code, json.loads(tally.read_text()) if tally.exists() else nothing


def _close(counts: list[tuple[str, dict]], missing: list[str]) -> None:
    """The closing lines: ran, skipped by cause, and the one plain line of figures."""
    skipped: Counter = sum((Counter(count["skipped"]) for _, count in counts), Counter())
    passed, failed = (sum(count[key] for _, count in counts) for key in ("passed", "failed"))
    ran = ", ".join(f"{name} {count['passed'] + count['failed']}" for name, count in counts)
    print(f"\nran {passed + failed} ({ran})")
    for cause, number in sorted(skipped.items()):
        print(f"skipped {number}: {cause}")
    for reason in missing:
        print(reason)
    print(f"{passed} passed, {failed} failed, {skipped.total()} skipped", flush=True)


def main(arguments: list[str]) -> int:
    """Run the suite; the exit code is 0 only if every process of it succeeded."""
    required = support.required()
    environment, counts, missing = dict(os.environ), [], []
    with ExitStack() as stack:
        tally = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="concord-tally-"))) / "tally.json"
        _lay_servers(stack, environment)
        code, count = _run("sqlite", arguments, environment, tally)
        counts.append(("SQLite", count))
        if code in (0, 1, NO_TESTS) and environment.get("CONCORD_TEST_PG"):
            again, count = _run("pg", [*arguments, "-m", "databases"], environment, tally)
            counts.append(("PostgreSQL", count))
            # Arguments may well select no test that is marked; the suite as a whole always has some.
            code = code or (0 if again == NO_TESTS and arguments else again)
        elif code in (0, 1):
            missing.append("not run again on PostgreSQL: none was found")
            code = code or int("pg" in required)
    _close(counts, missing)
    return code


def _ended(_number, _frame):
    sys.exit(130)


if __name__ == "__main__":
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _ended)
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
    except ValueError as error:
        sys.exit(str(error))
