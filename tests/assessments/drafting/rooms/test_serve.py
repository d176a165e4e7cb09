"""The processes of the rooms: one that is killed is followed by the next, and nothing acknowledged is lost."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from benchmarks._sessions import TOGETHER, sessions
from tests.e2e.portal import Portal, free_port
from tests.support import ROOT

COOKIES = """
import json
from django.test import Client
from tests import world
made = world.build_world()
found = []
for person in (made.un.la, made.un.cla):
    client = Client()
    client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
    found.append(client.cookies["sessionid"].value)
print(json.dumps(found))
"""


def answers(port: int) -> bool:
    try:
        return urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=2).status == 200
    except OSError:
        return False


def rooms(port: int) -> list[str]:
    return ["-m", "assessments.drafting.rooms.serve", "--port", str(port + 1)]


def children(pid: int) -> list[int]:
    return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
@pytest.mark.slow
def test_a_killed_process_is_followed_by_the_next_and_term_ends_all(tmp_path):
    port = free_port()
    env = os.environ | {"DATA_DIR": str(tmp_path)}
    process = subprocess.Popen([sys.executable, *rooms(port)], cwd=ROOT, env=env)
    try:
        deadline = time.monotonic() + 120
        while not answers(port + 1) and time.monotonic() < deadline:
            time.sleep(0.1)
        for _kill in range(2):
            time.sleep(1.1)  # not young any more: no pause before the next
            [first] = children(process.pid)
            began = time.monotonic()
            os.kill(first, signal.SIGKILL)
            while not answers(port + 1):
                time.sleep(0.01)
            print(f"back after {time.monotonic() - began:.2f} s")
            [second] = children(process.pid)
            assert second != first
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
        assert not Path(f"/proc/{second}").exists()
        # A parent that is killed takes its children along: the port is free for the next one.
        process = subprocess.Popen([sys.executable, *rooms(port)], cwd=ROOT, env=env)
        while not answers(port + 1):
            time.sleep(0.1)
        [third] = children(process.pid)
        process.kill()
        deadline = time.monotonic() + 20
        while answers(port + 1) and time.monotonic() < deadline:
            time.sleep(0.05)
        assert not answers(port + 1), third
    finally:
        process.kill()
        process.wait()


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
@pytest.mark.slow
def test_random_sessions_with_kills_lose_no_character_and_no_replica_differs(tmp_path):
    portal = Portal(tmp_path)
    portal.manage("migrate", "--verbosity", "0")
    cookies = json.loads(portal.python(COOKIES).strip().splitlines()[-1])
    portal.start_rooms()
    try:
        found = sessions(portal, cookies, TOGETHER)
    finally:
        portal.stop()
    assert found["sessions"] == TOGETHER
    assert found["characters_typed"] > 500
    assert (found["characters_lost"], found["replicas_differing"], found["rooms_killed"]) == (0, 0, 1)
