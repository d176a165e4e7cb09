from django import forms
from django.utils.translation import gettext_lazy as _

from assessments.cycles import standing
from assessments.procedures import loader
from assessments.procedures.titles import titled
from panels.models import Body, Person, State


class DecisionForm(forms.Form):
    kind = forms.ChoiceField(label=_("Decision"))
    text = forms.CharField(label=_("Its words, as recorded"), widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args, kinds=(), **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [(d.key, titled(d.title)) for d in kinds]


class CycleForm(forms.Form):
    slug = forms.SlugField(label=_("Short name"), help_text=_("Such as un-2027; it stands in every address."))
    title = forms.CharField(label=_("Title"), max_length=250)
    procedure = forms.ChoiceField(label=_("Procedure"))
    chapters = forms.IntegerField(label=_("Number of chapters"), min_value=0, max_value=60, initial=4)
    at_stage = forms.CharField(
        label=_("Begins at another stage"),
        required=False,
        help_text=_("Only for a report that began elsewhere: the key of the stage at which it enters."),
    )
    why = forms.CharField(label=_("Why it begins there"), required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["procedure"].choices = [(p.key, titled(p.title)) for p in loader.load_all().values()]


class PersonForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=150)
    email = forms.EmailField(label=_("E-mail"))
    nationality = forms.CharField(
        label=_("Nationality"), required=False, max_length=3, help_text=_("Three-letter code, such as KEN.")
    )
    affiliation = forms.CharField(label=_("Affiliation"), required=False, max_length=200)

    def clean_nationality(self):
        code = self.cleaned_data["nationality"].strip().upper()
        if not code:
            return None
        state = State.objects.filter(iso3=code).first()
        if state is None:
            raise forms.ValidationError(
                _("%(code)s is no state's three-letter code; KEN and BRA are such codes."),
                params={"code": code},
            )
        return state


class AppointmentForm(forms.Form):
    person = forms.ModelChoiceField(Person.objects.none(), label=_("Person"))
    role = forms.ChoiceField(label=_("Role"))
    body = forms.ModelChoiceField(Body.objects.none(), label=_("In"))

    def __init__(self, *args, cycle, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["person"].queryset = Person.objects.all()
        self.fields["role"].choices = [(r.key, titled(r.title)) for r in cycle.procedure.roles.values()]
        self.fields["body"].queryset = (
            standing.bodies_of(cycle).filter(ceased_at=None).select_related("state").distinct()
        )
