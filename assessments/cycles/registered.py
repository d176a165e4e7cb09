"""What cycles register with the lower floors."""

from __future__ import annotations

from functools import lru_cache

import rules
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from assessments.cycles import guards, standing
from assessments.cycles import streams as of_cycle
from assessments.cycles.models import Cycle
from assessments.procedures import loader
from assessments.procedures.titles import titled
from panels import actions as panels
from panels.disclosing import let_file
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
    """What the letters about a role say. Before it begins and after it ended they belong to no cycle one sees."""
    slug = entry.stream.key.split("/")[1]
    place = {
        "disclosure.asked": {"scope": "", "href": reverse("disclosures")},
        "appointment.ended": {"scope": ""},
    }.get(entry.verb, {"href": reverse("cycle", args=[slug])})
    return {**content, "cycle": Cycle.objects.get(slug=slug), **place}


@lru_cache(maxsize=32)
def _title(key: str) -> str:
    try:
        return loader.load(key).title
    except loader.ProcedureError:
        return key


def procedure_title(key: str) -> str:
    """The title of a procedure that a record names by its key; the key itself where no such file is known."""
    return titled(_title(key))


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
        disclosure__asked=_(
            "%(actor)s asked %(person)s for a disclosure of interests, for the role %(role)s in %(body)s."
        ),
        appointment__ended=_("%(actor)s ended an appointment: %(person)s, %(body)s. %(reason)s"),
    )
    streams.worded(cycle__created={"procedure": procedure_title})
    streams.translated(
        cycle__decided=["title"],
        cycle__advanced=["from", "to"],
        person__appointed=["role"],
        appointment__ended=["role"],
        disclosure__asked=["role"],
    )
    let_file(standing.places_to_disclose)
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
        ("disclosure.asked", "disclosure_asked", _("A disclosure is asked of you")),
        ("person.appointed", "appointed", _("You are appointed")),
        ("appointment.ended", "appointment_ended", _("An appointment of yours ends")),
    ):
        notices.register(verb, panels.whom, template, in_letter, title=title)
