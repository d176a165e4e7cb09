"""What the register of sources registers with the lower floors, and whom it asks to be told of saved texts."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from assessments.board import counters
from assessments.drafting import saved
from assessments.sources import citing, guards
from records.registry import gates, streams


def register() -> None:
    saved.listen(citing.read)
    counters.register(
        "citations",
        _("Citations without a source"),
        citing.unknown,
        lambda chapter: chapter.get_absolute_url(),
    )
    gates.register("sources-vetted", guards.sources_vetted)
    gates.register("sources-sound", guards.sources_sound)
    streams.verbs(
        sources__imported=_(
            "%(actor)s imported %(file)s: %(added)s sources added, %(changed)s changed, "
            "%(rejected)s not taken."
        ),
        source__vetted=_("%(actor)s vetted the source %(key)s: %(words)s"),
        source__archived=_("%(actor)s archived %(file)s as a copy of the source %(key)s."),
        source__described=_("%(actor)s said what the source %(key)s is."),
        source__read=_("%(actor)s read the source %(key)s in its own language."),
        source__lent=_("%(actor)s recorded the terms under which %(key)s was lent."),
        source__withdrawn=_("%(actor)s recorded that the consent to use %(key)s was withdrawn."),
        source__signed_off=_(
            "%(actor)s recorded that %(contact)s (%(state)s) answered for %(key)s, %(version)s."
        ),
        sources__cut_off=_("%(actor)s set the cut-off for literature: %(until)s."),
        sources__retractions=_("%(actor)s took in a list of retractions, %(file)s: %(added)s entries."),
        sources__parted=_("%(actor)s said that %(key)s and %(other)s are two works: %(reason)s"),
    )
