"""The processes of docker-compose.yml by hand: PostgreSQL, Redis, several of each program, nginx before them."""

from __future__ import annotations

import signal
import ssl
import threading
import time
from contextlib import ExitStack

import pytest

from portal import connections
from tests import production, servers, stores
from tests.assessments.drafting.rooms.editors import Editor
from tests.e2e.cast import SEAT, SET_UP
from tests.e2e.portal import PASSWORD
from tests.support import need, told
from tests.world import CHAPTER, SUMMARY

pytestmark = [pytest.mark.servers, pytest.mark.slow]

SLUG = "un-real"
CYCLE = f"cycles/{SLUG}/"
PEOPLE = {
    "chair": ("chair", "plenary"),
    "cla": ("cla", "team:1"),
    "spmcla": ("cla", "team:SPM"),
    "delegate": ("head-of-delegation", "delegation:b"),
}
# The gates between are the subject of other tests.
TO_APPROVAL = f"""
from assessments.cycles.models import Cycle
Cycle.objects.filter(slug={SLUG!r}).update(stage="approval")
"""
LAX = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")


@pytest.fixture
def portal(tmp_path):
    need("pg"), need("redis"), need("nginx")
    with ExitStack() as stack:
        database = stack.enter_context(servers.postgres_server(*production.database_settings(), *LAX))
        redis = stack.enter_context(servers.redis_server())
        storage = stack.enter_context(servers.storage_server())
        made = production.Production(
            tmp_path, database.url, redis.url, storage=stores.environment(storage.url, "concord-files")
        )
        stack.callback(made.kill)
        yield made


async def writes_in_the_room(portal, author) -> None:
    """Somebody types in the chapter's room, through the proxy, as the page's own policy lets a browser do."""
    page = author.get(f"/c/{SLUG}/chapters/1/edit/")
    room = f"{portal.url.replace('https', 'wss')}/rooms/c/{SLUG}/1/"
    assert f'data-room="{room}"'.encode() in page.body
    assert f"connect-src 'self' {room.partition('/rooms')[0]};" in page.headers["Content-Security-Policy"]
    trusted = ssl.create_default_context(cafile=str(portal.certificate))
    editor = Editor(room, author.cookies["sessionid"], portal.url, trusted)
    await editor.come()
    await editor.settle()
    await editor.type(0, "Typed in the room. ")
    await editor.settle()
    await editor.leave()


def test_the_main_job_goes_through_the_proxy_over_processes_of_their_own(portal, settings, request):
    portal.start()
    counting = production.Counting(portal.database)
    request.addfinalizer(counting.end)
    portal.python(SET_UP)
    office = portal.visitor().sign_in("founder@example.org", PASSWORD)
    begun = {"slug": SLUG, "procedure": "ipcc", "title": "A report", "chapters": 1}
    made = office.api("cycles/", begun | {"at_stage": "final-draft", "why": "Reviewed elsewhere."})
    assert made.status == 201, made.body
    summary = {"number": "SPM", "title": "Summary for policymakers", "kind": "summary"}
    assert office.api(f"{CYCLE}chapters/", summary).status == 201
    portal.python(SEAT.format(slug=SLUG, people=PEOPLE, password=PASSWORD))
    chair, author, spm_author, delegate = (
        portal.visitor().sign_in(f"{name}@example.org", PASSWORD) for name in PEOPLE
    )

    text = {"base_version": None, "markdown": CHAPTER}
    assert author.api(f"{CYCLE}chapters/1/text/", text).status == 200
    assert spm_author.api(f"{CYCLE}chapters/SPM/text/", text | {"markdown": SUMMARY}).status == 200
    # What one web process saved, another shows.
    for _n in range(6):
        assert portal.visitor().get("/healthz").status == 200
        assert author.api(f"{CYCLE}chapters/1/text/").json()["markdown"].startswith("# What agents can do")

    told(writes_in_the_room(portal, author))
    deadline = time.monotonic() + 30
    while not author.api(f"{CYCLE}chapters/1/text/").json()["markdown"].startswith("Typed in the room. "):
        assert time.monotonic() < deadline, "what was typed became no version"
        time.sleep(0.2)

    assert office.api(f"{CYCLE}snapshots/", {"label": "FGD"}).status == 202
    deadline = time.monotonic() + 120
    while (frozen := office.api(f"{CYCLE}snapshots/FGD/").json())["status"] != "ready":
        assert time.monotonic() < deadline, frozen
        time.sleep(0.5)
    workers = portal.python(
        "from records.models import Job\nprint(*Job.objects.values_list('worker', flat=True))"
    )
    assert workers.split() and not any(name.startswith("command:") for name in workers.split())
    page = office.get(f"/c/{SLUG}/drafts/FGD/1/")
    assert (page.status, b"Agents now complete software tasks" in page.body) == (200, True)
    # One process made the PDF, another hands it out; it lies in the storage and nowhere in the data folder.
    if need("pango"):
        pdf = office.get(f"/c/{SLUG}/drafts/FGD/1.pdf")
        assert (pdf.status, pdf.body[:5]) == (200, b"%PDF-")
        assert portal.python("from records import files\nprint(*(k.name for k in files.names()))").split()
        assert not (portal.folder / "data" / "files").exists()

    assert office.api(f"{CYCLE}sessions/", {"snapshot": "FGD", "chapter": "SPM"}).status == 201
    portal.python(TO_APPROVAL)
    # A new connection each: they fall on both live processes.
    screens = [delegate.follow(f"/live/session/{SLUG}/1/") for _n in range(6)]
    for screen in screens:
        assert screen.began.wait(10)
        assert screen.answer.headers["Content-Type"].startswith("text/event-stream")
    pressed = time.monotonic()
    assert chair.api(f"{CYCLE}sessions/1/acts/open/", {}).status == 200
    late = [screen.wait_for("session.opened") - pressed for screen in screens]
    assert max(late) < 1, late
    # The long poll goes to a web process, which hears of another's commit.
    polled = threading.Thread(
        target=lambda: heard.append(delegate.get(f"/live/session/{SLUG}/1/poll?after=2"))
    )
    heard: list = []
    polled.start()
    line = office.api(f"{CYCLE}sessions/1/lines/").json()["results"][0]["label"]
    called = chair.api(f"{CYCLE}sessions/1/acts/call/", {"line": line})
    assert called.status == 200, called.body
    polled.join(10)
    assert [entry["verb"] for entry in heard[0].json()["entries"]] == ["line.called"]
    for screen in screens:
        screen.wait_for("line.called")
        screen.close()

    for address, kind in (("/static/css/base.css", "text/css"), ("/healthz", "application/json")):
        answer = portal.visitor().get(address)
        assert (answer.status, answer.headers["Content-Type"].split(";")[0]) == (200, kind), address
    assert portal.visitor().get("/readyz").json() == {"ready": True, "faults": []}
    assert portal.visitor().get("/").headers["Strict-Transport-Security"].startswith("max-age=")

    counting.end()
    settings.PRODUCTION, settings.WEB_PROCESSES, settings.LIVE_PROCESSES, settings.WORKER_PROCESSES = (
        True,
        2,
        2,
        4,
    )
    assert 0 < counting.most <= connections.bound() - connections.COMMANDS
    codes = portal.stop()
    # uvicorn, once it has ended in order, ends by the signal that it was sent; all others by themselves.
    by_signal = {name for name, code in codes.items() if code == -signal.SIGTERM}
    assert by_signal <= {"web1", "live1", "live2"}
    assert {name: code for name, code in codes.items() if code and name not in by_signal} == {}
    with production.connected(portal.database) as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        assert cursor.fetchone() == (0,)
    assert [line for line in portal.log().splitlines() if '"ERROR"' in line or "Traceback" in line] == []


def test_too_few_connections_stop_the_start_in_a_sentence(portal):
    portal.env["WEB_PROCESSES"] = "40"
    with pytest.raises(AssertionError, match=r"may need 906 connections to the database, which allows \d+"):
        portal.once("migrate", portal.command("migrate"))
