"""Telling a store that cannot be written from every other failure: a database or folder that is read-only or full.

No Django: the command line asks before there are settings.
"""

from __future__ import annotations

import errno
import sqlite3

_FILES = frozenset({errno.EROFS, errno.EACCES, errno.EPERM, errno.ENOSPC, errno.EDQUOT})
_SQLITE = frozenset(
    {sqlite3.SQLITE_READONLY, sqlite3.SQLITE_FULL, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM}
)
# read_only_sql_transaction, disk_full
_POSTGRES = frozenset({"25006", "53100"})


def cannot_be_written(error: BaseException | None) -> bool:
    """Whether an error, or one that it came from, says that database or data folder cannot be written to."""
    while error is not None:
        # The low byte is the primary code; the rest says more of the circumstances.
        if (
            (isinstance(error, OSError) and error.errno in _FILES)
            or getattr(error, "sqlite_errorcode", 0) & 0xFF in _SQLITE
            or getattr(error, "pgcode", None) in _POSTGRES
        ):
            return True
        error = error.__cause__ or error.__context__
    return False
