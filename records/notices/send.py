"""Letters that follow from the record: one row for each entry, person and template, then the sending.

Killed between sending and saving, one letter may go twice under the same Message-ID; none is lost.
"""

from __future__ import annotations

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.utils import timezone, translation

from records import tracing
from records.models import Entry, Mail
from records.registry import notices


def compose(key: str, to: str, language: str, template: str, context: dict, user=None) -> Mail:
    """Write one letter from ``templates/notices/TEMPLATE.txt``: the first line is its subject. Idempotent by key."""
    found = Mail.objects.filter(key=key).first()
    if found:
        return found
    with translation.override(language):
        text = render_to_string(f"notices/{template}.txt", {**context, "site": settings.SITE_URL})
    subject, _sep, body = text.strip().partition("\n")
    return Mail.objects.create(
        key=key,
        to=to,
        user=user,
        subject=" ".join(subject.split()),
        body=body.strip() + "\n",
        message_id=f"<{key.replace('/', '.')}@{settings.SITE_URL.split('//')[1].split(':')[0]}>",
        request_id=tracing.current(),
        created_at=timezone.now(),
    )


def deliver(mail: Mail) -> None:
    """Send a letter that has not gone yet and remember that it went."""
    if mail.sent_at:
        return
    headers = {"Message-ID": mail.message_id}
    if mail.request_id:
        headers[tracing.HEADER] = mail.request_id
    EmailMessage(mail.subject, mail.body, None, [mail.to], headers=headers).send()
    Mail.objects.filter(pk=mail.pk).update(sent_at=timezone.now())


def send_for_entry(job, progress) -> dict:
    """Job ``notices.send``: write and send the letters that an entry calls for."""
    entry = Entry.objects.select_related("stream", "content").get(pk=job.args["entry"])
    letters = []
    for notice in notices.of(entry.verb):
        context = notice.context(entry, entry.content.fields)
        for user in notice.recipients(entry, entry.content.fields):
            key = f"{entry.pk}.{user.pk}.{notice.template}"
            letters.append(
                compose(key, user.email, user.language, notice.template, {**context, "person": user}, user)
            )
    for place, mail in enumerate(letters, 1):
        deliver(mail)
        progress(place, len(letters))
    return {"letters": len(letters)}


def send_one(job, progress) -> dict:
    """Job ``mail.send``: send one letter by its row."""
    deliver(Mail.objects.get(pk=job.args["mail"]))
    return {"letters": 1}
