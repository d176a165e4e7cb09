"""Which text of the open line a person last looked at, kept in their own browser session."""

from __future__ import annotations

from django.utils import timezone

from reviews.approval import asked
from reviews.approval.models import Line, Session


def _key(session: Session) -> str:
    return f"looked-{session.pk}"


def on_opening(request, session: Session, line: Line | None) -> dict:
    """Opening the page counts as a look at the open line: remember its text, and give the one before it."""
    before = request.session.get(_key(session)) or {}
    if line is None:
        return {}
    number = len(asked.texts_of(line))
    if before.get("line") != line.pk:
        before = {"line": line.pk, "seen": number, "shown": number, "at": timezone.now().isoformat()}
    elif before["shown"] < number:
        before = {**before, "seen": before["shown"], "shown": number, "since": before["at"]}
        before["at"] = timezone.now().isoformat()
    else:
        return before
    request.session[_key(session)] = before
    return before


def so_far(request, session: Session, line: Line | None) -> dict:
    """What was remembered; fetching regions is no look, since nobody may be sitting there."""
    return request.session.get(_key(session)) or {}
