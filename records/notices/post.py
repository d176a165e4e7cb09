"""Sending what waits in the outbox: one letter after the other, in the order in which they were written.

A letter is leased, handed to the mail server, and then marked as sent. Killed between the last two, a worker leaves
the lease to run out and the letter goes once more, under the same Message-ID; none is lost.
"""

from __future__ import annotations

import smtplib
from collections.abc import Iterator
from datetime import datetime, timedelta

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.db.models import F
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from records import tracing
from records.jobs.queue import enqueue_once
from records.models import Address, Notice
from records.notices import bounces, kinds, preferences, reminders, rendering

LEASE = timedelta(minutes=2)
BATCH = 200  # letters in one job, so that other work has its turn
# Pauses of the job while the server is away: up to half an hour, for four days; then the scheduler begins anew.
AWAY = tuple(timedelta(seconds=s) for s in (10, 30, 120, 300, 900, 1800))
AWAY_TRIES = 200
# Pauses of one letter that its server puts off.
LATER = tuple(timedelta(minutes=m) for m in (5, 15, 60, 120, 240, 480))
LATER_TRIES = 12
# Why a letter was not sent after all; the log says it in the language of its reader.
CLOSED = gettext_noop("The account is closed.")
FAILING = gettext_noop("Letters to this address come back.")
NO_PART = gettext_noop("The person has no part in this cycle any more.")
DONE = gettext_noop("The deed is done.")
STALE = timedelta(minutes=10)  # after which it is asked again whether the letter is still wanted


class ServerAway(Exception):
    """The mail server does not take anything now; nothing was lost."""


def send_waiting(job, progress) -> dict:
    """Job ``mail.send``: send what waits. Raises ServerAway, and the job tries again after a pause."""
    counts = {"sent": 0, "failed": 0, "dropped": 0, "waiting": 0}
    connection = get_connection()
    try:
        for place, notice in enumerate(_claimed(BATCH), 1):
            counts[_deliver(notice, connection)] += 1
            progress(place, 0)
    finally:
        _close(connection)
    look()
    return counts


def look() -> None:
    """Have sent what is due, as long as something is."""
    if Notice.objects.due(timezone.now()).exists():
        enqueue_once("mail.send")


def _claimed(most: int) -> Iterator[Notice]:
    """Lease letters one by one; nobody gets a later letter before an earlier one."""
    taken = 0
    while taken < most:
        now = timezone.now()
        found = list(Notice.objects.due(now).first_in_line().values_list("pk", flat=True)[:100])
        before = taken
        for pk in found[: most - taken]:
            now = timezone.now()
            free = Notice.objects.due(now).filter(pk=pk)
            won = free.order_by().update(leased_until=now + LEASE, tries=F("tries") + 1)
            if won:
                taken += 1
                yield Notice.objects.select_related("user").get(pk=pk)
        if taken == before:
            return


def _deliver(notice: Notice, connection) -> str:
    """Send one leased letter; returns what became of it. Raises ServerAway."""
    now = timezone.now()
    reason = _unwanted(notice, now)
    if reason:
        return _ended(notice, Notice.State.DROPPED, reason)
    try:
        message = message_of(notice)
        connection.open()
        connection.send_messages([message])
    except smtplib.SMTPRecipientsRefused as refused:
        code, text = next(iter(refused.recipients.values()))
        return _refused(notice, code, text, connection, now)
    except smtplib.SMTPDataError as refused:
        return _refused(notice, refused.smtp_code, refused.smtp_error, connection, now)
    except (smtplib.SMTPException, OSError) as error:
        raise _away(notice, error) from error
    except ValueError as error:  # a header or address that no letter can carry
        return _ended(notice, Notice.State.FAILED, str(error))
    return _ended(notice, Notice.State.SENT)


def _refused(notice: Notice, code: int, text, connection, now: datetime) -> str:
    """The server took the connection and not the letter: for good (5xx), for now (4xx), or it goes away (421)."""
    words = f"{code} {text.decode('utf-8', 'replace') if isinstance(text, bytes) else text}"
    if code == 421:
        raise _away(notice, OSError(words))
    _close(connection)
    if code >= 500:
        if " 5.1." in f" {words.partition(' ')[2]}":
            bounces.count(notice.to, words, now)
        return _ended(notice, Notice.State.FAILED, words)
    if notice.tries >= LATER_TRIES:
        return _ended(notice, Notice.State.FAILED, words)
    later = now + LATER[min(notice.tries, len(LATER)) - 1]
    return _ended(notice, Notice.State.WAITING, words, due_at=later)


def _away(notice: Notice, error: Exception) -> ServerAway:
    """Give the letter back as it was: this try says nothing of it."""
    Notice.objects.filter(pk=notice.pk).update(leased_until=None, tries=F("tries") - 1)
    return ServerAway(str(error) or type(error).__name__)


def _ended(notice: Notice, state: str, error: str = "", **more) -> str:
    if state == Notice.State.SENT:
        more |= {"sent_at": timezone.now()}
    if notice.secret and state in (Notice.State.SENT, Notice.State.DROPPED):
        more |= {"body": ""}
    Notice.objects.filter(pk=notice.pk, state=Notice.State.WAITING).update(
        state=state, error=rendering.one_line(error)[:300], leased_until=None, **more
    )
    return str(state)


def _close(connection) -> None:
    try:
        connection.close()
    except (smtplib.SMTPException, OSError):
        pass  # what was to be sent is sent


def _unwanted(notice: Notice, now: datetime) -> str:
    """Why a letter is not sent after all; "" for one that is."""
    user = notice.user
    if user is not None and not user.is_active:
        return CLOSED
    if notice.kind != bounces.CHECK and Address.fails(notice.to):
        return FAILING
    if notice.created_at < now - STALE and user is not None:
        if notice.scope and notice.scope not in kinds.scopes_of(user):
            return NO_PART
        if reminders.done([notice], now):
            return DONE
    return ""


def message_of(notice: Notice) -> EmailMultiAlternatives:
    """The letter as it goes out: plain text and HTML, and the headers that mail programs and robots ask for."""
    kind = kinds.kind(notice.kind)
    headers = {"Message-ID": notice.message_id, "Auto-Submitted": "auto-generated"}
    if notice.request_id:
        headers[tracing.HEADER] = notice.request_id
    with translation.override(notice.language):
        why = kind.mandatory or _("Concord tells you of this: %(title)s.") % {"title": kind.title}
        footer = {"why": str(why), "settings_url": None, "unsubscribe_url": None}
    if notice.user is not None:
        footer["settings_url"] = settings.SITE_URL + reverse("notices_settings")
        if kind.mandatory is None:
            link = preferences.unsubscribe_url(notice.user, notice.kind, notice.scope)
            footer["unsubscribe_url"] = link
            headers["List-Unsubscribe"] = f"<{link}>"
            headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    text = rendering.plain(notice.body, notice.language, footer)
    message = EmailMultiAlternatives(notice.subject, text, None, [notice.to], headers=headers)
    message.attach_alternative(
        rendering.html(notice.subject, notice.body, notice.language, footer), "text/html"
    )
    return message
