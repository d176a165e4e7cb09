"""Pages of a cycle: where it stands, what the next gate still needs, its decisions."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from assessments.cycles import actions, guards, standing
from assessments.cycles.forms import CycleForm, DecisionForm
from assessments.cycles.models import Cycle
from assessments.procedures.loader import ProcedureError
from assessments.procedures.words import condition_title
from assessments.publishing import registry
from records.doors import door
from records.obstacles import Blocked
from records.reading import entries, visibilities


def find_cycle(user, cycle: str, **_kwargs) -> Cycle:
    """The visible cycle of that slug, or Http404."""
    found = next((seen for seen in Cycle.objects.seen_by(user) if seen.slug == cycle), None)
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
        try:
            cycle = actions.create_cycle(**form.cleaned_data, by=request.user, now=timezone.now())
        except (Blocked, ProcedureError) as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("The cycle has begun. Its next gate is shown below."))
            return redirect(cycle)
    return render(
        request, "assessments/cycles/cycle_new.html", {"form": form, "procedures": form.procedures.values()}
    )
