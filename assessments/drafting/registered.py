"""What drafting registers with the lower floors."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from records.registry import streams


def register() -> None:
    streams.verbs(
        chapter__added=_("%(actor)s added chapter %(number)s, “%(title)s”."),
        chapter__renamed=_("%(actor)s renamed chapter %(number)s from “%(from)s” to “%(title)s”."),
        chapter__imported=_("%(actor)s took %(file)s into chapter %(chapter)s as version %(version)s."),
        chapter__restored=_(
            "%(actor)s brought version %(restored)s of chapter %(chapter)s back as version %(version)s."
        ),
        chapter__named=_("%(actor)s named version %(version)s of chapter %(chapter)s “%(name)s”."),
        asset__uploaded=_("%(actor)s put up the image %(key)s: %(alt)s"),
    )
