"""For which bodies a person may file a disclosure: the upper floors say, since they know the reports."""

from __future__ import annotations

from collections.abc import Callable

from panels.models import Body, Person

_places: list[Callable] = []


def let_file(places: Callable) -> None:
    """Let ``places(person) -> list[(Body, name)]`` name bodies for which a person is concerned."""
    if places not in _places:
        _places.append(places)


def places_of(person: Person) -> list[tuple[Body, str]]:
    """Bodies in whose matters the person takes part, was invited or was asked, each with its name (2.3, 2.4)."""
    return [found for places in _places for found in places(person)]
