from django import forms
from django.utils.translation import gettext_lazy as _

from panels.models import Person


def _moment(label):
    return forms.DateTimeField(
        label=label, widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    )


class MeetingForm(forms.Form):
    title = forms.CharField(label=_("Title"), max_length=200)
    starts = _moment(_("Begins (your time)"))
    ends = _moment(_("Ends (your time)"))
    place = forms.CharField(label=_("Place"), max_length=250, required=False)
    link = forms.URLField(label=_("Link to join"), max_length=500, required=False, assume_scheme="https")


class CallForm(MeetingForm):
    agenda = forms.CharField(
        label=_("Agenda"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("One item a line."),
    )


class DocumentForm(forms.Form):
    title = forms.CharField(label=_("Title"), max_length=200, required=False)
    file = forms.FileField(label=_("File"), required=False)
    address = forms.URLField(label=_("or address"), max_length=500, required=False, assume_scheme="https")


class TaskForm(forms.Form):
    text = forms.CharField(label=_("What is to be done"), max_length=500)
    owner = forms.ModelChoiceField(Person.objects.none(), label=_("Who does it"))
    due = forms.DateField(
        label=_("Until"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )

    def __init__(self, *args, people, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["owner"].queryset = Person.objects.filter(pk__in=[person.pk for person in people])
