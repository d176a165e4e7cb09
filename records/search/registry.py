"""Which kinds of things can be found: upper floors register them, with who sees which.

A thing is seen through its **sights**: names of groups of readers, such as ``round-5`` for those who see what was
sent in round 5. ``visible(user)`` gives the sights that a person has now, from their standing, in a constant number
of queries. The database looks only among things with one of these sights, so what a person may not see changes
neither hits nor counts nor order; and before a hit is shown, its sights are asked once more of the thing as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models.signals import post_delete, post_save

PUBLIC = "public"


@dataclass(frozen=True)
class Document:
    """What is found of a thing. ``scope`` is the cycle it belongs to, ``at`` when it came to be as it is.

    ``shown`` is what a hit shows in the place of ``text``, where that is not the same.
    """

    title: str
    text: str
    sights: frozenset[str]
    at: datetime
    scope: str = ""
    language: str = "en"
    shown: str = ""


@dataclass(frozen=True)
class Kind:
    """A kind of things that can be found.

    ``rows(keys)`` gives {key: row} of those that are there, in a constant number of queries; ``every()`` all keys;
    ``document(row)`` what is found of one, None: nothing; ``href(row)`` where it is read; ``visible(user)`` the
    person's sights.
    """

    name: str
    title: object
    rows: Callable
    every: Callable
    document: Callable
    href: Callable
    visible: Callable
    weight: int = 0


_kinds: dict[str, Kind] = {}


def register(
    name: str,
    *,
    title,
    rows: Callable[[list[str]], dict],
    every: Callable[[], Iterable],
    document: Callable[[object], Document | None],
    href: Callable[[object], str],
    visible: Callable[[object], Iterable[str]],
    weight: int = 0,
    changes: dict | None = None,
) -> None:
    """Register a kind. ``changes``: {model: instance → keys to index anew} for each model its documents are made of.

    Only saves and deletions of single instances are noticed by themselves; an act that writes in bulk calls
    ``records.search.index.touch``.
    """
    if name in _kinds:
        return
    _kinds[name] = Kind(name, title, rows, every, document, href, visible, weight)
    for model, touched in (changes or {}).items():
        watcher = _Watcher(name, touched)
        _watchers.append(watcher)
        post_save.connect(watcher, sender=model)
        post_delete.connect(watcher, sender=model)


@dataclass(eq=False)
class _Watcher:
    """Notes what a saved or deleted instance concerns; what fixtures lay down is indexed by ``manage.py reindex``."""

    kind: str
    touched: Callable

    def __call__(self, sender, instance, raw=False, **_kwargs) -> None:
        from records.search.index import touch

        if not raw:
            touch(self.kind, self.touched(instance))


_watchers: list[_Watcher] = []  # signals hold them weakly


def kind(name: str) -> Kind:
    return _kinds[name]


def kinds() -> list[Kind]:
    """All kinds, the weightiest first."""
    return sorted(_kinds.values(), key=lambda found: -found.weight)


def sights_of(user) -> frozenset[str]:
    """Every sight that a person has now, whatever the kind; what is public is everybody's."""
    asked = dict.fromkeys(found.visible for found in _kinds.values())
    return frozenset({PUBLIC}.union(*(visible(user) for visible in asked)))
