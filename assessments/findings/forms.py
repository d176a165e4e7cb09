from django import forms
from django.utils.translation import gettext_lazy as _

from assessments.findings.scale import Scale
from assessments.findings.words import LEVELS


class ConfirmForm(forms.Form):
    evidence = forms.ChoiceField(label=_("Evidence"), required=False)
    agreement = forms.ChoiceField(label=_("Agreement"), required=False)
    account = forms.CharField(
        label=_("Traceable account"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("How the authors came to this judgement, and from which evidence."),
    )

    def __init__(self, *args, scale: Scale, **kwargs):
        super().__init__(*args, **kwargs)
        for name in ("evidence", "agreement"):
            words = getattr(scale, name)
            if words:
                self.fields[name].choices = [
                    ("", _("not said")),
                    *((key, LEVELS.get(key, key)) for key in words),
                ]
            else:
                del self.fields[name]


class ReasonForm(forms.Form):
    reason = forms.CharField(label=_("Reason"), widget=forms.Textarea(attrs={"rows": 2}), max_length=2000)
