"""The page of a cycle's groups: which sit, which were dissolved, and the acts that form and dissolve them."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assessments.cycles import groups, standing
from assessments.cycles.guards import stage_obstacles
from assessments.cycles.views import find_cycle
from records.doors import door


class GroupForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("Name"), max_length=100)
    task = forms.CharField(label=gettext_lazy("Its task"), widget=forms.Textarea(attrs={"rows": 2}))


@door("cycle.take_part", load=find_cycle, post="group.form")
def cycle_groups(request, cycle, **_kwargs):
    form = GroupForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        groups.form_group(cycle, **form.cleaned_data, by=request.user, now=timezone.now())
        messages.success(request, _("The group is formed; its members are appointed under People."))
        return redirect("groups", cycle.slug)
    may_form = request.user.has_perm("group.form", cycle)
    return render(
        request,
        "assessments/cycles/groups.html",
        {
            "cycle": cycle,
            "groups": standing.bodies(cycle, "group").prefetch_related("appointments__person"),
            "form": form if may_form else None,
            "may_dissolve": request.user.has_perm("group.dissolve", cycle),
            "obstacles": stage_obstacles(cycle, "group.form") if may_form else [],
        },
    )


@door("cycle.take_part", load=find_cycle, post="group.dissolve", methods=("POST",))
def group_dissolve(request, cycle, group: int, **_kwargs):
    found = standing.bodies(cycle, "group").filter(pk=group).first()
    if found is None:
        raise Http404
    groups.dissolve_group(
        cycle, found, reason=request.POST.get("reason", ""), by=request.user, now=timezone.now()
    )
    messages.success(request, _("The group is dissolved; what it did stays."))
    return redirect("groups", cycle.slug)
