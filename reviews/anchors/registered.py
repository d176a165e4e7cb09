"""What anchors register with the lower floors: the job, who orders it, and the sentences of their verbs."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from records.jobs import registry
from records.registry import streams
from records.wording import choice
from reviews.anchors import permissions


def register() -> None:
    """Put everything in place (called from the app's ready)."""
    from assessments.snapshots.registered import when_frozen
    from reviews.anchors import projecting
    from reviews.anchors.models import Projection

    permissions.register()
    when_frozen(projecting.order_for)
    registry.register("anchors.project", projecting.run, title=_("Comments being placed in a later draft"))
    streams.worded(
        anchor__placed={"decision": choice(Projection.Decision)},
        anchor__reopened={"decision": choice(Projection.Decision)},
    )
    streams.verbs(
        anchor__placed=_("%(actor)s said where %(comment)s stands in %(draft)s: %(decision)s."),
        anchor__reopened=_("%(actor)s took back where %(comment)s stands in %(draft)s (%(decision)s)."),
    )
