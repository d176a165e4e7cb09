"""Groups of a cycle, which form and dissolve by an act: working, contact and other groups (procedure 2.11)."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

import records.append
from assessments.cycles import standing
from assessments.cycles.actions import add_body
from assessments.cycles.guards import stage_obstacles
from assessments.cycles.models import Cycle
from panels.models import Body, User
from records.obstacles import refuse, refuse_if, require


@transaction.atomic
def form_group(cycle: Cycle, name: str, task: str, *, by: User, now: datetime) -> Body:
    """Form a group with a name and a task; its members are appointed like anybody else.

    Raises PermissionDenied or Blocked: wrong stage, no name or task, a group of that name exists.
    """
    cycle = Cycle.objects.select_for_update().get(pk=cycle.pk)
    require(by, "group.form", cycle)
    refuse_if(stage_obstacles(cycle, "group.form"))
    name, task = name.strip(), task.strip()
    if not (name and task):
        refuse("incomplete", _("A group has a name and a task."), rule="2.11")
    held = standing.bodies(cycle, "group")
    if held.filter(name__iexact=name, ceased_at__isnull=True).exists():
        refuse("group-exists", _("There is a group “%(name)s” already.") % {"name": name}, rule="2.11")
    key = f"{cycle.slug}-group-{held.count() + 1}-{slugify(name)[:40]}".rstrip("-")
    body = add_body(cycle, "group", key, name)
    _record(cycle, "group.formed", {"group": name, "key": key, "task": task}, by, now)
    return body


@transaction.atomic
def dissolve_group(cycle: Cycle, body: Body, *, reason: str, by: User, now: datetime) -> Body:
    """Dissolve a group: its roles end; what it wrote, and who sat in it when, stays (procedure 2.11).

    Raises PermissionDenied or Blocked: wrong stage, no reason, no such group, dissolved already.
    """
    cycle = Cycle.objects.select_for_update().get(pk=cycle.pk)
    require(by, "group.dissolve", cycle)
    refuse_if(stage_obstacles(cycle, "group.dissolve"))
    held = standing.bodies(cycle, "group").filter(pk=body.pk, ceased_at__isnull=True).first()
    if held is None:
        refuse("no-such-group", _("“%(name)s” is no group of this cycle now.") % {"name": body}, rule="2.11")
    if not reason.strip():
        refuse("no-reason", _("A group is dissolved with a reason."), rule="2.11")
    held.ceased_at = now
    held.save(update_fields=["ceased_at"])
    _record(
        cycle, "group.dissolved", {"group": held.name, "key": held.key, "reason": reason.strip()}, by, now
    )
    return held


def _record(cycle: Cycle, verb: str, payload: dict, by: User, now: datetime) -> None:
    records.append.append(cycle.stream, verb, payload, by=by, at=now, visibility="public")
