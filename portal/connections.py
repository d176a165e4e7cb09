"""How many connections all processes together may hold to PostgreSQL, and whether it allows as many.

A thread that does database work holds one connection at most. A web or live process has its threads for pages,
those for live sessions and one connection that waits for NOTIFY; a process of rooms has its threads; a worker's
process one for its job and one for the thread that renews the lease. What commands need beside them (migrate,
doctor, backup) is allowed for.
"""

from __future__ import annotations

from django.conf import settings
from django.core import checks
from django.db import connection

NOTIFY = 1
OF_A_WORKER = 2
RESERVED_WORKERS = 1
COMMANDS = 10


def bound() -> int:
    """The most connections that the installation may ever hold at once."""
    serving = settings.WEB_PROCESSES + settings.LIVE_PROCESSES
    working = settings.WORKER_PROCESSES + RESERVED_WORKERS
    threads = settings.WEB_THREADS + settings.LIVE_THREADS
    rooms = settings.ROOMS_PROCESSES * settings.ROOMS_THREADS
    return serving * (threads + NOTIFY) + rooms + working * OF_A_WORKER + COMMANDS


def allowed() -> int:
    """How many the server gives to others than its superuser."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_setting('max_connections')::int"
            " - current_setting('superuser_reserved_connections')::int"
        )
        return cursor.fetchone()[0]


@checks.register(checks.Tags.database)
def enough(app_configs, databases=None, **kwargs):
    """Before migrating, and so before anything else starts in production; the doctor says the same of a running one."""
    if not settings.PRODUCTION or not databases or connection.vendor != "postgresql":
        return []
    wanted, given = bound(), allowed()
    if wanted <= given:
        return []
    text = f"The processes may need {wanted} connections to the database, which allows {given}."
    return [
        checks.Error(text, hint="Set POSTGRES_CONNECTIONS higher, or the processes lower.", id="portal.E001")
    ]
