"""What tests ask of the machine they run on: data beside the repository, servers, a browser, libraries.

A test that misses something says so by name and is skipped; ``CONCORD_REQUIRE=pg,redis`` (any of the
keys of ``CAUSES``) turns that skip into a failure, so that a machine that should have it cannot go
quietly without. The closing lines count the skips by cause.
"""

from __future__ import annotations

import asyncio
import ctypes
import os
import re
import shutil
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import pytest
from django.conf import settings
from django.db import connections

ROOT = Path(__file__).resolve().parent.parent
SHARED_DATA = ROOT.parent / "shared" / "data"

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
CHROMIUM_OF_MACOS = (
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)
# Chromium refuses to sandbox itself as root, and asks its maker's hosts for updates at every start.
CHROMIUM_ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
PANGO_LIBRARIES = (
    ("libpango-1.0.so.0", "libpango-1.0.dylib", "/opt/homebrew/lib/libpango-1.0.dylib"),
    ("libpangoft2-1.0.so.0", "libpangoft2-1.0.dylib", "/opt/homebrew/lib/libpangoft2-1.0.dylib"),
)


@dataclass(frozen=True)
class Cause:
    """Why a test may be skipped: what is missing, how to get it, and how to look for it."""

    missing: str
    remedy: str
    find: Callable[[], str | None]


def chromium_path() -> str | None:
    """The Chromium to drive: ``CONCORD_CHROMIUM`` where set, else the first one installed."""
    named = os.environ.get("CONCORD_CHROMIUM")
    if named:
        return named if Path(named).exists() else None
    on_path = (shutil.which(name) for name in CHROMIUM_NAMES)
    in_applications = (path for path in CHROMIUM_OF_MACOS if Path(path).exists())
    return next((path for path in (*on_path, *in_applications) if path), None)


def pango_library() -> str | None:
    """The name under which Pango loads, or None where WeasyPrint could not draw."""
    loaded = [_first_that_loads(names) for names in PANGO_LIBRARIES]
    return loaded[0] if all(loaded) else None


def _first_that_loads(names: tuple[str, ...]) -> str | None:
    for name in names:
        try:
            ctypes.CDLL(name)
        except OSError:
            continue
        return name
    return None


def _sbin(name: str) -> str | None:
    """A program where Debian keeps those that a plain user's path does not name."""
    return shutil.which(name, path="/usr/sbin:/usr/local/sbin")


CAUSES: dict[str, Cause] = {
    "pg": Cause(
        "no PostgreSQL",
        "./concord test starts one of its own where PostgreSQL is installed",
        lambda: os.environ.get("CONCORD_TEST_PG") or None,
    ),
    "redis": Cause(
        "no Redis",
        "./concord test starts one of its own where redis-server is installed",
        lambda: os.environ.get("CONCORD_TEST_REDIS") or None,
    ),
    "chromium": Cause("no Chromium", "install the package chromium", chromium_path),
    "pango": Cause("no Pango", "install libpango-1.0-0 and libpangoft2-1.0-0 (macOS: pango)", pango_library),
    "nginx": Cause(
        "no nginx", "install the package nginx-light", lambda: shutil.which("nginx") or _sbin("nginx")
    ),
    "java": Cause("no Java", "install the package default-jre-headless", lambda: shutil.which("java")),
    "gettext": Cause("no xgettext", "install the package gettext", lambda: shutil.which("xgettext")),
    "shared": Cause("no shared data", "lay the folder shared/data beside the repository", lambda: None),
}


def required() -> frozenset[str]:
    """The causes that may not be a reason to skip, from ``CONCORD_REQUIRE``.

    Raises ValueError for a name that is none of ``CAUSES``: a misspelt one would require nothing.
    """
    names = frozenset(filter(None, re.split(r"[,\s]+", os.environ.get("CONCORD_REQUIRE", ""))))
    unknown = sorted(names - CAUSES.keys())
    if unknown:
        raise ValueError(
            f"CONCORD_REQUIRE names {', '.join(unknown)}; it may name {', '.join(sorted(CAUSES))}."
        )
    return names


def need(cause: str) -> str:
    """What the test needs, or the end of the test.

    ``pg`` and ``redis`` give a URL, ``chromium`` and ``nginx`` the path of the program, ``pango`` the name of the
    library. Where it is missing the test (or, called at module level, the module) is skipped by cause,
    or fails when ``CONCORD_REQUIRE`` names the cause.
    """
    found = CAUSES[cause].find()
    if found is None:
        _end(cause, f"{CAUSES[cause].missing}; {CAUSES[cause].remedy}")
    return found


def shared(path: str) -> Path:
    """The file or folder ``path`` of the data beside the repository; skips by name where it is absent."""
    found = SHARED_DATA / path
    if not found.exists():
        _end("shared", f"shared/data/{path} is absent")
    return found


def _end(cause: str, text: str) -> NoReturn:
    if cause in required():
        pytest.fail(f"CONCORD_REQUIRE names {cause}: {text}", pytrace=False)
    pytest.skip(f"[{cause}] {text}", allow_module_level=True)


def cause_of(reason: str) -> str:
    """The cause under which a skip is counted: its key, or the reason itself where it has none."""
    words = reason.removeprefix("Skipped: ")
    key = re.match(r"\[([a-z]+)\]", words)
    return CAUSES[key[1]].missing if key and key[1] in CAUSES else words.splitlines()[0]


def told(story: Coroutine) -> Any:
    """What a story ends with, run in a thread of its own: a browser's test may leave a loop running in this one."""

    def tell() -> Any:
        try:
            return asyncio.run(story)
        finally:
            if settings.configured:
                connections.close_all()  # the thread's own, where the story spoke to a database

    with ThreadPoolExecutor(1) as elsewhere:
        return elsewhere.submit(tell).result()
