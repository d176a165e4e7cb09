"""The front door: live sessions on the event loop, everything else through Django in bounded threads.

Django's own ASGI handler keeps a thread, and on PostgreSQL a connection, for every open response; under a
burst that exhausts the database. Here at most ``WEB_THREADS`` requests are in Django's hands; others wait.
"""

from __future__ import annotations

import gc
import logging
import os
import time

from a2wsgi import WSGIMiddleware
from django.conf import settings
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

django = get_wsgi_application()

from portal import metrics  # noqa: E402  its models need Django set up
from records import tracing  # noqa: E402
from reviews.approval.live import Live  # noqa: E402

log = logging.getLogger(__name__)


class Portal:
    """The ASGI application: ``lifespan`` starts and stops the hub, ``/live/`` streams, pages go to Django."""

    def __init__(self) -> None:
        self.live = Live()
        self.pages = WSGIMiddleware(django, workers=settings.WEB_THREADS)

    async def __call__(self, scope, receive, send) -> None:
        if scope["type"] == "lifespan":
            await self._lifespan(receive, send)
        elif scope["type"] != "http":
            # Nothing here speaks WebSocket.
            await receive()
            await send({"type": "websocket.close", "code": 1000})
        elif scope["path"].startswith("/live/"):
            await self._live(scope, receive, send)
        else:
            await self.pages(scope, receive, send)

    async def _live(self, scope, receive, send) -> None:
        """A stream or poll under a name of its own, with one line at its end, as pages have them."""
        given = dict(scope["headers"]).get(tracing.HEADER.lower().encode(), b"").decode("latin-1")
        began, status = time.monotonic(), 0

        async def named(message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                header = (tracing.HEADER.lower().encode(), name.encode())
                message = {**message, "headers": [*message["headers"], header]}
            await send(message)

        with tracing.traced(tracing.taken(given)) as name, metrics.process.stream():
            await self.live(scope, receive, named)
            ms = int((time.monotonic() - began) * 1000)
            tracing.line(log, "request", method=scope["method"], route="live", status=status, ms=ms)

    async def _lifespan(self, receive, send) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                try:
                    await self.live.start()
                    metrics.process.start_writing()
                except Exception as error:
                    log.exception("the hub of live sessions could not start")
                    await send({"type": "lifespan.startup.failed", "message": str(error)})
                    return
                await send({"type": "lifespan.startup.complete"})
            else:
                await self.live.stop()
                metrics.process.stop_writing()
                await send({"type": "lifespan.shutdown.complete"})
                return


application = Portal()
# The program itself is never garbage: the collector need not walk it again while somebody waits for a page.
gc.collect()
gc.freeze()
