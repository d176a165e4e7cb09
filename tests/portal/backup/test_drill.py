"""The drill: a backup while people write, restored elsewhere; heads, files, sign-in and a PDF are as they were."""

from __future__ import annotations

import hashlib
import http.cookiejar
import json
import os
import re
import secrets
import shutil
import sqlite3
import subprocess
import sys
import tarfile
import threading
import time
import urllib.parse
import urllib.request
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

import records.append
from assessments.publishing.models import Publication, PublicationFile
from portal.backup import archive, database
from records import files, heads
from records.files.bucket import Bucket
from records.files.place import place_from
from records.models import LastTime, Stream
from tests import stores
from tests.e2e.portal import PASSWORD, Portal
from tests.support import ROOT
from tests.world import NOW, build_world

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.databases, pytest.mark.slow]

PDF = b"%PDF-1.7 " + secrets.token_bytes(300_000)


@pytest.fixture
def source(settings, tmp_path):
    """A portal that was used: acts, a signed record, a published PDF, an account with a password."""
    settings.DATA_DIR = tmp_path / "source"
    settings.MEDIA_ROOT = settings.DATA_DIR / "files"
    settings.RECORD_KEY_FILE = settings.DATA_DIR / "record-key.pem"
    settings.DATA_DIR.mkdir()
    (settings.DATA_DIR / "secret-key").write_text(
        "the key of the portal that was backed up, which signs pages"
    )
    world = build_world()
    world.un.la.set_password(PASSWORD)
    world.un.la.save()
    publication = Publication.objects.create(
        cycle=world.adv.cycle, act="edition.publish", by=world.adv.chair, at=NOW, done_at=NOW
    )
    path = settings.MEDIA_ROOT / "published" / "1" / "chapter-1.pdf"
    path.parent.mkdir(parents=True)
    path.write_bytes(PDF)
    PublicationFile.objects.create(
        publication=publication, kind="pdf", name="chapter-1.pdf", title="1", path="published/1/chapter-1.pdf",
        sha256=hashlib.sha256(PDF).hexdigest(), size=len(PDF),
    )  # fmt: skip
    heads.sign(NOW)
    return world


class Writer(threading.Thread):
    """Goes on with acts, each with a file, until told to end."""

    def __init__(self, world, files: Path):
        super().__init__()
        self.world, self.files, self.ended, self.acts = world, files, threading.Event(), 0

    def run(self):
        from django.db import transaction

        stream = self.world.un.cycle.stream
        try:
            while not self.ended.is_set():
                self.files.mkdir(parents=True, exist_ok=True)
                (self.files / f"{self.acts}.bin").write_bytes(os.urandom(2000))
                with transaction.atomic():
                    records.append.append(
                        stream, "asset.uploaded", {"key": f"k{self.acts}", "alt": "x", "sha256": "0" * 64},
                        by=self.world.system, at=NOW, visibility="team",
                    )  # fmt: skip
                self.acts += 1
        finally:
            connection.close()


@contextmanager
def writing(world, files: Path):
    writer = Writer(world, files)
    writer.start()
    _until(lambda: writer.acts > 3)
    try:
        yield writer
    finally:
        writer.ended.set()
        writer.join()


@pytest.fixture
def elsewhere(tmp_path):
    """The environment of another installation: an empty folder, and on a server an empty database."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("CONCORD_TEST", "DJANGO"))}
    environment.pop("DATABASE_URL", None)
    environment.pop("SECRET_KEY", None)
    environment |= {"DATA_DIR": str(tmp_path / "elsewhere"), "CONCORD_MODE": "embedded"}
    if connection.vendor != "postgresql":
        yield environment
        return
    name = f"elsewhere_{secrets.token_hex(4)}"
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name}")
    given = urlsplit(os.environ["CONCORD_TEST_PG"])
    yield environment | {"DATABASE_URL": given._replace(path=f"/{name}").geturl()}
    with connection.cursor() as cursor:
        cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")


def manage(environment, *arguments) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "manage.py", *map(str, arguments)], cwd=ROOT, env=environment, capture_output=True, text=True,
        timeout=180, check=False,
    )  # fmt: skip


def test_the_drill(source, elsewhere, settings, tmp_path):
    file = tmp_path / "concord.tar.gz"
    with writing(source, settings.MEDIA_ROOT / "assets") as writer:
        before = writer.acts
        call_command("backup", str(file))
        assert writer.acts > before  # nobody waited for the backup
    assert file.stat().st_mode & 0o777 == 0o600
    assert LastTime.objects.get(name="backup").detail["bytes"] == file.stat().st_size
    done = manage(elsewhere, "restore", file)
    assert done.returncode == 0, done.stderr
    manifest = _manifest(file)
    count = len(manifest["heads"])
    assert f"The record verifies: {count} streams, each up to the head of the backup." in done.stdout
    assert manifest["heads"].keys() == set(Stream.objects.values_list("key", flat=True))
    # The copy is of one moment amid the writing: not behind its beginning, not beyond its end.
    seq = int(manifest["heads"]["cycle/un-test"].split(":")[0])
    assert 0 < seq <= Stream.objects.get(key="cycle/un-test").last_seq

    folder = Path(elsewhere["DATA_DIR"])
    for name in (p for p in manifest["files"] if p.startswith("files/")):
        assert (folder / name).read_bytes() == (settings.DATA_DIR / name).read_bytes()
    assert (folder / "record-key.pem").read_bytes() == settings.RECORD_KEY_FILE.read_bytes()
    assert (folder / "record-key.pem").stat().st_mode & 0o777 == 0o600
    assert (folder / "secret-key").read_text() == (settings.DATA_DIR / "secret-key").read_text()
    # Each act that the database knows had written its file before.
    named = int(seq - _acts_before_writing())
    assert all((folder / "files" / "assets" / f"{n}.bin").exists() for n in range(named))
    _sign_in_and_download(folder, elsewhere, source.un.la.email)

    again = manage(elsewhere, "restore", file)
    assert again.returncode == 1
    assert "There is data already (a database, files, a record key). Nothing was changed." in again.stderr
    replaced = manage(elsewhere, "restore", file, "--replace")
    assert replaced.returncode == 0, replaced.stderr
    aside = re.search(r"lies in (before-restore-\S+);", replaced.stdout)[1]
    assert (folder / aside / "files" / "published" / "1" / "chapter-1.pdf").read_bytes() == PDF
    if connection.vendor == "sqlite":
        with closing(sqlite3.connect(folder / aside / "concord.sqlite3")) as old:
            assert old.execute("SELECT count(*) FROM records_stream").fetchone() == (count,)


def _acts_before_writing() -> int:
    from records.models import Entry

    return Entry.objects.filter(stream__key="cycle/un-test").exclude(verb="asset.uploaded").count()


def _manifest(file: Path) -> dict:
    with tarfile.open(file) as tar:
        return json.load(tar.extractfile(archive.MANIFEST))


def _sign_in_and_download(folder: Path, environment: dict, email: str) -> None:
    portal = Portal(folder)
    portal.env |= {k: v for k, v in environment.items() if k == "DATABASE_URL" or k.startswith("FILES_")}
    del portal.env["SECRET_KEY"]
    try:
        portal.start()
        jar = http.cookiejar.CookieJar()
        person = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
        page = person.open(f"{portal.url}/accounts/login/").read().decode()
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)[1]
        form = {"login": email, "password": PASSWORD, "csrfmiddlewaretoken": token}
        answer = person.open(f"{portal.url}/accounts/login/", urllib.parse.urlencode(form).encode())
        assert answer.status == 200
        assert "sessionid" in {cookie.name for cookie in jar}
        assert person.open(f"{portal.url}/c/un-test/chapters/1/").status == 200
        pdf = person.open(f"{portal.url}/c/adv-test/publications/edition-publish/chapter-1.pdf")
        assert pdf.read() == PDF
    finally:
        portal.stop()


def _until(true) -> None:
    for _try in range(200):
        if true():
            return
        time.sleep(0.05)
    raise AssertionError("it did not come about in time")


@pytest.fixture
def made(source, tmp_path):
    file = tmp_path / "concord.tar.gz"
    call_command("backup", str(file))
    return file


def _damaged(file: Path, how: str) -> Path:
    data = file.read_bytes()
    bad = file.with_name(f"{how}.tar.gz")
    if how == "cut off":
        bad.write_bytes(data[: len(data) // 2])
    elif how == "one bit":
        middle = len(data) // 2
        bad.write_bytes(data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :])
    elif how == "no archive":
        bad.write_bytes(b"this is a letter")
    else:
        _rewritten(file, bad, how)
    return bad


def _rewritten(file: Path, bad: Path, how: str) -> None:
    """An archive whose compression is sound and whose content is not."""
    with tarfile.open(file) as old, tarfile.open(bad, "w:gz") as new:
        for member in old:
            data = old.extractfile(member).read()
            if how == "file exchanged" and member.name.endswith("chapter-1.pdf"):
                data = b"%PDF-" + data[5:][::-1]
            if how == "manifest changed" and member.name == archive.MANIFEST:
                data = data.replace(b'"cycle/un-test": "', b'"cycle/un-test": "9')
            if how == "file missing" and member.name.endswith("chapter-1.pdf"):
                continue
            if how == "manifest missing" and member.name == archive.MANIFEST:
                continue
            _add(new, member.name, data)
        if how == "path outside":
            _add(new, "files/../../outside", b"x")


def _add(tar, name: str, data: bytes) -> None:
    import io

    member = tarfile.TarInfo(name)
    member.size = len(data)
    tar.addfile(member, io.BytesIO(data))


def _all(folder: Path) -> dict[str, bytes]:
    skip = ("serve.lock", "secret-key")
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file() and p.name not in skip
            and "broker" not in p.parts}  # fmt: skip


def test_a_damaged_archive_is_refused_and_changes_nothing(made, elsewhere, tmp_path):
    folder = Path(elsewhere["DATA_DIR"])
    hows = ["cut off", "one bit", "no archive", "file exchanged", "manifest changed", "file missing"]
    hows += ["manifest missing", "path outside"]
    for how in hows:
        refused = manage(elsewhere, "restore", _damaged(made, how), "--replace")
        assert refused.returncode == 1, how
        assert re.search("altered|cut off|no manifest|no backup", refused.stderr), (how, refused.stderr)
        assert "Traceback" not in refused.stderr
        assert _all(folder) == {}, how
    assert not (tmp_path / "outside").exists()
    assert manage(elsewhere, "restore", made).returncode == 0
    kept = _all(folder)
    assert manage(elsewhere, "restore", _damaged(made, "one bit"), "--replace").returncode == 1
    assert {k: v for k, v in _all(folder).items() if "-wal" not in k and "-shm" not in k} == kept


def test_what_cannot_be_restored_here_says_why(made, elsewhere, tmp_path):
    missing = manage(elsewhere, "restore", tmp_path / "nowhere.tar.gz")
    assert (missing.returncode, "there is no such file" in missing.stderr) == (1, True)
    text = _manifest(made)
    other = {"sqlite": "postgresql", "postgresql": "sqlite"}[connection.vendor]
    for change, said in (
        ({"database": other}, f"holds a {other} database"),
        ({"migrations": [*text["migrations"], ["records", "9999_of_next_year"]]}, "newer Concord"),
        ({"format": "concord-backup/9"}, "concord-backup/9"),
    ):
        bad = tmp_path / "other.tar.gz"
        _sealed_anew(made, bad, text | change)
        refused = manage(elsewhere, "restore", bad)
        assert (refused.returncode, said in refused.stderr) == (1, True), refused.stderr
        assert _all(Path(elsewhere["DATA_DIR"])) == {}


def _sealed_anew(file: Path, made: Path, manifest: dict) -> None:
    import hashlib

    text = json.dumps(manifest).encode()
    own = {archive.MANIFEST: text, archive.SEAL: hashlib.sha256(text).hexdigest().encode()}
    with tarfile.open(file) as old, tarfile.open(made, "w:gz") as new:
        for member in old:
            _add(new, member.name, own.get(member.name) or old.extractfile(member).read())


def test_a_record_that_is_not_that_of_the_manifest_is_told(made, elsewhere, tmp_path):
    manifest = _manifest(made)
    seq, _colon, digest = manifest["heads"]["cycle/un-test"].partition(":")
    manifest["heads"]["cycle/un-test"] = f"{seq}:{digest[::-1]}"
    other = tmp_path / "other.tar.gz"
    _sealed_anew(made, other, manifest)
    told = manage(elsewhere, "restore", other)
    assert told.returncode == 1
    assert "The record does not verify:\n  cycle/un-test: " in told.stderr


def test_a_restore_is_refused_while_the_portal_runs(made, elsewhere):
    assert manage(elsewhere, "restore", made).returncode == 0
    if connection.vendor == "postgresql":
        import psycopg2

        with closing(psycopg2.connect(elsewhere["DATABASE_URL"])):
            refused = manage(elsewhere, "restore", made, "--replace")
    else:
        import fcntl

        with open(Path(elsewhere["DATA_DIR"], "serve.lock"), "a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            refused = manage(elsewhere, "restore", made, "--replace")
    assert refused.returncode == 1
    assert re.search("Concord runs on this data|other connections use this database", refused.stderr)


def test_where_there_is_no_portal_there_is_nothing_to_back_up(elsewhere, tmp_path):
    refused = manage(elsewhere, "backup", tmp_path / "x.tar.gz")
    assert refused.returncode == 1
    assert "There is no database of Concord in " in refused.stderr
    assert not (tmp_path / "x.tar.gz").exists()


def test_a_backup_that_cannot_be_written_leaves_the_earlier_one(made, tmp_path):
    before = made.read_bytes()
    with pytest.raises(CommandError, match="is no folder"):
        call_command("backup", str(tmp_path / "nowhere" / "x.tar.gz"))
    if connection.vendor == "sqlite":
        return
    folders, database.POSTGRES_FOLDERS = database.POSTGRES_FOLDERS, ()
    path, os.environ["PATH"] = os.environ["PATH"], str(tmp_path)
    try:
        with pytest.raises(CommandError, match="pg_dump is not installed on this machine"):
            call_command("backup", str(made))
    finally:
        database.POSTGRES_FOLDERS, os.environ["PATH"] = folders, path
    assert made.read_bytes() == before
    assert [p.name for p in tmp_path.glob(".concord-backup-*")] == []


# ---- Files in a storage ---------------------------------------------------------------------------


@pytest.fixture
def stored(source, storage_at, settings):
    """The same portal with its files in a bucket, and the environment of an empty one."""
    settings.FILES = stores.place(storage_at, f"before-{secrets.token_hex(4)}")
    call_command("storage")
    shutil.rmtree(settings.MEDIA_ROOT)
    return stores.environment(storage_at, f"after-{secrets.token_hex(4)}")


def test_the_drill_with_files_in_a_storage(source, stored, elsewhere, tmp_path):
    elsewhere |= stored
    file = tmp_path / "concord.tar.gz"
    call_command("backup", str(file))
    assert "files/published/1/chapter-1.pdf" in _manifest(file)["files"]
    assert manage(elsewhere, "storage").returncode == 0
    done = manage(elsewhere, "restore", file)
    assert done.returncode == 0, done.stderr
    after = Bucket(place_from(*stored.values()))
    assert [kept.name for kept in after.names()] == [kept.name for kept in files.names()]
    with after.open("published/1/chapter-1.pdf") as pdf:
        assert pdf.read() == PDF
    folder = Path(elsewhere["DATA_DIR"])
    assert not (folder / "files").exists()
    _sign_in_and_download(folder, elsewhere, source.un.la.email)

    again = manage(elsewhere, "restore", file)
    assert "There is data already (a database, files, a record key). Nothing was changed." in again.stderr
    after.put("published/1/chapter-1.pdf", b"damaged")
    after.put("assets/of-later.png", b"kept")
    replaced = manage(elsewhere, "restore", file, "--replace")
    assert replaced.returncode == 0, replaced.stderr
    with after.open("published/1/chapter-1.pdf") as pdf:
        assert pdf.read() == PDF
    assert after.holds("assets/of-later.png")


def test_while_the_storage_is_away_nothing_is_backed_up_or_restored(
    stored, made_in_folder, elsewhere, tmp_path, settings
):
    gone = {**stored, "FILES_URL": "s3://nowhere?endpoint=http://127.0.0.1:9&timeout=1"}
    refused = manage(elsewhere | gone, "restore", made_in_folder)
    assert (refused.returncode, "does not answer" in refused.stderr) == (1, True)
    assert "was not changed" in refused.stderr or "Nothing was changed" in refused.stderr
    assert not (Path(elsewhere["DATA_DIR"]) / "concord.sqlite3").exists()
    settings.FILES = place_from(*gone.values())
    with pytest.raises(CommandError, match="does not answer"):
        call_command("backup", str(tmp_path / "x.tar.gz"))
    assert not (tmp_path / "x.tar.gz").exists()


@pytest.fixture
def made_in_folder(stored, tmp_path):
    file = tmp_path / "concord.tar.gz"
    call_command("backup", str(file))
    return file
