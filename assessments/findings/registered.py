"""What findings register: the job that reads them, the condition of gates, and the sentences of their verbs."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from assessments.board import counters
from assessments.drafting import saved
from assessments.findings import counts, guards, syncing
from records.jobs import registry
from records.registry import gates, streams


def register() -> None:
    saved.listen(syncing.order)
    counters.register("notes", _("Unanswered notes"), counts.unanswered, counts.notes_page)
    registry.register(syncing.JOB, syncing.run, title=_("Reading findings out of the texts"))
    gates.register("findings-supported", guards.findings_supported)
    streams.verbs(
        finding__confirmed=_("%(actor)s confirmed the finding “%(quote)s” (%(levels)s)."),
        finding__dismissed=_("%(actor)s said that “%(quote)s” is no finding: %(reason)s"),
        note__answered=_("%(actor)s answered a note (%(code)s) on “%(quote)s”: %(answer)s"),
        findings__scale=_("%(actor)s chose the scale of confidence %(scale)s."),
    )
