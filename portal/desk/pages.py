"""Filters that live in the address, and pages by key: what the lists of a desk share."""

from __future__ import annotations

from collections.abc import Mapping

from django.db.models import QuerySet


def filtered(rows: QuerySet, said, lookups: Mapping[str, str]) -> QuerySet:
    """The rows that the address asks for: a parameter that is not said, or empty, asks for nothing."""
    for name, lookup in lookups.items():
        if said.get(name):
            rows = rows.filter(**{lookup: said[name][:80]})
    return rows


def page_before(rows: QuerySet, said, size: int) -> tuple[list, int | None]:
    """One page of rows, newest first, from below the key ``before``; and the key of the next page or None."""
    before = said.get("before", "")
    if before.isdecimal() and len(before) < 18:
        rows = rows.filter(pk__lt=int(before))
    found = list(rows[: size + 1])
    return found[:size], found[size - 1].pk if len(found) > size else None
