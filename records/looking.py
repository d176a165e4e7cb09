"""While a page is only looked at, a question is put to the database once, however many parts of the page ask it.

Never around an act: an act asks anew each time, since what it asks may have changed under its own hands.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TypeVar

Answer = TypeVar("Answer")
_TOGETHER = ("together",)
_answers: ContextVar[dict | None] = ContextVar("what this look has found", default=None)


@contextmanager
def one_look() -> Iterator[None]:
    """In the block, ``once`` remembers; what it found is forgotten at its end."""
    token = _answers.set({})
    try:
        yield
    finally:
        _answers.reset(token)


def once(question: tuple[Hashable, ...], ask: Callable[[], Answer]) -> Answer:
    """What ``ask()`` gives; within one look the same question gets the same answer. Nobody changes an answer."""
    known = _answers.get()
    if known is None:
        return ask()
    if question not in known:
        known[question] = ask()
    return known[question]


def together(objects: Iterable) -> None:
    """Within a look: what it will ask of each of these in turn, ``of_each`` asks of all of them at once."""
    known = _answers.get()
    if known is not None:
        known[_TOGETHER] = list(objects)


def of_each(question: str, one, ask: Callable[[list], dict]):
    """The answer for ``one``; ``ask(objects)`` gives it for several, by their pk, with one query.

    Within a look it is asked at once of everything ``together`` with ``one``, and once only.
    """
    known = _answers.get()
    if known is None:
        return ask([one])[one.pk]
    if (question, one.pk) not in known:
        others = (
            other for other in known.get(_TOGETHER, ()) if type(other) is type(one) and other.pk != one.pk
        )
        found = ask([one, *(other for other in others if (question, other.pk) not in known)])
        known.update({(question, pk): answer for pk, answer in found.items()})
    return known[question, one.pk]


def grouped(rows, field: str, objects: list) -> dict[int, list]:
    """The rows of a query by the pk of the object that each belongs to by ``field``, and each with that very object."""
    by_pk = {one.pk: one for one in objects}
    found: dict[int, list] = {pk: [] for pk in by_pk}
    for row in rows.filter(**{f"{field}__in": by_pk}):
        setattr(row, field, by_pk[getattr(row, f"{field}_id")])
        found[getattr(row, f"{field}_id")].append(row)
    return found
