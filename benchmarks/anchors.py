"""Do comments find their sentence again after an edit? Three seeds, SQLite and (where it is installed) PostgreSQL."""

from __future__ import annotations

from contextlib import ExitStack

from benchmarks import _own
from tests import production, servers

SEEDS = (11, 23, 47)
COPIES = 4  # comments on each sentence, with the first seed: more than 80,000 anchors


def run() -> dict:
    """The worst of all runs, save ``anchors`` and ``seconds``, which are those of the largest.

    ``wrong_ratio``: placed at another sentence than the label's; ``queued_ratio``: left to a person, of those that
    stayed, changed or moved; ``deleted_recall``: reported deleted, of those taken out; ``lost``: without a row, or
    counts that do not add up.
    """
    runs = [_once(seed, COPIES if seed == SEEDS[0] else 1, "sqlite") for seed in SEEDS]
    with ExitStack() as stack:
        try:
            database = stack.enter_context(servers.postgres_server(*production.database_settings()))
            runs.append(_once(SEEDS[0], COPIES, "PostgreSQL", DATABASE_URL=database.url))
        except servers.Unavailable as reason:
            print(f"not measured on PostgreSQL: {reason}")
    largest = max(run["anchors"] for run in runs)
    return {
        "anchors": largest,
        "seconds": max(run["seconds"] for run in runs if run["anchors"] == largest),
        "wrong_ratio": round(max(run["wrong"] / run["anchors"] for run in runs), 6),
        "queued_ratio": round(max(run["queued"] / run["live"] for run in runs), 5),
        "deleted_recall": round(min(run["deleted"] / run["deletions"] for run in runs), 4),
        "lost": max(run["lost"] for run in runs),
        "touched_share": min(run["touched_share"] for run in runs),
        "databases": len({run["database"] for run in runs}),
    }


def _once(seed: int, copies: int, database: str, **env: str) -> dict:
    label = f"seed {seed}, {database}"
    found = _own.measured("_anchored", seed, copies, label=label, within=1800, **env)
    return found | {"database": database}
