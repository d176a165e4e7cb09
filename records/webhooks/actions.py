"""Verbs about webhooks: register, change, exchange the secret, test, try again, stop, start, remove."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

import records.append
from records.obstacles import refuse
from records.registry import streams, webhooks
from records.webhooks import reaching, sending, signing
from records.webhooks.models import Delivery, Webhook

OLD_SECRET_HOLDS = timedelta(days=1)
MOST = 20  # in one scope


@transaction.atomic
def register(
    scope: str, url: str, *, verbs: Iterable[str] = (), level: str = "public", by, now: datetime
) -> Webhook:
    """Let an address hear of a scope's entries from now on; its secret is in ``secret``.

    Raises PermissionDenied; Blocked for an address that may not be called, an unknown verb or level, or too many.
    """
    _require_keeper(by, scope)
    stream = webhooks.stream(scope)
    records.append.lock(stream)  # two at once count each other
    if Webhook.objects.filter(scope=scope).count() >= MOST:
        refuse("too-many-webhooks", _("There are %(n)s webhooks here already.") % {"n": MOST})
    if Webhook.objects.filter(scope=scope, url=url).exists():
        refuse("webhook-exists", _("This address is registered already."))
    hook = Webhook(scope=scope, secret=signing.new_secret(), created_at=now)
    _set(hook, url, verbs, level, by)
    _record(hook, "webhook.registered", by=by, now=now)
    return hook


@transaction.atomic
def change(hook: Webhook, *, url: str, verbs: Iterable[str], level: str, by, now: datetime) -> Webhook:
    """Change address, verbs or level. From now on it hears what whoever changed it may read."""
    hook = _held(hook, by)
    if Webhook.objects.filter(scope=hook.scope, url=url).exclude(pk=hook.pk).exists():
        refuse("webhook-exists", _("This address is registered already."))
    _set(hook, url, verbs, level, by)
    _record(hook, "webhook.changed", by=by, now=now)
    return hook


@transaction.atomic
def exchange_secret(hook: Webhook, *, by, now: datetime) -> Webhook:
    """Give a new secret; for a day messages are signed with the old one as well."""
    hook = _held(hook, by)
    hook.old_secret, hook.old_until = hook.secret, now + OLD_SECRET_HOLDS
    hook.secret = signing.new_secret()
    hook.save(update_fields=["secret", "old_secret", "old_until"])
    _record(hook, "webhook.secret_exchanged", by=by, now=now)
    return hook


@transaction.atomic
def ping(hook: Webhook, *, by, now: datetime) -> Delivery:
    """Send a test message after what waits already, beginning at once."""
    hook = _held(hook, by)
    _require_active(hook)
    made = Delivery.objects.create(webhook=hook, created_at=now)
    _at_once(hook)
    return made


@transaction.atomic
def try_again(hook: Webhook, *, by, now: datetime) -> Webhook:
    """Try what waits now, and not only when its time has come."""
    hook = _held(hook, by)
    _require_active(hook)
    _at_once(hook)
    return hook


@transaction.atomic
def start(hook: Webhook, *, by, now: datetime) -> Webhook:
    """Start a stopped webhook; what waited is sent, what happened meanwhile is not told."""
    hook = _held(hook, by)
    hook.active, hook.why_ended, hook.by = True, "", by
    hook.failing_since, hook.failures = None, 0
    hook.save(update_fields=["active", "why_ended", "by", "failing_since", "failures"])
    _record(hook, "webhook.started", by=by, now=now)
    _at_once(hook)
    return hook


@transaction.atomic
def stop(hook: Webhook, *, by, now: datetime) -> Webhook:
    """Stop sending until somebody starts it again."""
    hook = _held(hook, by)
    hook.active, hook.why_ended = False, _("Stopped by %(person)s.") % {"person": by}
    hook.save(update_fields=["active", "why_ended"])
    _record(hook, "webhook.stopped", by=by, now=now)
    return hook


@transaction.atomic
def remove(hook: Webhook, *, by, now: datetime) -> None:
    """Forget a webhook and its log; that there was one stays in the record."""
    hook = _held(hook, by)
    _record(hook, "webhook.removed", by=by, now=now)
    hook.delete()


def _held(hook: Webhook, by) -> Webhook:
    _require_keeper(by, hook.scope)
    return Webhook.objects.select_for_update().get(pk=hook.pk)


def _require_keeper(user, scope: str) -> None:
    if not webhooks.keeps(user, scope):
        raise PermissionDenied(_("Webhooks are kept by the secretariat."))


def _require_active(hook: Webhook) -> None:
    if not hook.active:
        refuse("webhook-stopped", _("Nothing is sent to this address."), remedy=_("Start it first."))


def _set(hook: Webhook, url: str, verbs: Iterable[str], level: str, by) -> None:
    try:
        reaching.checked(url)
    except reaching.Unreachable as why:
        refuse("webhook-address", str(why))
    wanted = sorted(set(verbs))
    unknown = [verb for verb in wanted if not streams.knows(verb)]
    if unknown:
        refuse("unknown-verb", _("There is no verb %(verbs)s.") % {"verbs": ", ".join(unknown)})
    if level not in Webhook.Level.values:
        refuse("unknown-level", _("The level is “public” or “own”."))
    hook.url, hook.verbs, hook.level, hook.by = url, wanted, level, by
    hook.save()


def _at_once(hook: Webhook) -> None:
    Webhook.objects.filter(pk=hook.pk).update(next_try_at=None)
    sending.wake(hook)


def _record(hook: Webhook, verb: str, *, by, now: datetime) -> None:
    payload = {"host": hook.host, "webhook": hook.pk}
    records.append.append(webhooks.stream(hook.scope), verb, payload, by=by, at=now, visibility="team")
