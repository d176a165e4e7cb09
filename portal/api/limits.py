"""How many requests a minute: a person with all their tokens together, or an address that nobody signed in from.

Counted in windows of a minute, each exactly: one shared count in Redis where there is one, else in the process.
"""

from __future__ import annotations

import ipaddress
import time

from django.conf import settings
from django.core.cache import cache
from rest_framework.throttling import BaseThrottle

WINDOW_S = 60


class Limit(BaseThrottle):
    """DRF's face of ``count``; ``wait`` becomes the header Retry-After."""

    def allow_request(self, request, view) -> bool:
        return count(request) <= allowed(request)

    def wait(self) -> float:
        return WINDOW_S - time.time() % WINDOW_S


def allowed(request) -> int:
    known = request.user is not None and request.user.is_authenticated
    return settings.API_RATE_PERSON if known else settings.API_RATE_ANONYMOUS


def count(request) -> int:
    """Count this request; returns how many there were in this window with it."""
    key = f"api-rate:{_who(request)}:{int(time.time() // WINDOW_S)}"
    cache.add(key, 0, 2 * WINDOW_S)
    try:
        return cache.incr(key)
    except ValueError:  # it went between the two lines: nobody is refused for that
        return 0


def _who(request) -> str:
    if request.user is not None and request.user.is_authenticated:
        return f"person:{request.user.pk}"
    given = request.META.get("REMOTE_ADDR", "")
    try:
        address = ipaddress.ip_address(given.partition("%")[0])
    except ValueError:
        return "address:none"
    if address.version == 6:  # whoever has one address of IPv6 has the whole network of it
        return f"address:{ipaddress.ip_network((address, 64), strict=False)}"
    return f"address:{address}"
