"""The jobs of the outbox, and the kinds of letters that the portal itself writes."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from records.jobs import registry
from records.notices import bounces, digests, kinds, post, reminders, send


def register() -> None:
    """Put everything in place (called from the app's ready)."""
    registry.register(
        "notices.send", send.send_for_entry, title=_("Letters that an act calls for"), max_tries=5
    )
    registry.register("notices.digest", digests.digest_job, title=_("Digests"))
    registry.register("notices.remind", reminders.remind_job, title=_("Reminders"))
    registry.register(
        "mail.send",
        post.send_waiting,
        title=_("Letters that wait"),
        max_tries=post.AWAY_TRIES,
        back_off=post.AWAY,
    )
    kinds.register(digests.KIND, _("Digest"), listed=False)
    kinds.register(
        send.ACCOUNT,
        _("Invitation, password"),
        mandatory=_("Without it you could not sign in."),
    )
    for kind, title in (
        (bounces.CHECK, _("Confirm your address")),
        ("address.failing", _("Letters to you come back")),
    ):
        kinds.register(kind, title, mandatory=_("It is about your address."))
