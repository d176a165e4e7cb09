"""What the desk registers: the sentence of its one verb."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from portal.desk import permissions
from records.registry import streams


def register() -> None:
    """Put everything in place (called from the app's ready)."""
    permissions.register()
    streams.verbs(
        job__tried_again=_("%(actor)s had job %(job)s (%(kind)s) tried again. It had failed: %(error)s")
    )
