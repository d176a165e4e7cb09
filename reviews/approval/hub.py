"""One hub in each process and event loop: it tails the record and hands every entry to the pages that listen.

The entries are the truth; every signal is only a wake-up: the commit of this process, SQLite's
``data_version``, PostgreSQL's NOTIFY, and a look each second whatever happens. No query runs on the loop.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import math
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from django.conf import settings
from django.db import close_old_connections
from django.utils import translation

import records.append
from records import chain, reading
from records.models import Entry, Stream
from reviews.approval.wakeups import Wakeups

log = logging.getLogger(__name__)

RING = 2000  # entries kept for those who resume
QUEUE = 256  # entries that may wait for one page before it is cut off; it resumes by number
BATCH = 200  # entries read at once; less than QUEUE, so that one batch never cuts off a page that keeps up
PACE = 0.04  # seconds between two deliveries of a burst: what comes meanwhile goes to every page in one piece
TICK = 1.0  # seconds between looks for pages that are due a sign of life
EVERY = 1.0  # seconds between looks when nothing wakes the hub
IDLE = 600.0  # seconds after which a room without listeners is forgotten


@dataclass(frozen=True)
class Frame:
    """One entry, encoded once for each language: in full, and as the stub of those who may not see inside."""

    seq: int
    visibility: str
    full: dict[str, str]
    stub: str
    encoded: dict[str, bytes] = field(default_factory=dict, compare=False, repr=False)

    def data(self, allowed: frozenset[str], language: str) -> str:
        """The JSON for one reader; a withheld entry keeps its number, so that the sequence has no gaps."""
        if self.visibility not in allowed:
            return self.stub
        return self.full.get(language) or self.full[settings.LANGUAGE_CODE]

    def event(self, allowed: frozenset[str], language: str) -> bytes:
        """The server-sent event for one reader; all readers who are shown the same get the very same bytes."""
        shown = self.data(allowed, language)
        known = self.encoded.get(shown)
        if known is None:
            known = self.encoded[shown] = f"id: {self.seq}\nevent: entry\ndata: {shown}\n\n".encode()
        return known


@dataclass(eq=False, slots=True)
class Listener:
    """One page that listens: what waits for it, when it is due a sign of life, and how to cut it off."""

    waiting: list[Frame] = field(default_factory=list)
    bell: asyncio.Event = field(default_factory=asyncio.Event)
    due: float = math.inf  # on the clock of the loop
    cut: Callable[[], object] = lambda: None
    lost: bool = False

    def give(self, frames: list[Frame]) -> bool:
        """Lay frames before the page; False where too many wait already."""
        if len(self.waiting) + len(frames) > QUEUE:
            return False
        self.waiting += frames
        self.bell.set()
        return True

    def take(self) -> list[Frame]:
        """All that waits, in order."""
        taken, self.waiting = self.waiting, []
        self.bell.clear()
        return taken


@dataclass
class Room:
    """The newest entries of one stream, and who listens to it."""

    stream: int
    last: int = 0
    ring: deque[Frame] = field(default_factory=lambda: deque(maxlen=RING))
    listeners: set[Listener] = field(default_factory=set)
    left_at: float = field(default_factory=time.monotonic)

    def after(self, seq: int) -> list[Frame] | None:
        """The frames after ``seq``; None where the ring no longer reaches back so far."""
        if seq >= self.last:
            return []
        if not self.ring or self.ring[0].seq > seq + 1:
            return None
        return [frame for frame in self.ring if frame.seq > seq]

    def deliver(self, frames: list[Frame]) -> None:
        for frame in frames:
            self.ring.append(frame)
            self.last = frame.seq
        for listener in list(self.listeners):
            if not listener.give(frames):
                # A slow page would hold memory for everybody; it comes back by its own number.
                listener.lost = True
                self.listeners.discard(listener)
                listener.cut()


def encode(entry: Entry) -> Frame:
    """The frame of an entry; docs/components.md has its form."""
    full = {}
    shown = reading.show(entry, frozenset({entry.visibility}))
    ref = {name: shown.fields[name] for name in ("line", "text_hash", "proposal") if shown.fields.get(name)}
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            say = shown.sentence
        data = {"seq": entry.seq, "verb": entry.verb, "at": chain.timestamp(entry.at), "say": say, "ref": ref}
        full[language] = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    stub = {"seq": entry.seq, "verb": "", "at": "", "say": "", "ref": {}, "withheld": True}
    return Frame(entry.seq, entry.visibility, full, json.dumps(stub, separators=(",", ":")))


def _frames(stream: int, after: int, limit: int) -> list[Frame]:
    rows = (
        Entry.objects.filter(stream_id=stream, seq__gt=after)
        .select_related("content", "stream")
        .order_by("seq")
    )
    return [encode(entry) for entry in rows[:limit]]


class Hub:
    """Rooms, and the one task that fills them; ``start`` and ``stop`` belong to the loop's lifespan."""

    def __init__(self) -> None:
        self.rooms: dict[int, Room] = {}
        self.pool = ThreadPoolExecutor(settings.LIVE_THREADS, thread_name_prefix="live")
        self.doors = asyncio.Lock()
        self.wakeups: Wakeups | None = None
        self.tasks: list[asyncio.Task] = []

    async def start(self) -> None:
        loop = asyncio.get_running_loop()
        self.woken = asyncio.Event()

        def wake() -> None:
            with contextlib.suppress(RuntimeError):  # the loop has ended meanwhile
                loop.call_soon_threadsafe(self.woken.set)

        self.wakeups = Wakeups(wake)
        self.wakeups.start()
        records.append.on_append(self.wakeups.heard)
        self.tasks = [
            asyncio.create_task(self._tail(), name="hub"),
            asyncio.create_task(self._tick(), name="hub-signs-of-life"),
        ]

    async def stop(self) -> None:
        if self.wakeups:
            self.wakeups.stop()
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)
        for room in self.rooms.values():
            for listener in list(room.listeners):
                listener.cut()
        self.pool.shutdown(wait=True, cancel_futures=True)

    async def ask(self, fn: Callable, *args):
        """Run a function with database work in the bounded pool; never on the loop."""
        return await asyncio.get_running_loop().run_in_executor(self.pool, _with_fresh_connection, fn, *args)

    async def room(self, stream: int) -> Room:
        """The room of a stream, filled from the database when it is first asked for."""
        async with self.doors:
            if stream not in self.rooms:
                last, frames = await self.ask(_beginning, stream)
                room = self.rooms[stream] = Room(stream, last)
                room.ring.extend(frames)
            # Whoever asks is about to listen; the room must not be forgotten before they do.
            self.rooms[stream].left_at = time.monotonic()
            return self.rooms[stream]

    def attach(self, room: Room, after: int, listener: Listener) -> list[Frame] | None:
        """Listen from here on; returns what was missed, or None for a reset. It awaits nothing."""
        missed = room.after(after)
        room.listeners.add(listener)
        return missed

    def detach(self, room: Room, listener: Listener) -> None:
        room.listeners.discard(listener)
        room.left_at = time.monotonic()

    async def _tail(self) -> None:
        while True:
            try:
                async with asyncio.timeout(EVERY):
                    await self.woken.wait()
            except TimeoutError:
                pass
            self.woken.clear()
            began = time.monotonic()
            for room in list(self.rooms.values()):
                try:
                    await self._look(room)
                except Exception:
                    # The database may be away for a while; the rows are still there when it returns.
                    log.exception("the record could not be read; trying again")
                    await asyncio.sleep(EVERY)
            # The first entry after a quiet moment goes out at once; those right behind it go together.
            await asyncio.sleep(max(0.0, PACE - (time.monotonic() - began)))

    async def _tick(self) -> None:
        """Wake the pages that are due a sign of life: one timer for all, not one for each."""
        clock = asyncio.get_running_loop().time
        while True:
            await asyncio.sleep(TICK)
            now = clock()
            for room in list(self.rooms.values()):
                for listener in room.listeners:
                    if now >= listener.due:
                        listener.bell.set()

    async def _look(self, room: Room) -> None:
        if not room.listeners and time.monotonic() - room.left_at > IDLE:
            async with self.doors:
                if not room.listeners:
                    self.rooms.pop(room.stream, None)
            return
        while frames := await self.ask(_frames, room.stream, room.last, BATCH):
            room.deliver(frames)
            if len(frames) < BATCH:
                return


def _beginning(stream: int) -> tuple[int, list[Frame]]:
    last = Stream.objects.values_list("last_seq", flat=True).get(pk=stream)
    frames = _frames(stream, max(0, last - RING), RING)
    return (frames[-1].seq if frames else last), frames


def _with_fresh_connection(fn: Callable, *args):
    close_old_connections()
    try:
        return fn(*args)
    finally:
        close_old_connections()
