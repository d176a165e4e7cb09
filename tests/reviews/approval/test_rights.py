"""An open stream asks for its reader's standing when that is due, whether or not anything happens in the room."""

import asyncio
import threading
import time

import pytest
from django.conf import settings
from django.db import connections
from django.utils import timezone

from reviews.approval import live, registered
from tests.reviews.approval.conftest import build_plenary, open_room
from tests.reviews.approval.live_server import cookie_of
from tests.support import told

pytestmark = [pytest.mark.databases, pytest.mark.django_db(transaction=True)]
PATH = "/live/session/un-test/1/"


def _close_in_turn(every: threading.Barrier) -> None:
    connections.close_all()
    every.wait(10)


async def follow(cookie: str, end_standing) -> float:
    """Seconds from the end of the reader's standing to the end of their stream."""
    handler, ended = live.Live(), asyncio.Event()
    began = asyncio.Event()

    async def receive():
        await asyncio.sleep(60)
        return {"type": "http.disconnect"}

    async def send(message):
        began.set()
        if message["type"] == "http.response.body" and not message.get("more_body"):
            ended.set()

    scope = {
        "type": "http",
        "method": "GET",
        "path": PATH,
        "query_string": b"",
        "headers": [(b"cookie", cookie.encode())],
    }
    await handler.start()
    try:
        stream = asyncio.create_task(handler(scope, receive, send))
        async with asyncio.timeout(10):
            await began.wait()
            await handler.hub.ask(end_standing)
            since = time.monotonic()
            await ended.wait()
        await stream
        return time.monotonic() - since
    finally:
        # One to each thread of the pool: a connection left open would keep the test's database from being dropped.
        every = threading.Barrier(settings.LIVE_THREADS)
        await asyncio.gather(*(handler.hub.ask(_close_in_turn, every) for _n in range(every.parties)))
        await handler.stop()


def test_a_stream_ends_soon_after_its_readers_standing_though_nobody_says_a_word(monkeypatch):
    registered.register()
    room = build_plenary()
    room.now = timezone.now()
    open_room(room)
    monkeypatch.setattr(live, "RIGHTS", 0.8)
    monkeypatch.setattr(live, "BEAT", 8.0)
    person = room.delegate_a.person

    def end_standing():
        person.appointments.update(ends=timezone.now())

    cookie = cookie_of(room.delegate_a)
    assert told(follow(cookie, end_standing)) < 3
