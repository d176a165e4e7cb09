"""What the schema (OpenAPI 3) says of an address: parameters, headers, shapes, and every refusal it may give."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers

from portal.api.lists import LARGEST_PAGE, PAGE, Asked, Found, Listing, Tail
from portal.api.problems import MEDIA_TYPE, Problem

READING = (400, 401, 403, 404, 405, 429)
ACTING = (400, 401, 403, 404, 405, 409, 413, 415, 422, 429)
KEY = OpenApiParameter(
    "Idempotency-Key",
    str,
    OpenApiParameter.HEADER,
    description="A random word; the request sent again with it acts once and gets the same answer, for a day.",
)
NONE_MATCH = OpenApiParameter(
    "If-None-Match",
    str,
    OpenApiParameter.HEADER,
    description="The ETag of an earlier answer: 304 while it still holds.",
)
MATCH = OpenApiParameter(
    "If-Match",
    str,
    OpenApiParameter.HEADER,
    description="The ETag of what was read: 412 where it changed since.",
)


class BearerScheme(OpenApiAuthenticationExtension):
    target_class = "portal.tokens.using.ByToken"
    name = "token"

    def get_security_definition(self, auto_schema):
        return {
            "type": "http",
            "scheme": "bearer",
            "description": "A token of one's own (/settings/tokens/).",
        }


def refusals(*codes: int) -> dict:
    return {(code, MEDIA_TYPE): Problem for code in codes}


def reading(name: str, area: str, text: str, reads) -> Callable:
    common = {"operation_id": name.replace("-", "_"), "tags": [area], "summary": text}
    if isinstance(reads, Listing | Tail | Found):
        answer, parameters = page_shape(reads.gives), [NONE_MATCH, *_paging(reads)]
    elif isinstance(reads, Asked):
        answer, parameters = reads.gives, [NONE_MATCH, *_paging(reads)]
    elif hasattr(reads, "flags"):
        file = {(200, reads.type): OpenApiResponse(OpenApiTypes.BINARY)}
        flags = [OpenApiParameter(flag, bool) for flag in reads.flags]
        return extend_schema(parameters=flags, responses={**file, **refusals(*READING)}, **common)
    else:
        answer, parameters = reads.gives, [NONE_MATCH]
    unchanged = OpenApiResponse(description="Nothing changed since the answer with that ETag.")
    return extend_schema(
        parameters=parameters, responses={200: answer, 304: unchanged, **refusals(*READING)}, **common
    )


def _paging(reads: Listing | Tail | Asked | Found) -> list[OpenApiParameter]:
    pages = [
        OpenApiParameter("after", str, description="What “next” gave with the page before."),
        OpenApiParameter(
            "limit", int, description=f"Rows in a page, 1 to {LARGEST_PAGE}; {PAGE} without it."
        ),
    ]
    return [
        *(pages if reads.paging else ()),
        *(wanted.parameter(name) for name, wanted in reads.filters.items()),
    ]


def acting(name: str, area: str, text: str, method: str, act, *, conditional: bool) -> Callable:
    request = {"multipart/form-data": act.takes} if act.file else act.takes
    done = {204: None} if act.gives is None else {act.status: act.gives}
    verb = {"POST": "do", "PUT": "put", "DELETE": "delete"}[method]
    return extend_schema(
        operation_id=f"{name.replace('-', '_')}_{verb}",
        tags=[area],
        summary=text,
        parameters=[KEY, MATCH] if conditional else [KEY],
        request=request,
        responses={**done, **refusals(*ACTING, *((412,) if conditional else ()))},
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
