"""A token at the API: who it stands for, and how far it reaches. It never widens what that person may."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import SAFE_METHODS, BasePermission

from portal.tokens.actions import hash_of
from portal.tokens.models import Token
from portal.tokens.scopes import OWN

_OF_A_CYCLE = ("cycle", "chapter", "session")  # kinds of streams that begin with their cycle


class ByToken(BaseAuthentication):
    """``Authorization: Bearer …``. Unknown, ended, revoked, or its person is gone: 401, always in the same words."""

    def authenticate(self, request):
        kind, _space, secret = get_authorization_header(request).partition(b" ")
        if kind.lower() != b"bearer":
            return None
        now = timezone.now()
        token = (
            Token.objects.select_related("user")
            .filter(
                hash=hash_of(secret.strip().decode("latin-1")),
                revoked_at=None,
                expires_at__gt=now,
                user__is_active=True,
            )
            .first()
        )
        if token is None:
            raise AuthenticationFailed(_("This token is unknown, has ended or was revoked."))
        # To the minute: a reader that asks often does not become one who writes often.
        long_ago = Q(used_at=None) | Q(used_at__lt=now - timedelta(minutes=1))
        Token.objects.filter(long_ago, pk=token.pk).update(used_at=now)
        return token.user, token

    def authenticate_header(self, request) -> str:
        return 'Bearer realm="Concord"'


class WithinToken(BasePermission):
    """The scopes and the cycle of the token, asked before anything else is."""

    message = _("This token does not reach here: its scopes or its cycle leave it out.")
    code = "token-scope"

    def has_permission(self, request, view) -> bool:
        token = request.auth
        if not isinstance(token, Token):
            return True
        return (
            view.area != OWN
            and (token.writes or request.method in SAFE_METHODS)
            and (not token.areas or view.area in token.areas)
            and (not token.cycle or _cycle_of(view.kwargs) == token.cycle)
        )


def _cycle_of(parts: dict) -> str:
    """The cycle that an address lies in, or its stream belongs to; empty for addresses of no cycle."""
    kind, _slash, rest = parts.get("key", "").partition("/")
    return rest.partition("/")[0] if kind in _OF_A_CYCLE else parts.get("cycle", "")
