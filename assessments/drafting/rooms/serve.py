"""Serve the rooms: ``python -m assessments.drafting.rooms.serve --port 8001`` (``--host``, ``--processes``).

One process loads everything, binds the port and never reads a byte of an editor; it forks those that do. When one of
them dies, by a fault in the library or a kill, the next is there at once: loading anew would take seconds, in which
editors wait. TERM ends all of them: what waits is stored, and versions are made of it.
"""

from __future__ import annotations

import argparse
import socket
import sys

import uvicorn

from records.forks import Keeper, Work

MOST_BYTES = 8 * 1024 * 1024  # of a message: a text of the largest size, once


def serve(listening: socket.socket) -> None:
    """Answer editors on a bound socket until TERM."""
    from assessments.drafting.rooms.asgi import Rooms

    # Keys go over the loop; the threads that ask the database must not hold it up for five milliseconds at a time.
    sys.setswitchinterval(0.001)
    config = uvicorn.Config(
        Rooms(),
        lifespan="on",
        log_level="warning",
        access_log=False,
        proxy_headers=True,
        forwarded_allow_ips="*",
        timeout_graceful_shutdown=2,
        ws="websockets-sansio",
        # Compression costs an editor more time than the wire saves it.
        ws_per_message_deflate=False,
        ws_max_size=MOST_BYTES,
        ws_ping_timeout=60,  # a machine that has much to do is not away
    )
    uvicorn.Server(config).run(sockets=[listening])


def main(arguments: list[str]) -> int:
    reads = argparse.ArgumentParser(prog="rooms")
    reads.add_argument("--host", default="127.0.0.1")
    reads.add_argument("--port", type=int, required=True)
    reads.add_argument("--processes", type=int, default=1)
    asked = reads.parse_args(arguments)
    listening = socket.create_server((asked.host, asked.port), backlog=2048)
    from assessments.drafting.rooms import asgi  # noqa: F401  loads everything, once, before the first fork

    return Keeper([Work("rooms", lambda: serve(listening))] * asked.processes).run()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
