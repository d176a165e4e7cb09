"""The shape of what people enter in a session; whether it is allowed is the guards' affair."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from assessments.cycles import standing
from assessments.snapshots.models import SnapshotChapter
from panels.models import Body
from reviews.approval.models import Bracket, FloorRequest, Line, Objection, Proposal, Verdict

UNITS = {"line": _("line"), "paragraph": _("paragraph")}


def _moment(*, required: bool = True) -> forms.DateTimeField:
    return forms.DateTimeField(
        label=_("It opens (your time)"),
        required=required,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        help_text=_("Those who follow it are reminded the day before."),
    )


class SessionForm(forms.Form):
    """A new session: on which frozen summary, under which title."""

    title = forms.CharField(label=_("Title"), max_length=200, required=False)
    frozen = forms.ModelChoiceField(SnapshotChapter.objects.none(), label=_("Frozen summary"))
    opens_at = _moment(required=False)

    unit = forms.ChoiceField(label=_("Decided by"), required=False)

    def __init__(self, *args, cycle, **kwargs):
        super().__init__(*args, **kwargs)
        units = cycle.procedure.summary.units
        self.fields["unit"].choices = [(unit, UNITS[unit]) for unit in units if unit in UNITS]
        if len(units) < 2:
            del self.fields["unit"]
        self.fields["frozen"].queryset = SnapshotChapter.objects.filter(
            snapshot__cycle=cycle, snapshot__status="ready", chapter__kind="summary"
        ).select_related("snapshot", "chapter")
        self.fields["frozen"].initial = self.fields["frozen"].queryset.order_by("-snapshot__ready_at").first()
        self.fields["frozen"].label_from_instance = lambda frozen: f"{frozen.snapshot.label}: {frozen.title}"


class ActForm(forms.Form):
    """Base of every act's form. ``session`` limits what can be named to its own lines and people."""

    def __init__(self, *args, session, **kwargs):
        super().__init__(*args, **kwargs)
        self.session = session
        rows = {
            "request": FloorRequest.objects.filter(session=session),
            "proposal": Proposal.objects.filter(line__session=session),
            "bracket": Bracket.objects.filter(line__session=session),
            "objection": Objection.objects.filter(line__session=session),
            "for_body": standing.bodies(session.cycle, "delegation"),
            "holder": standing.bodies(session.cycle, "delegation"),
        }
        for name in self.fields.keys() & rows.keys():
            self.fields[name].queryset = rows[name].all()

    def clean_line(self) -> Line:
        label = " ".join(self.cleaned_data["line"].split())
        line = Line.objects.filter(session=self.session, label__iexact=label).first()
        if line is None:
            raise forms.ValidationError(
                _("No line is called “%(label)s”; lines are called as in the list, such as %(example)s."),
                params={
                    "label": label,
                    "example": self.session.lines.values_list("label", flat=True).first() or "A.1",
                },
            )
        return line

    @property
    def typed(self) -> bool:
        """Whether somebody wrote words that a refusal must not lose."""
        return any(
            isinstance(field.field.widget, forms.Textarea) and (field.value() or "").strip()
            for field in self.visible_fields()
        )


class PlanForm(ActForm):
    opens_at = _moment()


def _row(model) -> forms.ModelChoiceField:
    return forms.ModelChoiceField(model.objects.none(), widget=forms.HiddenInput)


def _text(label, *, required: bool = True, rows: int = 3, help_text: str = "") -> forms.CharField:
    return forms.CharField(
        label=label,
        required=required,
        max_length=4000,
        help_text=help_text,
        widget=forms.Textarea(attrs={"rows": rows, "dir": "auto"}),
    )


def _hidden(length: int = 64, *, required: bool = True) -> forms.CharField:
    return forms.CharField(max_length=length, required=required, widget=forms.HiddenInput)


def _for_body() -> forms.ModelChoiceField:
    return forms.ModelChoiceField(
        Body.objects.none(),
        required=False,
        label=_("Entered for"),
        help_text=_("Only when you enter it for a delegation; the record names both."),
    )


class NoForm(ActForm):
    pass


class CallForm(ActForm):
    line = forms.CharField(label=_("Line"), max_length=30)


class LineForm(ActForm):
    line = _hidden(30)


class TextForm(LineForm):
    text_hash = _hidden()


class ParkForm(LineForm):
    reason = forms.CharField(label=_("Reason"), max_length=300, required=False)


class ReopenForm(LineForm):
    ruling = _text(_("Ruling, in its words"))


class AskForm(ActForm):
    kind = forms.ChoiceField(choices=FloorRequest.Kind.choices, widget=forms.HiddenInput)
    for_body = _for_body()


class RequestForm(ActForm):
    request = _row(FloorRequest)


class ProposeForm(LineForm):
    base_hash = _hidden()
    text = _text(_("The line as you propose it"), required=False)
    delete = forms.BooleanField(label=_("Delete the line"), required=False)
    reason = forms.CharField(label=_("Reason"), max_length=500, required=False)
    for_body = _for_body()

    def clean(self):
        data = super().clean()
        if data.get("delete"):
            data["text"] = ""
        elif not data.get("text", "").strip():
            self.add_error("text", _("Write the line, or tick that it be deleted."))
        return data


class ProposalForm(ActForm):
    proposal = _row(Proposal)


class ProposalRulingForm(ProposalForm):
    ruling = _text(_("Ruling, in its words"))


class BracketForm(LineForm):
    base_hash = _hidden()
    words = forms.CharField(
        label=_("Words of the line"), max_length=1000, help_text=_("Exactly as they stand, once.")
    )
    reading = forms.CharField(label=_("Other reading"), max_length=1000, required=False)
    holder = forms.ModelChoiceField(Body.objects.none(), label=_("Held by"), required=False)


class LiftForm(ActForm):
    bracket = _row(Bracket)
    words = forms.CharField(label=_("Agreed words"), max_length=1000, required=False)


class VerdictForm(TextForm):
    value = forms.ChoiceField(choices=Verdict.Value.choices, widget=forms.HiddenInput)
    note = _text(_("What is not consistent, or how it is meant"), required=False)
    final = forms.BooleanField(required=False, widget=forms.HiddenInput)


class AcknowledgeForm(ActForm):
    hash = _hidden()
    seq = forms.IntegerField(min_value=1)


class ObjectForm(LineForm):
    reason = _text(_("Why"), required=False)
    for_body = _for_body()


class ObjectionForm(ActForm):
    objection = _row(Objection)


class ViewForm(ObjectionForm):
    view = _text(_("The differing view, in your delegation's own words"))


class ObjectionRulingForm(ObjectionForm):
    ruling = _text(_("Ruling, in its words"))
