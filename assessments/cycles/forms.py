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
    """A new cycle. ``at_stage`` is sent as "procedure:stage": the select holds the stages of all procedures."""

    slug = forms.SlugField(
        label=_("Short name"), max_length=60, help_text=_("Such as un-2027; it stands in every address.")
    )
    title = forms.CharField(label=_("Title"), max_length=250)
    procedure = forms.ChoiceField(label=_("Procedure"), help_text=_("Each is explained below."))
    chapters = forms.IntegerField(
        label=_("Number of chapters"),
        min_value=0,
        max_value=60,
        initial=4,
        help_text=_("Empty ones to begin with, as 1, 2, 3; more can be added later. With 0 nothing can be written"
                    " until one is added."),
    )  # fmt: skip
    at_stage = forms.ChoiceField(
        label=_("Begins at another stage"),
        required=False,
        help_text=_("Only for a report that began elsewhere: a stage of the procedure chosen above."),
    )
    why = forms.CharField(label=_("Why it begins there"), required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.procedures = loader.load_all()
        self.fields["procedure"].choices = [(p.key, titled(p.title)) for p in self.procedures.values()]
        self.fields["at_stage"].choices = [
            ("", _("No: at its first stage")),
            *(
                (titled(p.title), [(f"{p.key}:{s.key}", titled(s.title)) for s in p.stages])
                for p in self.procedures.values()
            ),
        ]

    def clean(self):
        data = super().clean()
        procedure, _colon, stage = data.get("at_stage", "").partition(":")
        if stage and procedure != data.get("procedure"):
            self.add_error("at_stage", _("This stage belongs to another procedure than the one chosen."))
        if stage and not data.get("why"):
            self.add_error("why", _("A cycle that begins outside says why."))
        data["at_stage"] = stage
        return data


class SeatForm(forms.Form):
    """A role of the cycle's procedure in one of its bodies; a role that is none of the body's is named."""

    role = forms.ChoiceField(label=_("Role"))
    body = forms.ModelChoiceField(Body.objects.none(), label=_("In"))

    def __init__(self, *args, cycle, **kwargs):
        super().__init__(*args, **kwargs)
        self.cycle = cycle
        self.fields["role"].choices = [(r.key, titled(r.title)) for r in cycle.procedure.roles.values()]
        self.fields["body"].queryset = (
            standing.bodies_of(cycle).filter(ceased_at=None).select_related("state").distinct()
        )

    def clean(self):
        data = super().clean()
        if data.get("role") and data.get("body"):
            role = self.cycle.procedure.roles[data["role"]]
            fitting = standing.bodies(self.cycle, role.part).select_related("state")
            if data["body"] not in fitting:
                raise forms.ValidationError(
                    _("%(role)s is no role in %(body)s. It belongs to: %(bodies)s."),
                    params={
                        "role": titled(role.title),
                        "body": data["body"],
                        "bodies": ", ".join(map(str, fitting[:5])) or "–",
                    },
                )
        return data


class InvitationForm(SeatForm):
    name = forms.CharField(label=_("Name"), max_length=150)
    email = forms.EmailField(label=_("E-mail"))
    nationality = forms.CharField(
        label=_("Nationality"), required=False, max_length=3, help_text=_("Three-letter code, such as KEN.")
    )
    affiliation = forms.CharField(label=_("Affiliation"), required=False, max_length=200)
    field_order = ("name", "email", "role", "body", "nationality", "affiliation")

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


class AppointmentForm(SeatForm):
    person = forms.ModelChoiceField(Person.objects.none(), label=_("Person"))
    field_order = ("person", "role", "body")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["person"].queryset = Person.objects.all()
