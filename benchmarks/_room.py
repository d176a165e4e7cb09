"""A session with many delegations, and the screens that follow it."""

from __future__ import annotations

import asyncio
import json
import ssl
import threading
import time
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from tests.visiting import Visitor

PATH = "/live/session/un-test/1/"
API = "cycles/un-test/sessions/1/"
TOKEN = "a" * 32  # of the benchmark's own choice: what counts is that cookie and header agree

# A plenary of so many delegations on a summary of so many lines; prints everybody's session cookie.
SET_UP = """
import json
from django.utils import timezone
from tests.reviews.approval import conftest
from tests.reviews.approval.live_server import cookie_of
words = "Agents finish more tasks of kind {{}} each year."
conftest.BLOCKS = conftest.BLOCKS[:2] + [
    {{"id": f"q{{n}}", "kind": "paragraph", "text": words.format(n), "sentences": [[0, len(words.format(n))]]}}
    for n in range({lines})
]
room = conftest.build_plenary()
room.now = timezone.now()
conftest.open_room(room)
people = {{name: room.people[name] for name in ("chair", "secretariat")}}
for n in range({delegations}):
    who = people[f"delegate{{n}}"] = conftest.user(f"delegate{{n}}")
    conftest.seat(room.cycle, who, conftest.body(room.cycle, f"delegation-{{n}}", "delegation"), "head")
cookies = {{name: cookie_of(who).partition("=")[2] for name, who in people.items()}}
print(json.dumps({{"cookies": cookies, "seq": room.session.stream.last_seq}}))
"""


def set_up(python, *, lines: int, delegations: int) -> tuple[dict[str, str], int]:
    """The people's session cookies, and the last number of the session's stream."""
    made = json.loads(python(SET_UP.format(lines=lines, delegations=delegations)).strip().splitlines()[-1])
    return made["cookies"], made["seq"]


def seated(visitor: Visitor, cookie: str) -> Visitor:
    """The visitor as somebody who has signed in."""
    visitor.cookies |= {"sessionid": cookie, "csrftoken": TOKEN}
    return visitor


@dataclass
class Screen:
    """What one screen heard: (number, moment), and how many bytes came."""

    heard: list[tuple[int, float]] = field(default_factory=list)
    size: int = 0
    open: bool = False
    broken: bool = False


class Screens(threading.Thread):
    """So many open streams on a loop of their own; a screen follows from ``after`` on, as a page does."""

    def __init__(self, url: str, trusted, cookies: list[str], count: int, after: int) -> None:
        super().__init__(daemon=True)
        self.url, self.after = urlsplit(url), after
        self.context = ssl.create_default_context(cafile=str(trusted)) if trusted else None
        self.cookies, self.screens = cookies, [Screen() for _n in range(count)]
        self.ending = False
        self.start()

    def run(self) -> None:
        self.loop = asyncio.new_event_loop()
        self.loop.run_until_complete(self._all())
        self.loop.close()

    async def _all(self) -> None:
        self.turn = asyncio.Semaphore(50)  # they come over some seconds, as people do
        await asyncio.gather(*(self._one(n, screen) for n, screen in enumerate(self.screens)))

    async def _one(self, n: int, screen: Screen) -> None:
        cookie = self.cookies[n % len(self.cookies)]
        # HTTP/1.0, so that the lines of the stream come without chunks around them.
        asked = (
            f"GET {PATH}?after={self.after} HTTP/1.0\r\nHost: {self.url.netloc}\r\n"
            f"Accept: text/event-stream\r\nCookie: sessionid={cookie}\r\n\r\n"
        )
        try:
            async with self.turn:
                reader, writer = await asyncio.open_connection(
                    self.url.hostname, self.url.port, ssl=self.context
                )
                writer.write(asked.encode())
                while not (line := await reader.readline()).startswith(b"event: "):
                    if not line:
                        raise ConnectionError("no stream")
            screen.open = True
            await self._read(reader, screen)
            writer.close()
        except OSError:
            pass
        screen.broken = not self.ending
        screen.open = False

    async def _read(self, reader: asyncio.StreamReader, screen: Screen) -> None:
        while not self.ending:
            try:
                async with asyncio.timeout(1):
                    line = await reader.readline()
            except TimeoutError:
                continue
            if not line:
                return
            screen.size += len(line)
            if line.startswith(b"id: "):
                screen.heard.append((int(line[4:]), time.monotonic()))

    def wait_open(self, within: float = 120.0) -> int:
        """How many are open, once all are or the time is over."""
        deadline = time.monotonic() + within
        while (found := sum(screen.open for screen in self.screens)) < len(self.screens):
            if time.monotonic() > deadline:
                break
            time.sleep(0.2)
        return found

    def wait_for(self, seq: int, within: float = 30.0) -> None:
        """Until every screen has heard the number, or the time is over."""
        deadline = time.monotonic() + within
        while time.monotonic() < deadline:
            if all(screen.heard and screen.heard[-1][0] >= seq for screen in self.screens):
                return
            time.sleep(0.05)

    def close(self) -> None:
        self.ending = True
        self.join(30)

    def faults(self, last: int) -> dict[str, int]:
        """Of all numbers after ``after`` up to ``last``: missing ones, double ones, ones out of order."""
        wanted = set(range(self.after + 1, last + 1))
        gaps = doubles = inversions = 0
        for screen in self.screens:
            numbers = [number for number, _moment in screen.heard]
            gaps += len(wanted - set(numbers))
            doubles += len(numbers) - len(set(numbers))
            inversions += sum(b < a for a, b in zip(numbers, numbers[1:], strict=False))
        return {"gaps": gaps, "doubles": doubles, "inversions": inversions}
