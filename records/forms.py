from django import forms
from django.utils.translation import gettext_lazy as _

REASON_LIMIT = 1000


class ErasureForm(forms.Form):
    reason = forms.CharField(
        label=_("Why"),
        max_length=REASON_LIMIT,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("The law and the order that ask for it. It is kept for ever; name nobody in it."),
    )
