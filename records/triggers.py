"""Database triggers that make the record append-only, on SQLite and PostgreSQL alike (procedure 1.2)."""

from __future__ import annotations

from contextlib import contextmanager

from django.db import connections

REFUSED = "The record is append-only: a correction is a new entry."

_SQLITE = [
    f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} BEGIN SELECT RAISE(ABORT, '{REFUSED}'); END"
    for table in ("records_entry", "records_signedheads")
    for verb in ("UPDATE", "DELETE")
] + [
    f"CREATE TRIGGER records_entrycontent_no_delete BEFORE DELETE ON records_entrycontent "
    f"BEGIN SELECT RAISE(ABORT, '{REFUSED}'); END",
    # The one change allowed: erasure by law empties the clear values and says when.
    "CREATE TRIGGER records_entrycontent_no_update BEFORE UPDATE ON records_entrycontent "
    "WHEN NEW.erased_at IS NULL OR NEW.fields <> '{}' OR NEW.salts <> '{}' OR NEW.leaves <> OLD.leaves "
    f"OR OLD.entry_id <> NEW.entry_id BEGIN SELECT RAISE(ABORT, '{REFUSED}'); END",
    "CREATE TRIGGER records_stream_forward BEFORE UPDATE ON records_stream "
    "WHEN NEW.last_seq < OLD.last_seq OR NEW.key <> OLD.key "
    f"BEGIN SELECT RAISE(ABORT, '{REFUSED}'); END",
]
_SQLITE_NAMES = [
    "records_entry_no_update",
    "records_entry_no_delete",
    "records_signedheads_no_update",
    "records_signedheads_no_delete",
    "records_entrycontent_no_delete",
    "records_entrycontent_no_update",
    "records_stream_forward",
]
_POSTGRES_FUNCTION = f"""
CREATE OR REPLACE FUNCTION records_refuse() RETURNS trigger AS $$
BEGIN RAISE EXCEPTION '{REFUSED}'; END $$ LANGUAGE plpgsql
"""
_POSTGRES = [
    f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table} "
    "FOR EACH ROW EXECUTE FUNCTION records_refuse()"
    for table in ("records_entry", "records_signedheads")
] + [
    "CREATE TRIGGER records_entrycontent_no_delete BEFORE DELETE ON records_entrycontent "
    "FOR EACH ROW EXECUTE FUNCTION records_refuse()",
    "CREATE TRIGGER records_entrycontent_no_update BEFORE UPDATE ON records_entrycontent FOR EACH ROW "
    "WHEN (NEW.erased_at IS NULL OR NEW.fields::text <> '{}' OR NEW.salts::text <> '{}' "
    "OR NEW.leaves::text <> OLD.leaves::text OR OLD.entry_id <> NEW.entry_id) "
    "EXECUTE FUNCTION records_refuse()",
    "CREATE TRIGGER records_stream_forward BEFORE UPDATE ON records_stream FOR EACH ROW "
    "WHEN (NEW.last_seq < OLD.last_seq OR NEW.key <> OLD.key) EXECUTE FUNCTION records_refuse()",
]
_POSTGRES += [
    f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
    "FOR EACH STATEMENT EXECUTE FUNCTION records_refuse()"
    for table in ("records_entry", "records_entrycontent", "records_signedheads")
]
_POSTGRES_NAMES = [
    ("records_entry_no_truncate", "records_entry"),
    ("records_entrycontent_no_truncate", "records_entrycontent"),
    ("records_signedheads_no_truncate", "records_signedheads"),
    ("records_entry_no_change", "records_entry"),
    ("records_signedheads_no_change", "records_signedheads"),
    ("records_entrycontent_no_delete", "records_entrycontent"),
    ("records_entrycontent_no_update", "records_entrycontent"),
    ("records_stream_forward", "records_stream"),
]


def create(connection) -> None:
    """Put the triggers in place."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(_POSTGRES_FUNCTION)
        for statement in _POSTGRES if connection.vendor == "postgresql" else _SQLITE:
            cursor.execute(statement)


def drop(connection) -> None:
    """Take the triggers away: for a backwards migration and the emptying of test databases only."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            for name, table in _POSTGRES_NAMES:
                cursor.execute(f"DROP TRIGGER IF EXISTS {name} ON {table}")
        else:
            for name in _SQLITE_NAMES:
                cursor.execute(f"DROP TRIGGER IF EXISTS {name}")


def missing(connection) -> set[str]:
    """The triggers that are not in force, by name and on PostgreSQL table."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT tgname, relname FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid "
                "WHERE tgenabled <> 'D' AND pg_table_is_visible(tgrelid)"
            )
            return {f"{name} on {table}" for name, table in set(_POSTGRES_NAMES) - set(cursor.fetchall())}
        cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        return set(_SQLITE_NAMES) - {name for (name,) in cursor.fetchall()}


@contextmanager
def suspended(using: str = "default"):
    """Without the triggers while the block runs; the test suite empties its databases in it."""
    connection = connections[using]
    drop(connection)
    try:
        yield
    finally:
        create(connection)
