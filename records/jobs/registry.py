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
    ``title`` is what it does, in words. ``again``: whether a person may have a failed one tried once more; what
    was ordered by an act and told that it failed is ordered anew by that act instead.
    """

    name: str
    run: Callable
    lane: str
    max_tries: int
    failed: Callable | None
    back_off: tuple[timedelta, ...] = BACK_OFF
    title: object = ""
    again: bool = True


_kinds: dict[str, Kind] = {}


def register(
    name: str,
    run: Callable,
    *,
    title="",
    lane: str = "work",
    max_tries: int = 3,
    failed: Callable | None = None,
    back_off: tuple[timedelta, ...] = BACK_OFF,
    again: bool = True,
):
    """Register a kind; ``lane`` "reserved" is the slot kept free for sessions and publications."""
    _kinds[name] = Kind(name, run, lane, max_tries, failed, back_off, title, again)


def kind(name: str) -> Kind:
    return _kinds[name]


def names() -> set[str]:
    return set(_kinds)
