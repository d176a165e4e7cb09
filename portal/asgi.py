"""The front door: live sessions on the event loop, everything else through Django in bounded threads.

Django's own ASGI handler keeps a thread, and on PostgreSQL a connection, for every open response; under a
burst that exhausts the database. Here at most ``WORKERS`` requests are in Django's hands; others wait.
"""

from __future__ import annotations

import logging
import os

from a2wsgi import WSGIMiddleware
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
WORKERS = 16

django = get_wsgi_application()

from reviews.approval.live import Live  # noqa: E402  its models need Django set up

log = logging.getLogger(__name__)


class Portal:
    """The ASGI application: ``lifespan`` starts and stops the hub, ``/live/`` streams, pages go to Django."""

    def __init__(self) -> None:
        self.live = Live()
        self.pages = WSGIMiddleware(django, workers=WORKERS)

    async def __call__(self, scope, receive, send) -> None:
        if scope["type"] == "lifespan":
            await self._lifespan(receive, send)
        elif scope["type"] != "http":
            # Nothing here speaks WebSocket.
            await receive()
            await send({"type": "websocket.close", "code": 1000})
        elif scope["path"].startswith("/live/"):
            await self.live(scope, receive, send)
        else:
            await self.pages(scope, receive, send)

    async def _lifespan(self, receive, send) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                try:
                    await self.live.start()
                except Exception as error:
                    log.exception("the hub of live sessions could not start")
                    await send({"type": "lifespan.startup.failed", "message": str(error)})
                    return
                await send({"type": "lifespan.startup.complete"})
            else:
                await self.live.stop()
                await send({"type": "lifespan.shutdown.complete"})
                return


application = Portal()
