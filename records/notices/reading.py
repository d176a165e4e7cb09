"""What a person reads of their notices in the portal, and the secretariat of all letters."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from records.models import Notice
from records.notices import kinds
from records.obstacles import refuse, require


def own(user):
    """A person's notices in the portal, newest first, as far as they still may see them."""
    return Notice.objects.in_portal(user, kinds.scopes_of(user)).order_by("-at", "-pk")


def unread_count(user, scopes) -> int:
    """How many are unread: the one query that the frame of a page costs. ``scopes`` is what its page has found."""
    return Notice.objects.in_portal(user, scopes).unread().count()


def mark_read(user, *, now: datetime, pks=None) -> int:
    """Mark these notices of one's own as read, or all; a stranger's among them are left alone."""
    found = own(user).unread()
    if pks is not None:
        found = found.filter(pk__in=pks)
    return found.update(read_at=now)


def letters():
    """All letters, without their words."""
    return Notice.objects.filter(channel=Notice.Channel.MAIL).select_related("user").defer("body")


def log(chosen: dict):
    """Letters, newest first, by state, kind, scope and words of address or name."""
    found = letters()
    for name in ("state", "kind", "scope"):
        if chosen.get(name):
            found = found.filter(**{name: chosen[name]})
    if chosen.get("q"):
        found = found.filter(Q(to__icontains=chosen["q"]) | Q(user__name__icontains=chosen["q"]))
    return found.order_by("-pk")


@transaction.atomic
def resend(notice: Notice, *, by, now: datetime) -> Notice:
    """Put a letter that failed, came back or was not sent into the outbox again, under the same Message-ID.

    Raises PermissionDenied, or Blocked for one that waits or went, and one whose words are erased.
    """
    from records.jobs.queue import enqueue_once

    require(by, "mail.view")
    notice = Notice.objects.select_for_update().get(pk=notice.pk)
    if notice.state not in (Notice.State.FAILED, Notice.State.BOUNCED, Notice.State.DROPPED):
        refuse(
            "not-failed", _("This letter did not fail: %(state)s.") % {"state": notice.get_state_display()}
        )
    if not notice.body:
        refuse(
            "erased",
            _("The words of this letter are erased: it held a secret, or is older than 90 days."),
            remedy=_("Have a new one written, such as another invitation."),
        )
    notice.state, notice.due_at, notice.tries, notice.leased_until = Notice.State.WAITING, now, 0, None
    notice.save(update_fields=["state", "due_at", "tries", "leased_until"])
    enqueue_once("mail.send")
    return notice
