"""Refusals as problem details (RFC 9457), with the guards' codes and remedies."""

from __future__ import annotations

from http import HTTPStatus

from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import exception_handler

from records.obstacles import Blocked

MEDIA_TYPE = "application/problem+json"


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
    """Why a request was refused: 400 input, 403 standing, 404 nothing there for you, 409 obstacles."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    obstacles = Obstacle(many=True, required=False, help_text="With 409.")
    errors = FieldError(many=True, required=False, help_text="With 400.")


def problem(error, context):
    """DRF's exception handler: every refusal in one shape; None (a fault of ours) stays one."""
    if isinstance(error, Blocked):
        obstacles = [{name: str(getattr(o, name)) for name in Obstacle().fields} for o in error.obstacles]
        return _answer(409, str(error), {}, title="Blocked", obstacles=obstacles)
    answer = exception_handler(error, context)
    if answer is None:
        return None
    headers = {name: answer[name] for name in ("WWW-Authenticate", "Retry-After", "Allow") if name in answer}
    if isinstance(error, serializers.ValidationError):
        errors = list(_errors(answer.data))
        detail = " ".join(f"{e['field']}: {e['text']}" if e["field"] else e["text"] for e in errors)
        return _answer(answer.status_code, detail, headers, errors=errors)
    return _answer(answer.status_code, str(answer.data.get("detail", "")), headers)


def _answer(status: int, detail: str, headers: dict, *, title: str = "", **more) -> Response:
    body = {
        "type": "about:blank",
        "title": title or HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
    }
    return Response({**body, **more}, status=status, headers=headers, content_type=MEDIA_TYPE)


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
