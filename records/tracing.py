"""One name for all that one request sets off: its log lines, its jobs and their log lines, its letters.

The name says nothing of the person or the act; it is a label to find things by, never a key to anything.
"""

from __future__ import annotations

import logging
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

HEADER = "X-Request-ID"
_current: ContextVar[str] = ContextVar("request_id", default="")
# It goes into log lines, headers and a column: nothing that could break a line or carry a sentence.
_SANE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{7,63}", re.ASCII)


def current() -> str:
    """The name of what is going on now; empty outside of everything."""
    return _current.get()


def new() -> str:
    return secrets.token_hex(16)


def taken(written: str | None) -> str:
    """The name that a proxy or program gave, where it is a sane one, else a new one."""
    return written if written and _SANE.fullmatch(written) else new()


@contextmanager
def traced(name: str) -> Iterator[str]:
    """Everything in the block goes under this name."""
    token = _current.set(name)
    try:
        yield name
    finally:
        _current.reset(token)


def line(log: logging.Logger, what: str, **facts) -> None:
    """Write one line of facts: ``what name=value …`` to a person, members of the JSON object to a machine."""
    log.info("%s %s", what, " ".join(f"{k}={v}" for k, v in facts.items()), extra={"facts": facts})
