from django import forms
from django.utils.translation import gettext_lazy as _

from assessments.imprint import styles
from assessments.imprint.models import Imprint, Term


class ImprintForm(forms.ModelForm):
    """The shape of the facts; whether an ISBN is one, the act decides."""

    class Meta:
        model = Imprint
        fields = [
            *("publisher", "subtitle", "isbn", "doi", "licence", "citation", "foreword", "foreword_by"),
            *("preface", "preface_by", "embargo_until", "style"),
        ]
        widgets = {
            "citation": forms.Textarea(attrs={"rows": 2}),
            "foreword": forms.Textarea(attrs={"rows": 10}),
            "preface": forms.Textarea(attrs={"rows": 10}),
            "embargo_until": forms.DateTimeInput(attrs={"placeholder": "2027-06-01 10:00"}),
        }
        help_texts = {
            "isbn": _("13 digits, or 10; its last digit is checked."),
            "doi": _("Such as 10.1234/report. It is printed as an address of doi.org."),
            "licence": _("Such as CC BY 4.0."),
            "citation": _("Left empty, it is made of publisher, year, title and DOI."),
            "foreword": _("Written as a chapter is, in Markdown."),
            "preface": _("Written as a chapter is, in Markdown."),
            "foreword_by": _("Name and office, parted by semicolons."),
            "preface_by": _("Name and office, parted by semicolons."),
            "embargo_until": _(
                "Counts where the procedure knows an embargo. Until then those who take part read what is published."
            ),
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        choices = [("", _("The house’s own: author and date")), *((name, name) for name in styles.known())]
        self.fields["style"] = forms.ChoiceField(
            label=_("Style of references"),
            choices=choices,
            required=False,
            help_text=_("A draft that is frozen keeps the style it was frozen with."),
        )
        # The act checks these and keeps what was typed to say what is wrong with it.
        self.fields["isbn"].max_length = self.fields["doi"].max_length = 200
        for name in ("isbn", "doi"):
            self.fields[name].validators = []
            self.fields[name].widget.attrs.pop("maxlength", None)

    def _post_clean(self):
        """Nothing is written to the instance here: the act alone writes it."""


class TermForm(forms.Form):
    kind = forms.ChoiceField(label=_("Kind"), choices=Term.Kind.choices)
    term = forms.CharField(label=_("Term"), max_length=120)
    definition = forms.CharField(
        label=_("Definition"), max_length=3000, widget=forms.Textarea(attrs={"rows": 3})
    )


class TermsFileForm(forms.Form):
    file = forms.FileField(
        label=_("File"), help_text=_("CSV with the columns kind (term or acronym), term, definition.")
    )
