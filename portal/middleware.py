"""One name and one line for each request; headers, language and zone; refusals that become pages."""

from __future__ import annotations

import logging
import time
import zoneinfo

from django.conf import settings
from django.contrib import messages
from django.db import connection
from django.http import HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone, translation
from django.utils.http import url_has_allowed_host_and_scheme

from portal import logs, metrics
from records import tracing
from records.looking import one_look
from records.obstacles import Blocked

log = logging.getLogger(__name__)

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'; manifest-src 'self'"
)


def traced(get_response):
    """Name the request (records/tracing), answer the name, and write its one line; it stands before all others."""

    def middleware(request):
        with tracing.traced(tracing.taken(request.headers.get(tracing.HEADER))) as name:
            began, queries = time.monotonic(), 0

            def counting(execute, *query):
                nonlocal queries
                queries += 1
                return execute(*query)

            with connection.execute_wrapper(counting):
                response = get_response(request)
            response[tracing.HEADER] = name
            if not request.path.startswith(settings.STATIC_URL):
                _tell(request, response, time.monotonic() - began, queries)
            return response

    return middleware


def _tell(request, response, seconds: float, queries: int) -> None:
    route = logs.route_of(request)
    metrics.process.served(request.method, route, response.status_code, seconds)
    # What the session was found to hold; asking for the user here would cost a query of its own.
    user = getattr(request, "_cached_user", None)
    tracing.line(
        log,
        "request",
        method=request.method,
        route=route,
        status=response.status_code,
        ms=int(seconds * 1000),
        user=getattr(user, "pk", None),
        queries=queries,
    )


def content_security_policy(get_response):
    """The same strict policy on every page; files from people have a stricter one of their own."""

    def middleware(request):
        response = get_response(request)
        # A page that reaches the rooms names them; no other may.
        beyond = getattr(response, "connects_to", "")
        policy = POLICY.replace("connect-src 'self'", f"connect-src 'self' {beyond}") if beyond else POLICY
        response.headers.setdefault("Content-Security-Policy", policy)
        response.headers.setdefault("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
        return response

    return middleware


def asked_once(get_response):
    """While a page is only looked at, the same question gets the same answer (records/looking)."""

    def middleware(request):
        if request.method not in ("GET", "HEAD"):
            return get_response(request)
        with one_look():
            return get_response(request)

    return middleware


def own_language_and_zone(get_response):
    """Show times in the person's own zone: their setting, else what their browser told, else UTC."""

    def middleware(request):
        user = request.user
        name = (
            user.zone if user.is_authenticated and user.zone != "UTC" else request.COOKIES.get("zone", "UTC")
        )
        try:
            zone = zoneinfo.ZoneInfo(name)
        except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
            zone = zoneinfo.ZoneInfo("UTC")
        if user.is_authenticated and settings.LANGUAGE_COOKIE_NAME not in request.COOKIES:
            translation.activate(user.language)
            request.LANGUAGE_CODE = translation.get_language()
        with timezone.override(zone):
            return get_response(request)

    return middleware


class refusals_as_pages:
    """A refused act becomes sentences on the page it came from, or a page of its own (409)."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_exception(self, request, exception):
        if not isinstance(exception, Blocked) or request.path.startswith("/api/"):
            return None
        back = request.headers.get("Referer", "")
        fetched = request.headers.get("X-Requested-With") == "fetch"
        if not fetched and url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}):
            for obstacle in exception.obstacles:
                messages.error(request, str(obstacle))
            return HttpResponseRedirect(back)
        return render(request, "refused.html", {"obstacles": exception.obstacles}, status=409)
