"""What cycles register with the lower floors."""

from __future__ import annotations

import rules
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from assessments.cycles import guards
from assessments.cycles import streams as of_cycle
from assessments.cycles.models import Cycle
from panels import actions as panels
from records.registry import gates, notices, streams


@rules.predicate
def founds(user, target=None) -> bool:
    """Secretariats of any cycle, the system user and portal staff may begin a cycle."""
    from django.utils import timezone

    from panels.models import Appointment

    return user.is_authenticated and (
        user.is_system
        or user.is_staff
        or Appointment.objects.current(timezone.now())
        .of_user(user)
        .filter(role="officer", body__kind="secretariat")
        .exists()
    )


def in_letter(entry, content: dict) -> dict:
    """What the letters about an appointment say. One that ended leads nowhere and belongs to no cycle one sees."""
    slug = entry.stream.key.split("/")[1]
    ended = {"scope": ""} if entry.verb == "appointment.ended" else {"href": reverse("cycle", args=[slug])}
    return {**content, "cycle": Cycle.objects.get(slug=slug), **ended}


def register() -> None:
    rules.add_perm("cycle.create", founds) if not rules.perm_exists("cycle.create") else None
    for kind in ("cycle", "chapter"):
        streams.register(
            kind, of_cycle.visible, of_cycle.among, of_cycle.keeps, of_cycle.group, of_cycle.readable
        )
    streams.verbs(
        cycle__created=_("%(actor)s began %(cycle)s, “%(title)s”, under the procedure %(procedure)s."),
        cycle__decided=_("%(actor)s recorded: %(title)s. %(text)s"),
        cycle__advanced=_("%(actor)s took %(cycle)s from “%(from)s” to “%(to)s”."),
        person__appointed=_("%(actor)s appointed %(person)s: %(role)s, %(body)s."),
        group__formed=_("%(actor)s formed the group “%(group)s”: %(task)s"),
        group__dissolved=_("%(actor)s dissolved the group “%(group)s”: %(reason)s"),
        appointment__ended=_("%(actor)s ended an appointment: %(person)s, %(body)s. %(reason)s"),
    )
    streams.translated(cycle__decided=["title"], cycle__advanced=["from", "to"], person__appointed=["role"])
    for name, obstacles in {
        "scope-approved": guards.scope_approved,
        "scope-endorsed": guards.scope_endorsed,
        "nominations-selected": guards.nominations_selected,
        "chapters-accepted": guards.chapters_accepted,
        "chair-signed-off": guards.chair_signed_off,
        "teams-complete": guards.teams_complete,
        "disclosures-cleared": guards.disclosures_cleared,
        "all-chapters-have-text": guards.all_chapters_have_text,
    }.items():
        gates.register(name, obstacles)
    for verb, template, title in (
        ("person.appointed", "appointed", _("You are appointed")),
        ("appointment.ended", "appointment_ended", _("An appointment of yours ends")),
    ):
        notices.register(verb, panels.whom, template, in_letter, title=title)
