"""Three rounds with 100,000 comments on 20 chapters: pages, search, sheets in and out. SQLite, PostgreSQL if here.

Each database is measured in processes of their own: once with a thousand comments, once with all, so that what grows
is seen. The figures are those of the worse database; ``growth_1k_to_100k`` is the p95 of the filtered list with all
comments against that with a thousand.
"""

from __future__ import annotations

from benchmarks import _own
from tests import production, servers

FEW, ALL = 1_000, 100_000
BEST = ("alike_precision", "alike_recall", "bulk_answers")  # the more, the better


def run() -> dict:
    """Milliseconds are p95 of a page at the server; ``queries`` the most that any page asked."""
    found = [_compared([_once(comments, "SQLite") for comments in (FEW, ALL)])]
    try:
        found.append(_compared([_on_postgresql(comments) for comments in (FEW, ALL)]))
    except servers.Unavailable as reason:
        print(f"not measured on PostgreSQL: {reason}")
    worst = {name: (min if name in BEST else max)(each[name] for each in found) for name in found[0]}
    return worst | {"comments": ALL, "databases": len(found)}


def _compared(runs: list[dict]) -> dict:
    few, every = runs
    growth = round(every["list_p95_ms"] / few["list_p95_ms"], 2)
    return every | {"growth_1k_to_100k": growth, "more_queries": every["queries"] - few["queries"]}


def _on_postgresql(comments: int) -> dict:
    with servers.postgres_server(*production.database_settings()) as database:
        return _once(comments, "PostgreSQL", DATABASE_URL=database.url)


def _once(comments: int, database: str, **env: str) -> dict:
    return _own.measured("_reviewed", comments, label=f"{comments:,} comments, {database}", **env)
