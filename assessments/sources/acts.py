"""The acts on one source, as its page and the API post them: form, verb, and the sentence when it is done."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django import forms
from django.http import Http404
from django.utils.translation import gettext_lazy as _

from assessments.cycles import standing
from assessments.sources import keeping, vetting
from assessments.sources.forms import CopyForm, DescriptionForm, SignOffForm, TermsForm, VettingForm
from assessments.sources.models import DuplicateLink, Source

MAX_COPY_MB = vetting.MAX_COPY_BYTES // 1048576


class ReasonForm(forms.Form):
    reason = forms.CharField(label=_("Reason"), max_length=300)


class PartForm(ReasonForm):
    link = forms.IntegerField(widget=forms.HiddenInput)


@dataclass(frozen=True)
class SourceAct:
    """``run(source, form, by=, now=)`` calls the action; ``needs`` is the permission that the page asks first."""

    form: type[forms.Form]
    run: Callable
    needs: str
    done: str


def link_of(source: Source, pk: int) -> DuplicateLink:
    """A link of this source to another, from either side, or Http404."""
    rows = DuplicateLink.objects.filter(pk=pk).select_related("source", "first")
    found = next((row for row in rows if source.pk in (row.source_id, row.first_id)), None)
    if found is None:
        raise Http404
    return found


def people_of(source: Source):
    """Those who may be named as readers of what was lent: who makes the report."""
    roles = [
        key
        for key, role in source.cycle.procedure.roles.items()
        if role.part in ("team", "secretariat", "bureau")
    ]
    return standing.people_with(source.cycle, roles).order_by("name")


def form_for(act: str, source: Source, data=None, files=None) -> forms.Form:
    """The form of an act on this source, empty or filled in."""
    form = ACTS[act].form
    if form is TermsForm:
        return form(data, files, people=people_of(source))
    if form is DescriptionForm and data is None:
        said = {"language": source.language, "translated_title": source.translated_title}
        return form(initial={**said, "kind": source.kind if source.kind_stated else ""})
    return form(data, files)


def _copy(source, form, **who):
    file = form.cleaned_data["file"]
    return vetting.keep_copy(source, file.read(), file.name, **who)


def _part(source, form, **who):
    return keeping.part(link_of(source, form.cleaned_data["link"]), form.cleaned_data["reason"], **who)


def _describe(source, form, **who):
    return keeping.describe(source, **form.cleaned_data, **who)


def _terms(source, form, **who):
    return keeping.set_terms(source, **form.cleaned_data, **who)


def _withdraw(source, form, **who):
    return keeping.withdraw(source, form.cleaned_data["reason"], **who)


def _sign_off(source, form, **who):
    return keeping.sign_off(source, **form.cleaned_data, **who)


def _vet(source, form, **who):
    return vetting.vet(source, **form.said(), **who)


def _read(source, _form, **who):
    return keeping.say_read(source, **who)


ACTS = {
    "vet": SourceAct(
        VettingForm, _vet, "source.vet", _("Recorded how the quality of the source was assessed.")
    ),
    "copy": SourceAct(CopyForm, _copy, "source.vet", _("The copy is archived.")),
    "describe": SourceAct(DescriptionForm, _describe, "source.import", _("Recorded what the source is.")),
    "read": SourceAct(forms.Form, _read, "source.import", _("Recorded that you read the original.")),
    "terms": SourceAct(TermsForm, _terms, "source.keep", _("The terms are recorded.")),
    "withdraw": SourceAct(
        ReasonForm, _withdraw, "source.keep", _("Recorded that the consent was withdrawn.")
    ),
    "sign-off": SourceAct(SignOffForm, _sign_off, "source.keep", _("The sign-off is recorded.")),
    "part": SourceAct(PartForm, _part, "source.import", _("Recorded that these are two works.")),
}
