"""All rooms of one process: who opens and closes them, reads on, asks rights anew, and makes versions."""

from __future__ import annotations

import asyncio
import logging
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from django.conf import settings
from django.db import close_old_connections
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from assessments.drafting.models import Chapter
from assessments.drafting.rooms import keeping, standing, store
from assessments.drafting.rooms.models import Room as Row
from assessments.drafting.rooms.room import Member, Room
from records.obstacles import Blocked

log = logging.getLogger(__name__)

READ_ON = 0.1  # seconds between looks at what other processes stored
RIGHTS = 2.0  # seconds between two questions for the rights of everybody in a room
KEEP_AFTER, KEEP_AT_LATEST = 10.0, 120.0  # seconds of pause; of writing without one
TEXT_EVERY = 3.0
LEFT_BEHIND = timedelta(seconds=150)  # what a process that died has not made a version of


class House:
    """The rooms of this process; ``start`` and ``stop`` belong to the loop."""

    def __init__(self) -> None:
        self.rooms: dict[int, Room] = {}
        self.pool = ThreadPoolExecutor(settings.ROOMS_THREADS, thread_name_prefix="rooms")
        self.door = asyncio.Lock()
        self.tasks = [
            asyncio.get_running_loop().create_task(self._every(pause, work), name=work.__name__)
            for pause, work in (
                (READ_ON, self._read_on),
                (RIGHTS, self._ask_rights),
                (1.0, self._keep),
                (TEXT_EVERY, self._write_texts),
                (30.0, self._sweep),
            )
        ]

    async def stop(self) -> None:
        """Store what waits and make versions of it; those who are here come back by themselves."""
        for task in self.tasks:
            task.cancel()
        for room in list(self.rooms.values()):
            await room.close()
            await self._version(room)
        self.pool.shutdown(wait=True, cancel_futures=True)

    async def ask(self, question, *arguments):
        """Put a question to the database in a thread."""
        return await asyncio.get_running_loop().run_in_executor(self.pool, _asked, question, arguments)

    async def enter(self, member: Member) -> Room:
        """The room of the member's chapter, opened where it is not."""
        async with self.door:
            chapter = member.standing.chapter
            room = self.rooms.get(chapter)
            if room is None:
                room = self.rooms[chapter] = Room(await self.ask(_open, chapter), self.ask)
            room.enter(member)
            return room

    async def leave(self, room: Room, member: Member) -> None:
        """When the last one has gone, what was typed becomes a version and the room is forgotten."""
        room.leave(member)
        if room.members:
            return
        await room.idle.wait()
        async with self.door:
            if not room.members and self.rooms.get(room.chapter) is room:
                del self.rooms[room.chapter]
                await room.close()
                await self._version(room)

    # -- what is done again and again

    async def _every(self, pause: float, work) -> None:
        while True:
            await asyncio.sleep(pause)
            try:
                await work()
            except Exception as error:
                log.warning("%s failed (%s); trying again", work.__name__, error, exc_info=True)

    async def _read_on(self) -> None:
        # A room that is just storing reads its own number first.
        seen = {pk: room.seen for pk, room in self.rooms.items() if room.idle.is_set()}
        for chapter in await self.ask(store.news, seen) if seen else ():
            if chapter in self.rooms:
                await self.rooms[chapter].catch_up()

    async def _ask_rights(self) -> None:
        for room in list(self.rooms.values()):
            for member in list(room.members):
                now = await self.ask(standing.find, *member.who)
                if now is None:
                    with translation.override(member.standing.language):
                        member.cut(4403, _("This text is not there for you any more."))
                elif now != member.standing:
                    member.standing = now
                    member.say({"kind": "rights", "may": now.may_write, "why": now.why})
                    room.tell({"kind": "came", "who": member.shown()}, but=member)

    async def _keep(self) -> None:
        now = asyncio.get_running_loop().time()
        for room in list(self.rooms.values()):
            if room.changed_at is None or not room.idle.is_set():
                continue
            if now - room.changed_at > KEEP_AFTER or now - room.first_change_at > KEEP_AT_LATEST:
                await self._version(room)

    async def _version(self, room: Room) -> None:
        changed, room.changed_at, room.first_change_at = room.changed_at, None, None
        if changed is None:
            return
        try:
            number = await self.ask(_keep_typed, room.chapter)
        except Blocked as refusal:
            room.tell({"kind": "unreadable", "why": str(refusal)})
        else:
            if number:
                await room.tell_version()

    async def _write_texts(self) -> None:
        for room in list(self.rooms.values()):
            if room.text_is_behind:
                room.text_is_behind = False
                await self.ask(store.write_text, room.chapter, str(room.text))

    async def _sweep(self) -> None:
        await self.ask(_keep_left_behind, set(self.rooms))


def _asked(question, arguments):
    try:
        return question(*arguments)
    finally:
        close_old_connections()


def _open(chapter: int) -> store.Stored:
    return store.open_room(Chapter.objects.select_related("current").get(pk=chapter), timezone.now())


def _keep_typed(chapter: int) -> int | None:
    made = keeping.keep_typed(Chapter.objects.get(pk=chapter), now=timezone.now())
    return made.number if made else None


def _keep_left_behind(open_here: set[int]) -> None:
    before = timezone.now() - LEFT_BEHIND
    for chapter in (
        Row.objects.filter(unkept_since__lt=before).exclude(pk__in=open_here).values_list("pk", flat=True)
    ):
        try:
            _keep_typed(chapter)
        except Blocked as refusal:
            log.warning("what was typed in room %s is no version yet: %s", chapter, refusal)
