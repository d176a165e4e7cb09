"""A connection of an editor: binary frames are messages of y-protocols, text frames are JSON of our own.

From the editor: the sync protocol; ``{"kind": "at", "anchor": …, "head": …}`` for its cursor, as relative positions
that are handed on unread; ``{"kind": "check", "vector": base64, "hash": hex}``; ``{"kind": "ping"}``. To it: ``hello``
(who it is, whether it may write, the document's key), ``here``, ``came``, ``left`` and ``at`` for presence, ``kept``
(how many of its changes are stored), ``version``, ``rights``, ``unreadable``, ``differs``, ``pong`` and, before it is
cut off, ``cut`` with a sentence.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import contextlib
import itertools
import json
import logging
from http.cookies import CookieError, SimpleCookie

from channels.generic.websocket import AsyncWebsocketConsumer
from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from assessments.drafting.rooms import document, standing, wire
from assessments.drafting.rooms.checking import Ahead, Refused
from assessments.drafting.rooms.room import Member, TooLarge
from assessments.text.model import MAX_TEXT_BYTES

log = logging.getLogger(__name__)

MOST_JSON = 4000  # bytes of a text frame
_numbers = itertools.count(1)


class Cut(Exception):
    """The end of a connection: a code for the editor, a sentence for the person."""

    def __init__(self, code: int, text: str = "") -> None:
        super().__init__(text)
        self.code, self.text = code, text


class RoomConsumer(AsyncWebsocketConsumer):
    """One editor in the room of one chapter; who may read it listens, who may write it is listened to."""

    room = None
    member: Member | None = None
    sending: asyncio.Task | None = None

    async def connect(self) -> None:
        house = self.scope["house"]
        route = self.scope["url_route"]
        who = (*_cookies(self.scope), route["cycle"], route["number"])
        await self.accept()
        found = await house.ask(standing.find, *who)
        if found is None:
            # The same word for what is hidden, what is not there, and who is signed out.
            await self._cut(4404, _("This text is not there for you any more."))
            return
        self.member = Member(found, who, next(_numbers), self._cut_soon)
        self.sending = asyncio.create_task(self._send_on())
        self.house = house
        room = await house.enter(self.member)
        self.room = room
        self.member.say(
            {
                "kind": "hello",
                "key": room.key,
                "you": self.member.shown(),
                "may": found.may_write,
                "why": found.why,
                "most": MAX_TEXT_BYTES,
            }
        )

    async def receive(self, text_data=None, bytes_data=None) -> None:
        if self.room is None:
            return
        try:
            if bytes_data is not None and wire.changes(bytes_data):
                await self.room.ready_for_changes()
            with translation.override(self.member.standing.language):
                if bytes_data is not None:
                    self._take(bytes_data)
                else:
                    self._hear(text_data or "")
        except Cut as end:
            await self._cut(end.code, end.text)
        except BaseException as error:
            if isinstance(error, (asyncio.CancelledError, KeyboardInterrupt, SystemExit)):
                raise
            # Panics of the library are no Exceptions. The document is then read anew by those who come back.
            log.error("room %s: a change broke the library", self.room.chapter, exc_info=True)
            self.house.rooms.pop(self.room.chapter, None)
            for member in list(self.room.members):
                member.cut(4409, "")

    def _take(self, data: bytes) -> None:
        room, member = self.room, self.member
        try:
            step, content = wire.read_message(data)
            if step == wire.STEP1:
                for answer in room.answer(content):
                    member.say(answer)
                return
            if not member.standing.may_write:
                if content == wire.NOTHING:
                    return
                raise Cut(4403, member.standing.why)
            room.take(member, content)
        except TooLarge:
            text = _("The text would have more than %(most)s MB, which cannot be read. Divide the chapter.")
            raise Cut(4413, text % {"most": MAX_TEXT_BYTES // 1_000_000}) from None
        except Ahead:
            raise Cut(4409) from None
        except (wire.Malformed, Refused) as refusal:
            log.warning(
                "room %s refused a change by user %s: %s", room.chapter, member.standing.user, refusal
            )
            raise Cut(4400, _("A change from this browser could not be read and was not taken.")) from None

    def _hear(self, text: str) -> None:
        try:
            said = json.loads(text) if len(text) <= MOST_JSON else None
        except (ValueError, RecursionError):
            said = None
        if not isinstance(said, dict):
            raise Cut(4400, _("A change from this browser could not be read and was not taken."))
        if said.get("kind") == "ping":
            self.member.say({"kind": "pong"})
        elif said.get("kind") == "at":
            self.member.place = {"anchor": said.get("anchor"), "head": said.get("head")}
            self.room.tell(
                {"kind": "at", "id": self.member.number, "place": self.member.place}, but=self.member
            )
        elif said.get("kind") == "check":
            self._compare(said)

    def _compare(self, said: dict) -> None:
        """Where an editor knows the same changes and yet reads another text, it is told, and the log has it."""
        try:
            vector = wire.read_vector(base64.b64decode(str(said.get("vector")), validate=True))
        except (wire.Malformed, binascii.Error, ValueError):
            raise Cut(4400) from None
        doc = self.room.doc
        if vector == wire.read_vector(doc.get_state()) and document.digest(doc) != said.get("hash"):
            log.error(
                "room %s: the browser of user %s reads another text",
                self.room.chapter,
                self.member.who[0][:4],
            )
            self.member.say({"kind": "differs"})

    async def disconnect(self, code) -> None:
        if self.sending is not None:
            self.sending.cancel()
        if self.room is not None:
            await self.house.leave(self.room, self.member)

    async def _send_on(self) -> None:
        """Send what waits for this editor, in order; a slow one holds up nobody else."""
        with contextlib.suppress(Exception):
            while True:
                what = await self.member.outbox.get()
                if isinstance(what, bytes):
                    await self.send(bytes_data=what)
                else:
                    await self.send(text_data=json.dumps(what, ensure_ascii=False, separators=(",", ":")))

    def _cut_soon(self, code: int, text: str) -> None:
        # From now on nothing more is taken from it.
        room, self.room = self.room, None
        if room is not None:
            asyncio.get_running_loop().create_task(self._leave_and_cut(room, code, text))

    async def _leave_and_cut(self, room, code: int, text: str) -> None:
        await self._cut(code, text)
        await self.house.leave(room, self.member)

    async def _cut(self, code: int, text: str) -> None:
        with contextlib.suppress(Exception):
            await self.send(
                text_data=json.dumps({"kind": "cut", "code": code, "text": text}, ensure_ascii=False)
            )
            await self.close(code=code)


def _cookies(scope) -> tuple[str, str]:
    """(session key, language) of the request's cookies; a malformed header counts as none."""
    headers = {name.lower(): value.decode("latin-1") for name, value in scope["headers"]}
    jar: SimpleCookie = SimpleCookie()
    with contextlib.suppress(CookieError):
        jar.load(headers.get(b"cookie", ""))
    names = (settings.SESSION_COOKIE_NAME, settings.LANGUAGE_COOKIE_NAME)
    session, language = (jar[name].value if name in jar else "" for name in names)
    return session, language
