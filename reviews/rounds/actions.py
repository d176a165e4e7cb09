"""Verbs of a round: open, register, extend, close, publish the answers. The only writers of its status."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

import records.append
from assessments.cycles.models import Cycle
from assessments.snapshots.models import Snapshot
from panels.models import User
from records import chain
from records.obstacles import refuse, refuse_if, require
from reviews.rounds import guards
from reviews.rounds.models import Registration, ReviewRound


def lock(review_round: ReviewRound) -> ReviewRound:
    """The round's row, locked: numbers, bells and submissions are decided one after the other (procedure
    1.6)."""
    return (
        ReviewRound.objects.select_for_update(of=("self",))
        .select_related("cycle", "snapshot")
        .get(pk=review_round.pk)
    )


@transaction.atomic
def open_round(
    cycle: Cycle,
    rule_key: str,
    *,
    by: User,
    now: datetime,
    closes_at: datetime | None = None,
    reason: str = "",
) -> ReviewRound:
    """Open the round of the procedure's rule on its frozen draft (procedure 6.1).

    ``closes_at`` is aware; without it the round lasts as many weeks as the procedure says. A shorter one needs
    a ``reason``, which the entry keeps (6.16). Its audience is written to. Raises PermissionDenied, LookupError
    for a rule that the procedure does not know, or Blocked.
    """
    cycle = Cycle.objects.select_for_update().get(pk=cycle.pk)
    require(by, "round.open", cycle)
    rule = cycle.procedure.round(rule_key)
    refuse_if(guards.obstacles_to_opening(cycle, rule))
    closes_at = closes_at or now + timedelta(weeks=rule.weeks)
    refuse_if(guards.obstacles_to_bell(rule, closes_at, now=now))
    short = guards.is_short(rule, closes_at, now=now)
    if short and not reason.strip():
        refuse("shorter-than-procedure", ngettext(
                   "The procedure gives this round %(weeks)s week; a shorter one gives its reason.",
                   "The procedure gives this round %(weeks)s weeks; a shorter one gives its reason.",
                   rule.weeks) % {"weeks": rule.weeks},
               rule="6.16", remedy=_("Name a later end, or say why it is shorter."))  # fmt: skip
    snapshot = cycle.snapshots.get(label=rule.label, status=Snapshot.Status.READY)
    made = ReviewRound.objects.create(
        cycle=cycle,
        key=f"{cycle.slug}/{rule.key}",
        rule_key=rule.key,
        snapshot=snapshot,
        opens_at=now,
        closes_at=closes_at,
        opened_by=by,
    )
    record(
        made,
        "round.opened",
        {"draft": rule.label, "content": snapshot.content_hash,
         "closes_at": chain.timestamp(closes_at), "reason": reason.strip() if short else ""},
        by=by,
        at=now,
        visibility="public",
    )  # fmt: skip
    return made


@transaction.atomic
def register_reviewer(
    review_round: ReviewRound, *, expertise: str, undertaking: bool, consent: bool, by: User, now: datetime
) -> Registration:
    """Register for the round: expertise, undertaking, consent, each before any sight of the draft
    (procedure 6.2).

    ``undertaking``: not to cite, quote or pass on the draft; ``consent``: name and comments will be
    published. A second registration changes nothing and gives the first. Raises PermissionDenied or Blocked.
    """
    review_round = lock(review_round)
    require(by, "round.register", review_round)
    if by.is_system or getattr(by, "person", None) is None:
        refuse("no-person", _("Only people register, and this account belongs to no person."), rule="2.1")
    standing = Registration.objects.filter(round=review_round, person=by.person).first()
    if standing is not None:
        return standing
    refuse_if(guards.obstacles_to_registering(review_round, now=now))
    if not expertise.strip():
        refuse("no-expertise", _("Say in your own words what you know of the subject."), rule="6.2")
    if review_round.rule.undertaking and not undertaking:
        refuse("no-undertaking", _("The draft is shown only to those who undertake to keep it confidential."),
               rule="6.2")  # fmt: skip
    if not consent:
        refuse("no-consent", _("Comments are published with their reviewers' names; without consent nobody"
               " takes part in the round."), rule="6.2")  # fmt: skip
    made = Registration.objects.create(
        round=review_round,
        person=by.person,
        expertise=expertise.strip()[:300],
        undertaking_at=now,
        consent_at=now,
    )
    record(review_round, "round.registered", {"expertise": made.expertise}, by=by, at=now, visibility="team")
    return made


@transaction.atomic
def extend_round(
    review_round: ReviewRound, closes_at: datetime, *, reason: str, by: User, now: datetime
) -> ReviewRound:
    """Give everybody more time, before the round ends (procedure 6.9). Raises PermissionDenied or Blocked."""
    review_round = lock(review_round)
    require(by, "round.extend", review_round)
    refuse_if(guards.obstacles_to_extending(review_round, now=now))
    if closes_at <= review_round.closes_at:
        refuse("not-later", _("The round ends on %(at)s; an extension ends later.")
               % {"at": guards.in_utc(review_round.closes_at)}, rule="6.9")  # fmt: skip
    if not reason.strip():
        refuse("no-reason", _("An extension gives its reason."), rule="6.9")
    before, review_round.closes_at = review_round.closes_at, closes_at
    review_round.save(update_fields=["closes_at"])
    record(
        review_round,
        "round.extended",
        {"from": chain.timestamp(before), "until": chain.timestamp(closes_at),
         "reason": reason.strip()},
        by=by,
        at=now,
        visibility="public",
    )  # fmt: skip
    return review_round


@transaction.atomic
def reopen_round(
    review_round: ReviewRound, closes_at: datetime, *, reason: str, by: User, now: datetime
) -> ReviewRound:
    """Open a round again after its bell, with a new bell and recorded reasons, for everybody (procedure 6.17).

    Registrations and comments stay as they are; the audience is written to. Raises PermissionDenied or Blocked.
    """
    review_round = lock(review_round)
    require(by, "round.extend", review_round)
    refuse_if(guards.obstacles_to_reopening(review_round, now=now))
    refuse_if(guards.obstacles_to_bell(review_round.rule, closes_at, now=now))
    if not reason.strip():
        refuse("no-reason", _("A round is opened again with its reason."), rule="6.17")
    before, review_round.closes_at = review_round.closes_at, closes_at
    review_round.status = ReviewRound.Status.OPEN
    review_round.closed_by = review_round.closed_at = None
    review_round.save(update_fields=["closes_at", "status", "closed_by", "closed_at"])
    record(
        review_round,
        "round.reopened",
        {"from": chain.timestamp(before),
         "closes_at": chain.timestamp(closes_at), "reason": reason.strip()},
        by=by,
        at=now,
        visibility="public",
    )  # fmt: skip
    return review_round


@transaction.atomic
def close_round(review_round: ReviewRound, *, by: User, now: datetime) -> ReviewRound:
    """Close the round: all writing ends, its comments are the teams' to answer (procedure 6.9).

    Raises PermissionDenied or Blocked.
    """
    review_round = lock(review_round)
    require(by, "round.close", review_round)
    refuse_if(guards.obstacles_to_closing(review_round, now=now))
    review_round.status = ReviewRound.Status.CLOSED
    review_round.closed_by, review_round.closed_at = by, now
    review_round.save(update_fields=["status", "closed_by", "closed_at"])
    sent = review_round.comments.sent()
    record(
        review_round,
        "round.closed",
        {"comments": sent.count(),
         "reviewers": sent.values("reviewer").distinct().count()},
        by=by,
        at=now,
        visibility="public",
    )  # fmt: skip
    return review_round


@transaction.atomic
def publish_answers(review_round: ReviewRound, *, by: User, now: datetime) -> ReviewRound:
    """Publish comments with their answers, as a Merkle root over all of them in one entry (procedure 6.12).

    Raises PermissionDenied or Blocked.
    """
    from reviews.comments.items import item_of, root_of

    review_round = lock(review_round)
    require(by, "response.publish", review_round)
    refuse_if(guards.obstacles_to_publishing_answers(review_round))
    review_round.status = ReviewRound.Status.ANSWERED
    review_round.answers_published_at = now
    review_round.save(update_fields=["status", "answers_published_at"])
    comments = (
        review_round.comments.exclude(number=None)
        .select_related("chapter", "reviewer__delegation__state", "response")
        .order_by("chapter__place", "number")
    )
    items = [item_of(c, answer=True) for c in comments]
    sent = sum(1 for c in comments if c.status == "sent")
    answered = sum(1 for c in comments if getattr(c, "response", None))
    record(
        review_round,
        "round.answers_published",
        {"comments": sent, "answers": answered,
         "unanswered": max(0, sent - answered),
         "root": root_of(items)},
        by=by,
        at=now,
        visibility="public",
    )  # fmt: skip
    return review_round


def record(review_round: ReviewRound, verb: str, payload: dict, *, by, at, for_=None, visibility="review"):
    """One entry about the round in its cycle's stream."""
    return records.append.append(
        review_round.cycle.stream,
        verb,
        {"round": review_round.key, "title": review_round.rule.title, **payload},
        by=by,
        at=at,
        for_=for_,
        visibility=visibility,
    )
