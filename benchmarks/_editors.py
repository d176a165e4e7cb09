"""Editors in a process of their own, for the benchmark of writing together: ``python -m benchmarks._editors``.

Reads one JSON object from standard input: {url, origin, sessions: one for each editor, seconds, keys (a second), seed}.
Says "ready" once all are in the room and waits for a line; then each types, and the last line is a JSON object with
``sent`` and ``heard``: for each key [client, clock, moment], moments of the machine's monotonic clock.
"""

from __future__ import annotations

import asyncio
import json
import random
import sys
import time

from assessments.drafting.rooms import checking, wire
from tests.assessments.drafting.rooms.editors import Editor


class Timed(Editor):
    """An editor that notes when each key was pressed, and when each key of the others stood in its text."""

    def __init__(self, *arguments) -> None:
        super().__init__(*arguments)
        self.pressed: list[tuple[int, int, float]] = []
        self.seen: list[tuple[int, int, float]] = []

    async def _take(self, frame: bytes) -> None:
        await super()._take(frame)
        step, content = wire.read_message(frame)
        if step == wire.UPDATE:
            now = time.monotonic()
            for run in checking.read(content, trusted=True).structs.values():
                self.seen += [(struct.client, struct.clock, now) for struct in run]

    async def press(self, key: str, place: int) -> None:
        """One key, put in at ``place`` (in bytes) as an editor does: from the key to the wire."""
        began = time.monotonic()
        self.typed.insert(place, key)
        (struct,) = next(iter(checking.read(self.change).structs.values()))
        await self.send(self.change)
        self.pressed.append((struct.client, struct.clock, began))


async def write(editor: Timed, seconds: float, keys: float, chance: random.Random) -> None:
    """Type at an even pace, a word at a place, then go elsewhere in the text."""
    size = len(editor.typed)
    place = chance.randrange(size // 2)
    begin = time.monotonic() + chance.random() / keys
    for n in range(int(seconds * keys)):
        await asyncio.sleep(max(0, begin + n / keys - time.monotonic()))
        if n % 12 == 11:
            place = chance.randrange(size // 2)
        await editor.press(chance.choice("etaoin "), place)
        place += 1


async def main(asked: dict) -> dict:
    chance = random.Random(asked["seed"])
    editors = [Timed(asked["url"], session, asked["origin"]) for session in asked["sessions"]]
    for editor in editors:
        await editor.come()
    for editor in editors:
        await editor.settle(60)
    print("ready", flush=True)
    await asyncio.to_thread(sys.stdin.readline)
    await asyncio.gather(*(write(each, asked["seconds"], asked["keys"], chance) for each in editors))
    await asyncio.gather(*(each.settle(240) for each in editors))
    await asyncio.sleep(asked["seconds"] / 5)  # what the others typed last
    for editor in editors:
        await editor.leave()
    return {
        "sent": [one for each in editors for one in each.pressed],
        "heard": [one for each in editors for one in each.seen],
    }


if __name__ == "__main__":
    print(json.dumps(asyncio.run(main(json.loads(sys.stdin.readline())))), flush=True)
