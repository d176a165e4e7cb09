"""Idempotency-Key: a request that is sent again acts once and gets the same answer.

The key is claimed in a row of its own first, so that a second request at the same time is told to wait. The answer is
written into that row in the act's own transaction: a crash leaves the act and its answer, or neither. A claim
whose process died ends after ``LEASE``; if that process lived after all, its act is rolled back, because the row no
longer bears its claim. A refusal changed nothing and is not kept: the key is free again.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta

from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework.exceptions import APIException, ValidationError
from rest_framework.renderers import JSONRenderer
from rest_framework.response import Response

from portal.api.models import KeptAnswer

HEADER = "Idempotency-Key"
KEPT = timedelta(hours=24)
LEASE = timedelta(minutes=1)


class KeyReused(APIException):
    status_code = 422
    default_code = "key-reused"
    default_detail = gettext_lazy("This key was sent with a different request before. Take a new one.")


class InFlight(APIException):
    status_code = 409
    default_code = "in-flight"
    default_detail = gettext_lazy("The same request is at work. Ask again shortly.")
    wait = 1  # becomes Retry-After


def once(request, act: Callable[[], Response], *, secret: str = "") -> Response:
    """The answer of ``act``, or the one it gave when this person sent this request with this key before.

    ``secret`` names a field that is shown once: it is not kept, and empty in a repetition. Raises ValidationError
    for a key that is none, KeyReused where it came with another request, InFlight while that one is at work.
    """
    key = request.headers.get(HEADER)
    if key is None:
        return act()
    if not 1 <= len(key) <= 200 or not key.isascii() or not key.isprintable():
        raise ValidationError({HEADER: _("Expected 1 to 200 printable characters of ASCII.")})
    owner = f"user:{request.user.pk}" if request.user.is_authenticated else "anybody"
    row = _claim(owner, key, _fingerprint(request), timezone.now())
    if row.status is not None:
        body = None if row.body == "" else json.loads(row.body)
        return Response(body, status=row.status, headers={"Idempotent-Replayed": "true"})
    mine = KeptAnswer.objects.filter(pk=row.pk, claim=row.claim, status=None)
    try:
        with transaction.atomic():
            response = act()
            if not mine.update(status=response.status_code, body=_kept(response, secret)):
                raise InFlight  # somebody took the claim over meanwhile: this act did not happen
    except BaseException:
        mine.delete()
        raise
    return response


def _claim(owner: str, key: str, fingerprint: str, now: datetime) -> KeptAnswer:
    """The row to act under, or the one that holds the answer."""
    claim = secrets.token_hex(8)
    found = KeptAnswer.objects.filter(owner=owner, key=key).first()
    if found is not None and found.claimed_at < now - KEPT:
        found.delete()
        found = None
    if found is None:
        try:
            with transaction.atomic():
                return KeptAnswer.objects.create(
                    owner=owner, key=key, fingerprint=fingerprint, claim=claim, claimed_at=now
                )
        except IntegrityError:  # another request with this key was a moment faster
            found = KeptAnswer.objects.filter(owner=owner, key=key).first()
            if found is None:
                raise InFlight from None
    if found.fingerprint != fingerprint:
        raise KeyReused
    if found.status is not None:
        return found
    if found.claimed_at >= now - LEASE:  # seen without writing: SQLite would wait until that act has ended
        raise InFlight
    if not KeptAnswer.objects.filter(pk=found.pk, claim=found.claim, status=None).update(
        claim=claim, claimed_at=now
    ):
        raise InFlight
    found.claim = claim
    return found


def _kept(response: Response, secret: str) -> str:
    if response.data is None:
        return ""
    shown = {**response.data, secret: ""} if secret else response.data
    return JSONRenderer().render(shown).decode()


def _fingerprint(request) -> str:
    """One hash for the same request: method, address and what was sent, files by their content."""
    sent = request.data
    if hasattr(sent, "lists"):
        sent = {name: [_of_value(v) for v in values] for name, values in sent.lists()}
    whole = [request.method, request.get_full_path(), sent]
    return salted_hmac(
        "portal.api.repeating", json.dumps(whole, sort_keys=True), algorithm="sha256"
    ).hexdigest()


def _of_value(value):
    if not isinstance(value, UploadedFile):
        return value
    content = hashlib.sha256()
    for chunk in value.chunks():
        content.update(chunk)
    value.seek(0)
    return [value.name, content.hexdigest()]


def forget(before: datetime, dry: bool) -> int:
    """Remove answers that were kept for a day; returns how many (records/retention)."""
    old = KeptAnswer.objects.filter(claimed_at__lt=before)
    return old.count() if dry else old.delete()[0]
