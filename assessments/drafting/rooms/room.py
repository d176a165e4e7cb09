"""A room while somebody is in it: one document, its members, and the way of each change.

A change is checked, put into the document and shown to the others at once; then it is stored with what came in the
same moment, and only then acknowledged to whoever typed it. Everything here runs on the event loop; the database is
asked in threads. The library's document belongs to the loop's thread.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable
from dataclasses import dataclass, field

from django.utils import timezone
from pycrdt import merge_updates

from assessments.drafting.rooms import checking, document, store, wire
from assessments.drafting.rooms.standing import Standing
from assessments.text.model import MAX_TEXT_BYTES

log = logging.getLogger(__name__)

TOGETHER = 0.05  # seconds in which changes are gathered before they are stored
WAITING = 2000  # messages that may wait for one slow browser
AGAIN_AFTER, AGAIN_AT_MOST = 0.2, 5.0  # seconds between tries to store
KNOW_AFTER = 2.0  # seconds after which a room makes ready for changes that nobody sent yet
COLOURS = 8


class TooLarge(Exception):
    """The text would grow beyond what can be read."""


@dataclass(eq=False)
class Member:
    """One connection. ``sent`` counts the changes taken from it, ``kept`` those that are stored."""

    standing: Standing
    who: tuple
    number: int
    cut: Callable[[int, str], None]
    outbox: asyncio.Queue = field(default_factory=lambda: asyncio.Queue(WAITING))
    place: dict | None = None
    sent: int = 0
    kept: int = 0

    def shown(self) -> dict:
        """How the others see them; name and colour are the server's word, not the browser's."""
        return {
            "id": self.number,
            "user": self.standing.user,
            "name": self.standing.name,
            "colour": self.standing.user % COLOURS,
            "writes": self.standing.may_write,
        }

    def say(self, what: bytes | dict) -> None:
        try:
            self.outbox.put_nowait(what)
        except asyncio.QueueFull:
            # It comes back, and the handshake brings it all at once.
            self.cut(4408, "")


@dataclass
class Waiting:
    """A change that is not stored yet, and how far it brings its sender."""

    data: bytes
    member: Member | None
    user: int | None
    count: int


class Room:
    """The document of one chapter and those who are in it.

    It shows the text before it can check changes: for that all that is stored must be read.
    """

    def __init__(self, stored: store.Stored, ask) -> None:
        self.chapter, self.key, self.ask = stored.chapter, stored.key, ask
        self.doc = document.build(stored.state, stored.updates)
        self.text = document.text_of(self.doc)
        self.known, self.seen, self.rows = checking.Known(), stored.last, len(stored.updates)
        loop = asyncio.get_running_loop()
        self.wanted = asyncio.Event()
        self.knowing = loop.create_task(self._know(stored), name=f"known of room {self.chapter}")
        self.size = len(self.text)
        self.version = stored.version
        self.members: set[Member] = set()
        self.waiting: list[Waiting] = []
        self.own: set[int] = set()
        self.due = asyncio.Event()
        self.idle = asyncio.Event()
        self.idle.set()
        self.changed_at: float | None = None
        self.first_change_at: float | None = None
        self.text_is_behind = False
        self.task = loop.create_task(self._store(), name=f"room {self.chapter}")

    async def _know(self, stored: store.Stored) -> None:
        # Later than the answer to who came first, unless somebody types already.
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.wanted.wait(), KNOW_AFTER)
        await self.ask(_trust, self.known, [stored.state, *stored.updates])

    async def ready_for_changes(self) -> None:
        self.wanted.set()
        # Shielded: who leaves meanwhile does not end it for the others.
        await asyncio.shield(self.knowing)

    # -- members

    def enter(self, member: Member) -> None:
        others = [m.shown() | {"place": m.place} for m in self.members]
        self.members.add(member)
        member.say({"kind": "here", "people": others})
        self.tell({"kind": "came", "who": member.shown()}, but=member)

    def leave(self, member: Member) -> None:
        if member in self.members:
            self.members.discard(member)
            self.tell({"kind": "left", "id": member.number})

    def tell(self, what: bytes | dict, but: Member | None = None) -> None:
        for member in list(self.members):
            if member is not but:
                member.say(what)

    # -- changes

    def answer(self, vector: bytes) -> list[bytes]:
        """What an editor lacks, and what the room would like to know in turn. Raises Malformed."""
        wire.read_vector(vector)
        return [
            wire.message(wire.STEP2, self.doc.get_update(vector)),
            wire.message(wire.STEP1, self.doc.get_state()),
        ]

    def take(self, member: Member, data: bytes) -> None:
        """A change from an editor, once the room is ready for changes.

        Raises Malformed, Refused, Ahead or TooLarge, and then nothing is changed.
        """
        update = checking.read(data)
        member.sent += 1
        if update.empty:
            self._acknowledge_when_nothing_waits(member)
            return
        if self.size + update.inserted > MAX_TEXT_BYTES:
            self.size = len(self.text)
            if self.size + update.inserted > MAX_TEXT_BYTES:
                raise TooLarge
        self.known.admit(update)
        self.doc.apply_update(data)
        self.size += update.inserted
        self.tell(wire.message(wire.UPDATE, data), but=member)
        self._wait(Waiting(data, member, member.standing.user, member.sent))

    def _acknowledge_when_nothing_waits(self, member: Member) -> None:
        if any(each.member is member for each in self.waiting) or not self.idle.is_set():
            self._wait(Waiting(b"", member, None, member.sent))
        else:
            member.kept = member.sent
            member.say({"kind": "kept", "n": member.kept})

    def _wait(self, change: Waiting) -> None:
        self.waiting.append(change)
        self.idle.clear()
        self.due.set()

    def _touched(self) -> None:
        now = asyncio.get_running_loop().time()
        self.changed_at, self.first_change_at = now, self.first_change_at or now
        self.text_is_behind = True

    async def _store(self) -> None:
        while True:
            await self.due.wait()
            await asyncio.sleep(TOGETHER)
            self.due.clear()
            batch, self.waiting = self.waiting, []
            await self._store_batch(batch)
            if not self.waiting:
                self.idle.set()
            if self.rows >= store.SQUASH_AT:
                await self._squash()

    async def _squash(self) -> None:
        try:
            await self.ask(store.squash, self.chapter)
        except Exception as error:
            # Storing goes on whatever comes of this: it is tried again when as many have come once more.
            log.warning("room %s is not squashed: %s", self.chapter, error)
        self.rows = 0

    async def _store_batch(self, batch: list[Waiting]) -> None:
        typed, pause = _gathered(batch), AGAIN_AFTER
        while typed:
            try:
                before, numbers = await self.ask(store.add, self.chapter, typed, timezone.now())
            except Exception as error:
                # Nothing is acknowledged meanwhile, so nothing that was promised is lost.
                log.warning("room %s could not store %d changes: %s", self.chapter, len(typed), error)
                await asyncio.sleep(pause)
                pause = min(pause * 2, AGAIN_AT_MOST)
                continue
            self._stored(before, numbers)
            break
        for change in batch:
            if change.member is not None:
                change.member.kept = max(change.member.kept, change.count)
        for member in {change.member for change in batch if change.member is not None}:
            member.say({"kind": "kept", "n": member.kept})

    def _stored(self, before: int, numbers: list[int]) -> None:
        self.rows += len(numbers)
        self._touched()
        if before == self.seen:
            self.seen = numbers[-1]
        else:  # another process stored something in between; it is read on, and our own passed over
            self.own.update(number for number in numbers if number > self.seen)

    # -- what other processes stored

    async def catch_up(self) -> None:
        """Read on after the last number: changes of other processes, and texts that came in by other pages."""
        await self.ready_for_changes()
        found, last = await self.ask(store.after, self.chapter, self.seen)
        for number, data in found:
            if number in self.own:
                self.own.discard(number)
                continue
            self.known.trust(checking.read(data, trusted=True))
            self.doc.apply_update(data)
            self.tell(wire.message(wire.UPDATE, data))
            self.text_is_behind = True
        self.seen = max(self.seen, last)
        self.size = len(self.text)
        if found:
            await self.tell_version()

    async def tell_version(self) -> None:
        """Say that a newer version stands; one that came by an act, not by typing, has a note and is by somebody."""
        newer = await self.ask(store.version_since, self.chapter, self.version)
        if newer is not None:
            self.version, said = newer
            self.tell({"kind": "version", **said})

    async def close(self) -> None:
        """Store what waits, then end."""
        await self.idle.wait()
        self.task.cancel()
        if not self.wanted.is_set():
            self.knowing.cancel()
        await asyncio.wait([self.knowing])


def _trust(known: checking.Known, updates: list[bytes]) -> None:
    """Read what is stored, which takes a third of a second for a long chapter."""
    for data in updates:
        known.trust(checking.read(data, trusted=True))


def _gathered(batch: list[Waiting]) -> list[store.Typed]:
    """Changes in a row by one person become one update."""
    runs: list[tuple[int | None, list[bytes]]] = []
    for change in batch:
        if not change.data:
            continue
        if runs and runs[-1][0] == change.user:
            runs[-1][1].append(change.data)
        else:
            runs.append((change.user, [change.data]))
    return [store.Typed(run[0] if len(run) == 1 else merge_updates(*run), user) for user, run in runs]
