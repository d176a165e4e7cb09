"""The parts of the API that a token may be narrowed to: the tags of the schema."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

READ, WRITE = "read", "write"
AREAS = {
    "people": _("People, roles, groups, disclosures, one's own account and notices"),
    "cycles": _("Cycles, gates, decisions"),
    "drafting": _("Chapters, sources, images"),
    "snapshots": _("Frozen drafts"),
    "comments": _("Review rounds, comments, answers"),
    "sessions": _("Sessions of approval"),
    "publishing": _("Publications, trickle-backs, editors' reports"),
    "record": _("The record, jobs, the search"),
    "webhooks": _("Webhooks"),
}
# Reached by signing in alone: who holds a token cannot make it another.
OWN = "tokens"
