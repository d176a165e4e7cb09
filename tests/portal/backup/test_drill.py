"""The drill: a backup while people write, restored elsewhere; heads, files, sign-in and a PDF are as they were."""

from __future__ import annotations

import hashlib
import json
import os
import re
import sqlite3
import tarfile
import threading
import time
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

import records.append
from portal.backup import archive, database
from records.models import LastTime, Stream
from tests.portal.backup.drilling import PDF, manage, manifest_of, sign_in_and_download
from tests.world import NOW

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.databases, pytest.mark.slow]


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
    manifest = manifest_of(file)
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
    sign_in_and_download(folder, elsewhere, source.un.la.email)

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
    text = manifest_of(made)
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

    text = json.dumps(manifest).encode()
    own = {archive.MANIFEST: text, archive.SEAL: hashlib.sha256(text).hexdigest().encode()}
    with tarfile.open(file) as old, tarfile.open(made, "w:gz") as new:
        for member in old:
            _add(new, member.name, own.get(member.name) or old.extractfile(member).read())


def test_a_record_that_is_not_that_of_the_manifest_is_told(made, elsewhere, tmp_path):
    manifest = manifest_of(made)
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
