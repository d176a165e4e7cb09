"""ETags: what was read has a mark; who asks again with it gets 304, who changes something else gets 412."""

from __future__ import annotations

import hashlib

from django.utils.cache import patch_vary_headers
from django.utils.http import parse_etags
from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import APIException
from rest_framework.renderers import JSONRenderer
from rest_framework.response import Response


class ChangedMeanwhile(APIException):
    status_code = 412
    default_code = "changed"
    default_detail = _("It changed since you read it. Read it again, then decide.")


def mark_of(data) -> str:
    """The ETag of an answer: a hash of what this reader was shown."""
    return f'"{hashlib.sha256(JSONRenderer().render(data)).hexdigest()[:32]}"'


def answer(request, data) -> Response:
    """The answer with its mark, or 304 where the reader holds it already."""
    mark = mark_of(data)
    held = parse_etags(request.headers.get("If-None-Match", ""))
    fresh = held == ["*"] or mark in [known.removeprefix("W/") for known in held]
    response = Response(status=304) if fresh else Response(data)
    response["ETag"] = mark
    response["Cache-Control"] = "private, no-cache"
    patch_vary_headers(response, ["Authorization", "Accept-Language"])
    return response


def require_match(request, data) -> None:
    """Raise ChangedMeanwhile unless If-Match names what stands there now."""
    wanted = parse_etags(request.headers["If-Match"])
    if wanted != ["*"] and mark_of(data) not in wanted:
        raise ChangedMeanwhile
