"""Three rounds with 100,000 comments on 20 chapters: pages, search, sheets in and out. SQLite, PostgreSQL if here.

Each database is measured in processes of their own: once with a thousand comments, once with all, so that what grows
is seen. The figures are those of the worse database; ``growth_1k_to_100k`` is the p95 of the filtered list with all
comments against that with a thousand.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import ExitStack

from tests import production, servers
from tests.support import ROOT

FEW, ALL = 1_000, 100_000


def run() -> dict:
    """Milliseconds are p95 of a page at the server; ``queries`` the most that any page asked."""
    found = [_both("SQLite")]
    with ExitStack() as stack:
        try:
            database = stack.enter_context(servers.postgres_server(*production.database_settings()))
            found.append(_both("PostgreSQL", DATABASE_URL=database.url))
        except servers.Unavailable as reason:
            print(f"not measured on PostgreSQL: {reason}")
    best = ("alike_precision", "alike_recall", "bulk_answers")
    worst = {name: (min if name in best else max)(each[name] for each in found) for name in found[0]}
    return worst | {"comments": ALL, "databases": len(found)}


def _both(database: str, **env: str) -> dict:
    few, every = _once(FEW, database, env), _once(ALL, database, env)
    growth = round(every["list_p95_ms"] / few["list_p95_ms"], 2)
    grown = every["queries"] - few["queries"]
    return every | {"growth_1k_to_100k": growth, "more_queries": grown}


def _once(comments: int, database: str, env: dict) -> dict:
    kept = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks._reviewed", str(comments)], cwd=ROOT, env=kept | env,
        capture_output=True, text=True, timeout=3600,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-3000:]
    found = json.loads(done.stdout.splitlines()[-1])
    print(f"{comments:,} comments, {database}: {json.dumps(found)}", flush=True)
    return found
