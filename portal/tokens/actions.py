"""Verbs about tokens: make one, revoke one. Both are in the record of people; the secret is nowhere."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

import records.append
from assessments.cycles.models import Cycle
from panels.actions import portal_stream
from panels.models import User
from portal.tokens.models import Token
from portal.tokens.scopes import AREAS, READ, WRITE
from records.obstacles import refuse

LONGEST = timedelta(days=366)
MOST = 50  # that a person may hold at a time
PREFIX = "concord_"


def hash_of(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


@transaction.atomic
def make(
    user: User,
    name: str,
    *,
    scopes: list[str],
    expires_at: datetime,
    by: User,
    now: datetime,
    cycle: str = "",
) -> tuple[Token, str]:
    """Make a token for oneself; returns it with its secret, which nobody can show again.

    Blocked where the scopes name neither read nor write, or something unknown; where it would hold longer than a
    year or have ended already; for a cycle that the person does not see.
    """
    if user.pk != by.pk:
        refuse("not-your-own", _("A token is made by the person it stands for."))
    wanted = list(dict.fromkeys(scopes))
    areas = [scope for scope in wanted if scope in AREAS]
    unknown = [scope for scope in wanted if scope not in (READ, WRITE, *AREAS)]
    if unknown or not {READ, WRITE} & set(wanted):
        refuse(
            "scopes",
            _("The scopes are “read” or “write”, alone for everything or with any of: %(areas)s.")
            % {"areas": ", ".join(AREAS)},
        )
    if not now < expires_at <= now + LONGEST:
        refuse("expiry", _("A token ends after now, and within a year."))
    if cycle and not Cycle.objects.visible_to(user).filter(slug=cycle).exists():
        refuse("no-cycle", _("You see no cycle “%(cycle)s”.") % {"cycle": cycle})
    User.objects.select_for_update().get(pk=user.pk)  # two at once count each other
    if standing(user, now).count() >= MOST:
        refuse(
            "too-many-tokens",
            _("You hold %(n)s tokens.") % {"n": MOST},
            remedy=_("Revoke one that you no longer need."),
        )
    secret = PREFIX + secrets.token_urlsafe(32)
    token = Token.objects.create(
        user=user,
        name=name.strip(),
        hash=hash_of(secret),
        writes=WRITE in wanted,
        areas=areas,
        cycle=cycle,
        created_at=now,
        expires_at=expires_at,
    )
    _record("token.made", token, by=by, now=now)
    return token, secret


@transaction.atomic
def revoke(token: Token, *, by: User, now: datetime) -> Token:
    """End a token of one's own at once; once ended it stays so."""
    if token.user_id != by.pk:
        refuse("not-your-own", _("A token is revoked by the person it stands for."))
    token = Token.objects.select_for_update().get(pk=token.pk)
    if token.revoked_at is None:
        token.revoked_at = now
        token.save(update_fields=["revoked_at"])
        _record("token.revoked", token, by=by, now=now)
    return token


def _record(verb: str, token: Token, *, by: User, now: datetime) -> None:
    payload = {"name": token.name, "scopes": ", ".join(token.scopes), "cycle": token.cycle}
    records.append.append(portal_stream(), verb, payload, by=by, at=now, visibility="officers")


def standing(user: User, now: datetime):
    """The tokens of a person that work now."""
    return Token.objects.filter(user=user, revoked_at=None, expires_at__gt=now)
