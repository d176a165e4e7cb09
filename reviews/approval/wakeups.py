"""What wakes the hub between its looks each second: our own commits, and those of other processes."""

from __future__ import annotations

import logging
import select
import sqlite3
import threading
import time
from collections.abc import Callable
from pathlib import Path

from django.db import connections

log = logging.getLogger(__name__)

SQLITE_EVERY = 0.05  # seconds between two readings of data_version
PAUSE = 1.0


class Wakeups:
    """A thread with a connection of its own that calls ``wake`` when another process has committed."""

    def __init__(self, wake: Callable[[], None]) -> None:
        self._wake = wake
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        settings = connections["default"].settings_dict
        if settings["ENGINE"].endswith("postgresql"):
            watch = self._listen
        elif _is_file(settings["NAME"]):
            watch = self._poll_version
        else:
            return
        self._thread = threading.Thread(target=self._keep, args=(watch,), name="record-wakeups", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._ended.set()
        if self._thread:
            self._thread.join(timeout=3)

    def heard(self) -> None:
        """A commit in this process appended to the record."""
        if not self._ended.is_set():
            self._wake()

    def _keep(self, watch: Callable[[], None]) -> None:
        while not self._ended.is_set():
            try:
                watch()
            except Exception as error:
                # The look each second goes on meanwhile.
                log.warning("waiting for other processes failed (%s); trying again", error)
                self._ended.wait(PAUSE)

    def _poll_version(self) -> None:
        path = Path(connections["default"].settings_dict["NAME"]).absolute()
        connection = sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)
        try:
            seen = None
            while not self._ended.is_set():
                (version,) = connection.execute("PRAGMA data_version").fetchone()
                if version != seen and seen is not None:
                    self._wake()
                seen = version
                time.sleep(SQLITE_EVERY)
        finally:
            connection.close()

    def _listen(self) -> None:
        import psycopg2

        parameters = connections["default"].get_connection_params()
        for name in ("cursor_factory", "context", "prepare_threshold"):
            parameters.pop(name, None)
        connection = psycopg2.connect(**parameters)
        try:
            connection.set_session(autocommit=True)
            with connection.cursor() as cursor:
                cursor.execute("LISTEN records")
            while not self._ended.is_set():
                if select.select([connection], [], [], PAUSE)[0]:
                    connection.poll()
                    connection.notifies.clear()
                    self._wake()
        finally:
            connection.close()


def _is_file(name) -> bool:
    """Only a file tells other processes' commits apart; a database in memory has no other processes."""
    return not str(name).startswith(("file:", ":memory:"))
