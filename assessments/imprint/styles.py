"""The styles of references that a cycle may choose; "" is the house's own, author and date (decision 0011)."""

from __future__ import annotations

from assessments.sources import csl


def known() -> tuple[str, ...]:
    """The names of the styles beside the house's own."""
    return csl.names()
