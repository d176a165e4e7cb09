from django import forms
from django.utils.translation import gettext_lazy as _

from assessments.sources.models import Source, SourceTerms
from assessments.sources.words import CRITERIA, CRITERION_WORDS, KIND_WORDS, MARK_WORDS
from panels.models import State, User

DAY = forms.DateInput(attrs={"type": "date"})


class SourcesForm(forms.Form):
    file = forms.FileField(
        label=_("Bibliography"), help_text=_("BibTeX, RIS or CSL-JSON, as Zotero and others export them.")
    )


class DoiForm(forms.Form):
    doi = forms.CharField(label=_("DOI"), max_length=300)


class RetractionsForm(forms.Form):
    file = forms.FileField(
        label=_("List of retractions"),
        help_text=_("CSV with a column of DOIs, such as that of Retraction Watch."),
    )


class CutOffForm(forms.Form):
    until = forms.DateField(label=_("Literature counts until"), widget=DAY)


class DescriptionForm(forms.Form):
    kind = forms.ChoiceField(
        label=_("Kind"), required=False, choices=[("", _("as its entry tells")), *KIND_WORDS.items()]
    )
    language = forms.CharField(
        label=_("Language"),
        max_length=2,
        required=False,
        help_text=_("Two letters: en, fr, es, ru, ar, zh …"),
    )
    translated_title = forms.CharField(
        label=_("Title in the report’s language"), max_length=500, required=False
    )


class VettingForm(forms.Form):
    outcome = forms.ChoiceField(label=_("Outcome"), choices=Source.Outcome.choices)
    limitation = forms.CharField(
        label=_("Limitation"),
        max_length=500,
        required=False,
        help_text=_("What it is admitted for, and what not."),
    )
    words = forms.CharField(
        label=_("How its quality was assessed, as recorded"), widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name in CRITERIA:
            self.fields[f"mark-{name}"] = forms.ChoiceField(
                label=CRITERION_WORDS[name],
                choices=list(MARK_WORDS.items()),
                initial="unknown",
                required=False,
            )
        self.order_fields([*(f"mark-{name}" for name in CRITERIA), "outcome", "limitation", "words"])

    def said(self) -> dict:
        """What ``vetting.vet`` takes, by its names."""
        data = self.cleaned_data
        marks = {name: data[f"mark-{name}"] for name in CRITERIA if data[f"mark-{name}"]}
        return {"marks": marks, **{name: data[name] for name in ("outcome", "limitation", "words")}}


class CopyForm(forms.Form):
    file = forms.FileField(label=_("Copy"), help_text=_("The very version that is vetted, of at most 50 MB."))


class TermsForm(forms.Form):
    consent = forms.CharField(
        label=_("Consent"),
        help_text=_("Who agreed, to what, and when."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    attribution = forms.CharField(label=_("To be named as"), max_length=300)
    access = forms.ChoiceField(label=_("Who may see it"), choices=SourceTerms.Access.choices)
    readers = forms.ModelMultipleChoiceField(User.objects.none(), label=_("Named people"), required=False)

    def __init__(self, *args, people, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["readers"].queryset = people


class SignOffForm(forms.Form):
    state = forms.ModelChoiceField(State.objects.all(), label=_("State"))
    contact = forms.CharField(
        label=_("Contact"), max_length=200, help_text=_("Who answers for the State’s data.")
    )
    version = forms.CharField(label=_("Version of the data"), max_length=100)
    on = forms.DateField(label=_("Signed off on"), widget=DAY)
