"""Data that cannot be written to: a sentence and exit code 1 at the shell, a page (503) while the portal runs."""

from __future__ import annotations

import ctypes
import os
import sqlite3
import stat
import subprocess
import sys

import pytest
from django.db import connection

from assessments.drafting.models import Chapter
from panels.models import Body
from records import storage
from records.models import Entry
from tests.support import ROOT
from tests.world import build_world

CAP_DAC_OVERRIDE, PR_CAPBSET_DROP = 1, 24


def bound_by_rights() -> None:
    """Run in the child before it starts: files' rights then bind it as they do any person, also as root."""
    if os.getuid() == 0 and ctypes.CDLL(None).prctl(PR_CAPBSET_DROP, CAP_DAC_OVERRIDE) != 0:
        os._exit(99)


def shell(*arguments: str, data) -> subprocess.CompletedProcess:
    environment = {k: v for k, v in os.environ.items() if k not in ("DATABASE_URL", "SECRET_KEY")}
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env=environment | {"DATA_DIR": str(data), "PORT": "8799"},
        preexec_fn=bound_by_rights,
        capture_output=True,
        text=True,
        timeout=120,
    )


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """A data folder with a database that the commands made, as after a first use."""
    folder = tmp_path_factory.mktemp("data") / "var"
    made = shell("manage.py", "migrate", "--verbosity", "0", data=folder)
    assert (made.returncode, made.stderr) == (0, "")
    (folder / "serve.lock").touch()
    return folder


@pytest.fixture(params=["database", "folder", "both"])
def read_only(request, data):
    """The same folder without the right to write the database, the folder, or either; given back afterwards."""
    kept = [data / "concord.sqlite3"] if request.param != "folder" else []
    kept += [data] if request.param != "database" else []
    before = {path: path.stat().st_mode for path in kept}
    for path, mode in before.items():
        path.chmod(mode & ~(stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH))
    yield data
    for path, mode in before.items():
        path.chmod(mode)
    for beside in data.glob("concord.sqlite3-*"):  # the log, which a folder without rights keeps
        beside.unlink()


BEGIN = ("manage.py", "create_cycle", "un-2027", "--procedure", "ipcc")


def cycles(folder) -> int:
    with sqlite3.connect(f"file:{folder / 'concord.sqlite3'}", uri=True) as found:
        return found.execute("SELECT count(*) FROM assessments_cycle").fetchone()[0]


def test_a_command_on_read_only_data_says_so_and_changes_nothing(read_only):
    answer = shell(*BEGIN, data=read_only)
    assert (answer.returncode, answer.stdout) == (1, "")
    assert answer.stderr.startswith("Nothing was changed: database or data folder cannot be written to")
    assert len(answer.stderr.splitlines()) == 1


def test_concord_does_not_start_on_read_only_data_and_says_which(read_only):
    answer = shell("-m", "portal.serve", data=read_only)
    assert (answer.returncode, answer.stdout) == (1, "")
    only_the_file = os.access(read_only, os.W_OK) and read_only.stat().st_mode & stat.S_IWUSR
    named = (
        f"The database {read_only / 'concord.sqlite3'}" if only_the_file else f"The data folder {read_only}"
    )
    assert answer.stderr.startswith(f"{named} cannot be written to")
    assert len(answer.stderr.splitlines()) == 1


def test_a_data_folder_that_cannot_be_made_is_a_sentence_too(tmp_path):
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o555)
    for arguments in (BEGIN, ("-m", "portal.serve")):
        answer = shell(*arguments, data=closed / "var")
        assert answer.returncode == 1
        assert "cannot be written to" in answer.stderr
        assert "Traceback" not in answer.stderr


def test_a_command_that_fails_otherwise_keeps_its_own_error(tmp_path):
    (tmp_path / "concord.sqlite3").write_bytes(b"this is no database, whatever its name says" * 100)
    answer = shell(*BEGIN, data=tmp_path)
    assert answer.returncode == 1
    assert "file is not a database" in answer.stderr
    assert "cannot be written to" not in answer.stderr


def test_the_same_data_with_its_rights_back_takes_the_command(data):
    assert cycles(data) == 0
    assert shell(*BEGIN, data=data).returncode == 0
    assert cycles(data) == 1


# ---- While the portal runs ------------------------------------------------------------------------


class TurningReadOnly:
    """Takes the right to write away from the connection at the act's first INSERT into ``table``."""

    def __init__(self, table: str):
        self.table, self.turned = table, False

    def __call__(self, execute, sql, params, many, context):
        if not self.turned and sql.startswith(f'INSERT INTO "{self.table}"'):
            self.turned = True
            execute(sql, params, many, context)  # done, and to be undone
            self._turn(execute, context)
            return execute("SELECT 1", None, False, context)
        if self.turned and connection.vendor == "postgresql" and sql.startswith(("INSERT", "UPDATE")):
            self._turn(execute, context)  # it holds to the end of a savepoint only
        return execute(sql, params, many, context)

    def _turn(self, execute, context) -> None:
        sql = "SET TRANSACTION READ ONLY" if connection.vendor == "postgresql" else "PRAGMA query_only = ON"
        execute(sql, None, False, context)


def given_back() -> None:
    if connection.vendor == "sqlite":
        connection.cursor().execute("PRAGMA query_only = OFF")


@pytest.fixture
def world(transactional_db):
    yield build_world()
    given_back()


@pytest.fixture
def officer(world, client):
    client.force_login(world.un.secretariat)
    client.raise_request_exception = False
    return client


def counted() -> tuple[int, ...]:
    return tuple(model.objects.count() for model in (Body, Chapter, Entry))


ADD = "/c/un-test/add-chapter/"
CHAPTER = {"number": "3", "title": "Risks", "kind": "chapter"}


@pytest.mark.databases
@pytest.mark.parametrize("table", ["panels_body", "assessments_chapter", "records_entry"])
def test_a_database_that_turns_read_only_in_mid_act_leaves_nothing_half_done(world, officer, table):
    before, turning = counted(), TurningReadOnly(table)
    with connection.execute_wrapper(turning):
        answer = officer.post(ADD, CHAPTER)
    assert turning.turned
    assert (answer.status_code, answer["Retry-After"]) == (503, "60")
    assert "Nothing can be saved just now" in answer.content.decode()
    assert counted() == before
    assert officer.get("/c/un-test/chapters/1/").status_code == 200
    given_back()
    assert officer.post(ADD, CHAPTER).status_code == 302
    assert [after - was for after, was in zip(counted(), before, strict=True)] == [2, 1, 1]


@pytest.mark.databases
def test_the_programming_interface_says_the_same_in_its_own_shape(world, officer):
    before = counted()
    with connection.execute_wrapper(TurningReadOnly("records_entry")):
        answer = officer.post("/api/v1/cycles/un-test/chapters/", CHAPTER, content_type="application/json")
    assert (answer.status_code, answer["Content-Type"]) == (503, "application/problem+json")
    assert answer.json()["status"] == 503
    assert counted() == before


def test_signing_in_on_a_read_only_database_is_the_same_page(world, client):
    client.raise_request_exception = False
    world.un.la.set_password("a-long-enough-one")
    world.un.la.save()
    connection.cursor().execute("PRAGMA query_only = ON")
    answer = client.post("/accounts/login/", {"login": world.un.la.email, "password": "a-long-enough-one"})
    assert answer.status_code == 503


def test_any_other_failure_stays_a_failure_of_ours(world, officer):
    def broken(execute, sql, params, many, context):
        if sql.startswith('INSERT INTO "records_entry"'):
            raise RuntimeError("a fault in the program")
        return execute(sql, params, many, context)

    before = counted()
    with connection.execute_wrapper(broken):
        assert officer.post(ADD, CHAPTER).status_code == 500
    assert counted() == before


def test_what_cannot_be_written_is_told_from_what_merely_failed(tmp_path):
    path = tmp_path / "x.sqlite3"
    sqlite3.connect(path).executescript("CREATE TABLE t (a INTEGER PRIMARY KEY)")
    reader = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    for statement, expected in {"INSERT INTO t VALUES (1)": True, "SELECT nothing FROM t": False}.items():
        with pytest.raises(sqlite3.Error) as raised:
            reader.execute(statement)
        assert storage.cannot_be_written(raised.value) is expected
    assert not storage.cannot_be_written(FileNotFoundError(2, "No such file"))
