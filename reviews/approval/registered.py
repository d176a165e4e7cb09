"""What sessions register below: who sees their streams, the sentences of their verbs, two conditions."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from assessments.cycles import streams as of_cycle
from assessments.publishing import registry as publishing
from records.registry import gates, streams
from records.wording import choice
from reviews.approval import conditions
from reviews.approval.published import approved_summary


def register() -> None:
    """Put everything in place (called from the app's ready)."""
    from reviews.approval.models import Verdict

    publishing.add_summary(approved_summary)
    streams.register(
        "session", of_cycle.visible, of_cycle.among, of_cycle.keeps, of_cycle.group, of_cycle.readable
    )
    gates.register("summary-circulated", conditions.summary_circulated)
    gates.register("summary-approved", conditions.summary_approved)
    verdict = {"value": choice(Verdict.Value)}
    streams.worded(verdict__given=verdict, verdict__decided=verdict)
    streams.verbs(
        session__prepared=_("%(actor)s prepared “%(title)s” with %(lines)s lines of the draft %(draft)s."),
        session__planned=_("%(actor)s called “%(title)s” for %(opens_at)s."),
        session__opened=_("%(actor)s opened the sitting of “%(title)s”."),
        session__suspended=_("%(actor)s suspended the sitting of “%(title)s”."),
        session__closed=_("%(actor)s closed “%(title)s”: %(approved)s lines approved, %(deleted)s deleted."),
        line__called=_("%(line)s is before the room."),
        line__parked=_("%(line)s is parked. %(reason)s"),
        line__reopened=_("%(actor)s reopened %(line)s by ruling: %(ruling)s"),
        line__proposed=_("%(who)s proposes %(proposal)s on %(line)s: “%(text)s”"),
        line__text_put=_("The text of %(line)s is now proposal %(proposal)s of %(who)s: “%(text)s”"),
        line__read_aloud=_("%(line)s was read aloud."),
        line__objected=_("%(who)s objects to %(line)s. %(reason)s"),
        line__approved=_("%(line)s is approved."),
        line__deleted=_("%(line)s is deleted."),
        proposal__withdrawn=_("%(who)s withdrew proposal %(proposal)s on %(line)s."),
        proposal__set_aside=_("Ruling on proposal %(proposal)s of %(who)s on %(line)s: %(ruling)s"),
        bracket__opened=_("A bracket stands on %(line)s: [ %(readings)s ]."),
        bracket__lifted=_("The bracket on %(line)s is lifted to “%(words)s”."),
        verdict__given=_("%(actor)s on %(line)s: %(value)s. %(note)s"),
        verdict__decided=_("%(actor)s decided for the authors of %(line)s: %(value)s. %(note)s"),
        screen__acknowledged=_("The screen shows %(line)s."),
        objections__called=_("Objections to %(line)s are called for: %(window_s)s seconds."),
        objection__lifted=_("%(who)s lifted its objection to %(line)s."),
        objection__differing_view=_(
            "%(who)s turned its objection to %(line)s into a differing view: %(view)s"
        ),
        objection__ruled=_("Ruling on the objection of %(who)s to %(line)s: %(ruling)s"),
        floor__asked=_("%(who)s asks for the floor."),
        floor__point_raised=_("%(who)s raises a point of order."),
        floor__clarification_asked=_("%(who)s asks to clarify for the authors."),
        floor__withdrawn=_("%(who)s withdrew the request for the floor."),
        floor__given=_("%(who)s has the floor."),
        floor__ended=_("%(who)s has spoken."),
    )
