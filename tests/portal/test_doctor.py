"""The doctor: each thing is broken in earnest, found, named with its remedy, and no longer found once mended."""

from __future__ import annotations

import datetime
import io
import json
import os
import socket
import ssl
import subprocess
import sys
import threading
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection
from django.db import connections as databases
from django.utils import timezone

from deploy import certificate
from panels.models import User
from portal import connections
from portal.doctor import findings, machine, record, store, work
from records import heads, triggers
from records.models import Entry, Job, LastTime
from tests.support import ROOT, need
from tests.world import NOW, build_world, waiting_letter

pytestmark = [pytest.mark.django_db, pytest.mark.databases]


@pytest.fixture(autouse=True)
def data(settings, tmp_path):
    settings.DATA_DIR = tmp_path
    settings.MEDIA_ROOT = tmp_path / "files"
    settings.RECORD_KEY_FILE = tmp_path / "record-key.pem"
    settings.MEDIA_ROOT.mkdir()
    (tmp_path / "broker" / "in").mkdir(parents=True)
    return tmp_path


def found(check, now=None) -> dict[str, findings.Finding]:
    result = {finding.code: finding for finding in check(now or timezone.now())}
    assert all(finding.text and finding.remedy for finding in result.values())
    return result


# ---- Database ------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_a_database_behind_the_program_is_found():
    assert found(store.migrated) == {}
    with connection.cursor() as cursor:
        cursor.execute("SELECT max(name) FROM django_migrations WHERE app = 'reviews'")
        last = cursor.fetchone()[0]
        cursor.execute("DELETE FROM django_migrations WHERE app = 'reviews' AND name = %s", [last])
    finding = found(store.migrated)["not-migrated"]
    assert (finding.level, finding.remedy) == ("error", "manage.py migrate")
    assert f"reviews.{last}" in finding.text
    call_command("migrate", "reviews", fake=True, verbosity=0)
    assert found(store.migrated) == {}


@pytest.mark.django_db(transaction=True)
def test_a_database_that_takes_no_writing_is_found():
    on, off = ("PRAGMA query_only = ON", "PRAGMA query_only = OFF")
    if connection.vendor == "postgresql":
        on, off = ("SET default_transaction_read_only = on", "SET default_transaction_read_only = off")
    with connection.cursor() as cursor:
        cursor.execute(on)
        try:
            assert found(store.migrated).keys() == {"database-read-only"}
        finally:
            cursor.execute(off)
    assert found(store.migrated) == {}


@pytest.mark.django_db(transaction=True)
def test_a_database_that_would_lose_what_it_saved_is_found(monkeypatch, tmp_path):
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            # The test's own server runs without fsync, which is just what must be found.
            assert "fsync = off" in next(f.text for f in store.safe(timezone.now()) if "fsync" in f.text)
            cursor.execute("SET synchronous_commit = on")
            before = len(list(store.safe(timezone.now())))
            cursor.execute("SET synchronous_commit = off")
            assert len(list(store.safe(timezone.now()))) == before + 1
            cursor.execute("RESET synchronous_commit")
        return
    assert found(store.safe) == {}
    # A file that nobody else has open: the journal of the common one may not be changed while others do.
    own = databases.create_connection("default")
    own.settings_dict = {**own.settings_dict, "NAME": str(tmp_path / "own.sqlite3")}
    monkeypatch.setattr(store, "connection", own)
    with own.cursor() as cursor:
        for broken, mended in (
            ("synchronous = NORMAL", "synchronous = FULL"),
            ("foreign_keys = OFF", "foreign_keys = ON"),
            ("journal_mode = DELETE", "journal_mode = WAL"),
        ):
            cursor.execute(f"PRAGMA {broken}")
            assert found(store.safe).keys() == {"not-durable"}, broken
            cursor.execute(f"PRAGMA {mended}")
    assert found(store.safe) == {}
    own.close()


def test_a_clock_that_went_back_is_found():
    LastTime.objects.note("backup", timezone.now() + timedelta(hours=1))
    assert found(store.clock).keys() == {"clock-went-back"}
    if connection.vendor == "postgresql":
        behind = found(store.clock, timezone.now() - timedelta(minutes=2))
        assert (
            "differ by 12" in behind["clocks-differ"].text or "differ by 119" in behind["clocks-differ"].text
        )
    LastTime.objects.all().delete()
    assert found(store.clock) == {}


def test_no_database_at_all_is_told_and_the_rest_is_still_looked_at(tmp_path):
    environment = {k: v for k, v in os.environ.items() if k not in ("DATABASE_URL", "SECRET_KEY")}
    environment |= {"DATA_DIR": str(tmp_path / "new"), "DATABASE_URL": "postgres://nobody:x@127.0.0.1:1/none"}
    asked = subprocess.run(
        [sys.executable, "manage.py", "doctor", "--json"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
    )
    told = json.loads(asked.stdout)
    assert (asked.returncode, told["well"]) == (1, False)
    assert told["findings"][0]["code"] == "database-away"
    assert not [f for f in told["findings"] if f["code"].endswith("-broke")]
    del environment["DATABASE_URL"]
    plain = subprocess.run(
        [sys.executable, "manage.py", "doctor"], cwd=ROOT, env=environment, capture_output=True, text=True
    )
    assert plain.returncode == 1
    assert "error: The database is empty. [not-migrated]\n    manage.py migrate\n" in plain.stdout


# ---- Disk and folders ----------------------------------------------------------------------------


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite counts no connections")
def test_a_server_that_allows_fewer_connections_than_the_processes_may_need_is_found(settings):
    settings.PRODUCTION = True
    settings.WEB_PROCESSES = settings.LIVE_PROCESSES = settings.WORKER_PROCESSES = 1
    assert found(store.enough_connections) == {}
    settings.WEB_PROCESSES = 40
    finding = found(store.enough_connections)["too-few-connections"]
    enough = connections.bound() + store.SPARE
    assert (finding.level, finding.remedy.split()[0]) == ("warning", f"POSTGRES_CONNECTIONS={enough}")


@contextmanager
def tiny_disk(place: Path, size: str = "4m"):
    place.mkdir(exist_ok=True)
    if subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", place], capture_output=True
    ).returncode:
        pytest.skip("this account may mount nothing")
    try:
        yield place
    finally:
        subprocess.run(["umount", "-l", place], check=True)


def test_a_disk_that_runs_full_is_found(settings, tmp_path):
    with tiny_disk(tmp_path / "small") as settings.DATA_DIR:
        finding = found(store.room)["disk-full"]
        assert finding.level == "error"
        assert "has 4 MB left" in finding.text


def test_a_folder_that_cannot_be_written_is_found(settings, tmp_path):
    with tiny_disk(tmp_path / "small") as place:
        settings.DATA_DIR = place
        place.chmod(0o755)
        subprocess.run(["mount", "-o", "remount,ro", place], check=True)
        assert found(store.folder).keys() == {"folder-read-only"}
        subprocess.run(["mount", "-o", "remount,rw", place], check=True)
        assert found(store.folder) == {}


def test_a_folder_open_to_all_and_a_key_that_others_read_are_found(data):
    (data / "secret-key").write_text("x")
    (data / "secret-key").chmod(0o644)
    data.chmod(0o777)
    assert found(store.folder).keys() == {"folder-open", "secret-key-open"}
    data.chmod(0o755)
    (data / "secret-key").chmod(0o600)
    assert found(store.folder) == {}


# ---- The record ----------------------------------------------------------------------------------


def test_the_record_key_open_exchanged_or_gone_is_found(settings):
    build_world(texts=False)
    assert found(record.key) == {}
    heads.sign(NOW)
    assert found(record.key) == {}
    kept = settings.RECORD_KEY_FILE.read_bytes()
    settings.RECORD_KEY_FILE.chmod(0o640)
    assert found(record.key).keys() == {"record-key-open"}
    settings.RECORD_KEY_FILE.unlink()
    assert found(record.key).keys() == {"record-key-missing"}
    heads.private_key()  # another one
    assert found(record.key).keys() == {"record-key-wrong"}
    settings.RECORD_KEY_FILE.write_bytes(b"no key")
    assert found(record.key).keys() == {"record-key-wrong"}
    settings.RECORD_KEY_FILE.write_bytes(kept)
    assert found(record.key) == {}


def test_heads_that_were_not_signed_lately_are_found():
    build_world(texts=False)
    assert found(record.signed)["heads-not-signed"].remedy == "manage.py sign_heads"
    heads.sign(timezone.now() - timedelta(hours=30))
    assert found(record.signed).keys() == {"heads-not-signed"}
    call_command("sign_heads", stdout=io.StringIO())
    assert found(record.signed) == {}


@pytest.mark.django_db(transaction=True)
def test_a_record_whose_guards_were_taken_away_is_found():
    assert found(record.append_only) == {}
    with connection.cursor() as cursor:
        on = " ON records_entry" if connection.vendor == "postgresql" else ""
        name = "records_entry_no_change" if on else "records_entry_no_update"
        cursor.execute(f"DROP TRIGGER {name}{on}")
    finding = found(record.append_only)["record-unguarded"]
    assert name in finding.text
    # The remedy is what it says it is.
    code = finding.remedy.split('"')[1]
    exec(code, {})
    assert found(record.append_only) == {}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("how", ["verb", "content", "head", "gone"])
def test_a_record_that_was_altered_is_found(how):
    world = build_world(texts=False)
    stream = world.un.cycle.stream
    assert found(record.ends) == {}
    last = stream.entries.order_by("-seq").first()
    with triggers.suspended():
        if how == "verb":
            Entry.objects.filter(pk=last.pk).update(verb="cycle.created")
        elif how == "content":
            type(last.content).objects.filter(pk=last.pk).update(
                fields=last.content.fields | {"number": "99"}
            )
        elif how == "head":
            type(stream).objects.filter(pk=stream.pk).update(last_hash="0" * 64)
        else:
            last.content.delete()
            last.delete()
    finding = found(record.ends)["record-broken"]
    assert (finding.level, "cycle/un-test" in finding.text) == ("error", True)


# ---- What goes on in the background ---------------------------------------------------------------


def test_a_broker_that_is_away_is_found(data, settings):
    assert found(work.broker) == {}
    (data / "broker" / "in").rmdir()
    assert found(work.broker).keys() == {"broker-away"}


def test_a_lane_whose_worker_is_silent_is_found_and_a_busy_one_is_not():
    now = timezone.now()
    assert len(list(work.workers(now))) == 2
    LastTime.objects.note("worker/work", now)
    LastTime.objects.note("worker/reserved", now - timedelta(minutes=3))
    assert [f.code for f in work.workers(now)] == ["worker-silent"]
    Job.objects.create(kind="mail.send", lane="reserved", status="running", run_after=now, created_at=now,
                       lease_until=now + timedelta(seconds=20))  # fmt: skip
    assert found(work.workers) == {}


def test_jobs_that_are_stuck_or_failed_are_found():
    now = timezone.now()
    assert found(work.jobs) == {}
    Job.objects.create(kind="snapshot.build", run_after=now - timedelta(minutes=6), created_at=now)
    Job.objects.create(kind="snapshot.build", status="failed", run_after=now, created_at=now, finished_at=now,
                       request_id="the-request-1")  # fmt: skip
    result = found(work.jobs)
    assert {code: f.level for code, f in result.items()} == {"jobs-stuck": "error", "jobs-failed": "warning"}
    assert "of request the-request-1" in result["jobs-failed"].text


def test_letters_that_do_not_go_and_a_mail_server_that_is_away_are_found(settings):
    then = timezone.now() - timedelta(hours=1)
    assert found(work.letters) == {}
    waiting_letter(then)
    assert "1 letters wait" in found(work.letters)["mail-failing"].text
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    assert found(work.mail_server) == {}
    settings.PRODUCTION = True
    assert found(work.mail_server).keys() == {"mail-nowhere"}
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST = "127.0.0.1"
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        settings.EMAIL_PORT = server.getsockname()[1]
    assert found(work.mail_server).keys() == {"mail-server-away"}


def test_a_backup_that_was_never_made_or_is_old_is_found():
    now = timezone.now()
    assert "never" in found(work.backups)["backup-old"].text
    LastTime.objects.note("backup", now - timedelta(days=3))
    assert found(work.backups).keys() == {"backup-old"}
    LastTime.objects.note("backup", now)
    assert found(work.backups) == {}


# ---- The machine ---------------------------------------------------------------------------------


def test_missing_fonts_are_found(settings, tmp_path):
    assert found(machine.fonts) == {}
    settings.BASE_DIR = tmp_path
    assert found(machine.fonts).keys() == {"fonts-missing"}


def test_accounts_of_the_demonstration_are_found_in_production(settings):
    User.objects.create(email="a@demo.example", name="A", is_demo=True)
    assert found(machine.demo_accounts) == {}
    settings.PRODUCTION = True
    finding = found(machine.demo_accounts)["demo-accounts"]
    exec(finding.remedy.split('"')[1], {})
    assert found(machine.demo_accounts) == {}


def test_an_address_without_https_or_under_any_name_is_found(settings):
    settings.SITE_URL, settings.ALLOWED_HOSTS = "http://concord.example", ["*"]
    assert found(machine.address) == {}
    settings.PRODUCTION = True
    assert found(machine.address).keys() == {"no-https", "any-host"}


@contextmanager
def https(folder: Path, made_at: datetime.datetime):
    certificate.make(folder, "localhost", made_at)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "certificate.pem", folder / "key.pem")
    with closing(socket.create_server(("127.0.0.1", 0))) as server:

        def answer():
            while True:
                try:
                    plain, _peer = server.accept()
                except OSError:
                    return
                with closing(plain):
                    try:
                        context.wrap_socket(plain, server_side=True).close()
                    except OSError:
                        pass

        threading.Thread(target=answer, daemon=True).start()
        yield f"127.0.0.1:{server.getsockname()[1]}"
        server.shutdown(socket.SHUT_RDWR)


def test_a_certificate_that_ends_soon_is_away_or_one_s_own_is_found(settings, tmp_path):
    settings.PRODUCTION, settings.SITE_URL = True, "https://localhost"
    now = timezone.now()
    for age, expected in (
        (timedelta(0), {"certificate-own": "warning"}),
        (timedelta(days=390), {"certificate-own": "warning", "certificate-ends": "warning"}),
        (timedelta(days=400), {"certificate-own": "warning", "certificate-ends": "error"}),
    ):
        with https(tmp_path, now - age) as settings.CERTIFICATE_AT:
            assert {code: f.level for code, f in found(machine.certificate).items()} == expected
    assert found(machine.certificate).keys() == {"certificate-away"}


def test_without_pango_the_doctor_says_what_to_install(monkeypatch):
    need("pango")
    assert found(machine.pango) == {}
    from assessments.rendering import run

    # The rendering program of this machine cannot be started: as good as no library.
    monkeypatch.setattr(sys, "executable", "/bin/false")
    run.available.cache_clear()
    try:
        assert found(machine.pango)["no-pango"].remedy.startswith("apt-get install")
    finally:
        run.available.cache_clear()


# ---- The round and the page -----------------------------------------------------------------------


def test_a_check_that_breaks_is_a_finding_and_the_others_still_look(settings):
    settings.MEDIA_ROOT = None
    codes = {finding.code for finding in findings.examine(timezone.now())}
    assert {"folder-broke", "backup-old"} <= codes


def test_the_page_shows_the_findings_to_those_who_keep_the_portal_and_to_nobody_else(client):
    world = build_world(texts=False)
    client.force_login(world.un.la)
    assert client.get("/operating/").status_code == 404
    client.force_login(world.un.secretariat)
    page = client.get("/operating/").content.decode()
    assert "The last backup was made: never." in page
    assert "./concord backup FILE" in page
    assert client.post("/operating/").status_code == 405
