"""Pages of a cycle: where it stands, what the next gate still needs, its decisions and its people."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from assessments.cycles import actions, guards, standing
from assessments.cycles.forms import AppointmentForm, CycleForm, DecisionForm, PersonForm
from assessments.cycles.models import Cycle
from assessments.procedures.words import condition_title
from assessments.publishing import registry
from panels import actions as panels
from panels.models import Appointment, Disclosure
from records.doors import door
from records.reading import entries, visibilities


def find_cycle(user, cycle: str, **_kwargs) -> Cycle:
    """The visible cycle of that slug, or Http404."""
    found = Cycle.objects.visible_to(user).filter(slug=cycle).first()
    if found is None:
        raise Http404
    return found


@door("cycle.view", load=find_cycle, methods=("GET",))
def cycle_detail(request, cycle, **_kwargs):
    procedure = cycle.procedure
    keys = [s.key for s in procedure.stages]
    here = keys.index(cycle.stage)
    stage = procedure.stage(cycle.stage)
    conditions = [
        {
            "condition": c,
            "title": condition_title(procedure, c),
            "obstacles": guards.obstacles_of(cycle, [c]),
            "advice": advice,
        }
        for group, advice in ((stage.leave, False), (stage.advise, True))
        for c in group
    ]
    allowed = visibilities(request.user, cycle.stream) or frozenset()
    return render(
        request,
        "assessments/cycles/cycle_detail.html",
        {
            "cycle": cycle,
            "procedure": procedure,
            "published": _published(cycle),
            "beside": registry.beside(cycle, request.user),
            "stage": stage,
            "following": procedure.next_stage(cycle.stage),
            "timeline": [
                {"stage": s, "state": "done" if i < here else "now" if i == here else "tocome"}
                for i, s in enumerate(procedure.stages)
            ],
            "conditions": conditions,
            "obstacles": guards.obstacles_to_advancing(cycle),
            "may_advance": request.user.has_perm("cycle.advance", cycle),
            "decisions": cycle.decisions.all(),
            "decision_form": _decision_form(request, cycle),
            "chapters": cycle.chapters.select_related("current", "team"),
            "may_manage": request.user.has_perm("chapter.manage", cycle),
            "may_read": request.user.has_perm("chapter.read", cycle),
            "recent": list(reversed(entries(cycle.stream, allowed)))[:12],
            "record_url": "/record/" + cycle.stream.key + "/",
        },
    )


def _published(cycle) -> list[dict]:
    """The acts of publication that are done, by their titles in the procedure."""
    acts = cycle.procedure.publication
    done = cycle.publications.filter(done_at__isnull=False).order_by("done_at")
    return [{"title": acts[p.act].title, "done_at": p.done_at} for p in done]


def _decision_form(request, cycle) -> DecisionForm | None:
    mine = standing.roles_of(request.user, cycle)
    kinds = [
        d
        for d in cycle.procedure.decisions.values()
        if cycle.stage in d.stages
        and not mine.isdisjoint(d.roles)
        and request.user.has_perm("cycle.decide", cycle)
    ]
    return DecisionForm(kinds=kinds) if kinds else None


@door("cycle.view", load=find_cycle, post="cycle.advance", methods=("POST",))
def cycle_advance(request, cycle, **_kwargs):
    cycle = actions.advance(cycle, by=request.user, now=timezone.now(), to=request.POST.get("to", ""))
    messages.success(
        request, _("%(cycle)s now stands in “%(stage)s”.") % {"cycle": cycle.slug, "stage": cycle.stage_title}
    )
    return redirect(cycle)


@door("cycle.view", load=find_cycle, post="cycle.decide", methods=("POST",))
def cycle_decide(request, cycle, **_kwargs):
    form = DecisionForm(request.POST, kinds=list(cycle.procedure.decisions.values()))
    if form.is_valid():
        actions.decide(
            cycle, form.cleaned_data["kind"], form.cleaned_data["text"], by=request.user, now=timezone.now()
        )
        messages.success(request, _("The decision is recorded."))
    else:
        messages.error(request, _("Not recorded: choose the decision and write its words."))
    return redirect(cycle)


@door("cycle.create")
def cycle_new(request):
    form = CycleForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        cycle = actions.create_cycle(
            data["slug"],
            procedure=data["procedure"],
            title=data["title"],
            chapters=data["chapters"],
            at_stage=data["at_stage"],
            why=data["why"],
            by=request.user,
            now=timezone.now(),
        )
        messages.success(request, _("The cycle has begun. Its next gate is shown below."))
        return redirect(cycle)
    return render(request, "assessments/cycles/cycle_new.html", {"form": form})


@door("chapter.read", load=find_cycle, post="cycle.appoint")
def people(request, cycle, **_kwargs):
    """Who sits where in the cycle; inviting, appointing and ending are acts of cycle.appoint."""
    now = timezone.now()
    person_form = PersonForm(prefix="person")
    form = AppointmentForm(cycle=cycle, prefix="seat")
    if request.method == "POST":
        which = request.POST.get("act")
        if which == "invite":
            person_form = PersonForm(request.POST, prefix="person")
            if person_form.is_valid():
                panels.invite(**person_form.cleaned_data, by=request.user, now=now)
                messages.success(request, _("The invitation is on its way; it holds for 14 days."))
                return redirect("people", cycle.slug)
        elif which == "end":
            seat = Appointment.objects.filter(
                pk=request.POST.get("appointment") or 0, body__in=standing.bodies_of(cycle)
            ).first()
            if seat is None:
                raise Http404
            actions.end_appointment(cycle, seat, request.POST.get("reason", ""), by=request.user, now=now)
            messages.success(request, _("The appointment has ended."))
            return redirect("people", cycle.slug)
        else:
            form = AppointmentForm(request.POST, cycle=cycle, prefix="seat")
            if form.is_valid():
                data = form.cleaned_data
                actions.appoint(cycle, data["person"], data["role"], data["body"], by=request.user, now=now)
                messages.success(request, _("Appointed."))
                return redirect("people", cycle.slug)
    return render(
        request,
        "assessments/cycles/people.html",
        {
            "cycle": cycle,
            "seats": standing.seats(cycle, now),
            "form": form,
            "person_form": person_form,
            "may_appoint": request.user.has_perm("cycle.appoint", cycle),
            "may_decide": request.user.has_perm("disclosure.decide", cycle),
            "disclosures": Disclosure.objects.filter(body__in=standing.bodies_of(cycle)).select_related(
                "person", "body"
            ),
        },
    )


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
