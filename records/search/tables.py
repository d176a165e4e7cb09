"""The index in each database: an FTS5 table on SQLite, a tsvector with a GIN index on PostgreSQL.

Both take the tokens as they are: neither folds, stems or drops a word, so both find the same (decision: the
databases name candidates, records.search.asking ranks them).
"""

from __future__ import annotations

from django.db import connections

# Letters beyond ASCII belong to a token; these are the only signs of ASCII beside letters and digits in one.
_TOKENIZER = "ascii tokenchars ''-./:~_''"
_SQLITE = [
    "CREATE VIRTUAL TABLE records_indexed_words USING fts5("
    "terms, content='records_indexed', content_rowid='id', detail='none', columnsize=0, prefix='2 3', "
    f"tokenize='{_TOKENIZER}')",
    "CREATE TRIGGER records_indexed_added AFTER INSERT ON records_indexed BEGIN "
    "INSERT INTO records_indexed_words(rowid, terms) VALUES (NEW.id, NEW.terms); END",
    "CREATE TRIGGER records_indexed_removed AFTER DELETE ON records_indexed BEGIN "
    "INSERT INTO records_indexed_words(records_indexed_words, rowid, terms) "
    "VALUES ('delete', OLD.id, OLD.terms); END",
    "CREATE TRIGGER records_indexed_changed AFTER UPDATE OF terms ON records_indexed BEGIN "
    "INSERT INTO records_indexed_words(records_indexed_words, rowid, terms) "
    "VALUES ('delete', OLD.id, OLD.terms); "
    "INSERT INTO records_indexed_words(rowid, terms) VALUES (NEW.id, NEW.terms); END",
]
_POSTGRES = [
    "ALTER TABLE records_indexed ADD COLUMN words tsvector "
    "GENERATED ALWAYS AS (array_to_tsvector(string_to_array(terms, ' '))) STORED",
    "CREATE INDEX records_indexed_words ON records_indexed USING gin (words)",
]


def create(connection) -> None:
    """Put the index in place."""
    with connection.cursor() as cursor:
        for statement in _POSTGRES if connection.vendor == "postgresql" else _SQLITE:
            cursor.execute(statement)


def drop(connection) -> None:
    """Take the index away, for a backwards migration."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("ALTER TABLE records_indexed DROP COLUMN words")
            return
        for name in ("added", "removed", "changed"):
            cursor.execute(f"DROP TRIGGER records_indexed_{name}")
        cursor.execute("DROP TABLE records_indexed_words")


def candidates(groups: list[list[tuple[str, bool]]], limit: int, *, using: str = "default") -> list[int]:
    """Ids of the newest rows that hold a token of each group, newest first; a token may be only a beginning."""
    connection = connections[using]
    postgres = connection.vendor == "postgresql"
    token = _lexeme if postgres else _string
    either, both = (" | ", " & ") if postgres else (" OR ", " AND ")
    match = both.join("(" + either.join(token(*one) for one in group) + ")" for group in groups)
    if postgres:
        statement = "SELECT id FROM records_indexed WHERE words @@ %s::tsquery ORDER BY id DESC LIMIT %s"
    else:
        statement = (
            "SELECT rowid FROM records_indexed_words WHERE records_indexed_words MATCH %s "
            "ORDER BY rowid DESC LIMIT %s"
        )
    with connection.cursor() as cursor:
        cursor.execute(statement, [match, limit])
        return [row[0] for row in cursor.fetchall()]


def _lexeme(token: str, begins: bool) -> str:
    quoted = token.replace("\\", "\\\\").replace("'", "''")
    return f"'{quoted}'{':*' if begins else ''}"


def _string(token: str, begins: bool) -> str:
    quoted = token.replace('"', '""')
    return f'"{quoted}"{"*" if begins else ""}'
