"""Which kinds of events people are told of: what each is called, and whether one can turn it off."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Kind:
    """A kind of event as the page of preferences shows it; ``mandatory`` says why nobody turns it off, or None.

    ``listed`` is False for what is no event of its own: digests.
    """

    key: str
    title: object
    mandatory: object = None
    pace: str = "now"
    listed: bool = True


_kinds: dict[str, Kind] = {}
_scopes: list[Callable] = []


def register(key: str, title, **more) -> None:
    """Register a kind; ``more`` are the other fields of Kind."""
    _kinds[key] = Kind(key, title, **more)


def kind(key: str) -> Kind:
    """The kind of that key; LookupError where nobody registered it."""
    if key not in _kinds:
        raise LookupError(f"no kind of notice {key!r} is registered")
    return _kinds[key]


def knows(key: str) -> bool:
    return key in _kinds


def every() -> list[Kind]:
    """Every kind, in the order of registration."""
    return list(_kinds.values())


def shown() -> list[Kind]:
    """What the page of preferences lists: those that can be turned off first."""
    return sorted((k for k in every() if k.listed), key=lambda found: found.mandatory is not None)


def add_scopes(scopes: Callable) -> None:
    """Let an upper floor say in which scopes a person has a part: ``scopes(user)`` gives {slug: title}."""
    if scopes not in _scopes:
        _scopes.append(scopes)


def scopes_of(user) -> dict[str, str]:
    """The scopes that a person sees, by name; a notice of another one is not theirs any more (procedure 2.3)."""
    return {slug: title for scopes in _scopes for slug, title in scopes(user).items()}
