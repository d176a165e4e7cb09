"""Live sessions: server-sent events and long polling, as a small ASGI handler beside Django (design 3.2).

``/live/session/CYCLE/N/`` streams; ``/live/session/CYCLE/N/poll?after=SEQ`` holds its answer until something
happens, 20 s at most. Who may not follow the session gets 404, as if there were none. The form of the frames
is written in static/js/live.js.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import random
import re
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from importlib import import_module
from urllib.parse import parse_qs

from django.conf import settings
from django.contrib.auth import get_user
from django.http import HttpRequest
from django.utils import translation

from assessments.cycles.models import Cycle
from assessments.cycles.streams import shown_to
from records.looking import one_look
from reviews.approval.hub import Frame, Hub, Listener

log = logging.getLogger(__name__)

BEAT = 12.0  # seconds between signs of life
RIGHTS = 30.0  # seconds after which standing is asked again
HOLD = 20.0  # seconds that a poll is held at most
_PATH = re.compile(r"/live/session/([-\w]+)/(\d{1,5})/(poll)?/?$", re.ASCII)


@dataclass(frozen=True)
class Reader:
    """Who listens: what they may see, in which language, from which number on if they named none."""

    stream: int
    allowed: frozenset[str]
    language: str
    last: int


def find_reader(session_key: str, language: str, cycle: str, number: int) -> Reader | None:
    """The reader behind a cookie, or None where this session does not exist for them (procedure 2.3)."""
    request = HttpRequest()
    request.session = import_module(settings.SESSION_ENGINE).SessionStore(session_key or None)
    user = get_user(request)
    if not user.is_authenticated:
        return None
    with one_look():
        return _reader(user, language, cycle, number)


def _reader(user, language: str, cycle: str, number: int) -> Reader | None:
    found = Cycle.objects.visible_to(user).filter(slug=cycle).first()
    if found is None or not user.has_perm("session.follow", found):
        return None
    session = found.sessions.filter(number=number).first()
    if session is None:
        return None
    session.cycle = found  # the same object, so that its procedure is read once
    stream = session.stream
    chosen = language or user.language
    known = chosen if translation.check_for_language(chosen) else settings.LANGUAGE_CODE
    return Reader(stream.pk, shown_to(user, found), known, stream.last_seq)


class Live:
    """The ASGI handler for ``/live/``; its hub lives from the loop's start to its end."""

    def __init__(self) -> None:
        self.hub: Hub | None = None

    async def start(self) -> None:
        self.hub = Hub()
        await self.hub.start()

    async def stop(self) -> None:
        if self.hub is not None:
            await self.hub.stop()
            self.hub = None

    async def __call__(self, scope, receive, send) -> None:
        if self.hub is None:
            await self.start()  # a server without lifespan
        match = _PATH.fullmatch(scope["path"])
        if match is None:
            return await _refuse(send, 404)
        if scope["method"] != "GET":
            return await _refuse(send, 405)
        headers = {
            name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]
        }
        who = (*_cookies(headers.get("cookie", "")), match[1], int(match[2]))
        reader = await self.hub.ask(find_reader, *who)
        if reader is None:
            return await _refuse(send, 404)
        after = _after(headers, scope.get("query_string", b""))
        if match[3]:
            return await self._poll(reader, reader.last if after is None else after, receive, send)
        return await self._stream(who, reader, reader.last if after is None else after, receive, send)

    async def _stream(self, who, reader: Reader, after: int, receive, send) -> None:
        room = await self.hub.room(reader.stream)
        listener = Listener()
        work = asyncio.ensure_future(self._feed(who, reader, room, listener, after, send))
        gone = asyncio.ensure_future(_gone(receive))
        listener.cut = work.cancel
        with contextlib.suppress(asyncio.CancelledError):  # the server ends
            await asyncio.wait({work, gone}, return_when=asyncio.FIRST_COMPLETED)
        self.hub.detach(room, listener)
        left = gone.done()
        for task in (work, gone):
            task.cancel()
        ended = (await asyncio.gather(work, gone, return_exceptions=True))[0]
        if isinstance(ended, Exception) and not left:
            log.error("a stream of %s ended by a fault", room.stream, exc_info=ended)
        if not left:
            # Cut off, or no longer allowed: the page comes back by its own number and is told.
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(1):
                    await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _feed(self, who, reader: Reader, room, listener: Listener, after: int, send) -> None:
        await send(_start(200, b"text/event-stream; charset=utf-8", (b"x-accel-buffering", b"no")))
        # Spread, so that a thousand screens do not come back in the same moment after a restart.
        await _say(send, f"retry: {random.randint(1000, 4000)}\nevent: beat\ndata: {{}}\n\n".encode())
        missed = self.hub.attach(room, after, listener)
        if missed is None:
            after = room.last
            await _say(send, f'id: {after}\nevent: reset\ndata: {{"seq":{after}}}\n\n'.encode())
        else:
            after = await _say_frames(send, missed, reader, after)
        loop = asyncio.get_running_loop()
        # Spread as well: a thousand pages that came together must not all ask in the same moment.
        ask_again = loop.time() + RIGHTS * random.uniform(0.5, 1)
        while True:
            if loop.time() >= ask_again:
                found = await self.hub.ask(find_reader, *who)
                if found is None or found.stream != reader.stream:
                    break
                reader, ask_again = found, loop.time() + RIGHTS
            # Asked when it is due, not when the next entry comes: after a quiet spell half of all pages would then
            # ask at once, and wait for each other with the entry in their hands.
            listener.due = min(loop.time() + BEAT, ask_again)
            await listener.bell.wait()
            frames = listener.take()
            if frames:
                after = await _say_frames(send, frames, reader, after)
            elif loop.time() >= listener.due:
                await _say(send, b"event: beat\ndata: {}\n\n")

    async def _poll(self, reader: Reader, after: int, receive, send) -> None:
        room = await self.hub.room(reader.stream)
        listener = Listener()
        frames = self.hub.attach(room, after, listener)
        gone = asyncio.ensure_future(_gone(receive))
        try:
            if frames == []:
                waiting = asyncio.ensure_future(_next(listener, HOLD))
                await asyncio.wait({waiting, gone}, return_when=asyncio.FIRST_COMPLETED)
                if not waiting.done():
                    waiting.cancel()
                    return
                frames = waiting.result()
        finally:
            gone.cancel()
            self.hub.detach(room, listener)
        # Of what lies too far back only the number is told; the page then fetches its regions anew.
        entries = [f.data(reader.allowed, reader.language) for f in frames or [] if f.seq > after]
        seq = max([after, *(f.seq for f in frames)]) if frames is not None else room.last
        body = f'{{"entries":[{",".join(entries)}],"seq":{seq}}}'.encode()
        await send(_start(200, b"application/json"))
        await send({"type": "http.response.body", "body": body})


async def _next(listener: Listener, timeout: float) -> list[Frame]:
    """What comes within ``timeout`` seconds, all that waits at once; empty where nothing came."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(timeout):
            await listener.bell.wait()
    return listener.take()


async def _say_frames(send, frames: list[Frame], reader: Reader, after: int) -> int:
    """Send the frames after ``after`` in one piece; returns the last number sent."""
    wanted = [f for f in frames if f.seq > after]
    if wanted:
        await _say(send, b"".join([f.event(reader.allowed, reader.language) for f in wanted]))
        after = wanted[-1].seq
    return after


async def _say(send, data: bytes) -> None:
    await send({"type": "http.response.body", "body": data, "more_body": True})


async def _gone(receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _start(status: int, kind: bytes, *more: tuple[bytes, bytes]) -> dict:
    headers = [
        (b"content-type", kind),
        (b"cache-control", b"no-store"),
        (b"x-content-type-options", b"nosniff"),
    ]
    return {"type": "http.response.start", "status": status, "headers": [*headers, *more]}


async def _refuse(send, status: int) -> None:
    await send(_start(status, b"application/json"))
    await send({"type": "http.response.body", "body": json.dumps({"status": status}).encode()})


def _cookies(header: str) -> tuple[str, str]:
    """(session key, language) of a Cookie header; a malformed one counts as none."""
    jar: SimpleCookie = SimpleCookie()
    with contextlib.suppress(CookieError):
        jar.load(header)
    values = [jar[name].value if name in jar else "" for name in _COOKIES]
    return values[0], values[1]


_COOKIES = (settings.SESSION_COOKIE_NAME, settings.LANGUAGE_COOKIE_NAME)


def _after(headers: dict[str, str], query: bytes) -> int | None:
    """The number a page has come to: its own words first, else the browser's; None where it names none."""
    asked = parse_qs(query.decode("latin-1")).get("after", [""])[0]
    # A browser that reconnects by itself repeats the old address and adds the newer number.
    numbers = [
        int(n)
        for n in (headers.get("last-event-id", ""), asked)
        if n.isascii() and n.isdigit() and len(n) < 16
    ]
    return max(numbers) if numbers else None
