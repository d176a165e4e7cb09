"""Where a page finds the rooms (design 5)."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.conf import settings


def base(request) -> str:
    """``ROOMS_URL``; without it, embedded, the next port of the host that the page was asked from.

    Cookies do not tell ports apart, so the session of the page is that of the room.
    """
    if settings.ROOMS_URL:
        return settings.ROOMS_URL
    host = urlsplit(f"//{request.get_host()}").hostname or "localhost"
    return f"ws://{f'[{host}]' if ':' in host else host}:{settings.PORT + 1}/rooms"


def of_chapter(request, chapter) -> str:
    return f"{base(request)}/c/{chapter.cycle.slug}/{chapter.number}/"


def origin(request) -> str:
    """What the content security policy of the editor's page names."""
    parts = urlsplit(base(request))
    return f"{parts.scheme}://{parts.netloc}"
