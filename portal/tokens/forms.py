from datetime import timedelta

from django import forms
from django.utils.translation import gettext_lazy as _

from assessments.cycles.models import Cycle
from portal.tokens.scopes import AREAS, READ, WRITE

DAYS = [(30, _("30 days")), (90, _("90 days")), (365, _("a year"))]


class TokenForm(forms.Form):
    name = forms.CharField(
        label=_("Name"), max_length=80, help_text=_("What will use it, such as “backup script”.")
    )
    reach = forms.ChoiceField(
        label=_("It may"),
        choices=[(READ, _("read")), (WRITE, _("read and act"))],
        initial=READ,
        widget=forms.RadioSelect,
    )
    areas = forms.MultipleChoiceField(
        label=_("Only these parts"),
        choices=list(AREAS.items()),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None marked: everything that you may yourself."),
    )
    cycle = forms.ChoiceField(label=_("Only this cycle"), required=False)
    days = forms.TypedChoiceField(label=_("It ends after"), choices=DAYS, coerce=int, initial=90)

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        seen = Cycle.objects.visible_to(user)
        self.fields["cycle"].choices = [("", _("all of mine")), *((c.slug, c.title) for c in seen)]

    def wish(self, now) -> dict:
        """What ``actions.make`` takes."""
        data = self.cleaned_data
        return {
            "scopes": [data["reach"], *data["areas"]],
            "cycle": data["cycle"],
            "expires_at": now + timedelta(days=data["days"]),
        }
