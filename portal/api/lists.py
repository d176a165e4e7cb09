"""Lists: keyset pages, numbered tails, and the filters of both. A parameter nobody knows is an error."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from django.core.exceptions import ValidationError as Unfit
from django.db.models import Q
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers

PAGE, LARGEST_PAGE = 50, 200
PAGING = ("after", "limit")


@dataclass(frozen=True)
class Filter:
    """A parameter of the address: ``lookup`` on the rows, ``check`` makes the field that reads its value."""

    lookup: str
    check: Callable[[], serializers.Field]
    text: str = ""

    def value(self, name: str, given: str):
        try:
            return self.check().run_validation(given)
        except serializers.ValidationError as error:
            raise serializers.ValidationError({name: error.detail}) from error

    def parameter(self, name: str) -> OpenApiParameter:
        return OpenApiParameter(
            name, _schema_type(self.check()), description=self.text or f"Only rows with this {name}."
        )


def _schema_type(made: serializers.Field):
    from drf_spectacular.types import OpenApiTypes

    by_field = {
        serializers.IntegerField: OpenApiTypes.INT,
        serializers.BooleanField: OpenApiTypes.BOOL,
        serializers.DateTimeField: OpenApiTypes.DATETIME,
    }
    return by_field.get(type(made), OpenApiTypes.STR)


def word(lookup: str, text: str = "") -> Filter:
    return Filter(lookup, lambda: serializers.CharField(max_length=200, allow_blank=True), text)


def question(lookup: str, text: str = "") -> Filter:
    return Filter(lookup, lambda: _Question(max_length=20_000, allow_blank=True), text)


class _Question(serializers.CharField):
    """Words as somebody typed or pasted them: the search itself passes over what is no word."""

    def run_validation(self, data=serializers.empty):
        return super().run_validation(data.replace("\0", " ") if isinstance(data, str) else data)


def number(lookup: str, text: str = "") -> Filter:
    return Filter(lookup, lambda: serializers.IntegerField(min_value=0, max_value=2**31 - 1), text)


def flag(lookup: str, text: str = "") -> Filter:
    return Filter(lookup, serializers.BooleanField, text)


def when(lookup: str, text: str = "") -> Filter:
    return Filter(lookup, serializers.DateTimeField, text)


@dataclass(frozen=True)
class Listing:
    """A list in keyset pages. ``rows(user, target)`` starts from what the user may see.

    ``order`` names fields that together are unique ("-" before one: descending); ``filters`` maps parameters
    of the address to what they ask of the rows.
    """

    rows: Callable
    gives: type[serializers.Serializer]
    order: tuple[str, ...] = ("pk",)
    filters: Mapping[str, Filter] = field(default_factory=dict)
    paging = PAGING

    def page(self, request, target) -> dict:
        """One page: its rows, and the address' parameter ``after`` for the next (null at the end)."""
        rows = self.rows(request.user, target)
        for asked in asked_for(self.filters, request).items():
            rows = rows.filter(asked)
        limit = _limit(request.query_params.get("limit"))
        rows = rows.order_by(*self.order)
        if request.query_params.get("after"):
            rows = _go_on(rows, self.order, request.query_params["after"])
        found = list(rows[: limit + 1])
        more = len(found) > limit
        shown = self.gives(found[:limit], many=True, context={"request": request}).data
        return {"results": shown, "next": _cursor(self.order, found[limit - 1]) if more else None}


@dataclass(frozen=True)
class Tail:
    """Numbered rows, added at the end: ``rows(user, target, after, limit, asked)``; ``number(row)`` counts up.

    ``asked`` holds the filters given, as lookups.
    """

    rows: Callable
    gives: type[serializers.Serializer]
    number: Callable
    filters: Mapping[str, Filter] = field(default_factory=dict)
    paging = PAGING

    def page(self, request, target) -> dict:
        """Rows after the number ``after``; ``next`` is the last number shown while there are more."""
        limit = _limit(request.query_params.get("limit"))
        after = request.query_params.get("after") or "0"
        if not after.isascii() or not after.isdigit() or len(after) > 9:
            raise serializers.ValidationError({"after": _("Expected the number after which to go on.")})
        asked = asked_for(self.filters, request)
        found = self.rows(request.user, target, int(after), limit + 1, asked)
        shown = self.gives(found[:limit], many=True, context={"request": request}).data
        return {"results": shown, "next": str(self.number(found[limit - 1])) if len(found) > limit else None}


@dataclass(frozen=True)
class Asked:
    """An answer to a question in the address: ``of(user, asked, limit)``; it raises ValueError for a bad ``after``.

    ``asked`` holds the filters given, by their own names, and ``after``; ``gives`` is the whole answer's shape.
    """

    of: Callable
    gives: type[serializers.Serializer]
    filters: Mapping[str, Filter]
    paging = PAGING

    def page(self, request, target) -> dict:
        given = request.query_params
        asked = {name: f.value(name, given[name]) for name, f in self.filters.items() if name in given}
        limit = _limit(given.get("limit"))
        try:
            found = self.of(request.user, {**asked, "after": given.get("after", "")}, limit)
        except ValueError as error:
            raise _not_ours() from error
        return self.gives(found, context={"request": request}).data


@dataclass(frozen=True)
class Found:
    """Rows worked out for the reader: ``of(user, target, asked)`` gives them and what ``next`` is (or None)."""

    of: Callable
    gives: type[serializers.Serializer]
    filters: Mapping[str, Filter] = field(default_factory=dict)
    paging = ()

    def page(self, request, target) -> dict:
        given = request.query_params
        asked = {
            name: given[name]
            for name, f in self.filters.items()
            if name in given and f.value(name, given[name]) is not None
        }
        rows, following = self.of(request.user, target, asked)
        shown = self.gives(rows, many=True, context={"request": request}).data
        return {"results": shown, "next": following}


def asked_for(filters: Mapping[str, Filter], request) -> dict:
    """The lookups that the address asks for, with their values checked."""
    given = request.query_params
    return {f.lookup: f.value(name, given[name]) for name, f in filters.items() if name in given}


def refuse_unknown(request, known: Iterable[str]) -> None:
    """Raise ValidationError naming each parameter of the address that is not known here."""
    known = sorted(known)
    said = (
        _("There is no such parameter here; known: %(known)s.") % {"known": ", ".join(known)}
        if known
        else _("There is no such parameter here; none is known.")
    )
    wrong = {name: said for name in request.query_params if name not in known}
    if wrong:
        raise serializers.ValidationError(wrong)


def _limit(given: str | None) -> int:
    if given is None:
        return PAGE
    if not given.isascii() or not given.isdigit() or not 1 <= int(given[:6]) <= LARGEST_PAGE:
        raise serializers.ValidationError({"limit": _("Expected 1 to %(most)s.") % {"most": LARGEST_PAGE}})
    return int(given)


def _cursor(order: tuple[str, ...], row) -> str:
    values = []
    for name in order:
        value = row
        for part in name.lstrip("-").split("__"):
            value = getattr(value, part)
        values.append(value.isoformat() if hasattr(value, "isoformat") else value)
    return base64.urlsafe_b64encode(json.dumps(values).encode()).decode()


def _go_on(rows, order: tuple[str, ...], cursor: str):
    """The rows after those that the cursor names; ValidationError for a cursor that was not given here."""
    try:
        values = json.loads(base64.urlsafe_b64decode(cursor.encode()))
        if not isinstance(values, list) or not all(isinstance(v, (str, int)) for v in values):
            raise ValueError("no list of plain values")
        if any(isinstance(v, str) and "\0" in v for v in values):
            raise ValueError("PostgreSQL holds no NUL")
        found, equal = Q(), Q()
        for name, value in zip(order, values, strict=True):
            path, step = name.lstrip("-"), "lt" if name.startswith("-") else "gt"
            found |= equal & Q(**{f"{path}__{step}": value})
            equal &= Q(**{path: value})
        return rows.filter(found)
    except (ValueError, TypeError, Unfit, RecursionError) as error:
        raise _not_ours() from error


def _not_ours() -> serializers.ValidationError:
    return serializers.ValidationError({"after": _("Expected what “next” gave with the page before.")})
