"""Telling a store that is away, full or read-only from every other failure; no Django, for the shell asks it too."""

from __future__ import annotations

import errno
import sqlite3

_FILES = frozenset({errno.EROFS, errno.EACCES, errno.EPERM, errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_SQLITE = frozenset(
    {sqlite3.SQLITE_READONLY, sqlite3.SQLITE_FULL, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM}
)
_SQLITE_AWAY = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_IOERR})
# read_only_sql_transaction, disk_full
_POSTGRES = frozenset({"25006", "53100"})
# connection lost, no room for another, shut down or starting, its own disk or files, a lock not had in time
_POSTGRES_AWAY = ("08", "53", "57P", "58", "55P03")


class StoreAway(Exception):
    """The storage of kept files does not answer, or does not take what it is given; the text says why."""


class Altered(Exception):
    """A kept file is not what was kept."""


def cannot_be_written(error: BaseException | None) -> bool:
    """Whether an error, or one that it came from, says that database or data folder cannot be written to."""
    return any(
        (isinstance(one, OSError) and one.errno in _FILES)
        or getattr(one, "sqlite_errorcode", 0) & 0xFF in _SQLITE
        or getattr(one, "pgcode", None) in _POSTGRES
        for one in _causes(error)
    )


def is_away(error: BaseException | None) -> bool:
    """Whether an error, or one that it came from, says that the database does not answer at all, or not in time."""
    return any(
        getattr(one, "sqlite_errorcode", 0) & 0xFF in _SQLITE_AWAY
        or (_of_psycopg(one) and (one.pgcode is None or one.pgcode.startswith(_POSTGRES_AWAY)))
        for one in _causes(error)
    )


def files_are_away(error: BaseException | None) -> bool:
    """Whether an error, or one that it came from, says that the storage of kept files does not answer."""
    return any(isinstance(one, StoreAway) for one in _causes(error))


def is_altered(error: BaseException | None) -> bool:
    """Whether an error, or one that it came from, says that a kept file is not what was kept."""
    return any(isinstance(one, Altered) for one in _causes(error))


def _of_psycopg(error: BaseException) -> bool:
    """An error of the connection itself; one that the server gave a code for another reason is not."""
    kind = type(error)
    return kind.__module__.startswith("psycopg2") and any(
        base.__name__ in ("OperationalError", "InterfaceError") for base in kind.__mro__
    )


def _causes(error: BaseException | None):
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
