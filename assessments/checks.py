"""System checks of the procedures: what a file names must be there, or the portal does not start."""

from __future__ import annotations

from django.core import checks

from assessments.procedures import loader
from records.registry import gates


@checks.register()
def procedures_load_and_their_conditions_are_answered_for(app_configs, **kwargs):
    """Each built-in procedure loads, and somebody answers for each condition of its gates (procedure 3.3)."""
    found = []
    names = loader.keys()
    for key in names:
        try:
            procedure = loader.load(key)
        except loader.ProcedureError as error:
            found.append(checks.Error(str(error), id="assessments.E001"))
            continue
        asked = [c for s in procedure.stages for c in (*s.leave, *s.advise)]
        asked += [c for p in procedure.publication.values() for c in (*p.conditions, *p.advise)]
        for condition in sorted({c.key for c in asked} - gates.names()):
            found.append(
                checks.Error(
                    f"{key}.toml: nobody answers for the condition {condition!r}.",
                    hint="Register it with records.registry.gates in the ready() of the app that knows.",
                    id="assessments.E002",
                )
            )
    return found
