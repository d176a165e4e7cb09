"""The people of a cycle: who sits where, who is invited, whose disclosures are asked for and decided."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from assessments.cycles import actions, guards, standing
from assessments.cycles.forms import AppointmentForm, InvitationForm
from assessments.cycles.views import find_cycle
from panels import actions as panels
from panels.models import Appointment, Disclosure, DisclosureRequest, Invitation
from records.doors import door
from records.obstacles import Blocked


@door("chapter.read", load=find_cycle, post="cycle.appoint")
def people(request, cycle, **_kwargs):
    """Who sits where in the cycle; each act upon it is one of cycle.appoint and named by ``act``."""
    forms = {
        "appoint": AppointmentForm(cycle=cycle, prefix="seat"),
        "invite": InvitationForm(cycle=cycle, prefix="person"),
    }
    ask = None
    if request.method == "POST":
        act = request.POST.get("act", "appoint")
        if act not in forms:
            messages.success(request, _ACTS.get(act, _unknown)(request, cycle))
            return redirect("people", cycle.slug)
        form = forms[act] = type(forms[act])(request.POST, cycle=cycle, prefix=forms[act].prefix)
        if form.is_valid():
            try:
                messages.success(request, _put(cycle, act, form.cleaned_data, request.user))
                return redirect("people", cycle.slug)
            except Blocked as refused:
                form.add_error(None, str(refused))
                if "disclosure-not-cleared" in [o.code for o in refused.obstacles]:
                    ask = _question(cycle, form.cleaned_data)
    return render(request, "assessments/cycles/people.html", _context(request.user, cycle, forms, ask))


def _put(cycle, act: str, data: dict, user) -> str:
    """Appoint, or invite, as the form says; the words that say so."""
    if act == "invite":
        actions.invite(cycle, data.pop("role"), data.pop("body"), **data, by=user, now=timezone.now())
        return _("The invitation is on its way; it holds for 14 days.")
    actions.appoint(cycle, data["person"], data["role"], data["body"], by=user, now=timezone.now())
    return _("Appointed. They hear of it by mail.")


def _question(cycle, data: dict) -> dict | None:
    """What the button sends that asks for the missing disclosure; None where there is nothing to ask."""
    role = cycle.procedure.roles[data["role"]]
    if not guards.may_be_asked(cycle, data["person"], data["body"], role):
        return None
    fields = [("act", "ask"), ("person", data["person"].pk), ("role", role.key), ("body", data["body"].pk)]
    return {"person": data["person"], "fields": fields}


def _end(request, cycle) -> str:
    seats = Appointment.objects.filter(body__in=standing.bodies_of(cycle))
    seat = _one(seats, request.POST.get("appointment"))
    actions.end_appointment(cycle, seat, request.POST.get("reason", ""), by=request.user, now=timezone.now())
    return _("The appointment has ended.")


def _ask(request, cycle) -> str:
    form = AppointmentForm(request.POST, cycle=cycle)
    if not form.is_valid():
        raise Http404
    data = form.cleaned_data
    actions.ask_disclosure(
        cycle, data["person"], data["role"], data["body"], by=request.user, now=timezone.now()
    )
    return _("%(person)s is asked for the disclosure; it waits on their first page.") % {
        "person": data["person"]
    }


def _resend(request, cycle) -> str:
    found = _one(invited(cycle), request.POST.get("invitation"))
    panels.resend_invitation(found, by=request.user, now=timezone.now())
    return _("The invitation is on its way again; the earlier link no longer works.")


def _withdraw(request, cycle) -> str:
    found = _one(invited(cycle), request.POST.get("invitation"))
    panels.withdraw_invitation(found, by=request.user, now=timezone.now())
    return _("The invitation is withdrawn.")


def _unknown(request, cycle) -> str:
    raise Http404


_ACTS = {"end": _end, "ask": _ask, "resend": _resend, "withdraw": _withdraw}


def invited(cycle):
    """Invitations to seats of the cycle that nobody has accepted yet."""
    return Invitation.objects.filter(
        body__in=standing.bodies_of(cycle), accepted_at=None, withdrawn_at=None
    ).select_related("body__state")


def _one(rows, pk: str | None):
    """The row of that number among these, or Http404."""
    found = rows.filter(pk=pk).first() if (pk or "").isdecimal() else None
    if found is None:
        raise Http404
    return found


def _context(user, cycle, forms: dict, ask: dict | None) -> dict:
    now = timezone.now()
    deciding = cycle.procedure.may("disclosure.decide")
    bodies = standing.bodies_of(cycle)
    may_decide = user.has_perm("disclosure.decide", cycle)
    may_appoint = user.has_perm("cycle.appoint", cycle)
    asked = DisclosureRequest.objects.filter(body__in=bodies, disclosure=None).distinct()
    return {
        "cycle": cycle,
        "now": now,
        "seats": standing.seats(cycle, now),
        "form": forms["appoint"],
        "person_form": forms["invite"],
        "ask": ask,
        "may_appoint": may_appoint,
        "may_decide": may_decide,
        "deciders": ", ".join(standing.deciders(cycle)),
        "has_decider": standing.people_with(cycle, deciding).exists(),
        "invitations": invited(cycle).distinct() if may_appoint else [],
        "asked": asked.select_related("person", "body__state") if may_appoint or may_decide else [],
        "disclosures": Disclosure.objects.filter(body__in=bodies)
        .select_related("person", "body__state")
        .distinct()
        if may_decide
        else [],
    }


@door("chapter.read", load=find_cycle, post="disclosure.decide", methods=("POST",))
def disclosure_decide(request, cycle, disclosure: int, **_kwargs):
    found = Disclosure.objects.filter(pk=disclosure, body__in=standing.bodies_of(cycle)).first()
    if found is None:
        raise Http404
    panels.decide_disclosure(
        found,
        request.POST.get("status", ""),
        request.POST.get("reasons", ""),
        by=request.user,
        now=timezone.now(),
        authority=cycle,
        stream=cycle.stream,
    )
    messages.success(request, _("The decision on the disclosure is recorded."))
    return redirect("people", cycle.slug)
