"""What the embedded mode runs, forked from one process: ``python -m portal.forked PORT``, kept by ``portal.serve``.

Pages and streams, the rooms (on the next port), two workers and the scheduler. The portal is loaded once: a machine
without much memory holds it once, and what dies is there again within a moment.
"""

from __future__ import annotations

import gc
import socket
import sys
import warnings

import uvicorn

from records.forks import Keeper, Work

QUIET = ["--loglevel", "WARNING"]
ALONE = ["--pool", "solo", "--without-gossip", "--without-mingle", "--without-heartbeat"]


def main(port: int) -> int:
    # Celery warns root of what a worker may be sent; these are sent job numbers, from this machine's own folder.
    warnings.filterwarnings("ignore", "You're running the worker with superuser privileges")
    from portal.asgi import application
    from portal.celery import LANES, app

    from assessments.drafting.rooms import serve as rooms  # isort: skip  the models need Django set up

    _load_all(app)
    doors = [socket.create_server(("127.0.0.1", free), backlog=2048) for free in (port, port + 1)]
    web = uvicorn.Config(application, lifespan="on", log_level="warning", timeout_graceful_shutdown=3)
    lanes = [
        Work(
            lane,
            lambda lane=lane: app.start(
                ["--quiet", "worker", "-Q", lane, "-n", f"{lane}@%h", *ALONE, *QUIET]
            ),
        )
        for lane in LANES
    ]
    return Keeper(
        [
            Work("web", lambda: uvicorn.Server(web).run(sockets=[doors[0]])),
            Work("rooms", lambda: rooms.serve(doors[1])),
            *lanes,
            Work("scheduler", lambda: app.start(["--quiet", "beat", *QUIET, "--pidfile="])),
        ]
    ).run()


def _load_all(app) -> None:
    """Everything that one of them would load by and by."""
    from django.urls import get_resolver

    import assessments.drafting.rooms.asgi  # noqa: F401

    assert get_resolver().url_patterns  # the pages
    app.loader.import_default_modules()
    app.finalize()
    # Never garbage, and not walked: pages of memory that the children share stay shared.
    gc.collect()
    gc.freeze()


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1])))
