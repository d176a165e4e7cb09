"""An S3 storage that can be taken away and given back: a switch between the portal and a real server of S3."""

from __future__ import annotations

import secrets
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from urllib.parse import urlsplit

from records.files.bucket import Bucket
from records.files.place import Place, place_from

KEY_ID, SECRET = "key-of-tests", "secret-of-tests"
TIMEOUT_S = 30


class Switch:
    """Passes connections on to ``target``; ``off`` cuts all and refuses new ones, ``stuck`` takes and never answers."""

    def __init__(self, target: str) -> None:
        parts = urlsplit(target)
        self.target = (parts.hostname, parts.port)
        self.state = "on"
        self.links: set[socket.socket] = set()
        self.guard = threading.Lock()
        self.door = socket.create_server(("127.0.0.1", 0))
        self.port = self.door.getsockname()[1]
        threading.Thread(target=self._serve, args=(self.door,), daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def off(self) -> None:
        self.state = "off"
        with suppress(OSError):
            self.door.shutdown(socket.SHUT_RDWR)  # wakes the thread that waits for somebody
        self.door.close()
        self._cut()

    def stuck(self) -> None:
        self.state = "stuck"
        self._cut()

    def on(self) -> None:
        if self.state == "off":
            deadline = time.monotonic() + 5
            while True:
                try:
                    self.door = socket.create_server(("127.0.0.1", self.port))
                    break
                except OSError:
                    assert time.monotonic() < deadline
                    time.sleep(0.05)
            self.state = "on"
            threading.Thread(target=self._serve, args=(self.door,), daemon=True).start()
        self.state = "on"

    def _cut(self) -> None:
        with self.guard:
            links, self.links = self.links, set()
        for link in links:
            with suppress(OSError):
                link.shutdown(socket.SHUT_RDWR)
            link.close()

    def _serve(self, door: socket.socket) -> None:
        while self.state != "off":
            try:
                came, _whence = door.accept()
            except OSError:
                return
            if self.state == "off":
                came.close()
                return
            with self.guard:
                self.links.add(came)
            if self.state == "on":
                threading.Thread(target=self._link, args=(came,), daemon=True).start()

    def _link(self, came: socket.socket) -> None:
        with suppress(OSError):
            beyond = socket.create_connection(self.target, timeout=5)
            beyond.settimeout(None)
            with self.guard:
                self.links.add(beyond)
            threading.Thread(target=self._pass, args=(beyond, came), daemon=True).start()
            self._pass(came, beyond)

    def _pass(self, source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                target.sendall(data)
        for one in (source, target):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            with self.guard:
                self.links.discard(one)
            one.close()


def environment(endpoint: str, name: str) -> dict[str, str]:
    """The variables by which the portal finds the bucket."""
    return {
        "FILES_URL": f"s3://{name}?endpoint={endpoint}&timeout={TIMEOUT_S}",
        "FILES_KEY_ID": KEY_ID,
        "FILES_SECRET": SECRET,
    }


def place(endpoint: str, name: str) -> Place:
    return place_from(*environment(endpoint, name).values())


@contextmanager
def bucket_behind_a_switch(storage_at: str) -> Iterator[tuple[Switch, Place]]:
    """A new empty bucket, reached through a switch of its own."""
    switch = Switch(storage_at)
    try:
        found = place(switch.url, f"files-{secrets.token_hex(6)}")
        assert Bucket(found).lay()
        yield switch, found
    finally:
        switch.off()
