import zoneinfo

from django import forms
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from panels.models import Body, Person, User


class AcceptForm(forms.Form):
    name = forms.CharField(label=_("Your name"), max_length=150)
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)
    password = forms.CharField(
        label=_("Password"),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("At least ten characters."),
    )

    def clean_password(self):
        validate_password(self.cleaned_data["password"])
        return self.cleaned_data["password"]


class DisclosureForm(forms.Form):
    body = forms.ModelChoiceField(Body.objects.none(), label=_("For"))
    text = forms.CharField(
        label=_("Interests: financial, professional, personal"),
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("Write “none” where there is none. It is read only by those who decide on it."),
    )

    def __init__(self, *args, places, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["body"].queryset = Body.objects.filter(pk__in=[body.pk for body, _name in places])
        self.fields["body"].choices = [("", "---------"), *((body.pk, name) for body, name in places)]


class SettingsForm(forms.ModelForm):
    named = forms.BooleanField(
        label=_("Name me, my affiliation and my state in the reports to which I contribute"),
        required=False,
        help_text=_("Without this your name stands in no report. What is published already stays."),
    )

    class Meta:
        model = User
        fields = ["name", "language", "zone"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["language"] = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)
        zones = sorted(zoneinfo.available_timezones())
        self.fields["zone"] = forms.ChoiceField(label=_("Time zone"), choices=[(z, z) for z in zones])
        self.person = Person.objects.filter(user=self.instance).first()
        if self.person is not None:
            self.initial["named"] = self.person.named_at is not None
        else:
            del self.fields["named"]

    def save(self, commit=True):
        user = super().save(commit)
        named = self.cleaned_data.get("named", False)
        if self.person is not None and named != (self.person.named_at is not None):
            self.person.named_at = timezone.now() if named else None
            self.person.save(update_fields=["named_at"])
        return user
