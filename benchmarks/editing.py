"""Writing together: from a key to the other's document, from the address to the first key, and what kills cost.

Ten editors press eight keys a second each in a chapter of 30,000 words that 50,000 keys have shaped; they run in
processes of their own, so that the benchmark does not measure itself. Then a thousand random sessions, with letters
of many scripts, deletions, lost connections, editors killed and the rooms killed outright: at the end every replica and
the server must say the same, and every character that was acknowledged must be there.
"""

from __future__ import annotations

import gzip
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from assessments.drafting.rooms import document
from benchmarks._figures import family, load, memory_mb, percentile
from benchmarks._sessions import sessions
from tests.e2e.portal import Portal
from tests.support import CHROMIUM_ARGUMENTS, ROOT, chromium_path, told

EDITORS, PROCESSES, KEYS, SECONDS = 10, 5, 8, 20
OPEN_CHAPTERS, OPENINGS = 10, 7
BUNDLE = ROOT / "static" / "js" / "dist" / "room.js"

PREPARE = """
import json
from pathlib import Path
from django.test import Client
from assessments.drafting import actions
from assessments.drafting.rooms import document
from assessments.drafting.rooms.models import Room
from tests import world
made = world.build_world()
side = made.un
people = [world.seat(side, f"un_bench_{n}", "la", "team:1") for n in range(10)]
state = Path("STATE").read_bytes()
text = str(document.text_of(document.build(state, [])))
chapter = side.chapter("1")
actions.save(chapter, chapter.current, text, by=side.la, now=world.NOW)
chapter.refresh_from_db()
Room.objects.create(chapter=chapter, key="b" * 32, state=state, markdown=text, version=chapter.current)
others = []
for n in range(OPEN):
    other = actions.add_chapter(side.cycle, f"M{n}", f"Memory {n}", by=made.system, now=world.NOW, team=chapter.team)
    Room.objects.create(chapter=other, key=f"{n:032}", state=state, markdown=text)
    others.append(other.number)
sessions = []
for person in people:
    client = Client()
    client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
    sessions.append(client.cookies["sessionid"].value)
print(json.dumps({"sessions": sessions, "words": len(text.split()), "others": others}))
"""
WORDS = (
    "agents",
    "evidence",
    "model",
    "risk",
    "of",
    "the",
    "and",
    "measure",
    "report",
    "confidence",
    "work",
    "in",
    "for",
)


def written(words: int = 30_000, keys: int = 50_000, authors: int = 10) -> bytes:
    """The state of a chapter that so many keys of ten authors, who go on from one another, have shaped."""
    chance = random.Random(1)
    parts = ["# What agents can do\n"]
    for n in range(words // 120):
        if n % 10 == 0:
            parts.append(f"## Section {n // 10} {{#sec:s{n}}}\n")
        parts.append(" ".join(chance.choice(WORDS) for _ in range(120)) + ".\n")
    state = document.begin("\n".join(parts))
    for _author in range(authors):
        doc = document.build(state, [])
        text = document.text_of(doc)
        for _run in range(keys // authors // 10):
            place = chance.randrange(len(text) - 10)
            for _key in range(10):
                if chance.random() < 0.2:
                    del text[place : place + 1]
                else:
                    text.insert(place, chance.choice("etaoin "))
                    place += 1
        state = doc.get_update()
    return state


def run() -> dict:
    with tempfile.TemporaryDirectory(prefix="concord-bench-") as folder:
        portal = Portal(Path(folder))
        try:
            portal.start()
            state = Path(folder, "state")
            state.write_bytes(written())
            code = PREPARE.replace("OPEN", str(OPEN_CHAPTERS)).replace("STATE", str(state))
            made = json.loads(portal.python(code).strip().splitlines()[-1])
            figures = {"words": made["words"], "editors": EDITORS}
            for part in (
                lambda: _memory(portal, made),
                lambda: _keys(portal, made["sessions"]),
                lambda: _opening(portal, made["sessions"][0]),
                lambda: sessions(portal, made["sessions"]),
            ):
                found = part()
                print(json.dumps(found), file=sys.stderr, flush=True)  # the whole takes a quarter of an hour
                figures |= found
        finally:
            portal.stop()
    packed = len(gzip.compress(BUNDLE.read_bytes(), 9, mtime=0))
    return figures | {"bundle_gzip_kb": round(packed / 1000, 1), "load": load()}


def room_of(portal: Portal, number: str) -> str:
    return f"ws://127.0.0.1:{portal.port + 1}/rooms/c/un-test/{number}/"


def _memory(portal: Portal, made: dict) -> dict:
    """How much the process of rooms grows for each long chapter that is open."""

    from tests.assessments.drafting.rooms.editors import Editor

    async def opened() -> tuple[float, float]:
        first = Editor(room_of(portal, "2"), made["sessions"][0], portal.url)
        await first.come()
        before = memory_mb(portal.rooms)
        editors = [Editor(room_of(portal, n), made["sessions"][0], portal.url) for n in made["others"]]
        for editor in editors:
            await editor.come()
            await editor.settle(60)
        after = memory_mb(portal.rooms)
        for editor in [first, *editors]:
            await editor.leave()
        return before, after

    before, after = told(opened())
    return {"mb_per_open_chapter": round((after - before) / OPEN_CHAPTERS, 1)}


def _cpu(pid: int) -> float:
    """Seconds of a core that the process and its children have used; Linux only."""
    used = 0
    for one in family(pid):
        fields = Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()
        used += int(fields[11]) + int(fields[12])
    return used / os.sysconf("SC_CLK_TCK")


def _keys(portal: Portal, cookies: list[str]) -> dict:
    share = EDITORS // PROCESSES
    running = []
    for n in range(PROCESSES):
        child = subprocess.Popen(
            [sys.executable, "-m", "benchmarks._editors"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        asked = {
            "url": room_of(portal, "1"),
            "origin": portal.url,
            "seconds": SECONDS,
            "keys": KEYS,
            "seed": n,
        }
        asked["sessions"] = cookies[n * share : (n + 1) * share]
        child.stdin.write(json.dumps(asked) + "\n")
        child.stdin.flush()
        running.append(child)
    for child in running:
        assert child.stdout.readline().strip() == "ready"
    before = _cpu(portal.rooms)
    for child in running:
        child.stdin.write("\n")
        child.stdin.flush()
    found = [json.loads(child.communicate(timeout=600)[0].strip().splitlines()[-1]) for child in running]
    pressed = {(client, clock): at for each in found for client, clock, at in each["sent"]}
    took = [
        (at - pressed[client, clock]) * 1000
        for each in found
        for client, clock, at in each["heard"]
        if (client, clock) in pressed
    ]
    used = _cpu(portal.rooms) - before
    unheard = len(pressed) * (EDITORS - 1) - len(took)
    return {
        "keys": len(pressed),
        "keys_unheard": unheard,
        "server_ms_per_key": round(used * 1000 / len(pressed), 2),
        "key_to_peer_p50_ms": percentile(took, 0.5),
        "key_to_peer_p95_ms": percentile(took, 0.95),
        "key_to_peer_p99_ms": percentile(took, 0.99),
    }


def _opening(portal: Portal, session: str) -> dict:
    """From the address to an editor that takes a key, in Chromium; the median of several, the first left out."""
    from playwright.sync_api import sync_playwright

    found = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=list(CHROMIUM_ARGUMENTS))
        context = browser.new_context(viewport={"width": 1280, "height": 800})
        context.add_cookies([{"name": "sessionid", "value": session, "url": portal.url}])
        for _opening in range(OPENINGS):
            page = context.new_page()
            page.goto(f"{portal.url}/c/un-test/chapters/1/edit/", wait_until="commit")
            page.wait_for_selector("[data-room-text][data-ready]", timeout=240_000)
            mark = "performance.getEntriesByName('concord-editable')[0].startTime"
            found.append(page.evaluate(mark))
            page.close()
        browser.close()
    return {"open_to_editable_ms": round(statistics.median(found[1:])), "open_first_ms": round(found[0])}
