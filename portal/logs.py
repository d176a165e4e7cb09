"""What a log line looks like, and what may not stand in it.

Production writes one JSON object a line, for machines; embedded writes plain lines, for the person at the
terminal. Every line carries the request id (records/tracing). A path may hold the secret of an invitation and
a query string anything at all, so lines name the route; addresses of people and secrets are struck out of
whatever an exception says.
"""

from __future__ import annotations

import json
import logging
import re
from datetime import UTC, datetime

from records import tracing

FORMATS = ("json", "plain")
LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
NO_ROUTE = "(none)"

_STRUCK = (
    (re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"), "[address]"),
    (re.compile(r"(?<=://)[^/\s:@]*:[^/\s@]+(?=@)"), "[secret]"),
    (re.compile(r"(?<=\?)[\w%.~+-]+=[^\s\"'<>]*"), "[query]"),
    (re.compile(r"(?i)\b(bearer|token|password|secret|sessionid|csrftoken)(\s*[=:]\s*|\s+)[^\s,;&\"']{6,}"),
     r"\1\2[secret]"),
    # What secrets.token_urlsafe makes; hashes of the record, which are hexadecimal, stay.
    (re.compile(r"(?<![\w-])(?=[\w-]*[G-Zg-z_-])[\w-]{40,}(?![\w-])"), "[secret]"),
)  # fmt: skip


def strike(text: str) -> str:
    """The text without addresses of people, query strings and secrets."""
    for pattern, instead in _STRUCK:
        text = pattern.sub(instead, text)
    return text


def route_of(request) -> str:
    """The name of the address a request came to, never the path itself."""
    match = getattr(request, "resolver_match", None)
    return (match.view_name or match.route or NO_ROUTE) if match else NO_ROUTE


class Named(logging.Filter):
    """Puts the request id on every record, and a route where Django would have written the path."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = tracing.current()
        request = getattr(record, "request", None)
        path = getattr(request, "path", None)
        if path is not None and isinstance(record.args, tuple):
            record.args = tuple(route_of(request) if arg == path else arg for arg in record.args)
        return True


class Plain(logging.Formatter):
    """A line for a person."""

    def __init__(self):
        super().__init__("{asctime} {levelname} {name}: {message}", style="{")

    def format(self, record: logging.LogRecord) -> str:
        text = strike(super().format(record))
        first, newline, more = text.partition("\n")
        named = f" [{record.request_id}]" if getattr(record, "request_id", "") else ""
        return f"{first}{named}{newline}{more}"


class JsonLines(logging.Formatter):
    """One JSON object a line: time (UTC), level, logger, message, process, request id, and the record's facts."""

    def format(self, record: logging.LogRecord) -> str:
        said = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": strike(record.getMessage()),
            "process": record.process,
            "request_id": getattr(record, "request_id", ""),
            **getattr(record, "facts", {}),
        }
        if record.exc_info:
            said["exception"] = strike(self.formatException(record.exc_info))
        return json.dumps(said, ensure_ascii=False, default=str)


def configuration(kind: str, level: str) -> dict:
    """Django's LOGGING for one of FORMATS at one of LEVELS; every program of the portal uses it."""
    formatter = {"json": JsonLines, "plain": Plain}[kind]
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {"named": {"()": Named}},
        "formatters": {"line": {"()": formatter}},
        "handlers": {
            "console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["named"]}
        },
        "root": {"handlers": ["console"], "level": level},
        "loggers": {
            # Refused requests stand in the one line each; Django's own would name paths, and twice.
            "django.request": {"level": "ERROR"},
            "django": {"handlers": [], "propagate": True},
            "django.server": {"handlers": [], "propagate": False},
            "uvicorn": {
                "handlers": [],
                "propagate": True,
                "level": level,
            },  # else it keeps a level of its own
            "uvicorn.access": {"handlers": [], "propagate": False},  # it writes raw paths
            # A beat every few seconds is no news.
            "celery": {"level": "DEBUG" if level == "DEBUG" else "WARNING"},
        },
    }
