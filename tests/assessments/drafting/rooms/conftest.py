"""A server of rooms beside the test: uvicorn in a thread, on the test's own database."""

from __future__ import annotations

import asyncio
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import uvicorn
from django.conf import settings
from django.db import connection
from django.test import Client

from tests.assessments.drafting.rooms.editors import Editor
from tests.e2e.portal import free_port
from tests.world import build_world


def _signed_in(user) -> str:
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    connection.close()
    return client.cookies["sessionid"].value


class Rooms:
    """Running rooms; ``editor(user, chapter)`` is somebody at their browser, signed in."""

    def __init__(self, port: int = 0) -> None:
        from assessments.drafting.rooms.asgi import Rooms as Application

        self.port = port or free_port()
        self.application = Application()
        config = uvicorn.Config(
            self.application,
            host="127.0.0.1",
            port=self.port,
            lifespan="on",
            log_level="warning",
            ws="websockets-sansio",
            ws_per_message_deflate=False,
            ws_max_size=8 * 1024 * 1024,
            timeout_graceful_shutdown=1,
        )
        self.server = uvicorn.Server(config)
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.sessions: dict[int, str] = {}

    def _run(self) -> None:
        asyncio.run(self.server.serve())

    def start(self) -> Rooms:
        self.thread.start()
        deadline = time.monotonic() + 10
        while not self.server.started and time.monotonic() < deadline:
            time.sleep(0.01)
        return self

    def stop(self) -> None:
        self.server.should_exit = True
        self.thread.join(10)

    def session(self, user) -> str:
        if user.pk not in self.sessions:
            # A thread of its own: the caller's may run a loop, where Django asks nothing of the database.
            with ThreadPoolExecutor(1) as thread:
                self.sessions[user.pk] = thread.submit(_signed_in, user).result()
        return self.sessions[user.pk]

    def editor(self, user, chapter, *, origin: str = "") -> Editor:
        url = f"ws://127.0.0.1:{self.port}/rooms/c/{chapter.cycle.slug}/{chapter.number}/"
        session = self.session(user) if user is not None else "nobody"
        return Editor(url, session, origin or f"http://127.0.0.1:{settings.PORT}")


@pytest.fixture
def rooms(transactional_db):
    made = Rooms().start()
    yield made
    made.stop()


@pytest.fixture
def world(transactional_db):
    return build_world()


@pytest.fixture(scope="session", autouse=True)
def no_connection_outlives_the_tests(django_db_setup, django_db_blocker):
    """The rooms' threads keep their connections as long as the process; PostgreSQL drops no database under them."""
    yield
    with django_db_blocker.unblock():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )
