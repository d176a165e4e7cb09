"""Who sees a round, may register for it, and may read its draft (procedure 2.3, 6.2, 6.12)."""

from __future__ import annotations

import rules

from assessments.cycles import standing
from assessments.permissions import has_part, writes
from reviews.rounds.models import Registration, ReviewRound


def round_of(target) -> ReviewRound | None:
    """The round that a target is or belongs to."""
    return target if isinstance(target, ReviewRound) else getattr(target, "round", None)


def audience_roles(review_round: ReviewRound, audiences=None) -> frozenset[str]:
    """Keys of the roles that the round's audiences (or some of them) let in."""
    procedure = review_round.cycle.procedure
    names = review_round.rule.audience if audiences is None else audiences
    return frozenset(role for name in names for role in procedure.audiences.get(name, ()))


def registration_of(user, review_round: ReviewRound) -> Registration | None:
    """The person's registration for the round, or None."""
    person = getattr(user, "person", None) if user.is_authenticated else None
    if person is None:
        return None
    return Registration.objects.filter(round=review_round, person=person).first()


def speaks_for(user, review_round: ReviewRound):
    """The delegation for which a person comments in this round, or None: they comment in their own name."""
    if "governments" not in review_round.rule.audience:
        return None
    mine = standing.roles_of(user, review_round.cycle)
    if mine.isdisjoint(audience_roles(review_round, ("governments",))):
        return None
    return standing.delegation_of(user, review_round.cycle)


@rules.predicate
def in_audience(user, target) -> bool:
    """Whether a role of theirs is among those whom the round lets in (procedure 6.4)."""
    review_round = round_of(target)
    return review_round is not None and not standing.roles_of(user, review_round.cycle).isdisjoint(
        audience_roles(review_round)
    )


@rules.predicate
def is_registered(user, target) -> bool:
    review_round = round_of(target)
    return review_round is not None and registration_of(user, review_round) is not None


@rules.predicate
def is_public(user, target) -> bool:
    """Whether draft, comments and answers are public: the stage that the round names is reached (procedure
    6.12)."""
    review_round = round_of(target)
    if review_round is None or review_round.status != ReviewRound.Status.ANSWERED:
        return False
    stage = review_round.rule.comments_public
    return bool(stage) and review_round.cycle.procedure.reached(stage, review_round.cycle.stage)


@rules.predicate
def writes_round(user, target) -> bool:
    """Those who make the report see its rounds (permissions of the cycle)."""
    review_round = round_of(target)
    return review_round is not None and writes(user, review_round.cycle)


@rules.predicate
def takes_part(user, target) -> bool:
    review_round = round_of(target)
    return review_round is not None and has_part(user, review_round.cycle)


def reads_draft(user, snapshot) -> bool:
    """Whether a round lets a person read this snapshot: registered in its audience, or public by now."""
    return any(
        user.has_perm("round.read", found)
        for found in ReviewRound.objects.filter(snapshot=snapshot).select_related("cycle")
    )


def register() -> None:
    """Put the table in place (called from ready)."""
    for name, predicate in {
        "round.view": takes_part | is_public,
        "round.register": in_audience,
        "round.read": writes_round | (in_audience & is_registered) | is_public,
        # Its draft, or the way to it: who may still register is led there.
        "round.enter": writes_round | in_audience | is_public,
        "round.comment": in_audience & is_registered,
    }.items():
        if not rules.perm_exists(name):
            rules.add_perm(name, predicate)
