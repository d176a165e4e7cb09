from datetime import datetime, time

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from assessments.drafting.sections.models import SectionPlan
from assessments.procedures.titles import titled
from panels.models import Person

CHAPTER = "chapter"  # the value of the whole chapter in a choice of sections


def section_choices(sections, whole: bool) -> list[tuple[str, str]]:
    """Sections as choices, a subsection set in; ``whole``: the chapter itself too."""
    found = [(one.id, "\u2003" * max(0, one.level - 2) + one.label) for one in sections]
    return [(CHAPTER, _("The whole chapter")), *found] if whole else found


class PlanForm(forms.Form):
    """``shown``: the section whose plan the fields were filled with."""

    section = forms.ChoiceField(label=_("Section"))
    shown = forms.CharField(required=False, widget=forms.HiddenInput)
    owner = forms.ModelChoiceField(
        Person.objects.none(), label=_("Who answers for it"), required=False, empty_label=_("nobody yet")
    )
    words = forms.IntegerField(label=_("Planned words"), required=False, min_value=1, max_value=1_000_000)

    def __init__(self, *args, sections, people, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["section"].choices = section_choices(sections, whole=True)
        self.fields["owner"].queryset = people

    def clean(self):
        """Nobody gives a section the plan of another by choosing it in the list."""
        said = super().clean()
        if said.get("shown") and said.get("section") and said["shown"] != said["section"]:
            # Sent once more as it stands, it is meant.
            self.data = self.data.copy()
            self.data["shown"] = said["section"]
            self.add_error(
                "section", _("These were the words and the person of another section. Look at them again.")
            )
        return said


class MarkForm(forms.Form):
    section = forms.ChoiceField(label=_("Section"))
    state = forms.ChoiceField(label=_("How far it is"), choices=SectionPlan.State.choices)

    def __init__(self, *args, sections, whole, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["section"].choices = section_choices(sections, whole)


class InviteForm(forms.Form):
    section = forms.ChoiceField(label=_("Section"))
    name = forms.CharField(
        label=_("Name"), max_length=150, required=False, help_text=_("For somebody without an account.")
    )
    email = forms.EmailField(label=_("E-mail"))
    role = forms.ChoiceField(label=_("Role"))
    until = forms.DateField(
        label=_("Until"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )

    def __init__(self, *args, sections, roles, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["section"].choices = section_choices(sections, whole=False)
        self.fields["role"].choices = [
            (
                role.key,
                _("%(role)s, once a disclosure is cleared") % {"role": titled(role.title)}
                if role.discloses
                else titled(role.title),
            )
            for role in roles
        ]

    def clean_until(self):
        """The end of that day, where whoever invites is."""
        return timezone.make_aware(datetime.combine(self.cleaned_data["until"], time(23, 59)))
