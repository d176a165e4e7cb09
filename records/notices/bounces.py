"""Letters that come back: delivery reports (RFC 3464) are read, and an address that fails is written to no more."""

from __future__ import annotations

import email
import email.policy
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import Message

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.db.models import F
from django.urls import reverse
from django.utils.translation import gettext as _

from records.models import Address, Notice
from records.obstacles import refuse

LIMIT = 3  # hard bounces, after which an address fails
LARGEST = 1024 * 1024  # bytes of a report that are read
RECENT = timedelta(days=7)  # within which a report without a Message-ID is believed
CHECK = "address.check"  # the letter that goes to a failing address, to try it
SALT = "notices.address"
CHECK_DAYS = 3
MESSAGE_ID = re.compile(r"<[^<>\s]+@[^<>\s]+>")


@dataclass(frozen=True)
class Report:
    """What a delivery report says of one recipient. ``status`` such as 5.1.1; ``hard``: it will never arrive."""

    address: str
    action: str
    status: str
    reason: str
    message_ids: tuple[str, ...]

    @property
    def failed(self) -> bool:
        return self.action == "failed"

    @property
    def hard(self) -> bool:
        return self.failed and self.status.startswith("5")


def read(data: bytes) -> list[Report]:
    """The recipients of a delivery report with what became of each. ValueError where it is none."""
    message = email.message_from_bytes(data[:LARGEST], policy=email.policy.compat32)
    parts = [p for p in message.walk() if p.get_content_type() == "message/delivery-status"]
    if not parts:
        raise ValueError("This is no delivery report: it has no part of type message/delivery-status.")
    ids = tuple(dict.fromkeys(_ids(message)))
    found = []
    for block in (b for part in parts for b in part.get_payload() if isinstance(b, Message)):
        address = _address(block.get("Original-Recipient")) or _address(block.get("Final-Recipient"))
        if address:
            reason = _words(block.get("Diagnostic-Code")).partition(";")[2] or _words(block.get("Status"))
            action, status = _words(block.get("Action")).lower(), _words(block.get("Status"))
            found.append(Report(address, action, status, reason.strip(), ids))
    if not found:
        raise ValueError("This delivery report names no recipient.")
    return found


def _ids(message: Message):
    """The Message-IDs of the letter that came back: of the part that holds it, or of what the report answers to."""
    for part in message.walk():
        kind = part.get_content_type()
        if kind == "message/rfc822":
            for inner in part.get_payload():
                yield from MESSAGE_ID.findall(str(inner.get("Message-ID", "")))
        elif kind == "text/rfc822-headers":
            text = part.get_payload(decode=True) or b""
            yield from MESSAGE_ID.findall(str(email.message_from_bytes(text).get("Message-ID", "")))
    for name in ("In-Reply-To", "References", "X-Failed-Message-ID"):
        yield from MESSAGE_ID.findall(str(message.get(name, "")))


def _address(value) -> str:
    """``rfc822; Ada@example.org`` without its type, small."""
    address = _words(value).rpartition(";")[2].strip().strip("<>").lower()
    return address if "@" in address else ""


def _words(value) -> str:
    return " ".join(str(value or "").split())


@transaction.atomic
def take_in(report: Report, *, now: datetime) -> str:
    """Enter one report; returns "bounced", "counted", "delayed", "known" or "unknown".

    A report must name a letter of ours to that address by its Message-ID, which nobody outside can guess; one
    without any is believed of an address that was written to lately.
    """
    letters = Notice.objects.filter(channel=Notice.Channel.MAIL, to=report.address)
    if report.message_ids:
        letters = letters.filter(message_id__in=report.message_ids)
    else:
        letters = letters.filter(sent_at__gte=now - RECENT)
    letter = letters.select_for_update().order_by("-sent_at", "-pk").first()
    if letter is None:
        return "unknown"
    if not report.failed:
        return "delayed"
    if letter.state == Notice.State.BOUNCED:
        return "known"
    reason = f"{report.status} {report.reason}".strip()[:300]
    letter.state, letter.error = Notice.State.BOUNCED, reason
    letter.save(update_fields=["state", "error"])
    if not report.hard:
        return "bounced"
    count(report.address, reason, now)
    return "counted"


def count(address: str, reason: str, now: datetime) -> None:
    """Count a hard bounce; at the limit the address fails, its letters stop and its owner is told in the portal."""
    row, _made = Address.objects.get_or_create(email=address.lower())
    Address.objects.filter(pk=row.pk).update(bounces=F("bounces") + 1, reason=reason[:300], bounced_at=now)
    failing = Address.objects.filter(pk=row.pk, bounces__gte=LIMIT, failing_since__isnull=True)
    if failing.update(failing_since=now):
        _tell_owner(address, now)


def _tell_owner(address: str, now: datetime) -> None:
    from django.contrib.auth import get_user_model

    from records.notices import send

    owner = get_user_model().objects.filter(email__iexact=address, is_active=True)
    context = {"address": address, "href": reverse("notices_settings")}
    send.tell(
        "address.failing", f"address.failing.{now.timestamp():.0f}", owner, "address_failing", context, at=now
    )


def failing(user) -> Address | None:
    """The person's address, if it fails."""
    return Address.objects.filter(email=user.email.lower(), failing_since__isnull=False).first()


def send_check(user, *, now: datetime) -> Notice:
    """Write to a failing address once, with the link that lifts the failure. Blocked where it does not fail."""
    from records.notices import rendering, send

    row = failing(user)
    if row is None:
        refuse("works", _("Letters to %(address)s do not come back.") % {"address": user.email})
    token = signing.dumps(row.email, salt=SALT)
    link = settings.SITE_URL + reverse("notices_address", args=[token])
    words = rendering.words(
        "address_check", user.language, {"link": link, "person": user, "days": CHECK_DAYS}
    )
    return send.letter(
        f"{CHECK}.{now.timestamp():.6f}", row.email, user.language, words, user, kind=CHECK, secret=True
    )


def confirmed(token: str) -> Address | None:
    """The address that a link confirms; None for a guess and for a link that is too old."""
    try:
        address = signing.loads(token, salt=SALT, max_age=timedelta(days=CHECK_DAYS))
    except signing.BadSignature:
        return None
    return Address.objects.filter(email=address).first()


def lift(row: Address) -> None:
    """The owner has read a letter there: the address works again, and counting begins anew."""
    Address.objects.filter(pk=row.pk).update(bounces=0, failing_since=None, reason="", bounced_at=None)
