"""Editors for tests: the protocol as a browser speaks it, over a real WebSocket, on a document of pycrdt."""

from __future__ import annotations

import asyncio
import contextlib
import json

import websockets
from pycrdt import Doc, Text

from assessments.drafting.rooms import wire


class Editor:
    """One person in a room; ``text`` is what they read, ``kept`` how many of their changes are stored.

    ``doc`` outlives connections: what was typed while away is merged on return.
    """

    def __init__(self, url: str, session: str, origin: str, trusted=None) -> None:
        self.url, self.session, self.origin, self.trusted = url, session, origin, trusted
        self.doc = Doc()
        self.typed = self.doc.get("t", type=Text)
        self.change = b""  # the last one, of one's own or of another's: what a browser would send
        self.watching = self.doc.observe(self._changed)
        self.heard: list[dict] = []
        self.socket = None
        self.reading: asyncio.Task | None = None
        self.forget()

    def _changed(self, event) -> None:
        self.change = event.update

    def forget(self) -> None:
        self.sent = self.kept = 0
        self.ready = asyncio.Event()
        self.closed: int | None = None

    @property
    def text(self) -> str:
        return str(self.typed)

    async def come(self) -> Editor:
        self.forget()
        self.socket = await websockets.connect(
            self.url,
            additional_headers={"Cookie": f"sessionid={self.session}"},
            origin=self.origin,
            compression=None,
            max_size=2**24,
            proxy=None,
            ssl=self.trusted,
            ping_interval=None,
        )
        self.reading = asyncio.create_task(self._read())
        return self

    async def settle(self, seconds: float = 10.0) -> None:
        """Wait until the handshake is over and all that was typed here is acknowledged."""
        async with asyncio.timeout(seconds):
            await self.ready.wait()
            while self.kept < self.sent:
                assert self.closed is None, (
                    f"closed ({self.closed}) with {self.sent - self.kept} changes not kept"
                )
                await asyncio.sleep(0.005)

    async def _read(self) -> None:
        try:
            async for frame in self.socket:
                if isinstance(frame, str):
                    await self._hear(json.loads(frame))
                else:
                    await self._take(frame)
        except websockets.ConnectionClosed:
            pass
        finally:
            self.closed = self.socket.close_code

    async def _hear(self, said: dict) -> None:
        self.heard.append(said)
        if said["kind"] == "hello":
            await self.socket.send(wire.message(wire.STEP1, self.doc.get_state()))
        elif said["kind"] == "kept":
            self.kept = said["n"]

    async def _take(self, frame: bytes) -> None:
        step, content = wire.read_message(frame)
        if step == wire.STEP1:
            self.sent += 1
            await self.socket.send(wire.message(wire.STEP2, self.doc.get_update(content)))
            self.ready.set()
        else:
            self.doc.apply_update(content)

    async def type(self, at: int, words: str = "", remove: int = 0) -> None:
        """Change ``remove`` characters at ``at`` into ``words``; positions are of characters, as in Python."""
        before = self.text
        start, end = len(before[:at].encode()), len(before[: at + remove].encode())
        with self.doc.transaction():
            if end > start:
                del self.typed[start:end]
            if words:
                self.typed.insert(start, words)
        if self.ready.is_set() and self.closed is None:
            await self.send(self.change)

    async def send(self, update: bytes) -> None:
        self.sent += 1
        with contextlib.suppress(websockets.ConnectionClosed):
            await self.socket.send(wire.message(wire.UPDATE, update))

    def of(self, kind: str) -> list[dict]:
        return [said for said in self.heard if said["kind"] == kind]

    async def until(self, kind: str, seconds: float = 10.0) -> dict:
        async with asyncio.timeout(seconds):
            while not self.of(kind):
                await asyncio.sleep(0.01)
        return self.of(kind)[-1]

    async def leave(self) -> None:
        if self.socket is not None:
            await self.socket.close()
        if self.reading is not None:
            await self.reading


async def until(true, seconds: float = 10.0) -> None:
    """Wait until ``true()``; raises TimeoutError."""
    async with asyncio.timeout(seconds):
        while not true():
            await asyncio.sleep(0.01)
