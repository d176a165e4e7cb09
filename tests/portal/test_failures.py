"""A full disk and a database that is away: 503 with a sentence, nothing half done, and on again by itself."""

from __future__ import annotations

import os
import re
import resource
import secrets
import shutil
import signal
import sqlite3
import subprocess
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import psycopg2
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import OperationalError, connection

from assessments.drafting.models import Asset, ChapterVersion
from records import storage
from records.models import Entry, Job, Stream
from tests.e2e.portal import Portal
from tests.portal.test_doctor import tiny_disk
from tests.world import CHAPTER, build_world

EDIT = "/c/un-test/chapters/1/edit/"
NEW = {"base": "1", "markdown": CHAPTER + "\n\nMore words. " * 9000}


def state() -> tuple:
    """What an act would have changed."""
    return (
        ChapterVersion.objects.count(), Entry.objects.count(), Job.objects.count(), Asset.objects.count(),
        list(Stream.objects.order_by("key").values_list("key", "last_seq", "last_hash")),
    )  # fmt: skip


@pytest.fixture
def author(transactional_db, client):
    world = build_world()
    client.force_login(world.un.la)
    client.raise_request_exception = False
    return client


@contextmanager
def full_database():
    """SQLite may take no further page: the error of a full disk, from SQLite itself."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM")  # no free page is left to be used again
        cursor.execute("PRAGMA page_count")
        pages = cursor.fetchone()[0]
        cursor.execute("PRAGMA max_page_count")
        most = cursor.fetchone()[0]
        cursor.execute(f"PRAGMA max_page_count = {pages}")
        try:
            yield
        finally:
            cursor.execute(f"PRAGMA max_page_count = {most}")


@pytest.mark.skipif(connection.vendor != "sqlite", reason="SQLite's own limit")
def test_a_full_database_refuses_the_act_whole_and_takes_it_later(author):
    before = state()
    with full_database():
        answer = author.post(EDIT, NEW, headers={"X-Request-ID": "full-disk-0001"})
        assert (answer.status_code, answer["Retry-After"]) == (503, "60")
        page = answer.content.decode()
        assert "Nothing can be saved just now" in page
        assert "full-disk-0001" in page
        assert state() == before
        assert author.get("/c/un-test/chapters/1/").status_code == 200
    assert author.post(EDIT, NEW).status_code == 302
    assert state()[0] == before[0] + 1


@pytest.mark.skipif(connection.vendor != "sqlite", reason="SQLite's own limit")
def test_a_full_database_is_a_problem_to_a_program(author):
    before = state()
    with full_database():
        answer = author.post(
            "/api/v1/cycles/un-test/chapters/1/text/",
            {"base_version": 1, "markdown": NEW["markdown"]}, content_type="application/json",
        )  # fmt: skip
    assert (answer.status_code, answer["Content-Type"]) == (503, "application/problem+json")
    assert answer.json()["status"] == 503
    assert state() == before


def picture() -> SimpleUploadedFile:
    import io

    from PIL import Image

    made = io.BytesIO()
    Image.frombytes("RGB", (300, 300), secrets.token_bytes(270_000)).save(made, "PNG")
    return SimpleUploadedFile("noise.png", made.getvalue(), content_type="image/png")


FACTS = {"alt": "Noise.", "origin": "The authors", "licence": "report"}


def upload(client):
    return client.post("/c/un-test/images/", {"file": picture(), "key": "noise", **FACTS})


def test_a_full_disk_for_files_leaves_no_row_without_its_file(author, settings, tmp_path):
    before = state()
    with tiny_disk(tmp_path / "small", "200k") as settings.MEDIA_ROOT:
        assert upload(author).status_code == 503
        assert state() == before
        assert not [p for p in Path(settings.MEDIA_ROOT).rglob("*") if p.is_file()]
        subprocess.run(["mount", "-o", "remount,size=4m", settings.MEDIA_ROOT], check=True)
        assert upload(author).status_code == 302
        asset = Asset.objects.get()
        assert (settings.MEDIA_ROOT / asset.file).stat().st_size > 200_000


def test_a_limit_on_the_size_of_files_is_told_the_same_way(author, settings, tmp_path):
    """Where nothing may be mounted: the system itself refuses to let files grow."""
    settings.MEDIA_ROOT = tmp_path
    before = state()
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    old = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, hard))
    try:
        answer = upload(author)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, old)
    assert answer.status_code == 503
    assert state() == before
    assert upload(author).status_code == 302


def answer_of(url: str) -> tuple[int, str, str]:
    import urllib.error
    import urllib.request

    try:
        with urllib.request.urlopen(url, timeout=30) as found:
            return found.status, found.headers.get("Retry-After", ""), found.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.headers.get("Retry-After", ""), error.read().decode()


@pytest.mark.slow
@pytest.mark.databases
def test_a_portal_whose_database_goes_away_says_so_and_goes_on_when_it_is_back(tmp_path, away):
    portal, go, come_back = away
    try:
        portal.start()
        assert answer_of(portal.url + "/")[0] == 200
        go()
        status, retry, page = answer_of(portal.url + "/")
        assert (status, retry) == (503, "60")
        assert re.search("cannot reach its database|Nothing can be saved just now", page)
        assert "nothing is half done" in page
        assert answer_of(portal.url + "/api/v1/cycles/")[0] == 503
        assert answer_of(portal.url + "/healthz")[0] == 200
        status, _retry, told = answer_of(portal.url + "/readyz")
        assert (status, "the database does not answer" in told) == (503, True)
        come_back()
        assert answer_of(portal.url + "/")[0] == 200
        assert answer_of(portal.url + "/api/v1/cycles/")[0] == 200
    finally:
        come_back()
        portal.stop()


@pytest.fixture
def away(tmp_path):
    """A portal, and how to take its database away from it and give it back."""
    folder = tmp_path / "var"
    folder.mkdir()
    portal = Portal(folder)
    if os.environ.get("CONCORD_TEST_DB") == "pg":
        yield from _away_on_a_server(portal)
        return
    aside = tmp_path / "aside"
    aside.mkdir()
    database = folder / "concord.sqlite3"

    def go():
        for file in folder.glob("concord.sqlite3*"):
            shutil.move(file, aside)
        database.mkdir()  # what no database can be opened at, whoever asks

    def come_back():
        if database.is_dir():
            database.rmdir()
            for file in aside.iterdir():
                shutil.move(file, folder)

    yield portal, go, come_back


def _away_on_a_server(portal):
    given = urlsplit(os.environ["CONCORD_TEST_PG"])
    name = f"away_{secrets.token_hex(4)}"
    portal.env["DATABASE_URL"] = given._replace(path=f"/{name}").geturl()
    with closing(psycopg2.connect(given.geturl())) as server:
        server.autocommit = True
        with server.cursor() as cursor:
            cursor.execute(f"CREATE DATABASE {name}")

            def go():
                cursor.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
                cursor.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name]
                )

            def come_back():
                cursor.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")

            yield portal, go, come_back
            cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.mark.django_db
def test_a_fault_in_a_query_is_a_fault_of_ours_and_no_database_that_is_away(client):
    client.raise_request_exception = False

    def wrong(execute, sql, *query):
        return execute("SELECT no_such_column FROM no_such_table", None, False, query[-1])

    with connection.execute_wrapper(wrong):
        assert client.get("/").status_code == 500


def test_errors_are_told_apart_by_their_codes(tmp_path):
    place = tmp_path / "x.sqlite3"
    with closing(sqlite3.connect(place, timeout=0, isolation_level=None)) as one:
        one.execute("CREATE TABLE t (a)")
        one.execute("BEGIN EXCLUSIVE")
        with (
            closing(sqlite3.connect(place, timeout=0)) as two,
            pytest.raises(sqlite3.OperationalError) as locked,
        ):
            two.execute("SELECT * FROM t")
        with pytest.raises(sqlite3.OperationalError) as wrong:
            one.execute("SELECT nothing FROM t")
    with pytest.raises(psycopg2.OperationalError) as refused:
        psycopg2.connect("postgres://x:y@127.0.0.1:1/z")
    wrapped = OperationalError()
    wrapped.__cause__ = refused.value
    judged = {name: (storage.is_away(e), storage.cannot_be_written(e)) for name, e in {
        "locked": locked.value, "wrong": wrong.value, "refused": refused.value, "wrapped": wrapped,
        "full": OSError(28, "No space left on device"), "missing": FileNotFoundError(2, "No such file"),
    }.items()}  # fmt: skip
    assert judged == {
        "locked": (True, False), "wrong": (False, False), "refused": (True, False), "wrapped": (True, False),
        "full": (False, True), "missing": (False, False),
    }  # fmt: skip
