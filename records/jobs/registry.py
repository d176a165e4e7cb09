"""Which function carries out which kind of job."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Kind:
    """A kind of job: ``run(job, progress)`` does it and may run twice; ``failed(job, error)`` tells its owner."""

    name: str
    run: Callable
    lane: str
    max_tries: int
    failed: Callable | None


_kinds: dict[str, Kind] = {}


def register(
    name: str, run: Callable, *, lane: str = "work", max_tries: int = 3, failed: Callable | None = None
):
    """Register a kind; ``lane`` "reserved" is the slot kept free for sessions and publications."""
    _kinds[name] = Kind(name, run, lane, max_tries, failed)


def kind(name: str) -> Kind:
    return _kinds[name]


def names() -> set[str]:
    return set(_kinds)
