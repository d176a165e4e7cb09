"""The ground under every test: an environment of its own, a database that can be emptied, a tally.

The settings read the environment once, so the environment is laid here, before Django is set up: each
test process has a data folder that is thrown away, and whatever the shell says about a mode, a
database or a broker does not count. ``./concord test`` chooses the database through
``CONCORD_TEST_DB`` (``sqlite``, or ``pg`` with the address in ``CONCORD_TEST_PG``).
"""

from __future__ import annotations

import contextlib
import importlib.util
import json
import os
import shutil
import tempfile
from collections import Counter
from pathlib import Path

import pytest

from tests import support

_scratch = Path(tempfile.mkdtemp(prefix="concord-test-"))


def _lay_environment() -> None:
    for name in (
        "DATABASE_URL",
        "REDIS_URL",
        "SITE_URL",
        "PORT",
        "FILES_URL",
        "FILES_KEY_ID",
        "FILES_SECRET",
    ):
        os.environ.pop(name, None)
    os.environ |= {
        "CONCORD_MODE": "embedded",
        "DATA_DIR": str(_scratch / "var"),
        # A file, not memory: threads and live servers then meet the locks that SQLite has in earnest.
        "CONCORD_TEST_SQLITE": str(_scratch / "test.sqlite3"),
        "SECRET_KEY": "a-key-for-tests-only-that-signs-nothing-anybody-keeps",
        # Tests ask faster than people; those of the limits set their own.
        "API_RATE_PERSON": "1000000",
        "API_RATE_ANONYMOUS": "1000000",
    }
    if os.environ.get("CONCORD_TEST_DB", "sqlite") == "pg":
        os.environ["DATABASE_URL"] = os.environ["CONCORD_TEST_PG"]


def _set_up_django() -> None:
    import django

    os.environ["DJANGO_SETTINGS_MODULE"] = "portal.settings"
    django.setup()
    from django.conf import settings

    settings.PASSWORD_HASHERS = ["tests.hashing.OneRound"]
    _let_the_flush_pass()


def _let_the_flush_pass() -> None:
    """Between transactional tests Django empties all tables; here it may, and leaves them as migrated.

    The record's triggers refuse exactly that emptying, so they are suspended for it alone: every test
    runs with them in force. What the migrations laid (the states of the world) is laid again, for the
    tests that follow in any order.
    """
    from django.db import connections
    from django.test import TransactionTestCase

    teardown = TransactionTestCase._fixture_teardown

    def teardown_and_restore(self):
        from records.triggers import suspended

        # Kept from laying content types and permissions of its own, which would collide with those kept.
        self.serialized_rollback = True
        aliases = self._databases_names(include_mirrors=False)
        with contextlib.ExitStack() as stack:
            for alias in aliases:
                stack.enter_context(suspended(using=alias))
                connections[alias]._test_serialized_contents = _laid[alias]
            teardown(self)
            for alias in aliases:
                connections[alias].creation.deserialize_db_from_string(_laid[alias])

    TransactionTestCase._fixture_teardown = teardown_and_restore


# What the migrations laid, by alias; kept apart from connection objects, of which a browser's loop makes others.
_laid: dict[str, str] = {}

_lay_environment()
if importlib.util.find_spec("portal.settings") is not None:
    try:
        _set_up_django()
    except Exception as error:
        # An app that is being written must not keep the pure rooms' tests from running; ./concord test
        # names a database and stops here, since the others would be skipped.
        if "CONCORD_TEST_DB" in os.environ:
            raise
        print(f"Django is not set up, so only pure tests can run: {error!r}")
        os.environ.pop("DJANGO_SETTINGS_MODULE", None)
        from django.conf import empty, settings

        settings._wrapped = empty


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """Keep what the migrations laid, for the transactional tests to leave as they found it."""
    from django.db import connections

    with django_db_blocker.unblock():
        for connection in connections.all():
            # Where no test of the session asks the database, it was not migrated.
            if connection.introspection.table_names():
                _laid[connection.alias] = connection.creation.serialize_db_to_string()


@pytest.fixture(autouse=True)
def no_lease_renewed_in_an_open_transaction(request, monkeypatch):
    """A job run inside a test's own transaction is hidden from the thread that would renew its lease, and locked."""
    marker = request.node.get_closest_marker("django_db")
    if marker and not marker.kwargs.get("transaction") and "transactional_db" not in request.fixturenames:
        monkeypatch.setattr("records.jobs.queue.RENEW_EVERY_S", 3600)


@pytest.fixture(scope="session")
def browser():
    """A headless Chromium for the session, driven by Playwright; pages are the test's own to close."""
    path = support.need("chromium")
    from playwright.sync_api import sync_playwright

    # Playwright's synchronous face runs an event loop in this thread, and Django takes any query made
    # meanwhile for one from asynchronous code. It is not: the tests are plain functions.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=list(support.CHROMIUM_ARGUMENTS))
        yield chromium
        chromium.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture(scope="session")
def storage_at():
    """The address of an S3 storage of one's own (moto, on loopback), for the session."""
    from tests import servers

    with servers.storage_server() as server:
        yield server.url


@pytest.fixture
def bucket(storage_at, settings, tmp_path):
    """Files lie in a bucket of their own for this test; what is given may be turned off and on (tests/stores.py)."""
    from tests import stores

    with stores.bucket_behind_a_switch(storage_at) as (switch, place):
        settings.FILES, settings.DATA_DIR = place, tmp_path / "data"
        yield switch


@pytest.fixture(params=["folder", "bucket"])
def kept_in(request, settings, tmp_path):
    """The same test with files in a folder and in a bucket."""
    if request.param == "bucket":
        request.getfixturevalue("bucket")
    else:
        settings.MEDIA_ROOT = tmp_path / "files"
    return request.param


@pytest.fixture
def page(browser):
    """A fresh page in a context without cookies, 1280 by 800, that is closed after the test."""
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    yield context.new_page()
    context.close()


def pytest_configure(config):
    support.required()  # a misspelt CONCORD_REQUIRE stops here, not after the suite


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node):
    """Let each worker of pytest-xdist lay its own environment before it reads the settings.

    It inherits this process's, and with the name of the settings in it pytest-django would read them
    before this file is loaded there: all workers would share one data folder.
    """
    node.gateway.remote_exec("import os; os.environ.pop('DJANGO_SETTINGS_MODULE', None)").waitclose()


def pytest_terminal_summary(terminalreporter):
    """Say how many tests each cause kept from running; hand the tally on where one is asked for."""
    stats = terminalreporter.stats
    skipped = Counter(support.cause_of(report.longrepr[2]) for report in stats.get("skipped", []))
    if skipped:
        terminalreporter.section("skipped by cause")
        for cause, number in sorted(skipped.items()):
            terminalreporter.line(f"{number:5d}  {cause}")
    tally = os.environ.get("CONCORD_TEST_TALLY")
    if tally:
        failed = len(stats.get("failed", [])) + len(stats.get("error", []))
        counts = {"passed": len(stats.get("passed", [])), "failed": failed, "skipped": skipped}
        Path(tally).write_text(json.dumps(counts))


def pytest_unconfigure(config):
    shutil.rmtree(_scratch, ignore_errors=True)
