"""Writing notices: one row for each event, person and way, in the words and language of the person.

An event may be written twice, by a job that runs twice: its rows are there already and stay as they are.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from urllib.parse import urlsplit

from django.conf import settings
from django.utils import timezone
from django.utils.crypto import salted_hmac

from records import tracing
from records.jobs.queue import enqueue_once
from records.models import Entry, Notice, Preference
from records.notices import kinds, preferences, rendering
from records.registry import notices

BATCH = 500
ACCOUNT = "account"  # the kind of letters about an account: invitation, password


def message_id(event: str, person: str, channel: str) -> str:
    """The lasting id of a letter. Nobody outside can work it out, so that no forged report names a letter of ours."""
    name = salted_hmac("notices.message", f"{event}|{person}|{channel}", algorithm="sha256").hexdigest()
    return f"<{name[:40]}@{urlsplit(settings.SITE_URL).hostname}>"


def tell(
    kind_key: str,
    event: str,
    people: Iterable,
    template: str,
    context: dict,
    *,
    at: datetime,
    scope: str = "",
    entry: Entry | None = None,
) -> int:
    """Write an event to these people, in the portal and, as fast as each has chosen, by mail.

    ``people`` are accounts; ``context`` is what the template says, ``context["href"]`` where the notice leads to.
    Returns the number of people. LookupError for a kind that nobody registered.
    """
    kind, now = kinds.kind(kind_key), timezone.now()
    people = [user for user in people if user.is_active]
    common = {"event": event, "kind": kind_key, "scope": scope, "entry": entry, "at": at}
    for first in range(0, len(people), BATCH):
        some = people[first : first + BATCH]
        pace = preferences.paces(some, kind, scope)
        rows = [row for user in some for row in _rows(user, pace[user.pk], template, context, common, now)]
        Notice.objects.bulk_create(rows, ignore_conflicts=True)
    enqueue_once("mail.send")
    return len(people)


def _rows(user, pace: str, template: str, context: dict, common: dict, now: datetime) -> list[Notice]:
    """The notice in the portal and, unless the person wants none, the letter."""
    words = rendering.words(template, user.language, {**context, "person": user})
    common = common | {
        "user": user,
        "to": user.email.lower(),
        "language": user.language,
        "subject": words.subject,
        "href": str(context.get("href", "")),
        "request_id": tracing.current(),
        "created_at": now,
    }
    ids = {way: message_id(common["event"], str(user.pk), way) for way in Notice.Channel.values}
    rows = [
        Notice(**common, channel="portal", message_id=ids["portal"], state="sent", due_at=now, sent_at=now)
    ]
    if pace != Preference.Pace.NEVER and user.email:
        held = pace != Preference.Pace.NOW
        rows.append(
            Notice(
                **common,
                channel="mail",
                message_id=ids["mail"],
                body=words.text,
                state=Notice.State.HELD if held else Notice.State.WAITING,
                due_at=preferences.next_digest(user, pace, now) if held else now,
            )
        )
    return rows


def compose(
    key: str, to: str, language: str, template: str, context: dict, user=None, *, secret: bool = False
) -> Notice:
    """Write one letter about an account, to an address that may have none yet. Idempotent by key and address.

    ``secret``: its words hold a key to something and are erased once it is sent.
    """
    words = rendering.words(template, language, context)
    return letter(key, to, language, words, user, secret=secret)


def letter(
    key: str, to: str, language: str, words: rendering.Words, user=None, *, kind=ACCOUNT, secret=False
) -> Notice:
    """Write a letter whose words are there already."""
    now, to = timezone.now(), to.lower()
    whom = {"user": user} if user else {"user": None, "to": to}
    found, _made = Notice.objects.get_or_create(
        event=key,
        channel=Notice.Channel.MAIL,
        **whom,
        defaults={
            "to": to,
            "kind": kind,
            "language": language,
            "subject": words.subject,
            "body": words.text,
            "secret": secret,
            "request_id": tracing.current(),
            "message_id": message_id(key, str(user.pk) if user else to, "mail"),
            "at": now,
            "created_at": now,
            "state": Notice.State.WAITING,
            "due_at": now,
        },
    )
    enqueue_once("mail.send")
    return found


def send_for_entry(job, progress) -> dict:
    """Job ``notices.send``: write what an entry calls for; the letters go out after it."""
    entry = Entry.objects.select_related("stream", "content").get(pk=job.args["entry"])
    content, told = entry.content.fields, 0
    for place, notice in enumerate(found := notices.of(entry.verb), 1):
        context = notice.context(entry, content)
        told += tell(
            entry.verb,
            f"entry.{entry.pk}.{notice.template}",
            notice.recipients(entry, content),
            notice.template,
            context,
            at=entry.at,
            scope=context.get("scope", job.scope),
            entry=entry,
        )
        progress(place, len(found))
    return {"people": told}
