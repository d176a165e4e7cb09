"""What drafting registers with the lower floors."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from assessments.drafting import vetting
from records.registry import gates, streams


def register() -> None:
    gates.register("sources-vetted", vetting.sources_vetted)
    streams.verbs(
        chapter__added=_("%(actor)s added chapter %(number)s, “%(title)s”."),
        chapter__renamed=_("%(actor)s renamed chapter %(number)s from “%(from)s” to “%(title)s”."),
        chapter__imported=_("%(actor)s took %(file)s into chapter %(chapter)s as version %(version)s."),
        chapter__restored=_(
            "%(actor)s brought version %(restored)s of chapter %(chapter)s back as version %(version)s."
        ),
        chapter__named=_("%(actor)s named version %(version)s of chapter %(chapter)s “%(name)s”."),
        sources__imported=_(
            "%(actor)s imported %(file)s: %(added)s sources added, %(changed)s changed, "
            "%(rejected)s not taken."
        ),
        source__vetted=_("%(actor)s vetted the source %(key)s: %(words)s"),
        asset__uploaded=_("%(actor)s put up the image %(key)s: %(alt)s"),
    )
