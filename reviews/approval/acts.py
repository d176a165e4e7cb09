"""Every act that a page of a session can post: its address, its form, its action, in one table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from records.obstacles import refuse
from reviews.approval import decisions, floor, forms, sessions, texts
from reviews.approval.models import Session
from reviews.approval.wording import place_of


@dataclass(frozen=True)
class Act:
    """``run(session, data, by=, now=)`` calls the action with the cleaned data of ``form``.

    Whoever holds none of ``needs`` is told so before the form is looked at; the action asks again, for the very
    line, request or proposal.
    """

    label: Promise
    form: type[forms.ActForm]
    run: Callable
    needs: tuple[str, ...]


CHAIR = ("session.chair",)
DESK = ("session.screen",)  # the chair's table: secretariat and chairs
ASK = ("floor.ask", "line.verdict", *DESK)
PROPOSE = ("line.propose", *DESK)
OBJECT = ("line.object", *DESK)


def _open_bracket(session: Session, data: dict, *, by, now):
    line = data["line"]
    place = place_of(data["words"], line.text)
    if place is None:
        refuse(
            "not-the-words",
            _("“%(words)s” does not stand exactly once in %(line)s.")
            % {"words": data["words"], "line": line},
            rule="7.7",
            remedy=_("Take enough words to name one place."),
        )
    start, end = place
    holder = data["holder"]
    readings = [
        {"text": line.text[start:end], "holder": "text on the screen", "body": ""},
        {"text": data["reading"], "holder": str(holder or "the room"), "body": holder.key if holder else ""},
    ]
    return texts.open_bracket(line, data["base_hash"], start, end, readings, by=by, now=now)


def _acknowledge(session: Session, data: dict, *, by, now):
    line = session.lines.open_now().first()
    if line is None:
        refuse("not-open-line", _("No line is before the room."), rule="7.4")
    return decisions.acknowledge_screen(line, data["hash"], data["seq"], by=by, now=now)


def _of(name: str, action: Callable, *more: str) -> Callable:
    """Call ``action`` with the object named ``name`` and the further fields in their order."""
    return lambda session, data, **who: action(data[name], *(data[field] for field in more), **who)


ACTS: dict[str, Act] = {
    "plan": Act(
        gettext_lazy("Name the opening"),
        forms.PlanForm,
        lambda s, d, **w: sessions.plan_session(s, d["opens_at"], **w),
        ("session.create",),
    ),
    "open": Act(
        gettext_lazy("Open the sitting"), forms.NoForm, lambda s, d, **w: sessions.open_sitting(s, **w), CHAIR
    ),
    "suspend": Act(
        gettext_lazy("Suspend the sitting"),
        forms.NoForm,
        lambda s, d, **w: sessions.suspend_sitting(s, **w),
        CHAIR,
    ),
    "close": Act(
        gettext_lazy("Close the session"),
        forms.NoForm,
        lambda s, d, **w: sessions.close_session(s, **w),
        CHAIR,
    ),
    "call": Act(gettext_lazy("Bring up the line"), forms.CallForm, _of("line", sessions.call_line), CHAIR),
    "park": Act(gettext_lazy("Park the line"), forms.ParkForm, _of("line", sessions.park, "reason"), CHAIR),
    "reopen": Act(
        gettext_lazy("Reopen by ruling"), forms.ReopenForm, _of("line", sessions.reopen, "ruling"), CHAIR
    ),
    "floor-ask": Act(
        gettext_lazy("Ask for the floor"),
        forms.AskForm,
        lambda s, d, **w: floor.ask(s, d["kind"], for_body=d["for_body"], **w),
        ASK,
    ),
    "floor-withdraw": Act(
        gettext_lazy("Withdraw the request"),
        forms.RequestForm,
        _of("request", floor.withdraw),
        (*ASK, *CHAIR),
    ),
    "floor-give": Act(gettext_lazy("Give the floor"), forms.RequestForm, _of("request", floor.give), CHAIR),
    "floor-end": Act(
        gettext_lazy("End the intervention"), forms.RequestForm, _of("request", floor.end), (*ASK, *CHAIR)
    ),
    "propose": Act(
        gettext_lazy("Propose words"),
        forms.ProposeForm,
        lambda s, d, **w: texts.propose(
            d["line"], d["base_hash"], d["text"], d["reason"], for_body=d["for_body"], **w
        ),
        PROPOSE,
    ),
    "proposal-withdraw": Act(
        gettext_lazy("Withdraw the proposal"),
        forms.ProposalForm,
        _of("proposal", texts.withdraw_proposal),
        ("line.propose",),
    ),
    "proposal-put": Act(
        gettext_lazy("Put on the screen"), forms.ProposalForm, _of("proposal", texts.put_on_screen), CHAIR
    ),
    "proposal-set-aside": Act(
        gettext_lazy("Set aside by ruling"),
        forms.ProposalRulingForm,
        _of("proposal", texts.set_aside, "ruling"),
        CHAIR,
    ),
    "bracket-open": Act(gettext_lazy("Put in brackets"), forms.BracketForm, _open_bracket, CHAIR),
    "bracket-lift": Act(
        gettext_lazy("Lift the bracket"), forms.LiftForm, _of("bracket", texts.lift_bracket, "words"), CHAIR
    ),
    "verdict": Act(
        gettext_lazy("Give the verdict"),
        forms.VerdictForm,
        lambda s, d, **w: decisions.verdict(
            d["line"], d["text_hash"], d["value"], d["note"], final=d["final"], **w
        ),
        ("line.verdict",),
    ),
    "acknowledge": Act(gettext_lazy("Acknowledge the screen"), forms.AcknowledgeForm, _acknowledge, DESK),
    "read-aloud": Act(
        gettext_lazy("Record as read aloud"),
        forms.TextForm,
        _of("line", decisions.read_aloud, "text_hash"),
        CHAIR,
    ),
    "call-objections": Act(
        gettext_lazy("Call for objections"),
        forms.TextForm,
        _of("line", decisions.call_for_objections, "text_hash"),
        CHAIR,
    ),
    "object": Act(
        gettext_lazy("Object"),
        forms.ObjectForm,
        lambda s, d, **w: decisions.object_to(d["line"], d["reason"], for_body=d["for_body"], **w),
        OBJECT,
    ),
    "objection-lift": Act(
        gettext_lazy("Lift the objection"),
        forms.ObjectionForm,
        _of("objection", decisions.lift_objection),
        ("line.object",),
    ),
    "objection-view": Act(
        gettext_lazy("Turn into a differing view"),
        forms.ViewForm,
        _of("objection", decisions.turn_into_view, "view"),
        ("line.object",),
    ),
    "objection-rule": Act(
        gettext_lazy("Rule on the objection"),
        forms.ObjectionRulingForm,
        _of("objection", decisions.rule_on_objection, "ruling"),
        CHAIR,
    ),
    "gavel": Act(
        gettext_lazy("Let the gavel fall"), forms.TextForm, _of("line", decisions.gavel, "text_hash"), CHAIR
    ),
}
