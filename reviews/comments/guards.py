"""What stands in the way of writing, sending, withdrawing and answering a comment, in words."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from assessments.cycles.guards import stage_obstacles
from records.obstacles import Obstacle
from reviews.comments.models import Comment
from reviews.rounds.guards import grace_ends, in_utc, not_open
from reviews.rounds.models import ReviewRound


def obstacles_to_writing(
    review_round: ReviewRound, *, now: datetime, begun_at: datetime | None = None
) -> list[Obstacle]:
    """What prevents writing or sending: grace holds for what was begun before the bell (procedure 6.8, 6.9).

    ``begun_at``: when the comment was begun; None for a new one.
    """
    found = stage_obstacles(review_round.cycle, "comment.write") + not_open(review_round)
    if found or now <= review_round.closes_at:
        return found
    bell, last = review_round.closes_at, grace_ends(review_round)
    if now > last:
        return [
            Obstacle(
                "round-over",
                _(
                    "“%(title)s” ended on %(bell)s, and the time of grace ran until %(last)s."
                    " Nothing more is taken."
                )
                % {"title": review_round.title, "bell": in_utc(bell), "last": in_utc(last)},
                rule="6.8",
                remedy=_("Your drafts are kept for you, unsent."),
            )
        ]
    if begun_at is None or begun_at > bell:
        return [
            Obstacle(
                "begun-after-bell",
                _("“%(title)s” ended on %(bell)s. What was begun before then can be sent until %(last)s;"
                  " nothing new begins.")
                % {"title": review_round.title, "bell": in_utc(bell), "last": in_utc(last)},
                rule="6.8",
            )
        ]  # fmt: skip
    return []


def obstacles_to_withdrawing(comment: Comment) -> list[Obstacle]:
    """What prevents withdrawing a sent comment (procedure 6.5, 6.7, 6.9)."""
    found = not_open(comment.round)
    if comment.status != Comment.Status.SENT:
        found.append(
            Obstacle("not-sent", _("Only a comment that was sent, and stands, can be withdrawn."), rule="6.5")
        )
    if comment.reviewer.delegation_id:
        found.append(
            Obstacle(
                "part-of-submission",
                _("It is part of a government's submission, which is replaced as a whole."),
                rule="6.7",
                remedy=_("File a new version without it."),
            )
        )
    return found


def obstacles_to_filing(review_round: ReviewRound, delegation, *, now: datetime) -> list[Obstacle]:
    """What prevents filing or replacing the national submission (procedure 6.7)."""
    found = stage_obstacles(review_round.cycle, "submission.file") + not_open(review_round)
    standing = review_round.submissions.filter(delegation=delegation, standing=True).exists()
    if found or now <= review_round.closes_at:
        return found
    if standing:
        return [
            Obstacle(
                "bell-has-rung",
                _("The bell rang on %(at)s; until then a submission could be replaced, now it stands.")
                % {"at": in_utc(review_round.closes_at)},
                rule="6.7",
            )
        ]
    return obstacles_to_writing(review_round, now=now, begun_at=review_round.closes_at)


def obstacles_to_answering(comment: Comment) -> list[Obstacle]:
    """What prevents an answer (procedure 6.6, 6.15)."""
    found = stage_obstacles(comment.round.cycle, "response.write")
    if not comment.round.rule.individual_answers:
        found.append(
            Obstacle(
                "no-individual-answers",
                _("The comments of “%(title)s” get no answers of their own: plenary settles them.")
                % {"title": comment.round.title},
                rule="6.15",
            )
        )
    if comment.status != Comment.Status.SENT:
        found.append(
            Obstacle(
                "not-sent",
                _("%(label)s does not stand, so it gets no answer.") % {"label": comment.label},
                rule="6.6",
            )  # fmt: skip
        )
    if comment.round.status == ReviewRound.Status.ANSWERED:
        found.append(
            Obstacle(
                "answers-published",
                _("The answers of this round are published; they change no more."),
                rule="6.12",
            )  # fmt: skip
        )
    return found
