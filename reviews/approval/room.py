"""What every act in a session shares: the lock that makes one act wait for the other, and its entry."""

from __future__ import annotations

from datetime import datetime

import records.append
from panels.models import User
from records.models import Entry
from reviews.approval.models import Line, LineText, Session
from reviews.approval.wording import text_hash


def lock(session: Session) -> Session:
    """The session's row, locked: acts in one room come one after the other (procedure 1.6)."""
    return Session.objects.select_for_update(of=("self",)).select_related("cycle").get(pk=session.pk)


def lock_line(line: Line) -> Line:
    """The line as it is now, its session locked first."""
    session = lock(line.session)
    line = Line.objects.select_related("approved_by").get(pk=line.pk)
    line.session = session
    return line


def record(
    session: Session,
    verb: str,
    payload: dict,
    *,
    by: User,
    at: datetime,
    for_=None,
    visibility: str = "plenary",
) -> Entry:
    """One entry in the session's stream; the room sees it unless ``visibility`` says otherwise."""
    return records.append.append(
        session.stream,
        verb,
        {"session": session.number, **payload},
        by=by,
        at=at,
        for_=for_,
        visibility=visibility,
    )


def named(line: Line, **more) -> dict:
    """The payload with which every entry about a line begins."""
    return {"line": line.label, "text_hash": line.text_hash, **more}


def put_text(line: Line, text: str, origin: str, at: datetime) -> None:
    """Put a text before the room as the line's text: a new number, and no call for objections survives it."""
    number = line.texts.count() + 1
    line.text, line.text_hash = text, text_hash(text)
    line.state, line.called_at = Line.State.OPEN, None
    line.save(update_fields=["text", "text_hash", "state", "called_at"])
    LineText.objects.create(
        line=line, number=number, text=text, text_hash=line.text_hash, origin=origin, at=at
    )


def call_off(line: Line) -> None:
    """A call for objections ends without the gavel: something new stands before the room."""
    if line.state == Line.State.OBJECTIONS:
        line.state, line.called_at = Line.State.OPEN, None
        line.save(update_fields=["state", "called_at"])
