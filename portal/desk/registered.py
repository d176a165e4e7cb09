"""What the desk registers: the sentences of its verbs, and the letter of a reminder."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from panels.actions import whom
from portal.desk import permissions, reminding
from portal.desk.duties import KINDS
from records.registry import notices, streams


def register() -> None:
    """Put everything in place (called from the app's ready)."""
    permissions.register()
    streams.verbs(
        job__tried_again=_("%(actor)s had job %(job)s (%(kind)s) tried again. It had failed: %(error)s"),
        duty__reminded=_("%(actor)s reminded %(person)s: %(duty)s (%(n)s)."),
    )
    streams.worded(duty__reminded={"duty": lambda kind: str(KINDS.get(kind, kind))})
    notices.register(
        reminding.VERB,
        whom,
        "duty_reminded",
        reminding.in_letter,
        title=_("A reminder sent by those who run a report"),
        mandatory=_("somebody asks you for what you owe"),
    )
