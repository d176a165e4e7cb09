"""The rooms, in a process apart from pages and live sessions: ``uvicorn assessments.drafting.rooms.asgi:application``.

A hostile update has been seen to end the process that gave it to the library. Here that would be noticed by the
editors alone: they come back by themselves, and what was acknowledged to them is stored.
"""

from __future__ import annotations

import os
import re
from urllib.parse import urlsplit

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
django.setup()

from django.conf import settings  # noqa: E402  the models need Django set up

from assessments.drafting.rooms.consumer import RoomConsumer  # noqa: E402
from assessments.drafting.rooms.house import House  # noqa: E402

_PATH = re.compile(r"(?:/rooms)?/c/([-\w]{1,80})/([A-Za-z0-9-]{1,12})/", re.ASCII)


class Rooms:
    """The ASGI application: ``/rooms/c/CYCLE/NUMBER/`` for editors, ``/healthz`` for whoever watches."""

    def __init__(self) -> None:
        self.house: House | None = None
        self.consumer = RoomConsumer.as_asgi()

    async def __call__(self, scope, receive, send) -> None:
        if scope["type"] == "lifespan":
            return await self._lifespan(receive, send)
        if self.house is None:
            self.house = House()  # a server without lifespan
        if scope["type"] == "http":
            return await _answer(send, 200 if scope["path"].rstrip("/").endswith("/healthz") else 404)
        match = _PATH.fullmatch(scope["path"])
        if match is None or not may_come_from(scope):
            await receive()
            return await send({"type": "websocket.close", "code": 4403})
        route = {"cycle": match[1], "number": match[2]}
        return await self.consumer({**scope, "url_route": route, "house": self.house}, receive, send)

    async def _lifespan(self, receive, send) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                self.house = House()
                await send({"type": "lifespan.startup.complete"})
            else:
                if self.house is not None:
                    await self.house.stop()
                    self.house = None
                return await send({"type": "lifespan.shutdown.complete"})


def may_come_from(scope) -> bool:
    """Whether the page that asks is one of ours: a browser sends cookies along for any page, and always says which.

    In production the site's own address; embedded, the loopback names of this machine with the portal's port.
    """
    headers = {name.lower(): value.decode("latin-1") for name, value in scope["headers"]}
    origin = headers.get(b"origin", "").lower()
    if origin == settings.SITE_URL.lower():
        return True
    if settings.PRODUCTION:
        return False
    try:
        parts = urlsplit(origin)
        asked = urlsplit(f"//{headers.get(b'host', '')}").hostname
        return (
            parts.scheme == "http"
            and parts.hostname in ("localhost", "127.0.0.1", "::1")
            and parts.hostname == asked
            and parts.port == settings.PORT
        )
    except ValueError:
        return False


async def _answer(send, status: int) -> None:
    headers = [(b"content-type", b"text/plain"), (b"cache-control", b"no-store")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": b"ok" if status == 200 else b""})


application = Rooms()
