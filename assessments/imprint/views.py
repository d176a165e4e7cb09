"""Pages of what stands around the chapters: the imprint with its texts, and the terms."""

from __future__ import annotations

import re

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from assessments.cycles.models import Cycle
from assessments.cycles.views import find_cycle
from assessments.imprint import actions
from assessments.imprint.forms import ImprintForm, TermForm, TermsFileForm
from assessments.imprint.matter import citation_of, imprint_of, matter_of, uses
from assessments.imprint.models import Term
from panels.models import Appointment
from records.doors import at_most, door
from records.obstacles import Blocked


@door("chapter.read", load=find_cycle, post="snapshot.freeze")
def imprint(request, cycle, **_kwargs):
    """What the report says of itself; who freezes drafts enters it (procedure 8.8)."""
    entered = imprint_of(cycle)
    form = ImprintForm(request.POST or None, instance=entered)
    if request.method == "POST" and form.is_valid():
        try:
            actions.change_imprint(cycle, **form.cleaned_data, by=request.user, now=timezone.now())
        except Blocked as refused:
            field = refused.obstacles[0].code
            form.add_error(field if field in form.fields else None, str(refused))
        else:
            messages.success(request, _("Saved. The next publication carries it."))
            return redirect("imprint", cycle.slug)
    now = timezone.now()
    matter = matter_of(cycle, now)
    return render(
        request,
        "assessments/imprint/imprint.html",
        {
            "cycle": cycle,
            "form": form if request.user.has_perm("snapshot.freeze", cycle) else None,
            "imprint": entered,
            "facts": matter["matter"]["imprint"],
            "texts": matter["matter"]["texts"],
            "people": matter["matter"]["people"],
            "citation": citation_of(entered, cycle, now),
            "unnamed": _unnamed(cycle, now),
        },
    )


def _unnamed(cycle: Cycle, now) -> int:
    """How many authors and editors have not agreed to be named."""
    bodies = [pk for pair in cycle.chapters.values_list("team", "editors") for pk in pair if pk]
    seats = Appointment.objects.current(now).filter(body__in=bodies, person__named_at__isnull=True)
    return seats.values("person").distinct().count()


@at_most(3)
@door("chapter.read", load=find_cycle, post="chapter.draft")
def terms(request, cycle, **_kwargs):
    """The terms and acronyms that the chapters share (procedure 4.9)."""
    form, file_form = TermForm(request.POST or None if "term" in request.POST else None), TermsFileForm()
    who = {"by": request.user, "now": timezone.now()}
    if request.method == "POST":
        try:
            if "approve" in request.POST:
                actions.approve_term(_found(cycle, request.POST["approve"]), **who)
                messages.success(request, _("Approved. It stands in what is published from now on."))
                return redirect("terms", cycle.slug)
            if "remove" in request.POST:
                actions.remove_term(_found(cycle, request.POST["remove"]), **who)
                messages.success(request, _("Removed."))
                return redirect("terms", cycle.slug)
            if request.FILES:
                file = request.FILES["file"]
                counts = actions.import_terms(cycle, file.read(), file.name, **who)
                said = ngettext("%(n)s term entered.", "%(n)s terms entered.", counts["entered"])
                messages.success(request, said % {"n": counts["entered"]})
                return redirect("terms", cycle.slug)
            if form.is_valid():
                actions.define(cycle, **form.cleaned_data, **who)
                messages.success(request, _("Entered. It waits for approval."))
                return redirect("terms", cycle.slug)
        except Blocked as refused:
            messages.error(request, str(refused))
    return render(
        request,
        "assessments/imprint/terms.html",
        {
            "cycle": cycle,
            "groups": _grouped(cycle),
            "form": form,
            "file_form": file_form,
            "may_define": request.user.has_perm("chapter.draft", cycle),
            "may_approve": request.user.has_perm("snapshot.freeze", cycle),
        },
    )


def _found(cycle: Cycle, pk: str) -> Term:
    found = Term.objects.filter(cycle=cycle, pk=pk if pk.isdecimal() and len(pk) < 10 else 0).first()
    if found is None:
        raise Http404
    return found


def _grouped(cycle: Cycle) -> list[dict]:
    """Terms and acronyms, each with the chapters that use it."""
    listed = list(cycle.terms.select_related("approved_by", "entered_by"))
    texts = [
        (chapter, re.sub(r"[*_`]", "", chapter.current.markdown))
        for chapter in cycle.chapters.exclude(current=None).select_related("current")
    ]
    return [
        {
            "title": title,
            "rows": [
                {"term": term, "chapters": [c for c, text in texts if uses(text, term)]}
                for term in listed
                if term.kind == kind
            ],
        }
        for kind, title in ((Term.Kind.TERM, _("Glossary")), (Term.Kind.ACRONYM, _("Acronyms")))
    ]
