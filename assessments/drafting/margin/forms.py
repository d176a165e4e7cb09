"""Shapes of what is written in the margin; whether it may be is the guards' business."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from assessments.drafting.margin.choosing import Chosen
from assessments.drafting.margin.common import MOST_CHARACTERS
from panels.models import User


class ChosenForm(forms.Form):
    """Words chosen in the text; the editor sends besides what stands around them."""

    quote = forms.CharField(
        label=_("Words as they stand in the text"),
        help_text=_("Copy them from the text of the chapter in Markdown."),
        max_length=MOST_CHARACTERS,
        strip=False,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
    )
    before = forms.CharField(required=False, strip=False, max_length=400, widget=forms.HiddenInput)
    after = forms.CharField(required=False, strip=False, max_length=400, widget=forms.HiddenInput)

    @property
    def chosen(self) -> Chosen:
        return Chosen(
            *(self.cleaned_data[name].replace("\r\n", "\n") for name in ("quote", "before", "after"))
        )


class SuggestForm(ChosenForm):
    text = forms.CharField(
        label=_("What should stand there"),
        help_text=_("Nothing, to take the words out."),
        max_length=MOST_CHARACTERS,
        strip=False,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
    )
    reason = forms.CharField(label=_("Why"), max_length=1000, required=False)


class AssignForm(forms.Form):
    assigned_to = forms.ModelChoiceField(
        label=_("Whom it waits for"), queryset=None, required=False, empty_label=_("nobody in particular")
    )
    due = forms.DateField(label=_("Until"), required=False, widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, *args, people, **more):
        super().__init__(*args, **more)
        field = self.fields["assigned_to"]
        field.queryset = User.objects.filter(pk__in=[person.pk for person in people])
        field.choices = [("", field.empty_label), *((person.pk, str(person)) for person in people)]


class RemarkForm(ChosenForm, AssignForm):
    text = forms.CharField(
        label=_("Your comment"),
        help_text=_("Write @ and a name, and that person is told."),
        max_length=MOST_CHARACTERS,
        widget=forms.Textarea(
            attrs={"rows": 3, "dir": "auto", "data-mentions": "", "aria-autocomplete": "list"}
        ),
    )
    field_order = ["quote", "text", "assigned_to", "due"]
