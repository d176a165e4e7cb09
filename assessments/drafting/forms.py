from django import forms
from django.utils.translation import gettext_lazy as _

from assessments.drafting.assets import MAX_ALT
from assessments.drafting.models import Chapter


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


class ImageForm(forms.Form):
    file = forms.FileField(
        label=_("Image"),
        help_text=_("PNG or JPEG of at most 40 million pixels, or SVG. Hidden data in it is not kept."),
    )
    alt = forms.CharField(
        label=_("Description for those who cannot see it"),
        max_length=MAX_ALT,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    key = forms.SlugField(
        label=_("Key"), max_length=80, required=False, help_text=_("Made from the file’s name if left empty.")
    )
