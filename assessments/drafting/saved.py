"""Who is told of each text that becomes a chapter's current one: what is read from texts is read here, and once.

A listener is called in the transaction of the save, with the version; it writes nothing into the text.
"""

from __future__ import annotations

from collections.abc import Callable

_listeners: list[Callable] = []


def listen(hear: Callable) -> None:
    """``hear(version)`` is called for each text that becomes current."""
    if hear not in _listeners:
        _listeners.append(hear)


def tell(version) -> None:
    """Say that the version is its chapter's current text now."""
    for hear in _listeners:
        hear(version)
