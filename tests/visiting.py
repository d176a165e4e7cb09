"""A person's program at the portal's address: keeps cookies, signs in, speaks to pages and API, follows a stream."""

from __future__ import annotations

import http.client
import json
import re
import socket
import ssl
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from pathlib import Path
from urllib.parse import urlencode, urlsplit


@dataclass
class Answer:
    """A whole answer."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes

    def json(self):
        return json.loads(self.body)


@dataclass
class Visitor:
    """Over https the certificate is verified against the file ``trusted``, which is also the site's own."""

    url: str
    trusted: Path | None = None
    headers: dict[str, str] = field(default_factory=dict)
    cookies: dict[str, str] = field(default_factory=dict)
    timeout: float = 60.0
    link: http.client.HTTPConnection | None = None

    def _connect(self) -> http.client.HTTPConnection:
        parts = urlsplit(self.url)
        if parts.scheme == "https":
            context = ssl.create_default_context(cafile=str(self.trusted))
            return http.client.HTTPSConnection(
                parts.hostname, parts.port, timeout=self.timeout, context=context
            )
        return http.client.HTTPConnection(parts.hostname, parts.port, timeout=self.timeout)

    def _headers(self, more: dict[str, str]) -> dict[str, str]:
        cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        return {"Cookie": cookie, "Referer": f"{self.url}/", **self.headers, **more}

    def ask(self, method: str, path: str, body: bytes | None = None, **headers: str) -> Answer:
        """One request, read to its end; the connection is kept for the next. Raises OSError, HTTPException."""
        if self.link is None:
            self.link = self._connect()
        try:
            self.link.request(method, path, body, self._headers(headers))
            with self.link.getresponse() as found:
                answer = Answer(found.status, found.headers, found.read())
        except (OSError, http.client.HTTPException):
            self.close()
            raise
        for line in answer.headers.get_all("Set-Cookie", []):
            self.cookies |= {name: morsel.value for name, morsel in SimpleCookie(line).items()}
        return answer

    def close(self) -> None:
        if self.link is not None:
            self.link.close()
            self.link = None

    def get(self, path: str) -> Answer:
        return self.ask("GET", path)

    def post(self, path: str, data: dict) -> Answer:
        """A form, as a page sends it."""
        token = self.cookies.get("csrftoken", "")
        body = urlencode({"csrfmiddlewaretoken": token, **data}).encode()
        return self.ask("POST", path, body, **{"Content-Type": "application/x-www-form-urlencoded"})

    def api(self, path: str, data: dict | None = None) -> Answer:
        """The API: GET without data, else POST."""
        if data is None:
            return self.get(f"/api/v1/{path}")
        more = {"Content-Type": "application/json", "X-CSRFToken": self.cookies.get("csrftoken", "")}
        return self.ask("POST", f"/api/v1/{path}", json.dumps(data).encode(), **more)

    def sign_in(self, email: str, password: str) -> Visitor:
        page = self.get("/accounts/login/")
        assert page.status == 200, page.body[-500:]
        found = self.post("/accounts/login/", {"login": email, "password": password})
        assert (found.status, "sessionid" in self.cookies) == (302, True), re.sub(
            rb"<[^>]+>", b"", found.body
        )[-500:]
        return self

    def follow(self, path: str) -> Following:
        return Following(self, path)


class Following(threading.Thread):
    """A page that follows a stream: its entries with the moment (``time.monotonic``) each came."""

    def __init__(self, visitor: Visitor, path: str) -> None:
        super().__init__(daemon=True)
        self.heard: list[tuple[float, dict]] = []
        self.began = threading.Event()
        self.link = visitor._connect()
        self.link.request("GET", path, headers=visitor._headers({"Accept": "text/event-stream"}))
        self.socket = self.link.sock  # the link lets go of it once it has answered
        self.answer = self.link.getresponse()
        assert self.answer.status == 200, self.answer.status
        self.start()

    def run(self) -> None:
        event = ""
        try:
            for raw in self.answer:
                name, _, value = raw.decode().rstrip("\n").partition(": ")
                if name == "event":
                    event = value
                    self.began.set()
                elif name == "data" and event == "entry":
                    self.heard.append((time.monotonic(), json.loads(value)))
        except (OSError, ValueError, AttributeError, http.client.HTTPException):
            pass  # closed, or the server has gone

    def wait_for(self, verb: str, within: float = 30.0) -> float:
        """The moment at which an entry of the verb came."""
        deadline = time.monotonic() + within
        while True:
            for moment, entry in list(self.heard):
                if entry["verb"] == verb:
                    return moment
            assert time.monotonic() < deadline, f"{verb} was not heard: {self.heard}"
            time.sleep(0.01)

    def close(self) -> None:
        # The socket first: closing the answer alone would wait for the reader.
        with suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)
        self.join(5)
        self.answer.close()
        self.link.close()
        self.socket.close()
