"""The acts on a page, each with its reasons where it is closed (components/_act.html)."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.urls import reverse
from django.utils.translation import gettext as _

from records.obstacles import Obstacle
from reviews.approval import asked, guards
from reviews.approval.models import Line, Session


@dataclass
class Button:
    """What components/_act.html asks for, and nothing else."""

    id: str
    action: str
    label: str
    klass: str = ""
    key: str = ""
    confirm: str = ""
    question: str = ""
    fields: list[tuple[str, object]] = field(default_factory=list)
    obstacles: list[Obstacle] = field(default_factory=list)


def act_url(session: Session, act: str) -> str:
    return reverse("session_act", args=[session.cycle.slug, session.number, act])


def button(session: Session, act: str, label: str, *, mark: object = "", **more) -> Button:
    """A button for an act; ``mark`` tells several of the same act on one page apart."""
    return Button(id=f"{act}-{mark}" if mark else act, action=act_url(session, act), label=label, **more)


def of_session(session: Session) -> list[Button]:
    """Open, suspend, close: the chair's acts on the session itself."""
    if session.status == Session.Status.CLOSED:
        return []
    if session.status == Session.Status.PREPARED:
        wrong = guards.stage_obstacles(session.cycle, "session.chair")
        return [button(session, "open", _("Open the sitting"), klass="btn--main", obstacles=wrong)]
    suspend = button(session, "suspend", _("Suspend the sitting"))
    if asked.open_line(session) is not None:
        return [suspend]
    close = button(
        session,
        "close",
        _("Close the session"),
        obstacles=guards.obstacles_to_closing(session),
        confirm=_("After the close no line changes any more in this session."),
    )
    return [suspend, close]


def of_agenda(session: Session) -> list[Button]:
    """The next line to bring up, where none is open."""
    following = session.lines.filter(state=Line.State.QUEUED).first()
    parked = session.lines.filter(state=Line.State.PARKED)[:6]
    made = [
        button(
            session,
            "call",
            _("Bring up %(line)s") % {"line": line},
            mark=line.place,
            klass="btn--main" if line == following else "",
            fields=[("line", line.label)],
        )
        for line in [*([following] if following else []), *parked]
    ]
    return made


def on_line(line: Line, stands: list[Obstacle]) -> list[Button]:
    """The chair's acts on the open line, short of the gavel."""
    session = line.session
    named = [("line", line.label)]
    made = [button(session, "park", _("Park %(line)s") % {"line": line}, fields=named)]
    if any(o.code == "not-on-screen" for o in stands) and session.cycle.procedure.summary.read_aloud_allowed:
        text = [*named, ("text_hash", line.text_hash)]
        made.insert(0, button(session, "read-aloud", _("Record as read aloud"), fields=text))
    return made


def gavel(line: Line) -> Button:
    """Call for objections first, then the gavel: one button at a time, in the same place."""
    fields = [("line", line.label), ("text_hash", line.text_hash)]
    if line.state == Line.State.OBJECTIONS:
        label = _("Let the gavel fall on %(line)s") if line.text else _("Delete %(line)s by the gavel")
        return button(
            line.session, "gavel", label % {"line": line}, klass="btn--main", key="g", fields=fields
        )
    return button(
        line.session, "call-objections", _("Call for objections"), klass="btn--main", key="c", fields=fields
    )


def verdicts(line: Line, text_hash: str, mark: str, final: bool) -> list[Button]:
    """One press for "consistent"; the other word needs its reason and has a form of its own."""
    fields = [("line", line.label), ("text_hash", text_hash), ("value", "consistent")]
    label = _("Decide: consistent") if final else _("Consistent with the chapters")
    if final:
        fields.append(("final", "on"))
    return [button(line.session, "verdict", label, mark=mark, fields=fields, klass="btn--main")]
