"""Forms of a round: their fields check shapes; whether the procedure allows it is for the guards to say."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from assessments.procedures.titles import titled


class OpenForm(forms.Form):
    rule = forms.ChoiceField(label=_("Round"))
    closes_at = forms.DateTimeField(
        label=_("Ends on (your time)"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        help_text=_("Without a date it lasts as many weeks as the procedure says."),
    )
    shorter = forms.BooleanField(label=_("It is to be shorter than the procedure says"), required=False)
    reason = forms.CharField(
        label=_("Why it is shorter, as the record shows it"), max_length=300, required=False
    )

    def __init__(self, *args, cycle, **kwargs):
        super().__init__(*args, **kwargs)
        held = set(cycle.rounds.values_list("rule_key", flat=True))
        self.fields["rule"].choices = [
            (r.key, titled(r.title)) for r in cycle.procedure.rounds if r.key not in held
        ]

    def clean(self):
        """The reason of a shorter round counts only with its tick: haste is never taken for a decision."""
        data = super().clean()
        if data.get("shorter") and not data.get("reason"):
            self.add_error("reason", _("Say why it is shorter."))
        elif not data.get("shorter"):
            data["reason"] = ""
        return data


class RegisterForm(forms.Form):
    expertise = forms.CharField(
        label=_("Your expertise, in your own words"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("It is shown to the authors beside your comments."),
    )
    undertaking = forms.BooleanField(
        label=_("I will keep the draft confidential: I will not cite it, quote it or pass it on."),
        error_messages={"required": _("The draft is shown only to those who undertake this.")},
    )
    consent = forms.BooleanField(
        label=_("I consent to the publication of my name and my comments, with the answers to them."),
        error_messages={"required": _("Without this consent nobody takes part in the round.")},
    )

    def __init__(self, *args, undertaking: bool, **kwargs):
        super().__init__(*args, **kwargs)
        if not undertaking:
            del self.fields["undertaking"]


class ExtendForm(forms.Form):
    closes_at = forms.DateTimeField(
        label=_("New end (your time)"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    reason = forms.CharField(label=_("Reason, as the record shows it"), max_length=300)
