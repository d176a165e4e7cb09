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
        status="ready", chapters__html__contains=f'src="asset:{asset.name}"'
    ).distinct()
    if any(user.has_perm("snapshot.read", snapshot) for snapshot in shown_in):
        return True
    # The release of the summary shows its approved lines and no chapter of the draft that it came from.
    whole = Publication.objects.filter(done_at__isnull=False, snapshot__in=shown_in)
    if whole.exclude(act="summary.release").exists():
        return True
    held = Publication.objects.filter(ready_at__isnull=False, done_at__isnull=True, snapshot__in=shown_in)
    return any(
        reads_publication(user, each) for each in held.exclude(act="summary.release").select_related("cycle")
    )


@rules.predicate
def reads_publication(user, publication) -> bool:
    """Anybody, once it is done; under embargo those who take part in the cycle (procedure 8.9).

    Of a cycle it answers who reads what lies there under embargo.
    """
    publication = getattr(publication, "publication", publication)
    if not isinstance(publication, Publication):
        return user.has_perm("cycle.take_part", publication)
    return bool(publication.done_at) or (
        publication.ready_at is not None and user.has_perm("cycle.take_part", publication.cycle)
    )


def register() -> None:
    if not rules.perm_exists("asset.view"):
        rules.add_perm("asset.view", sees_image)
    if not rules.perm_exists("publication.read"):
        rules.add_perm("publication.read", reads_publication)
    registry.register(
        "publication.build",
        building.build,
        title=_("Files of a publication"),
        lane="reserved",
        max_tries=3,
        failed=building.give_up,
        again=False,
    )
    registry.register(
        "publication.lift", building.lift, title=_("End of an embargo"), lane="reserved", again=False
    )
    for name, obstacles in {
        "trickle-backs-closed": guards.trickle_backs_closed,
        "editor-reports-in": guards.editor_reports_in,
        "publication-done": guards.publication_done,
    }.items():
        gates.register(name, obstacles)
    streams.verbs(
        publication__ordered=_("%(actor)s ordered: %(title)s, from %(snapshot)s."),
        publication__embargoed=_("%(title)s is ready and under embargo until %(until)s."),
        publication__done=_("Published: %(title)s (%(files)s)."),
        trickleback__opened=_("%(actor)s listed an edit of chapter %(chapter)s for line %(line)s."),
        trickleback__closed=_("%(actor)s closed the edit of chapter %(chapter)s for line %(line)s."),
        editor_report__filed=_("%(editor)s filed the review editor's report on chapter %(chapter)s."),
    )
    streams.counted(publication__done={"files": ngettext_lazy("%(n)s file", "%(n)s files", "n")})
    streams.translated(
        publication__ordered=["title"], publication__embargoed=["title"], publication__done=["title"]
    )
