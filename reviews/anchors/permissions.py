"""Who says where a doubtful comment stands: the chapter's authors, who answer it, and the secretariat."""

from __future__ import annotations

import rules


@rules.predicate
def settles(user, target) -> bool:
    """Whoever may answer comments (of a chapter, its own authors), or enters sheets for others."""
    return user.has_perm("response.write", target) or user.has_perm("comment.import", target)


def register() -> None:
    """Put the table in place (called from ready)."""
    if not rules.perm_exists("anchors.settle"):
        rules.add_perm("anchors.settle", settles)
