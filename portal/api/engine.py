"""How a row of the table in urls.py becomes a view: who sees it, what it lists or shows, which act it posts.

Nothing here decides: the door says who sees, the action who may and what stands in the way.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache

from django.conf import settings
from django.db.models import Q
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import parsers, serializers
from rest_framework.exceptions import APIException, NotAuthenticated
from rest_framework.permissions import AllowAny
from rest_framework.response import Response
from rest_framework.views import APIView

from portal.api.problems import MEDIA_TYPE, Problem
from records.doors import ACCOUNT, Door
from records.obstacles import require

PAGE, LARGEST_PAGE = 50, 200


@dataclass(frozen=True)
class Listing:
    """A list in keyset pages. ``rows(user, target)`` starts from what the user may see.

    ``order`` names fields that together are unique ("-" before one: descending); ``filters`` maps parameters
    of the address to lookups.
    """

    rows: Callable
    gives: type[serializers.Serializer]
    order: tuple[str, ...] = ("pk",)
    filters: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Tail:
    """Numbered rows, added at the end: ``rows(user, target, after, limit)``; ``number(row)`` counts up."""

    rows: Callable
    gives: type[serializers.Serializer]
    number: Callable
    filters: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Asked:
    """An answer to a question in the address: ``of(user, parameters, limit)``; raises ValueError for a bad ``after``.

    ``parameters`` names what may stand in the address beside ``after`` and ``limit``, and says what each is.
    """

    of: Callable
    gives: type[serializers.Serializer]
    parameters: Mapping[str, str]


@dataclass(frozen=True)
class One:
    """One object: ``of(user, target)``, the target itself without it."""

    gives: type[serializers.Serializer]
    of: Callable = lambda user, target: target


@dataclass(frozen=True)
class Raw:
    """A file: ``of(user, target)`` gives the response."""

    of: Callable
    type: str


@dataclass(frozen=True)
class Act:
    """An act: ``run(target, data, by=, now=)`` calls the action with the input that ``takes`` has checked.

    ``needs`` is the permission (of several, any) asked of the target before the input is looked at, so that who
    may not is told that first; the action asks again. ``gives`` shows what ``run`` returned (None: 204).
    """

    run: Callable
    gives: type[serializers.Serializer] | None
    takes: type[serializers.Serializer] | None = None
    needs: str | tuple[str, ...] | None = None
    status: int = 200
    file: bool = False


class TooLarge(APIException):
    status_code = 413


class Endpoint(APIView):
    """An address of the API. ``door`` says who sees what lies behind it; what is hidden answers 404."""

    permission_classes = [AllowAny]
    parser_classes = [parsers.JSONParser]
    door: Door
    reads: Listing | Tail | Asked | One | Raw | None = None
    acts: Mapping[str, Act] = {}

    def initial(self, request, *args, **kwargs):
        files = any(act.file for act in self.acts.values())
        limit = settings.UPLOAD_LIMIT_BYTES if files else settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        announced = request.META.get("CONTENT_LENGTH") or "0"
        if not announced.isdigit() or int(announced) > limit:
            raise TooLarge(_("The input may have at most %(limit)s bytes.") % {"limit": limit})
        super().initial(request, *args, **kwargs)

    def target(self, request):
        """What lies behind the door, among what this person may see; else Http404."""
        user = request.user
        if self.door.see == ACCOUNT and not user.is_authenticated:
            raise NotAuthenticated
        found = self.door.load(user, **self.kwargs) if self.door.load else None
        if not self.door.visible(user, found):
            raise Http404
        return found

    def read(self, request):
        target = self.target(request)
        if isinstance(self.reads, Raw):
            return self.reads.of(request.user, target)
        if isinstance(self.reads, One):
            shown = self.reads.of(request.user, target)
            return Response(self.reads.gives(shown, context={"request": request}).data)
        if isinstance(self.reads, Asked):
            return Response(answer_of(self.reads, request))
        cut = tail_of if isinstance(self.reads, Tail) else page_of
        return Response(cut(self.reads, request, target))

    def act(self, request):
        act = self.acts[request.method]
        target = self.target(request)
        if act.needs is not None:
            require(request.user, act.needs, target)
        data = {}
        if act.takes is not None:
            given = act.takes(data=request.data, context={"request": request, "target": target})
            given.is_valid(raise_exception=True)
            data = given.validated_data
        made = act.run(target, data, by=request.user, now=timezone.now())
        if act.gives is None:
            return Response(status=204)
        return Response(act.gives(made, context={"request": request}).data, status=act.status)


def page_of(listing: Listing, request, target) -> dict:
    """One page: its rows, and the address' parameter ``after`` for the next (null at the end)."""
    rows = listing.rows(request.user, target)
    for name, lookup in listing.filters.items():
        if name in request.query_params:
            rows = rows.filter(**{lookup: request.query_params[name]})
    limit = _limit(request.query_params.get("limit"))
    rows = rows.order_by(*listing.order)
    if request.query_params.get("after"):
        rows = rows.filter(_after(listing.order, request.query_params["after"]))
    found = list(rows[: limit + 1])
    more = len(found) > limit
    shown = listing.gives(found[:limit], many=True, context={"request": request}).data
    return {"results": shown, "next": _cursor(listing.order, found[limit - 1]) if more else None}


def tail_of(tail: Tail, request, target) -> dict:
    """Rows after the number ``after``; ``next`` is the last number shown while there are more."""
    limit = _limit(request.query_params.get("limit"))
    after = request.query_params.get("after") or "0"
    if not after.isascii() or not after.isdigit() or len(after) > 9:
        raise serializers.ValidationError({"after": _("Expected the number after which to go on.")})
    found = tail.rows(request.user, target, int(after), limit + 1)
    shown = tail.gives(found[:limit], many=True, context={"request": request}).data
    return {"results": shown, "next": str(tail.number(found[limit - 1])) if len(found) > limit else None}


def answer_of(asked: Asked, request) -> dict:
    """The answer, as its shape shows it."""
    limit = _limit(request.query_params.get("limit"))
    try:
        found = asked.of(request.user, request.query_params, limit)
    except ValueError:
        raise _not_ours() from None
    return asked.gives(found, context={"request": request}).data


def _not_ours() -> serializers.ValidationError:
    return serializers.ValidationError({"after": _("Expected what “next” gave with the page before.")})


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


def _after(order: tuple[str, ...], cursor: str) -> Q:
    try:
        values = json.loads(base64.urlsafe_b64decode(cursor.encode()))
        plain = isinstance(values, list) and all(isinstance(v, (str, int)) for v in values)
    except ValueError:
        plain = False
    if not plain or len(values) != len(order):
        raise _not_ours()
    found, equal = Q(), Q()
    for name, value in zip(order, values, strict=True):
        path, step = name.lstrip("-"), "lt" if name.startswith("-") else "gt"
        found |= equal & Q(**{f"{path}__{step}": value})
        equal &= Q(**{path: value})
    return found


def endpoint(
    name: str,
    tag: str,
    text: str,
    see: str,
    *,
    load: Callable | None = None,
    get: Listing | Tail | Asked | One | Raw | None = None,
    **acts: Act,
):
    """The view of one address: what GET reads, and the acts of ``post``, ``put`` and ``delete``.

    ``text`` says in the schema what it is; ``see`` and ``load`` are those of ``records.doors.door``.
    """
    by_method = {method.upper(): act for method, act in acts.items()}
    methods = (["GET"] if get is not None else []) + list(by_method)
    needs = next((act.needs for act in by_method.values() if act.needs), None)
    file = any(act.file for act in by_method.values())
    attributes = {
        "__doc__": text,
        "door": Door(load, see, needs, tuple(methods)),
        "reads": get,
        "acts": by_method,
        "parser_classes": [parsers.MultiPartParser] if file else [parsers.JSONParser],
    }
    if get is not None:
        attributes["get"] = _read_schema(name, tag, text, get)(_handler("read"))
    for method, act in by_method.items():
        attributes[method.lower()] = _act_schema(name, tag, text, method, act)(_handler("act"))
    made = type(name.title().replace("-", ""), (Endpoint,), attributes)
    return made.as_view()


def _handler(which: str) -> Callable:
    def handle(self, request, *args, **kwargs):
        return getattr(self, which)(request)

    return handle


def _refusals(*codes: int) -> dict:
    return {(code, MEDIA_TYPE): Problem for code in codes}


def _read_schema(name: str, tag: str, text: str, reads) -> Callable:
    common = {"operation_id": name.replace("-", "_"), "tags": [tag], "summary": text}
    if isinstance(reads, Raw):
        file = OpenApiResponse(OpenApiTypes.BINARY)
        return extend_schema(responses={(200, reads.type): file, **_refusals(403, 404)}, **common)
    if isinstance(reads, One):
        return extend_schema(responses={200: reads.gives, **_refusals(403, 404)}, **common)
    parameters = [
        OpenApiParameter("after", str, description="What “next” gave with the page before."),
        OpenApiParameter(
            "limit", int, description=f"Rows in a page, 1 to {LARGEST_PAGE}; {PAGE} without it."
        ),
    ]
    if isinstance(reads, Asked):
        said, gives = reads.parameters, reads.gives
    else:
        said = {wanted: f"Only rows with this {wanted}." for wanted in reads.filters}
        gives = page_shape(reads.gives)
    parameters += [OpenApiParameter(name, str, description=text) for name, text in said.items()]
    answer = {200: gives, **_refusals(400, 403, 404)}
    return extend_schema(parameters=parameters, responses=answer, **common)


def _act_schema(name: str, tag: str, text: str, method: str, act: Act) -> Callable:
    request = act.takes
    if act.file:
        request = {"multipart/form-data": act.takes}
    done = {204: None} if act.gives is None else {act.status: act.gives}
    verb = {"POST": "do", "PUT": "put", "DELETE": "delete"}[method]
    return extend_schema(
        operation_id=f"{name.replace('-', '_')}_{verb}",
        tags=[tag],
        summary=text,
        request=request,
        responses={**done, **_refusals(400, 403, 404, 409)},
    )


@cache
def page_shape(gives: type[serializers.Serializer]) -> type[serializers.Serializer]:
    """The shape of one page of these rows, made once for each, since the schema names it."""
    return type(
        f"{gives.__name__}Page",
        (serializers.Serializer,),
        {
            "__doc__": "One page; “next” is null at the end.",
            "results": gives(many=True),
            "next": serializers.CharField(allow_null=True),
        },
    )
