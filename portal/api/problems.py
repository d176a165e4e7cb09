"""Refusals as problem details (RFC 9457), with the guards' codes and remedies, and the page that explains each."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus

from django.http import Http404, JsonResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views import defaults
from rest_framework import serializers
from rest_framework.exceptions import APIException
from rest_framework.response import Response
from rest_framework.views import exception_handler

from records.doors import PUBLIC, door
from records.obstacles import Blocked

MEDIA_TYPE = "application/problem+json"


@dataclass(frozen=True)
class Kind:
    """A kind of problem: what it means and what to do, as its page says."""

    status: int
    title: Promise
    text: Promise


KINDS = {
    "malformed": Kind(
        400, _("Not readable"), _("The body is no JSON, or no form with files where one is expected.")
    ),
    "input": Kind(
        400,
        _("Wrong input"),
        _("A field or parameter is missing, unknown or has the wrong shape. “errors” names each."),
    ),
    "unauthenticated": Kind(
        401,
        _("Not signed in"),
        _("The address needs an account. Send a token of yours (Authorization: Bearer …), or sign in."),
    ),
    "forbidden": Kind(
        403,
        _("Not yours to do"),
        _("You see it, and your present roles do not include this act; or the form's token is missing."),
    ),
    "token-scope": Kind(
        403,
        _("Beyond the token"),
        _("You may do it, but not with this token: its scopes or its cycle do not reach here."),
    ),
    "not-found": Kind(
        404, _("Nothing there"), _("There is nothing of that name for you. What is hidden answers the same.")
    ),
    "method": Kind(405, _("Not this method"), _("The address takes the methods that “Allow” names.")),
    "blocked": Kind(
        409,
        _("Something stands in the way"),
        _("Nothing was changed. “obstacles” names each thing: code, rule, sentence and what to do about it."),
    ),
    "in-flight": Kind(
        409,
        _("Still being done"),
        _("A request with the same Idempotency-Key is at work. Ask again after “Retry-After” seconds."),
    ),
    "changed": Kind(
        412, _("Changed meanwhile"), _("It is no longer what If-Match names. Read it again, then decide.")
    ),
    "too-large": Kind(413, _("Too large"), _("The input is larger than is taken. Split it.")),
    "media-type": Kind(
        415, _("Not this media type"), _("Send application/json; where there is a file, multipart/form-data.")
    ),
    "key-reused": Kind(
        422,
        _("Key of another request"),
        _("This Idempotency-Key was sent with a different request before. Take a new key for a new request."),
    ),
    "too-many": Kind(
        429, _("Too many requests"), _("Wait as many seconds as “Retry-After” says, then go on.")
    ),
    "fault": Kind(
        500,
        _("A fault of ours"),
        _("It is in the portal's log. Send the request again, with the same Idempotency-Key."),
    ),
    "unwritable": Kind(
        503,
        _("Nothing can be saved just now"),
        _("The portal's data cannot be written to just now. Nothing was changed."),
    ),
    "away": Kind(
        503,
        _("The database is away"),
        _("The portal's database does not answer just now. Nothing was changed."),
    ),
    "files-away": Kind(
        503,
        _("The storage of files is away"),
        _("The portal's storage of files does not answer just now. Nothing was changed."),
    ),
    "altered": Kind(
        500,
        _("A kept file is damaged"),
        _("It is not the file that was kept, so it is not handed out. Tell the secretariat."),
    ),
}
_BY_STATUS = {}
for _code, _kind in KINDS.items():  # of several with one status the first is meant where nothing else is said
    _BY_STATUS.setdefault(_kind.status, _code)
_BY_STATUS[400] = "input"


class Obstacle(serializers.Serializer):
    """One thing that stands in the way; ``rule`` is that of docs/procedure.md."""

    code = serializers.CharField()
    rule = serializers.CharField()
    text = serializers.CharField()
    remedy = serializers.CharField()
    href = serializers.CharField(help_text="Where to do something about it; may be empty.")


class FieldError(serializers.Serializer):
    field = serializers.CharField(help_text="Empty where the whole input is meant.")
    text = serializers.CharField()


class Problem(serializers.Serializer):
    """Why a request was refused; ``type`` is the address of a page that explains it."""

    type = serializers.CharField(help_text="/api/problems/CODE/")
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    obstacles = Obstacle(many=True, required=False, help_text="With 409.")
    errors = FieldError(many=True, required=False, help_text="With 400.")


def problem(error, context):
    """DRF's exception handler: every refusal in one shape; None (a fault of ours) stays one."""
    if isinstance(error, Blocked):
        obstacles = [{name: str(getattr(o, name)) for name in Obstacle().fields} for o in error.obstacles]
        return _answer("blocked", str(error), obstacles=obstacles)
    answer = exception_handler(error, context)
    if answer is None:
        return None
    headers = {name: answer[name] for name in ("WWW-Authenticate", "Retry-After", "Allow") if name in answer}
    if isinstance(error, serializers.ValidationError):
        errors = list(_errors(answer.data))
        detail = " ".join(f"{e['field']}: {e['text']}" if e["field"] else e["text"] for e in errors)
        return _answer("input", detail, headers, errors=errors)
    return _answer(_code_of(error, answer.status_code), str(answer.data.get("detail", "")), headers)


def _code_of(error, status: int) -> str:
    code = error.get_codes() if isinstance(error, APIException) else ""
    if code == "parse_error":
        return "malformed"
    return code if isinstance(code, str) and code in KINDS else _BY_STATUS[status]


def body_of(code: str, detail: str) -> dict:
    kind = KINDS[code]
    return {
        "type": f"/api/problems/{code}/",
        "title": "Blocked" if code == "blocked" else HTTPStatus(kind.status).phrase,
        "status": kind.status,
        "detail": detail,
    }


def _answer(code: str, detail: str, headers: dict | None = None, **more) -> Response:
    body = {**body_of(code, detail), **more}
    return Response(body, status=body["status"], headers=headers, content_type=MEDIA_TYPE)


def _errors(found, field: str = ""):
    """DRF's nested errors as a flat list of field and sentence."""
    if isinstance(found, dict):
        for name, inner in found.items():
            path = "" if name in ("non_field_errors", "__all__") else str(name)
            yield from _errors(inner, ".".join(filter(None, (field, path))))
    elif isinstance(found, list):
        for place, inner in enumerate(found):
            nested = isinstance(inner, (dict, list))
            yield from _errors(inner, f"{field}.{place}" if nested else field)
    else:
        yield {"field": field, "text": str(found)}


# ---- Outside the API's own views: unknown addresses and faults ------------------------------------


def as_problem(code: str) -> JsonResponse:
    """A problem in the words of its kind, outside a view of the API."""
    kind = KINDS[code]
    return JsonResponse(body_of(code, str(kind.text)), status=kind.status, content_type=MEDIA_TYPE)


def _beside(code: str, page):
    """A handler of Django's: a problem below /api/, its usual page elsewhere. No word of the error leaks."""

    def handle(request, *args, **kwargs):
        if not request.path.startswith("/api/"):
            return page(request, *args, **kwargs)
        return as_problem(code)

    return handle


bad_request = _beside("malformed", defaults.bad_request)
forbidden = _beside("forbidden", defaults.permission_denied)
not_found = _beside("not-found", defaults.page_not_found)
server_error = _beside("fault", defaults.server_error)


# ---- The pages that explain them ------------------------------------------------------------------


def find_kind(_user, code: str) -> tuple[str, Kind]:
    """The problem of that code, or Http404."""
    if code not in KINDS:
        raise Http404
    return code, KINDS[code]


@door(PUBLIC, methods=("GET",))
def problem_list(request):
    return render(request, "portal/problems.html", {"kinds": KINDS})


@door(PUBLIC, load=find_kind, methods=("GET",))
def problem_page(request, found, **_kwargs):
    code, kind = found
    return render(request, "portal/problem.html", {"code": code, "kind": kind})
