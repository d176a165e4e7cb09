"""The database and the data folder."""

from __future__ import annotations

import os
import shutil
import stat
import tempfile
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.utils.translation import gettext as _

from portal import connections
from portal.doctor.findings import ERROR, WARNING, Finding
from records.looking import once
from records.models import LastTime

TIGHT, FULL = 2_000_000_000, 200_000_000  # bytes
SKEW = timedelta(seconds=30)
SPARE = 5  # connections beyond what the processes may need: for a person at the console


def tables() -> list[str]:
    return once(("tables",), connection.introspection.table_names)


def reachable(now):
    try:
        connection.ensure_connection()
        empty = not tables()
    except DatabaseError as error:
        yield Finding(
            ERROR, "database-away", _("The database does not answer: %(error)s") % {"error": error},
            _("Start it, or correct DATABASE_URL or DATA_DIR."),
        )  # fmt: skip
        return
    if empty:
        yield Finding(ERROR, "not-migrated", _("The database is empty."), "manage.py migrate")


def migrated(now):
    executor = MigrationExecutor(connection)
    missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if missing:
        yield Finding(
            ERROR, "not-migrated",
            _("The database is behind the program by %(n)s migrations, first %(first)s.")
            % {"n": len(missing), "first": missing[0][0]},
            "manage.py migrate",
        )  # fmt: skip
        return
    try:
        LastTime.objects.note("doctor", now)
    except DatabaseError as error:
        yield Finding(
            ERROR, "database-read-only", _("The database cannot be written to: %(error)s") % {"error": error},
            _("Give its files or its role the right to write, or make room on the disk."),
        )  # fmt: skip


def safe(now):
    """What was answered as saved must survive a power cut."""
    if connection.vendor == "postgresql":
        asked = {
            "fsync": "on",
            "full_page_writes": "on",
            "synchronous_commit": ("on", "remote_write", "remote_apply", "local"),
        }
        remedy = "ALTER SYSTEM SET {} = 'on'; SELECT pg_reload_conf();"
        wanted = ", ".join(f"current_setting('{name}')" for name in asked)
    else:
        asked = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}
        remedy = _("Take {} out of whatever changes it; portal/environment.py sets it.")
        wanted = "* FROM " + ", ".join(f"pragma_{name}" for name in asked)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {wanted}")
        found = dict(zip(asked, cursor.fetchone(), strict=True))
    for name, right in asked.items():
        if found[name] not in (right if isinstance(right, tuple) else (right,)):
            yield Finding(
                ERROR, "not-durable",
                _("The database runs with %(name)s = %(value)s: what was saved may be lost in a power cut.")
                % {"name": name, "value": found[name]},
                remedy.format(name),
            )  # fmt: skip


def _value(cursor, statement: str):
    cursor.execute(statement)
    return cursor.fetchone()[0]


def enough_connections(now):
    """All processes at their busiest must find the database open."""
    if not settings.PRODUCTION or connection.vendor != "postgresql":
        return
    wanted, given = connections.bound(), connections.allowed()
    if wanted > given:
        yield Finding(
            WARNING, "too-few-connections",
            _("The processes may need %(wanted)s connections to the database, which allows %(given)s.")
            % {"wanted": wanted, "given": given},
            f"POSTGRES_CONNECTIONS={wanted + SPARE} in .env; docker compose up -d",
        )  # fmt: skip


def clock(now):
    """The database's clock against this machine's; with the record, also against what was written already."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            skew = abs(_value(cursor, "SELECT clock_timestamp()") - now)
        if skew > SKEW:
            yield Finding(
                ERROR, "clocks-differ",
                _("The clocks of the database and of this machine differ by %(s)s seconds.")
                % {"s": int(skew.total_seconds())},
                "timedatectl set-ntp true",
            )  # fmt: skip
    ahead = max(LastTime.objects.known().values(), key=lambda last: last.at, default=None)
    if ahead and ahead.at > now + SKEW:
        yield Finding(
            ERROR, "clock-went-back",
            _("This machine's clock stands before %(at)s (UTC), when %(what)s was noted: it went back.")
            % {"at": f"{ahead.at:%Y-%m-%d %H:%M:%S}", "what": ahead.name},
            "timedatectl set-ntp true",
        )  # fmt: skip


def room(now):
    free = shutil.disk_usage(settings.DATA_DIR).free
    if free < TIGHT:
        yield Finding(
            ERROR if free < FULL else WARNING, "disk-full",
            _("The disk of %(folder)s has %(mb)s MB left.") % {"folder": settings.DATA_DIR, "mb": free // 1_000_000},
            f"du -xh --max-depth=2 {settings.DATA_DIR} | sort -h | tail",
        )  # fmt: skip


def folder(now):
    data = Path(settings.DATA_DIR)
    for place in (data, Path(settings.MEDIA_ROOT)):
        if not place.exists():
            continue
        try:
            with tempfile.TemporaryFile(dir=place):
                pass
        except OSError as error:
            yield Finding(
                ERROR, "folder-read-only",
                _("The folder %(folder)s cannot be written to: %(error)s.")
                % {"folder": place, "error": error.strerror},
                f"chown -R $(id -u) {place}; chmod -R u+rwX {place}",
            )  # fmt: skip
    if data.stat().st_mode & stat.S_IWOTH:
        yield Finding(
            ERROR, "folder-open", _("Everybody on this machine may write into %(folder)s.") % {"folder": data},
            f"chmod o-w {data}",
        )  # fmt: skip
    key = data / "secret-key"
    if key.exists():
        yield from private(key, "secret-key")


def private(path: Path, code: str):
    """The file belongs to the user that runs the portal, who alone may read it."""
    found = path.stat()
    if found.st_mode & 0o077 or found.st_uid != os.geteuid():
        yield Finding(
            ERROR, f"{code}-open",
            _("%(path)s can be read by others than the portal.") % {"path": path},
            f"chown $(id -u) {path}; chmod 600 {path}",
        )  # fmt: skip


CHECKS = [reachable, room, folder]
WITH_DATABASE = [migrated, safe, enough_connections, clock]
