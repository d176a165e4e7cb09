"""Who may: each act of the procedure under its own name, and who may look. One table, asked everywhere.

``user.has_perm("round.open", cycle)``: the target is the cycle or anything that knows its ``cycle``; with a chapter
in it, a team's or editor's role counts only for that chapter. Stages and deadlines are the guards' affair.
"""

from __future__ import annotations

import rules

from assessments.cycles import standing
from assessments.cycles.models import Cycle
from assessments.procedures.model import ACTS

_READERS = {
    "secretariat": "writers",
    "bureau": "writers",
    "chair": "writers",
    "team": "writers",
    "editors": "writers",
    "plenary": "delegations",
    "delegation": "delegations",
    "advisory": "reviewers",
    "reviewers": "reviewers",
    "observers": "observers",
    "panel": "writers",
    "group": "delegations",
}
_FOLLOWING = {"writers", "delegations", "observers"}
READING = frozenset(part for part, reader in _READERS.items() if reader == "writers")
FOLLOWING_PARTS = frozenset(part for part, reader in _READERS.items() if reader in _FOLLOWING)


def cycle_of(target) -> Cycle | None:
    """The cycle that a target belongs to, however deep."""
    for _step in range(5):
        if target is None or isinstance(target, Cycle):
            return target
        target = (
            getattr(target, "cycle", None)
            or getattr(target, "chapter", None)
            or getattr(target, "snapshot", None)
            or getattr(target, "round", None)
            or getattr(target, "session", None)
            or getattr(target, "line", None)
            or getattr(target, "publication", None)
        )
    return None


def chapter_of(target):
    from assessments.drafting.models import Chapter

    return target if isinstance(target, Chapter) else getattr(target, "chapter", None)


def readers_of(user, cycle: Cycle) -> frozenset[str]:
    """As which kinds of reader a person stands in a cycle (the procedure's ``visibility`` speaks of them)."""
    return readers_with(standing.held_by(user, cycle))


def readers_with(held: list[standing.Held]) -> frozenset[str]:
    """As which kinds of reader somebody stands who holds these roles."""
    return frozenset({"public"} | {_READERS[h.part] for h in held})


def _acting(act: str):
    def predicate(user, target):
        cycle = cycle_of(target)
        return cycle is not None and standing.may(user, act, cycle, chapter_of(target))

    return rules.predicate(predicate, name=f"may {act}")


@rules.predicate
def sees_cycle(user, target):
    cycle = cycle_of(target)
    return cycle is not None and any(seen.pk == cycle.pk for seen in Cycle.objects.seen_by(user))


@rules.predicate
def has_part(user, target):
    cycle = cycle_of(target)
    return cycle is not None and bool(standing.held_by(user, cycle))


@rules.predicate
def writes(user, target):
    """Those who make the report: teams, editors, bureau, chair, secretariat. Drafts are theirs to read."""
    cycle = cycle_of(target)
    return cycle is not None and "writers" in readers_of(user, cycle)


@rules.predicate
def writes_a_section(user, target):
    """Who may write the chapter, and who is invited to one of its sections: there, and nowhere else (4.17)."""
    chapter = chapter_of(target)
    return chapter is not None and (
        standing.may(user, "chapter.draft", chapter.cycle, chapter)
        or bool(standing.sections_of(user, chapter))
    )


@rules.predicate
def suggests(user, target):
    """Who reads a draft may suggest edits of it; a review editor not in the chapter that they watch (2.9, 4.10)."""
    chapter = chapter_of(target)
    if chapter is None or not writes(user, target):
        return False
    watches = any(
        held.part == "editors" and held.body_id == chapter.editors_id
        for held in standing.held_by(user, cycle_of(target))
    )
    return not watches


@rules.predicate
def takes_part_in_session(user, target):
    """Writers, delegations and observers follow a session; reviewers as such do not."""
    cycle = cycle_of(target)
    return cycle is not None and bool(readers_of(user, cycle) & _FOLLOWING)


def register() -> None:
    """Put the table in place (called from ready)."""
    for act in ACTS:
        if not rules.perm_exists(act):
            rules.add_perm(act, _acting(act))
    for name, predicate in {
        "cycle.view": sees_cycle,
        "cycle.take_part": has_part,
        "chapter.read": writes,
        "section.draft": writes_a_section,
        "chapter.suggest": suggests,
        "chapter.remark": writes,
        "comments.read_all": writes,
        "session.follow": takes_part_in_session,
    }.items():
        if not rules.perm_exists(name):
            rules.add_perm(name, predicate)
