"""What the boards count in each chapter and section: every part registers its own, also those of upper floors.

A counter answers for several chapters at once, so that a page asks no more when a report has more of them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Counter:
    """Something open in texts: ``count(chapters, whole)`` gives {chapter pk: {place: number}}.

    A place is the lasting id of a block, the number of a line, or "" where neither is known; with ``whole`` only the
    sums of chapters are asked, so the places may all be "". ``href(chapter)`` is where it is dealt with.
    """

    key: str
    title: object
    count: Callable
    href: Callable


_counters: dict[str, Counter] = {}


def register(key: str, title, count: Callable, href: Callable) -> None:
    """Register a counter; a second one under the same key replaces the first."""
    _counters[key] = Counter(key, title, count, href)


def every() -> list[Counter]:
    """Every counter, in the order of registration."""
    return list(_counters.values())
