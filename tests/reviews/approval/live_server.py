"""A real server beside the test, on the test's own database, and clients that read its streams."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import socket
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from django.conf import settings
from django.db import connection
from django.test import Client

from tests.support import ROOT

WITHIN = 30.0  # seconds


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _environment(folder: Path) -> dict[str, str]:
    """The server finds the test's database: by a link to its file, or by its address."""
    found = os.environ | {"DATA_DIR": str(folder), "SECRET_KEY": settings.SECRET_KEY, "LOG_LEVEL": "ERROR"}
    name = connection.settings_dict["NAME"]
    if connection.vendor == "sqlite":
        (folder / "concord.sqlite3").symlink_to(name)
        return found
    row = connection.settings_dict
    user, password = quote(row["USER"]), quote(row["PASSWORD"])
    return found | {"DATABASE_URL": f"postgres://{user}:{password}@{row['HOST']}:{row['PORT']}/{name}"}


@contextmanager
def served(folder: Path):
    """The port of uvicorn serving ``portal.asgi`` with the embedded mode's own arguments."""
    port = _free_port()
    program = ["-m", "uvicorn", "portal.asgi:application", "--host", "127.0.0.1", "--port", str(port)]
    more = ["--timeout-graceful-shutdown", "2", "--lifespan", "on", "--log-level", "warning"]
    process = subprocess.Popen([sys.executable, *program, *more], cwd=ROOT, env=_environment(folder))
    try:
        _wait_for(port, process)
        yield port
    finally:
        process.terminate()
        try:
            process.wait(8)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_for(port: int, process: subprocess.Popen) -> None:
    deadline = time.monotonic() + WITHIN
    while time.monotonic() < deadline and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.1)
    raise AssertionError("the server did not start")


def cookie_of(user) -> str:
    """The session cookie of somebody who has signed in."""
    client = Client()
    client.force_login(user)
    return f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"


@dataclass
class Answer:
    """A whole answer, its connection closed."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes


def _ask(
    port: int, path: str, cookie: str, **headers
) -> tuple[http.client.HTTPConnection, http.client.HTTPResponse]:
    link = http.client.HTTPConnection("127.0.0.1", port, timeout=WITHIN)
    link.request("GET", path, headers={"Cookie": cookie, **headers})
    return link, link.getresponse()


def get(port: int, path: str, cookie: str = "", **headers) -> Answer:
    """A page, read to its end."""
    link, answer = _ask(port, path, cookie, **headers)
    with answer:
        found = Answer(answer.status, answer.headers, answer.read())
    link.close()
    return found


class Listening(threading.Thread):
    """A page that follows a stream: every event in order, as (event, id, data)."""

    def __init__(self, port: int, path: str, cookie: str, **headers) -> None:
        super().__init__(daemon=True)
        self.events: list[tuple[str, int | None, dict]] = []
        self.link, self.answer = _ask(port, path, cookie, **headers)
        self.socket = self.link.sock
        self.start()

    def run(self) -> None:
        event, number, data = "", None, {}
        try:
            for raw in self.answer:
                name, _, value = raw.decode().rstrip("\n").partition(": ")
                if name == "event":
                    event = value
                elif name == "id":
                    number = int(value)
                elif name == "data":
                    data = json.loads(value)
                elif not name and event:
                    self.events.append((event, number, data))
                    event, number, data = "", None, {}
        except (OSError, ValueError, http.client.HTTPException, AttributeError):
            pass  # closed by the test

    def entries(self) -> list[dict]:
        return [data for event, _number, data in list(self.events) if event == "entry"]

    def heard(self, count: int) -> list[dict]:
        """The entries once there are ``count`` of them."""
        until(lambda: len(self.entries()) >= count)
        return self.entries()

    def close(self) -> None:
        # The socket first: closing the answer alone would wait for the reader.
        with contextlib.suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)
        self.join(5)
        self.answer.close()
        self.link.close()


def until(true, within: float = WITHIN) -> None:
    deadline = time.monotonic() + within
    while not true():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)
