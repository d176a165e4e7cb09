"""What publishing registers: its verbs, conditions and job."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from assessments.publishing import building, guards
from records.jobs import registry
from records.registry import gates, streams


def register() -> None:
    registry.register(
        "publication.build", building.build, lane="reserved", max_tries=3, failed=building.give_up
    )
    for name, obstacles in {
        "trickle-backs-closed": guards.trickle_backs_closed,
        "editor-reports-in": guards.editor_reports_in,
        "publication-done": guards.publication_done,
    }.items():
        gates.register(name, obstacles)
    streams.verbs(
        publication__ordered=_("%(actor)s ordered: %(title)s, from %(snapshot)s."),
        publication__done=_("Published: %(title)s (%(files)s files)."),
        trickleback__opened=_("%(actor)s listed an edit of chapter %(chapter)s for line %(line)s."),
        trickleback__closed=_("%(actor)s closed the edit of chapter %(chapter)s for line %(line)s."),
        editor_report__filed=_("%(editor)s filed the review editor's report on chapter %(chapter)s."),
    )
