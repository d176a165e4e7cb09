from django import forms
from django.utils.translation import gettext_lazy as _

from assessments.drafting.assets import MAX_ALT, Facts
from assessments.drafting.models import Asset, Chapter


class ChapterForm(forms.Form):
    number = forms.CharField(
        label=_("Number"), max_length=12, help_text=_("As it will be cited: 3, or SPM. It stays once given.")
    )
    title = forms.CharField(label=_("Title"), max_length=250)
    kind = forms.ChoiceField(label=_("Kind"), choices=Chapter.Kind.choices)


class TextForm(forms.Form):
    file = forms.FileField(label=_("File"), help_text=_("Markdown (.md) or Word (.docx)."))
    author = forms.ModelChoiceField(
        None,
        label=_("Handed over by"),
        required=False,
        help_text=_("If you enter it for an author, the record names both."),
    )

    def __init__(self, *args, people, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["author"].queryset = people


class FactsForm(forms.Form):
    """What an image comes with (procedure 4.6)."""

    file = forms.FileField(
        label=_("Image"),
        help_text=_("PNG or JPEG of at most 40 million pixels, or SVG. Hidden data in it is not kept."),
    )
    alt = forms.CharField(
        label=_("Description for those who cannot see it"),
        max_length=MAX_ALT,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    origin = forms.CharField(
        label=_("Origin"),
        max_length=300,
        help_text=_("Who made it, or from which work it was taken: “The authors”, or “Figure 2 of …”."),
    )
    licence = forms.ChoiceField(
        label=_("Others may use it under"), choices=Asset.Licence.choices, initial=Asset.Licence.REPORT
    )
    data = forms.FileField(
        label=_("Data that it was drawn from"),
        required=False,
        help_text=_("CSV, TSV, JSON, XLSX or ODS of at most 20 MB. It is published with the figure."),
    )
    code = forms.URLField(
        label=_("Address of the program that drew it"),
        max_length=500,
        required=False,
        assume_scheme="https",
        help_text=_("A lasting one, such as a DOI or a tagged version."),
    )

    def facts(self) -> Facts:
        said, data = self.cleaned_data, self.cleaned_data["data"]
        return Facts(
            **{name: said[name] for name in ("alt", "origin", "licence", "code")},
            data=(data.name, data.read()) if data else None,
        )

    def picture(self) -> tuple[str, bytes] | None:
        file = self.cleaned_data["file"]
        return (file.name, file.read()) if file else None


class ImageForm(FactsForm):
    key = forms.SlugField(
        label=_("Key"), max_length=80, required=False, help_text=_("Made from the file’s name if left empty.")
    )


class ImageVersionForm(FactsForm):
    """The next version of an image; ``number`` is that of the version it was made from."""

    number = forms.IntegerField(widget=forms.HiddenInput)
    without_data = forms.BooleanField(label=_("Its data no longer belong to it"), required=False)
    note = forms.CharField(label=_("What changed"), max_length=200, required=False)

    def __init__(self, *args, asset: Asset, **kwargs):
        facts = ("alt", "origin", "licence", "code", "number")
        super().__init__(*args, initial={name: getattr(asset, name) for name in facts}, **kwargs)
        self.fields["file"].required = False
        self.fields["file"].help_text = _("The image stays as it is if you choose none.")
        if asset.data:
            self.fields["data"].help_text = _("They stay as they are if you choose none.")
        else:
            del self.fields["without_data"]
