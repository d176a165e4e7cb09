"""A small world for tests: one cycle of each procedure with everybody who acts in it, made by the acts themselves."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime

from assessments.cycles import actions as cycles
from assessments.cycles.models import Cycle
from assessments.drafting import actions as drafting
from panels.models import Appointment, Body, Disclosure, Person, User

THEN = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)

CHAPTER = """# What agents can do

Agents now complete software tasks of half an hour with success rates of about 80 per cent (*medium confidence*). \
The doubling time of the task length was roughly seven months. Longer tasks fail more often, and for reasons that \
differ from those of people.

## What is measured {#sec:measure}

The measure is simple to state and hard to make. It depends on which tasks are drawn.[^1]

[^1]: The tasks come from one family of test suites.
"""
SUMMARY = """# Summary for policymakers

## A Introduction

**Agents complete longer tasks each year.** {1.1}

Agents now complete tasks of half an hour (*medium confidence*). {1.1} The length of such tasks has doubled about \
every seven months (*medium confidence*). {1.1}

## B Risks

**Misuse is documented.** {1.1}

It is *likely* that agents will complete tasks of a working day by the end of 2028. {1.1}
"""

IPCC_PEOPLE = {
    "secretariat": ("secretariat", "secretariat"),
    "chair": ("chair", "plenary"),
    "co_chair": ("co-chair", "bureau"),
    "interests": ("interests-member", "bureau"),
    "cla": ("cla", "team:1"),
    "la": ("la", "team:1"),
    "other_la": ("la", "team:2"),
    "spm_cla": ("cla", "team:SPM"),
    "editor": ("review-editor", "editors:1"),
    "reviewer": ("expert-reviewer", "reviewers"),
    "focal_a": ("focal-point", "delegation:a"),
    "delegate_a": ("head-of-delegation", "delegation:a"),
    "delegate_b": ("head-of-delegation", "delegation:b"),
    "observer": ("observer", "observers"),
}
INDEPENDENT_PEOPLE = {
    "secretariat": ("secretariat", "secretariat"),
    "interests": ("interests-officer", "secretariat"),
    "chair": ("chair", "chair"),
    "lead": ("lead-writer", "team:1"),
    "writer": ("writer", "team:1"),
    "other_writer": ("writer", "team:2"),
    "reviewer": ("external-reviewer", "reviewers"),
    "panel": ("panel-member", "advisory"),
    "contact": ("government-contact", "delegation:a"),
}


@dataclass
class Side:
    """One cycle and its people: ``side.chair`` is the account of its chair."""

    cycle: Cycle
    people: dict[str, User] = field(default_factory=dict)
    bodies: dict[str, Body] = field(default_factory=dict)

    def __getattr__(self, name: str) -> User:
        try:
            return self.__dict__["people"][name]
        except KeyError:
            raise AttributeError(name) from None

    def at(self, stage: str) -> Cycle:
        """Put the cycle into a stage, as the tests' starting point; its gates are tested elsewhere."""
        Cycle.objects.filter(pk=self.cycle.pk).update(stage=stage)
        self.cycle.refresh_from_db()
        return self.cycle

    def chapter(self, number: str):
        return self.cycle.chapters.select_related("cycle", "current", "team").get(number=number)


@dataclass
class World:
    un: Side
    adv: Side
    outsider: User
    system: User


def make_user(name: str, language: str = "en") -> User:
    user = User.objects.create(
        email=f"{name}@example.org", name=name.replace("_", " ").title(), language=language, password="!"
    )
    Person.objects.create(name=user.name, email=user.email, user=user)
    return user


def build_world(*, texts: bool = True) -> World:
    """Both cycles, in drafting, with chapters 1 and 2 (and SPM) and a text in each."""
    system = User.objects.system()
    un = _side("un-test", "ipcc", IPCC_PEOPLE, ["1", "2"], system)
    adv = _side("adv-test", "independent", INDEPENDENT_PEOPLE, ["1", "2"], system)
    if texts:
        for side in (un, adv):
            for chapter in side.cycle.chapters.all():
                text = SUMMARY if chapter.kind == "summary" else CHAPTER
                drafting.save(chapter, None, text, by=system, now=THEN)
    return World(un, adv, make_user("outsider"), system)


def _side(slug: str, procedure: str, roles: dict, numbers: list[str], system: User) -> Side:
    side = lay_side(slug, procedure, numbers, system)
    for name, (role_key, place) in roles.items():
        side.people[name] = seat(side, f"{slug.split('-')[0]}_{name}", role_key, place)
    return side


def lay_side(slug: str, procedure: str, numbers: list[str], system: User) -> Side:
    """A cycle with its chapters and two delegations, and nobody in it yet."""
    cycle = cycles.create_cycle(
        slug, procedure=procedure, title=slug, by=system, now=THEN, at_stage="drafting", why="a test"
    )
    if procedure == "ipcc":
        drafting.add_chapter(cycle, "SPM", "Summary for policymakers", by=system, now=THEN, kind="summary")
    for number in numbers:
        drafting.add_chapter(cycle, number, f"Chapter {number}", by=system, now=THEN)
    side = Side(cycle)
    for letter in "ab":
        side.bodies[f"delegation:{letter}"] = cycles.add_body(
            cycle, "delegation", f"{slug}-delegation-{letter}", f"Delegation {letter.upper()}"
        )
    return side


def seat(side: Side, name: str, role_key: str, place: str) -> User:
    """An account with one appointment in the cycle; its disclosure, where it owes one, is cleared."""
    return hold(side, make_user(name), role_key, place)


def hold(side: Side, user: User, role_key: str, place: str) -> User:
    """One more appointment of an account, in the cycle of this side."""
    cycle = side.cycle
    rule = cycle.procedure.roles[role_key]
    part, _colon, which = place.partition(":")
    if part in ("team", "editors"):
        body = getattr(cycle.chapters.get(number=which), part)
    elif part == "delegation":
        body = side.bodies[place]
    else:
        body = Body.objects.get(cycle_bodies__cycle=cycle, cycle_bodies__part=part)
    if rule.discloses:
        Disclosure.objects.create(
            person=user.person,
            body=body,
            text="None.",
            status="cleared",
            filed_at=THEN,
            decided_by=User.objects.system(),
            decided_at=THEN,
        )
    Appointment.objects.create(person=user.person, body=body, role=rule.role, starts=THEN, voting=rule.voting)
    return user


def waiting_letter(since: datetime):
    """A letter in the outbox that has waited since then."""
    from records.models import Notice

    return Notice.objects.create(
        event="k", kind="account", channel="mail", to="a@example.org", subject="s", body="b", message_id="<m>",
        at=since, created_at=since, due_at=since, state="waiting",
    )  # fmt: skip
