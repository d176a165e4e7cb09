"""The outbox: what is told to whom on which way, what each person wants to hear, and which addresses fail."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _


class NoticeQuerySet(models.QuerySet):
    def in_portal(self, user, scopes):
        """A person's notices in the portal, less those of cycles that they see no longer (procedure 2.3)."""
        return self.filter(user=user, channel=Notice.Channel.PORTAL).filter(Q(scope="") | Q(scope__in=scopes))

    def unread(self):
        return self.filter(read_at__isnull=True)

    def due(self, now):
        """Letters to be sent now that no other worker has in hand, in the order in which they were written."""
        return self.filter(
            channel=Notice.Channel.MAIL, state=Notice.State.WAITING, due_at__lte=now
        ).filter(Q(leased_until__isnull=True) | Q(leased_until__lt=now)).order_by("pk")  # fmt: skip

    def first_in_line(self):
        """Letters without an earlier one that still waits for the same address: nobody's order is turned round."""
        earlier = Notice.objects.filter(
            channel=Notice.Channel.MAIL, state=Notice.State.WAITING, to=OuterRef("to"), pk__lt=OuterRef("pk")
        )
        return self.filter(~Exists(earlier))


class Notice(models.Model):
    """One event told to one person on one way. ``event`` names an entry, a reminder or a digest, for ever.

    The constraints make a second writing harmless; ``message_id`` is worked out from event, person and way, so
    that a letter sent twice after a crash is one letter to every mail program.
    """

    class Channel(models.TextChoices):
        MAIL = "mail", _("mail")
        PORTAL = "portal", _("in the portal")

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        HELD = "held", _("for the next digest")
        DIGESTED = "digested", _("in a digest")
        SENT = "sent", _("sent")
        FAILED = "failed", _("failed")
        BOUNCED = "bounced", _("came back")
        DROPPED = "dropped", _("not sent")

    event = models.CharField(max_length=200)
    kind = models.CharField(max_length=60)
    channel = models.CharField(max_length=6, choices=Channel.choices)
    scope = models.CharField(max_length=80, blank=True, help_text=_("The cycle it belongs to."))
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, blank=True, related_name="notices"
    )
    to = models.EmailField()
    entry = models.ForeignKey(
        "records.Entry", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    language = models.CharField(max_length=8, default="en")
    subject = models.CharField(max_length=300)
    body = models.TextField(blank=True)
    href = models.CharField(max_length=300, blank=True)
    secret = models.BooleanField(default=False, help_text=_("Its words are erased once it is sent."))
    message_id = models.CharField(max_length=200, unique=True)
    request_id = models.CharField(max_length=64, blank=True, default="", db_default="", editable=False)
    at = models.DateTimeField(help_text=_("When it happened."))
    created_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State.choices)
    due_at = models.DateTimeField()
    leased_until = models.DateTimeField(null=True, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    error = models.CharField(max_length=300, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    read_at = models.DateTimeField(null=True, blank=True)
    digest = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, blank=True, related_name="lines")

    objects = NoticeQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["channel", "state", "due_at"], name="notices_due"),
            models.Index(fields=["to", "state"], name="notices_of_address"),
            models.Index(fields=["user", "channel", "-at"], name="notices_of_person"),
            models.Index(
                fields=["user", "scope"], name="notices_unread", condition=Q(channel="portal", read_at=None)
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["event", "user", "channel"],
                condition=Q(user__isnull=False),
                name="one_notice_per_event_person_channel",
            ),
            models.UniqueConstraint(
                fields=["event", "to", "channel"],
                condition=Q(user__isnull=True),
                name="one_notice_per_event_address_channel",
            ),
            models.CheckConstraint(
                name="sent_notice_has_moment", condition=~Q(state="sent") | Q(sent_at__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.event} {self.channel} {self.pk} ({self.state})"

    @property
    def reason(self) -> str:
        """Why it was not sent or came back: our own sentences in the reader's language, a server's as it said them."""
        return gettext(self.error) if self.error else ""


class Preference(models.Model):
    """How fast a person hears of a kind of event by mail, everywhere (``scope`` empty) or in one cycle."""

    class Pace(models.TextChoices):
        NOW = "now", _("at once")
        DAILY = "daily", _("once a day")
        WEEKLY = "weekly", _("once a week")
        NEVER = "never", _("never")

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=60)
    scope = models.CharField(max_length=80, blank=True)
    pace = models.CharField(max_length=6, choices=Pace.choices)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "kind", "scope"], name="one_preference_per_kind_and_scope"
            )
        ]


class Address(models.Model):
    """What mail servers said of an address: after some hard bounces it fails, until its owner confirms it."""

    email = models.EmailField(unique=True)
    bounces = models.PositiveSmallIntegerField(default=0)
    reason = models.CharField(max_length=300, blank=True)
    bounced_at = models.DateTimeField(null=True, blank=True)
    failing_since = models.DateTimeField(null=True, blank=True)

    @classmethod
    def fails(cls, email: str) -> bool:
        return cls.objects.filter(email=email.lower(), failing_since__isnull=False).exists()


class CalendarLink(models.Model):
    """The number of a person's calendar link; the link is signed with it, so a new number ends the old one."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    number = models.PositiveIntegerField(default=1)
    renewed_at = models.DateTimeField(default=timezone.now)
