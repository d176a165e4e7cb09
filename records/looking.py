"""While a page is only looked at, a question is put to the database once, however many parts of the page ask it.

Never around an act: an act asks anew each time, since what it asks may have changed under its own hands.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TypeVar

Answer = TypeVar("Answer")
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


def tell(question: tuple[Hashable, ...], answer) -> None:
    """Within a look: the answer to this question, found with those to others; ``once`` gives it from now on."""
    known = _answers.get()
    if known is not None:
        known.setdefault(question, answer)
