"""A thousand random sessions of writing together, with everything that goes wrong in them.

Several sessions run side by side, each in a chapter of its own; in the midst of each round the rooms are killed
outright and started again. Inserted letters are of scripts that the text itself has none of, and only letters of
the text are deleted: so each inserted letter can be counted at the end.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
import sys
from collections import Counter

from tests.assessments.drafting.rooms.editors import Editor, until
from tests.e2e.portal import Portal
from tests.support import told

SESSIONS, TOGETHER, EDITORS, TURNS = 1000, 25, 3, 12
LETTERS = ["😀", "👩‍🔬", "🇸🇳", "𝄞", "𠮷", "م", "ع", "ش", "中", "文", "评", "é", "й"]

CHAPTERS = """
from tests import world
from assessments.cycles.models import Cycle
from assessments.drafting import actions
from panels.models import User
cycle = Cycle.objects.get(slug="un-test")
team = cycle.chapters.get(number="1").team
by = User.objects.system()
for n in range(%d):
    chapter = actions.add_chapter(cycle, f"S{n}", f"Session {n}", by=by, now=world.NOW, team=team)
    actions.save(chapter, None, "the quick brown fox jumps over the lazy dog " * 8, by=by, now=world.NOW)
"""
TEXTS = """
import json
from assessments.drafting.rooms import document, store
from assessments.drafting.rooms.models import Room
rooms = Room.objects.filter(chapter__number__startswith="S").select_related("chapter")
print(json.dumps({room.chapter.number: str(document.text_of(store.built(room))) for room in rooms}))
"""


class Writer:
    """One editor of a session: what it put in, and of that what was acknowledged."""

    def __init__(self, editor: Editor) -> None:
        self.editor, self.put_in, self.sure = editor, Counter(), Counter()
        self.lost = False

    async def turn(self, chance: random.Random) -> None:
        text = self.editor.text
        if chance.random() < 0.7 or not text:
            letters = [chance.choice(LETTERS) for _ in range(chance.randint(1, 4))]
            self.put_in.update("".join(letters))
            await self.editor.type(chance.randint(0, len(text)), "".join(letters))
        else:
            plain = [n for n, sign in enumerate(text) if sign.isascii()]
            if plain:
                await self.editor.type(chance.choice(plain), "", remove=1)
        if self.editor.kept >= self.editor.sent and self.editor.closed is None:
            self.sure = Counter(self.put_in)

    async def come(self) -> None:
        async with asyncio.timeout(60):
            while True:
                try:
                    await self.editor.come()
                    await self.editor.settle(10)
                    self.sure = Counter(self.put_in)
                    return
                except (OSError, TimeoutError, EOFError, Exception):  # the rooms are just starting again
                    with contextlib.suppress(Exception):
                        await self.editor.leave()
                    await asyncio.sleep(0.1)


async def _session(url: str, cookies: list[str], origin: str, seed: int, killed: asyncio.Event) -> dict:
    chance = random.Random(seed)
    writers = [Writer(Editor(url, chance.choice(cookies), origin)) for _ in range(EDITORS)]
    for writer in writers:
        await writer.come()
    before = Counter(sign for sign in writers[0].editor.text if not sign.isascii())
    for _turn in range(TURNS):
        for writer in writers:
            if writer.lost:
                continue
            fate = chance.random()
            if fate < 0.04 and sum(not each.lost for each in writers) > 1:
                # A browser that is killed: what was not acknowledged is gone with it, and nothing else.
                writer.sure = (
                    Counter(writer.put_in) if writer.editor.kept >= writer.editor.sent else writer.sure
                )
                writer.lost = True
                writer.editor.socket.transport.abort()
                continue
            if fate < 0.12:  # away, and typing on
                await writer.editor.leave()
                await writer.turn(chance)
                await writer.come()
            elif writer.editor.closed is not None:
                await writer.come()
            await writer.turn(chance)
        await asyncio.sleep(chance.uniform(0, 0.05))
    await killed.wait()
    left = [writer for writer in writers if not writer.lost]
    for writer in left:
        if writer.editor.closed is not None or writer.editor.kept < writer.editor.sent:
            await writer.editor.leave()
            await writer.come()
    with contextlib.suppress(TimeoutError):
        await until(lambda: len({writer.editor.text for writer in left}) == 1, 20)
    texts = [writer.editor.text for writer in left]
    for writer in left:
        await writer.editor.leave()
    sure = sum((writer.sure for writer in writers), before)
    there = Counter(sign for sign in texts[0] if not sign.isascii())
    most = sum((writer.put_in for writer in writers), before)
    return {
        "texts": texts,
        "lost": sum((sure - there).values()),
        "invented": sum((there - most).values()),
        "typed": sum(sum(writer.put_in.values()) for writer in writers),
    }


async def _round(portal: Portal, first: int, cookies: list[str]) -> list[dict]:
    killed = asyncio.Event()
    tasks = [
        asyncio.create_task(
            _session(
                f"ws://127.0.0.1:{portal.port + 1}/rooms/c/un-test/S{n}/",
                cookies,
                portal.url,
                first + n,
                killed,
            )
        )
        for n in range(TOGETHER)
    ]
    await asyncio.sleep(random.Random(first).uniform(0.3, 1.5))
    portal.kill_rooms()
    killed.set()
    return await asyncio.gather(*tasks)


def sessions(portal: Portal, cookies: list[str], number: int = SESSIONS) -> dict:
    """Run the sessions; {sessions, characters_lost, replicas_differing, characters_typed, kills}."""
    portal.python(CHAPTERS % TOGETHER)
    lost = differing = typed = done = kills = 0
    while done < number:
        found = told(_round(portal, 100_000 + done, cookies))
        kills += 1
        stored = json.loads(portal.python(TEXTS).strip().splitlines()[-1])
        for n, session in enumerate(found):
            lost += session["lost"] + session["invented"]
            typed += session["typed"]
            differing += len(set(session["texts"]) | {stored[f"S{n}"]}) > 1
        done += TOGETHER
        print(f"{done} sessions: {lost} lost, {differing} differing", file=sys.stderr, flush=True)
    return {
        "sessions": done,
        "characters_typed": typed,
        "characters_lost": lost,
        "replicas_differing": differing,
        "rooms_killed": kills,
    }
