"""Pages of procedures: the list, one with its picture and tables, and the one that a cycle has pinned."""

from __future__ import annotations

from django.http import Http404
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assessments.cycles.views import find_cycle
from assessments.procedures import loader
from assessments.procedures.model import EVERY_STAGE, Procedure
from assessments.procedures.picture import draw
from assessments.procedures.titles import titled
from assessments.procedures.words import ACT_WORDS, condition_title, roles_title
from assessments.sources.words import KIND_WORDS as KINDS
from records.doors import PUBLIC, door

UNITS = {
    "line": gettext_lazy("by line"),
    "paragraph": gettext_lazy("by paragraph"),
    "none": gettext_lazy("by nobody outside the author teams"),
}


def find_procedure(user, key: str, **_kwargs) -> Procedure:
    """The procedure that comes with Concord under this key, or Http404."""
    if key not in loader.load_all():
        raise Http404
    return loader.load(key)


@door(PUBLIC, methods=("GET",))
def procedures(request):
    return render(request, "assessments/cycles/procedures.html", {"procedures": loader.load_all().values()})


@door(PUBLIC, load=find_procedure, methods=("GET",))
def procedure_detail(request, procedure, **_kwargs):
    return render(request, "assessments/cycles/procedure.html", _described(procedure))


@door("cycle.view", load=find_cycle, methods=("GET",))
def cycle_procedure(request, cycle, **_kwargs):
    """The procedure as this cycle has pinned it, with the stage in which it stands."""
    described = _described(cycle.procedure, cycle.stage)
    return render(request, "assessments/cycles/procedure.html", {"cycle": cycle, **described})


def _described(procedure: Procedure, now: str = "") -> dict:
    """The picture and the same facts as tables."""
    return {
        "procedure": procedure,
        "picture": draw(procedure, now),
        "now": now,
        "stages": [
            {
                "stage": stage,
                "asks": [condition_title(procedure, c) for c in stage.leave],
                "advises": [condition_title(procedure, c) for c in stage.advise],
                "by": roles_title(procedure, stage.forward_by),
            }
            for stage in procedure.stages
        ],
        "acts": [
            {
                "act": act,
                "words": ACT_WORDS[act.key],
                "roles": roles_title(procedure, act.roles),
                "stages": _stages(procedure, act.stages),
            }
            for act in procedure.acts.values()
            if act.roles
        ],
        "rounds": [
            {
                "rule": rule,
                "stage": titled(procedure.stage(rule.stage).title),
                "audience": roles_title(
                    procedure, [role for name in rule.audience for role in procedure.audiences[name]]
                ),
            }
            for rule in procedure.rounds
        ],
        "publications": [
            {
                "act": act,
                "by": roles_title(procedure, act.by),
                "asks": [condition_title(procedure, c) for c in act.conditions],
                "advises": [condition_title(procedure, c) for c in act.advise],
                "drafts": _(", ").join(act.labels),
            }
            for act in procedure.publication.values()
        ],
        "decisions": [
            {
                "decision": decision,
                "by": roles_title(procedure, decision.roles),
                "stages": _stages(procedure, decision.stages),
            }
            for decision in procedure.decisions.values()
        ],
        "units": _(", ").join(str(UNITS[unit]) for unit in procedure.summary.units),
        "kinds": [
            (label, _(", ").join(str(KINDS[kind]) for kind in kinds))
            for label, kinds in (
                (_("Admitted"), procedure.sources.admitted),
                (_("After vetting"), procedure.sources.vetted),
                (_("Refused"), procedure.sources.refused),
            )
        ],
    }


def _stages(procedure: Procedure, keys) -> str:
    if EVERY_STAGE in keys:
        return _("every stage")
    return _(", ").join(titled(procedure.stage(key).short) for key in keys)
