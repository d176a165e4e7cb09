"""The real servers, for a benchmark that measures them beside the embedded mode."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests import production, servers


@contextmanager
def real_servers() -> Iterator[production.Production | None]:
    """One live process and one worker on PostgreSQL and Redis behind nginx; None, said aloud, where one is missing."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="concord-bench-")))
        try:
            database = stack.enter_context(servers.postgres_server(*production.database_settings()))
            redis = stack.enter_context(servers.redis_server())
            portal = production.Production(folder, database.url, redis.url, live=1, workers=1)
            stack.callback(portal.kill)
            portal.start()
        except servers.Unavailable as reason:
            print(f"not measured on the real servers: {reason}")
            portal = None
        yield portal
