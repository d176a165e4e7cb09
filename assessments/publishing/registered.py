"""What publishing registers: its verbs, conditions and job."""

from __future__ import annotations

import rules
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from assessments.publishing import building, guards
from assessments.publishing.models import Publication
from records.jobs import registry
from records.registry import gates, streams


@rules.predicate
def sees_image(user, asset) -> bool:
    """An image follows the texts in which it stands: drafts for those who write, frozen and published texts for
    those who read them (invariant 7)."""
    if asset is None:
        return False
    if user.has_perm("chapter.read", asset.cycle):
        return True
    shown_in = asset.cycle.snapshots.filter(
        status="ready", chapters__html__contains=f'src="asset:{asset.key}"'
    ).distinct()
    if any(user.has_perm("snapshot.read", snapshot) for snapshot in shown_in):
        return True
    # The release of the summary shows its approved lines and no chapter of the draft that it came from.
    whole = Publication.objects.filter(done_at__isnull=False, snapshot__in=shown_in)
    return whole.exclude(act="summary.release").exists()


def register() -> None:
    if not rules.perm_exists("asset.view"):
        rules.add_perm("asset.view", sees_image)
    registry.register(
        "publication.build",
        building.build,
        title=_("Files of a publication"),
        lane="reserved",
        max_tries=3,
        failed=building.give_up,
        again=False,
    )
    for name, obstacles in {
        "trickle-backs-closed": guards.trickle_backs_closed,
        "editor-reports-in": guards.editor_reports_in,
        "publication-done": guards.publication_done,
    }.items():
        gates.register(name, obstacles)
    streams.verbs(
        publication__ordered=_("%(actor)s ordered: %(title)s, from %(snapshot)s."),
        publication__done=_("Published: %(title)s (%(files)s)."),
        trickleback__opened=_("%(actor)s listed an edit of chapter %(chapter)s for line %(line)s."),
        trickleback__closed=_("%(actor)s closed the edit of chapter %(chapter)s for line %(line)s."),
        editor_report__filed=_("%(editor)s filed the review editor's report on chapter %(chapter)s."),
    )
    streams.counted(publication__done={"files": ngettext_lazy("%(n)s file", "%(n)s files", "n")})
    streams.translated(publication__ordered=["title"], publication__done=["title"])
