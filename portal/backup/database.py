"""Both databases: one consistent copy of a database in use, and putting one back in the place of another."""

from __future__ import annotations

import glob
import os
import re
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

from django.db import connection, transaction

from portal.backup.archive import Refused

POSTGRES_FOLDERS = ("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/opt/homebrew/opt/postgresql*/bin")
SQLITE_BESIDE = ("", "-wal", "-shm")


def sqlite_file() -> Path:
    return Path(connection.settings_dict["NAME"])


def copy(target: Path) -> dict:
    """Write the copy to ``target``; tells what stands in that very copy: heads of the record, and migrations."""
    return _dump(target) if connection.vendor == "postgresql" else _copy(target)


def _copy(target: Path) -> dict:
    with (
        closing(sqlite3.connect(f"file:{sqlite_file()}?mode=ro", uri=True)) as source,
        closing(sqlite3.connect(target)) as made,
    ):
        source.backup(made)  # in one step: whoever writes meanwhile is not waited for
        if made.execute("PRAGMA integrity_check").fetchone() != ("ok",):
            raise Refused(
                "The database is damaged (PRAGMA integrity_check says so): restore an earlier backup."
            )
        return _stands_in(made.cursor()) | {"database_version": sqlite3.sqlite_version}


def _stands_in(cursor) -> dict:
    cursor.execute("SELECT key, last_seq, last_hash FROM records_stream ORDER BY key")
    heads = {key: f"{seq}:{last}" for key, seq, last in cursor.fetchall()}
    cursor.execute("SELECT app, name FROM django_migrations ORDER BY app, name")
    return {"heads": heads, "migrations": [list(row) for row in cursor.fetchall()]}


def _dump(target: Path) -> dict:
    own = connection.copy()
    own.connect()
    try:
        own.set_autocommit(True)
        with own.cursor() as cursor:
            cursor.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
            cursor.execute("SELECT pg_export_snapshot(), current_setting('server_version')")
            snapshot, version = cursor.fetchone()
            found = _stands_in(cursor) | {"database_version": version}
            _run("pg_dump", "--format=custom", "--schema=public", "--no-owner", "--no-acl",
                 f"--snapshot={snapshot}", f"--file={target}")  # fmt: skip
            return found
    finally:
        own.close()


def is_empty() -> bool:
    """Whether there is no database of Concord yet where one is to be restored."""
    if connection.vendor == "postgresql":
        return not connection.introspection.table_names()
    return not sqlite_file().exists()


def others_connected() -> int:
    """Connections of other programs to a server's database."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() "
            "AND backend_type = 'client backend'"
        )
        return cursor.fetchone()[0]


def restore_dump(dump: Path, aside: str | None) -> None:
    """Fill the schema ``public`` from the dump; what it held stays in the schema ``aside``, or nothing changes."""
    if aside:
        _execute(f'ALTER SCHEMA public RENAME TO "{aside}"', "CREATE SCHEMA public")
    try:
        _run("pg_restore", "--no-owner", "--no-acl", "--schema=public", "--single-transaction", "--exit-on-error",
             f"--dbname={connection.settings_dict['NAME']}", str(dump))  # fmt: skip
    except Refused:
        if aside:
            _execute("DROP SCHEMA public", f'ALTER SCHEMA "{aside}" RENAME TO public')
        raise


def _execute(*statements: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
    connection.close()


def _program(name: str) -> str:
    """The installed program of the highest version. Raises Refused."""
    beside = [path for pattern in POSTGRES_FOLDERS for path in glob.glob(f"{pattern}/{name}")]
    beside.sort(key=lambda path: [int(number) for number in re.findall(r"\d+", path)])
    found = beside[-1] if beside else shutil.which(name)
    if not found:
        raise Refused(
            f"{name} is not installed on this machine. Install PostgreSQL's client programs "
            "(Debian: apt-get install postgresql-client), at least as new as the server."
        )
    return found


def _run(name: str, *arguments: str) -> None:
    given = connection.settings_dict
    names = {
        "PGHOST": "HOST",
        "PGPORT": "PORT",
        "PGUSER": "USER",
        "PGPASSWORD": "PASSWORD",
        "PGDATABASE": "NAME",
    }
    # By the environment: a command line can be read by everybody on the machine.
    environment = os.environ | {
        variable: str(given[key]) for variable, key in names.items() if given.get(key)
    }
    done = subprocess.run(
        [_program(name), *arguments], env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise Refused(f"{name} did not succeed: {done.stderr.strip() or done.returncode}")
