"""What a person wants to hear of by mail and how fast, and the signed link that turns a kind off."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from records.models import Notice, Preference
from records.notices import kinds
from records.obstacles import refuse

SALT = "notices.unsubscribe"
TURNED_OFF = gettext_noop("The person turned this kind off.")
DIGEST_AT = time(7, 0)  # in the zone of the person
MONDAY = 0


def paces(users, kind: kinds.Kind, scope: str) -> dict[int, str]:
    """How fast each of these people hears of a kind in a scope: their word for it, else for all, else ours."""
    if kind.mandatory is not None:
        return {user.pk: Preference.Pace.NOW for user in users}
    found = {user.pk: kind.pace for user in users}
    chosen = Preference.objects.filter(user__in=found, kind=kind.key, scope__in={"", scope})
    # The word for all scopes comes first, so that the one for this scope overrides it.
    found.update({p.user_id: p.pace for p in chosen.order_by("scope")})
    return found


def zone_of(user) -> ZoneInfo:
    """The person's zone; UTC where it names none."""
    try:
        return ZoneInfo(user.zone)
    except (LookupError, ValueError, OSError):
        return ZoneInfo("UTC")


def next_digest(user, pace: str, now: datetime) -> datetime:
    """The next 07:00 of the person's day, or of their Monday."""
    local = now.astimezone(zone_of(user))
    day = local.date()
    if local.time() >= DIGEST_AT:
        day += timedelta(days=1)
    if pace == Preference.Pace.WEEKLY:
        day += timedelta(days=(MONDAY - day.weekday()) % 7)
    return datetime.combine(day, DIGEST_AT, tzinfo=zone_of(user))


@transaction.atomic
def choose(user, kind_key: str, scope: str, pace: str, *, now: datetime) -> None:
    """Set how fast a person hears of a kind, everywhere or in one scope; "" goes back to the word for all.

    Letters of that kind that wait for a digest go with it at once, or not at all. Raises Blocked for a kind
    that is mandatory or unknown, and for a scope that they do not see.
    """
    if not kinds.knows(kind_key):
        refuse("unknown-kind", _("There is no kind of notice “%(kind)s”.") % {"kind": kind_key})
    kind = kinds.kind(kind_key)
    if kind.mandatory is not None:
        refuse("mandatory", f"{kind.title}: {kind.mandatory}")
    if scope and scope not in kinds.scopes_of(user):
        refuse("unknown-scope", _("You see no report “%(scope)s”.") % {"scope": scope})
    if pace and pace not in Preference.Pace.values:
        refuse("unknown-pace", _("Choose: %(paces)s.") % {"paces": ", ".join(Preference.Pace.values)})
    mine = Preference.objects.filter(user=user, kind=kind_key, scope=scope)
    if not pace:
        mine.delete()
    else:
        Preference.objects.update_or_create(user=user, kind=kind_key, scope=scope, defaults={"pace": pace})
    _follow(user, kind, now)


def _follow(user, kind: kinds.Kind, now: datetime) -> None:
    """Let what waits for a digest follow the new choice."""
    held = Notice.objects.filter(user=user, kind=kind.key, state=Notice.State.HELD)
    for scope in set(held.values_list("scope", flat=True)):
        pace = paces([user], kind, scope)[user.pk]
        here = held.filter(scope=scope)
        if pace == Preference.Pace.NEVER:
            here.update(state=Notice.State.DROPPED, error=TURNED_OFF)
        elif pace == Preference.Pace.NOW:
            here.update(state=Notice.State.WAITING, due_at=now)
        else:
            here.update(due_at=next_digest(user, pace, now))


def table(user) -> list[dict]:
    """What the person has chosen: a row for each kind with its pace everywhere and in each of their scopes."""
    scopes = kinds.scopes_of(user)
    chosen = {(p.kind, p.scope): p.pace for p in Preference.objects.filter(user=user)}
    return [
        {
            "kind": kind,
            "pace": chosen.get((kind.key, ""), kind.pace),
            "scopes": [
                {"slug": slug, "title": title, "pace": chosen.get((kind.key, slug), "")}
                for slug, title in scopes.items()
            ],
        }
        for kind in kinds.shown()
    ]


@dataclass(frozen=True)
class Subscription:
    """What a signed link turns off: one kind of one person, in one scope or everywhere."""

    user: object
    kind: kinds.Kind
    scope: str


def unsubscribe_url(user, kind: str, scope: str) -> str:
    """The link that turns this kind off without signing in; it does not age, as letters are kept."""
    token = signing.dumps([user.pk, kind, scope], salt=SALT)
    return settings.SITE_URL + reverse("notices_unsubscribe", args=[token])


def subscription(token: str) -> Subscription | None:
    """What this link turns off; None for a guess, and for an account that is gone."""
    from django.contrib.auth import get_user_model

    try:
        pk, kind, scope = signing.loads(token, salt=SALT)
    except signing.BadSignature:
        return None
    user = get_user_model().objects.filter(pk=pk, is_active=True).first()
    return Subscription(user, kinds.kind(kind), scope) if user and kinds.knows(kind) else None


def turn_off(found: Subscription, *, now: datetime) -> None:
    """What the link of a letter asks for: no more of this kind; from a digest, no more digests."""
    if found.scope and found.scope not in kinds.scopes_of(found.user):
        return  # nothing is told to them of it any more
    if found.kind.listed:
        choose(found.user, found.kind.key, found.scope, Preference.Pace.NEVER, now=now)
        return
    digested = {Preference.Pace.DAILY, Preference.Pace.WEEKLY}
    for row in table(found.user):
        places = [("", row["pace"]), *((s["slug"], s["pace"]) for s in row["scopes"])]
        for scope, pace in places:
            if pace in digested and row["kind"].mandatory is None:
                choose(found.user, row["kind"].key, scope, Preference.Pace.NEVER, now=now)
