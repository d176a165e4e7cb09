"""Deliveries: written in the transaction of the entry, sent in order by a job, tried again over hours.

One delivery after the other: while the first fails, the later ones wait. Between streams the order is that of
writing; within one it is the stream's. A receiver knows a repetition by its ``webhook-id``.
"""

from __future__ import annotations

import json
import logging
import time
from datetime import datetime, timedelta

from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.db.models import Q
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from records import append as record
from records import chain, reading
from records.models import Entry, Stream
from records.registry import webhooks
from records.webhooks import reaching, signing
from records.webhooks.models import Delivery, Webhook

log = logging.getLogger(__name__)

BACK_OFF = tuple(timedelta(seconds=s) for s in (5, 30, 120, 600, 1800, 3600, 7200, 14400, 21600))
GIVE_UP = timedelta(days=3)
LEASE = timedelta(seconds=60)
RUN_S = 30  # then the job makes room for others and comes again


def call_for(entry: Entry, stream: Stream) -> None:
    """Write the deliveries that an entry calls for; in its transaction, so that none is lost or made up."""
    kind, _slash, rest = stream.key.partition("/")
    if kind not in webhooks.kinds():
        return
    for hook in Webhook.objects.filter(scope=rest.partition("/")[0], active=True):
        if not hook.verbs or entry.verb in hook.verbs:
            Delivery.objects.create(webhook=hook, entry=entry, created_at=entry.at)
            wake(hook)


def wake(hook: Webhook, *, not_before: datetime | None = None) -> None:
    from records.jobs.queue import enqueue

    enqueue("webhooks.send", {"webhook": hook.pk}, scope=hook.scope, not_before=not_before)


def send_waiting(job, progress) -> dict:
    """Job ``webhooks.send``: send what waits for one webhook, unless another worker is at it."""
    pk, sent, stop = job.args["webhook"], 0, time.monotonic() + RUN_S
    while _take(pk, job.pk):
        try:
            while time.monotonic() < stop and (delivery := _next(pk)) and _take(pk, job.pk):
                if not _attempt(delivery):
                    break
                sent += 1
        finally:
            Webhook.objects.filter(pk=pk, lease_job=job.pk).update(lease_until=None, lease_job=None)
        # Looked at once more after letting go: what came meanwhile found the webhook taken.
        waiting = _next(pk)
        if waiting is None:
            break
        if time.monotonic() >= stop:
            wake(waiting.webhook)
            break
    return {"sent": sent}


def _take(pk: int, job: int) -> bool:
    """Take or keep the webhook: one worker sends to it at a time, and a dead one lets go after ``LEASE``."""
    now = timezone.now()
    free = Q(lease_until=None) | Q(lease_until__lt=now) | Q(lease_job=job)
    held = Webhook.objects.filter(free, pk=pk, active=True)
    return bool(held.update(lease_until=now + LEASE, lease_job=job))


def _next(pk: int) -> Delivery | None:
    """The first delivery that waits, if it is due."""
    due = Q(webhook__next_try_at=None) | Q(webhook__next_try_at__lte=timezone.now())
    rows = Delivery.objects.filter(due, webhook=pk, webhook__active=True, status=Delivery.Status.WAITING)
    return rows.select_related("webhook__by", "entry__stream", "entry__content").order_by("pk").first()


def _attempt(delivery: Delivery) -> bool:
    """Send one; returns whether the next may follow."""
    hook, now = delivery.webhook, timezone.now()
    if not webhooks.keeps(hook.by, hook.scope):
        end(hook, _("%(person)s no longer keeps the webhooks here.") % {"person": hook.by}, now=now)
        return False
    body = message(delivery)
    if body is None:
        _ended(delivery, Delivery.Status.WITHHELD, now)
        return True
    keys = [hook.secret]
    if hook.old_secret and hook.old_until and hook.old_until > now:
        keys.append(hook.old_secret)
    signed = signing.headers(delivery.message_id, int(now.timestamp()), body, *keys)
    answer, error = None, ""
    try:
        answer = reaching.post(hook.url, body, signed)
    except reaching.Unreachable as why:
        error = str(why)[:300]
    now = timezone.now()
    delivery.tries += 1
    delivery.tried_at, delivery.error = now, error
    delivery.response_status = answer.status if answer else None
    delivery.response_text = answer.text[:500].replace("\0", "") if answer else ""
    if answer and 200 <= answer.status < 300:
        _ended(delivery, Delivery.Status.SENT, now)
        Webhook.objects.filter(pk=hook.pk).update(failing_since=None, failures=0, next_try_at=None)
        return True
    if answer and 300 <= answer.status < 400:
        delivery.error = _("It answered with a redirect, and redirects are not followed.")
    delivery.save()
    _failed(hook, gone=answer is not None and answer.status == 410, now=now)
    return False


def _ended(delivery: Delivery, status: str, now: datetime) -> None:
    delivery.status, delivery.ended_at = status, now
    delivery.save()


def _failed(hook: Webhook, *, gone: bool, now: datetime) -> None:
    since = hook.failing_since or now
    if gone:
        end(hook, _("It answered that it is gone (410)."), now=now)
    elif now - since >= GIVE_UP:
        end(hook, _("It failed for %(n)s days.") % {"n": GIVE_UP.days}, now=now)
    else:
        wait = BACK_OFF[min(hook.failures, len(BACK_OFF) - 1)]
        with transaction.atomic():
            Webhook.objects.filter(pk=hook.pk).update(
                failing_since=since, failures=hook.failures + 1, next_try_at=now + wait
            )
            wake(hook, not_before=now + wait)


@transaction.atomic
def end(hook: Webhook, why: str, *, now: datetime) -> None:
    """Stop sending to a webhook until somebody starts it again; it stands in the record, and a letter goes out."""
    if Webhook.objects.filter(pk=hook.pk, active=True).update(active=False, why_ended=why):
        payload = {"host": hook.host, "webhook": hook.pk, "why": why}
        stream = webhooks.stream(hook.scope)
        record.append(stream, "webhook.ended", payload, by=None, at=now, visibility="team")


def message(delivery: Delivery) -> bytes | None:
    """The body: the entry as this webhook may see it now; None where it may not."""
    hook, entry = delivery.webhook, delivery.entry
    if entry is None:
        said = {"type": "webhook.ping", "timestamp": chain.timestamp(delivery.created_at), "data": {}}
        return _as_json(said)
    reader = AnonymousUser() if hook.level == Webhook.Level.PUBLIC else hook.by
    allowed = reading.visibilities(reader, entry.stream)
    if allowed is None:
        return None
    shown = reading.show(entry, allowed)
    if shown.withheld or shown.erased:
        return None
    with translation.override("en"):
        sentence = shown.sentence
    data = {
        "stream": entry.stream.key,
        "seq": entry.seq,
        "hash": entry.hash,
        "visibility": entry.visibility,
        "sentence": sentence,
        "content": shown.fields,
    }
    return _as_json({"type": entry.verb, "timestamp": chain.timestamp(entry.at), "data": data})


def _as_json(said: dict) -> bytes:
    return json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()


def the_registrant(entry: Entry, content: dict) -> list:
    """Who hears by letter that a webhook ended: whoever registered or changed it last."""
    hook = Webhook.objects.select_related("by").filter(pk=content["webhook"]).first()
    return [hook.by] if hook is not None and hook.by.is_active else []


def forget(before: datetime, dry: bool) -> int:
    """Remove the log of what was sent, or given up, long ago; returns how many lines (records/retention)."""
    old = Delivery.objects.exclude(status=Delivery.Status.WAITING).filter(ended_at__lt=before)
    return old.count() if dry else old.delete()[0]
