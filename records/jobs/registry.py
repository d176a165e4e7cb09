"""Which function carries out which kind of job."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

BACK_OFF = (timedelta(seconds=2), timedelta(seconds=20), timedelta(minutes=2))


@dataclass(frozen=True)
class Kind:
    """A kind of job: ``run(job, progress)`` does it and may run twice; ``failed(job, error)`` tells its owner.

    ``back_off`` are the pauses between its tries; the last one is kept to.
    """

    name: str
    run: Callable
    lane: str
    max_tries: int
    failed: Callable | None
    back_off: tuple[timedelta, ...] = BACK_OFF


_kinds: dict[str, Kind] = {}


def register(
    name: str,
    run: Callable,
    *,
    lane: str = "work",
    max_tries: int = 3,
    failed: Callable | None = None,
    back_off: tuple[timedelta, ...] = BACK_OFF,
):
    """Register a kind; ``lane`` "reserved" is the slot kept free for sessions and publications."""
    _kinds[name] = Kind(name, run, lane, max_tries, failed, back_off)


def kind(name: str) -> Kind:
    return _kinds[name]


def names() -> set[str]:
    return set(_kinds)
