"""What stands in the way in a cycle, in words: stages, gates, and the conditions that this floor answers for."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _

from assessments.cycles import standing
from assessments.cycles.models import Cycle, Decision
from assessments.procedures.model import EVERY_STAGE, Condition
from assessments.procedures.titles import titled
from panels.models import Appointment, Disclosure, DisclosureRequest
from records.looking import grouped, of_each, once
from records.obstacles import Obstacle
from records.registry import gates


def stage_obstacles(cycle: Cycle, act: str) -> list[Obstacle]:
    """Whether the act belongs to the stage in which the cycle stands (procedure 3.3)."""
    rule = cycle.procedure.acts[act]
    if rule.open_in(cycle.stage):
        return []
    titles = [titled(s.title) for s in cycle.procedure.stages if rule.open_in(s.key)]
    return [
        Obstacle(
            "wrong-stage",
            _("%(cycle)s stands in the stage “%(stage)s”, where this act has no place.")
            % {"cycle": cycle.slug, "stage": cycle.stage_title},
            rule=rule.rule,
            remedy=_("It belongs to: %(stages)s.") % {"stages": "; ".join(titles)} if titles else "",
            href=cycle.get_absolute_url(),
        )
    ]


def obstacles_of(cycle: Cycle, conditions) -> list[Obstacle]:
    """Everything that stands in the way of a list of conditions, in their order."""
    return [o for c in conditions for o in _obstacles_of(cycle, c)]


def _obstacles_of(cycle: Cycle, condition: Condition) -> list[Obstacle]:
    question = ("condition", str(condition), cycle.pk, cycle.stage)
    return once(question, lambda: gates.obstacles(condition.key, cycle, condition))


def obstacles_to_advancing(cycle: Cycle) -> list[Obstacle]:
    """What the next gate still needs (procedure 3.3); a stage without a next one cannot be left."""
    stage = cycle.procedure.stage(cycle.stage)
    if not stage.next:
        return [
            Obstacle(
                "last-stage", _("“%(stage)s” is the last stage.") % {"stage": cycle.stage_title}, rule="3.3"
            )
        ]
    return obstacles_of(cycle, stage.leave)


def decision_obstacles(cycle: Cycle, kind: str) -> list[Obstacle]:
    """Whether a decision of this kind can be recorded now (procedure 3.5)."""
    rule = cycle.procedure.decisions.get(kind)
    if rule is None:
        return [
            Obstacle(
                "unknown-decision",
                _("The procedure of %(cycle)s knows no decision “%(kind)s”.")
                % {"cycle": cycle.slug, "kind": kind},
                rule="3.5",
                remedy=_("It knows: %(kinds)s.") % {"kinds": ", ".join(cycle.procedure.decisions)},
            )
        ]
    if cycle.stage not in rule.stages and EVERY_STAGE not in rule.stages:
        titles = "; ".join(titled(cycle.procedure.stage(s).title) for s in rule.stages)
        return [
            Obstacle(
                "decision-in-other-stage",
                _("“%(title)s” is recorded in the stage: %(stages)s.")
                % {"title": titled(rule.title), "stages": titles},
                rule=rule.rule,
            )
        ]
    if rule.follows:
        return obstacles_of(cycle, [Condition("publication-done", act=rule.follows)])
    return []


# ---- Conditions of gates --------------------------------------------------------------------------


def _decided(condition: str):
    def obstacles(cycle: Cycle, rule) -> list[Obstacle]:
        kinds = [d for d in cycle.procedure.decisions.values() if d.satisfies == condition]
        recorded = of_each(
            "decisions", cycle, lambda cycles: grouped(Decision.objects.all(), "cycle", cycles)
        )
        if not {d.key for d in kinds}.isdisjoint(d.kind for d in recorded):
            return []
        title = titled(kinds[0].title) if kinds else condition
        return [
            Obstacle(
                condition,
                _("Not recorded yet: “%(title)s”.") % {"title": title},
                rule=kinds[0].rule if kinds else "3.5",
                remedy=_("Record the decision with its words."),
                href=reverse("cycle", args=[cycle.slug]) + "#decisions",
            )
        ]

    return obstacles


scope_approved = _decided("scope-approved")
scope_endorsed = _decided("scope-endorsed")
nominations_selected = _decided("nominations-selected")
chapters_accepted = _decided("chapters-accepted")
chair_signed_off = _decided("chair-signed-off")


def _no_chapters(cycle: Cycle) -> list[Obstacle]:
    return [
        Obstacle(
            "no-chapters",
            _("The cycle has no chapters yet."),
            rule="4.1",
            remedy=_("Add one."),
            href=reverse("chapter_new", args=[cycle.slug]),
        )
    ]


def teams_complete(cycle: Cycle, rule) -> list[Obstacle]:
    """Every chapter has a team with somebody in it (procedure 2.6)."""
    from django.utils import timezone

    found = []
    if not cycle.chapters.exists():
        found += _no_chapters(cycle)
    filled = set(Appointment.objects.current(timezone.now()).values_list("body", flat=True))
    for chapter in cycle.chapters.all():
        if chapter.team_id not in filled:
            found.append(
                Obstacle(
                    "team-empty",
                    _("Chapter %(number)s has no author team.") % {"number": chapter.number},
                    rule="2.6",
                    remedy=_("Appoint its authors."),
                    href=reverse("people", args=[cycle.slug]),
                )
            )
    return found


def disclosures_cleared(cycle: Cycle, rule) -> list[Obstacle]:
    """No disclosure of the cycle's bodies waits for a decision (procedure 2.4)."""
    waiting = Disclosure.objects.filter(
        status=Disclosure.Status.FILED, body__cycle_bodies__cycle=cycle
    ).select_related("person")
    return [
        Obstacle(
            "disclosure-waits",
            _("The disclosure of %(person)s waits for a decision.") % {"person": d.person},
            rule="2.4",
            href=reverse("people", args=[cycle.slug]),
        )
        for d in waiting.distinct()
    ]


def all_chapters_have_text(cycle: Cycle, rule) -> list[Obstacle]:
    """There are chapters, and every one has a saved text."""
    if not cycle.chapters.exists():
        return _no_chapters(cycle)
    return [
        Obstacle(
            "chapter-empty",
            _("Chapter %(number)s has no text.") % {"number": c.number},
            rule="4.1",
            href=c.get_absolute_url(),
        )
        for c in cycle.chapters.filter(current__isnull=True)
    ]


def people_may_take_role(cycle: Cycle, person, body, role) -> list[Obstacle]:
    """Nobody takes a role that owes a disclosure before it is cleared or tolerated (procedure 2.4)."""
    if role is None or not role.discloses:
        return []
    filed = Disclosure.objects.filter(person=person, body__in=standing.bodies_of(cycle))
    if filed.filter(status__in=[Disclosure.Status.CLEARED, Disclosure.Status.TOLERATED]).exists():
        return []
    deciders = ", ".join(standing.deciders(cycle))
    if filed.filter(status=Disclosure.Status.FILED).exists():
        remedy = _("It is filed and waits for the decision of: %(roles)s.") % {"roles": deciders}
    else:
        remedy = _("The person files it under “My disclosures”; it is decided by: %(roles)s.") % {
            "roles": deciders
        }
    return [
        Obstacle(
            "disclosure-not-cleared",
            _("%(person)s cannot be %(role)s yet: no disclosure of interests is cleared for this cycle.")
            % {"person": person, "role": titled(role.title)},
            rule="2.4",
            remedy=remedy,
            href=reverse("people", args=[cycle.slug]) + "#dis-h",
        )
    ]


def seats_left(person, body, role, now) -> list[Obstacle]:
    """A role with a number of seats, or a cap on what its holders share, takes nobody beyond it (procedure 2.10)."""
    holders = Appointment.objects.current(now).filter(body=body, role=role.role).exclude(person=person)
    names = {"role": titled(role.title), "person": person}
    if role.seats and holders.count() >= role.seats:
        return [
            Obstacle(
                "seats-taken",
                _("All seats are taken: %(role)s, %(n)s.") % {**names, "n": role.seats},
                rule="2.10",
                remedy=_("End an appointment first."),
            )
        ]
    state = person.nationality
    shared = (
        (role.per_nationality, _("nationality"), state, {"nationality": state}),
        (
            role.per_affiliation,
            _("affiliation"),
            person.affiliation.strip(),
            {"affiliation__iexact": person.affiliation.strip()},
        ),
        (
            role.per_development,
            _("kind of country (developed, developing or in transition)"),
            state and state.development,
            {"nationality__development": state and state.development},
        ),
    )
    found = []
    for most, what, value, alike in shared:
        if most and not value:
            found.append(
                Obstacle(
                    "not-known",
                    _("Not known of %(person)s: %(what)s. The seats are limited by it: %(role)s.")
                    % {**names, "what": what},
                    rule="2.10",
                    remedy=_("Enter it with the person."),
                )
            )
        elif (
            most
            and holders.filter(**{f"person__{name}": same for name, same in alike.items()}).count() >= most
        ):
            found.append(
                Obstacle(
                    "cap-reached",
                    _(
                        "%(n)s people with the same %(what)s as %(person)s hold seats already; more may not: %(role)s."
                    )
                    % {**names, "n": most, "what": what},
                    rule="2.10",
                    remedy=_("Choose somebody else, or end an appointment first."),
                )
            )
    return found


def may_be_asked(cycle: Cycle, person, body, role) -> bool:
    """Whether a person owes a disclosure for the role, has filed none that stands, and was not asked yet (2.4)."""
    if (
        not role.discloses
        or DisclosureRequest.objects.filter(person=person, body=body, disclosure=None).exists()
    ):
        return False
    standing_ones = Disclosure.objects.filter(person=person, body__in=standing.bodies_of(cycle))
    return not standing_ones.exclude(status=Disclosure.Status.REFUSED).exists()
