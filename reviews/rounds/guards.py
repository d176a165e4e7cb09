"""What stands in the way of opening, extending, closing and answering a round, in words."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Count
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from assessments.cycles.guards import stage_obstacles
from assessments.cycles.models import Cycle
from assessments.procedures.titles import titled
from assessments.snapshots.models import Snapshot
from records.looking import grouped, of_each, once
from records.obstacles import Obstacle
from reviews.rounds.models import ReviewRound


def in_utc(at: datetime) -> str:
    """A moment in a refusal, where the reader's zone is not known: always UTC, and said to be."""
    return _("%(at)s UTC") % {"at": date_format(at, "j F Y, H:i")}


def grace_ends(review_round: ReviewRound) -> datetime:
    """When the last comment begun before the bell is taken (procedure 6.8)."""
    return review_round.closes_at + timedelta(minutes=review_round.rule.grace_minutes)


def registration_ends(review_round: ReviewRound) -> datetime:
    """When registration ends; the bell itself where the procedure leaves it open (procedure 6.2)."""
    return review_round.closes_at - timedelta(days=review_round.rule.registration_closes_days)


def _held(cycle: Cycle, key: str) -> ReviewRound | None:
    """The round of that rule, if it was opened."""
    return next((found for found in rounds_of(cycle) if found.rule_key == key), None)


def rounds_of(cycle: Cycle) -> list[ReviewRound]:
    """The rounds that the cycle has opened."""
    return of_each("rounds", cycle, lambda cycles: grouped(ReviewRound.objects.all(), "cycle", cycles))


def obstacles_to_opening(cycle: Cycle, rule) -> list[Obstacle]:
    """What prevents opening the round of this rule now (procedure 6.1)."""
    found = stage_obstacles(cycle, "round.open")
    if not found and rule.stage != cycle.stage:
        found.append(_in_other_stage(cycle, rule))
    opened = _held(cycle, rule.key)
    if opened is not None:
        found.append(
            Obstacle(
                "round-exists",
                _("“%(title)s” was opened already.") % {"title": titled(rule.title)},
                rule="6.1",
                href=opened.get_absolute_url(),
            )
        )
    if not cycle.snapshots.filter(label=rule.label, status=Snapshot.Status.READY).exists():
        found.append(
            Obstacle(
                "snapshot-not-ready",
                _("The draft %(label)s is not frozen yet.") % {"label": rule.label},
                rule="6.1",
                remedy=_("Freeze it first."),
                href=reverse("snapshots", args=[cycle.slug]),
            )
        )
    return found


def _in_other_stage(cycle: Cycle, rule) -> Obstacle:
    return Obstacle(
        "round-in-other-stage",
        _("“%(title)s” belongs to the stage “%(stage)s”.")
        % {"title": titled(rule.title), "stage": titled(cycle.procedure.stage(rule.stage).title)},
        rule="6.1",
        href=cycle.get_absolute_url(),
    )


def first_bell(rule, now: datetime) -> datetime:
    """The earliest bell of a round opened now: everybody has a whole day to register (procedure 6.16)."""
    return now + timedelta(days=rule.registration_closes_days + 1)


def obstacles_to_bell(rule, closes_at: datetime, *, now: datetime) -> list[Obstacle]:
    """Whether a round may end then at all, whatever the reasons (procedure 6.16)."""
    first = first_bell(rule, now)
    if closes_at >= first:
        return []
    return [
        Obstacle(
            "bell-too-early",
            _("A bell on %(at)s leaves nobody a day to register.") % {"at": in_utc(closes_at)},
            rule="6.16",
            remedy=_("Name a moment from %(first)s on.") % {"first": in_utc(first)},
        )
    ]


def is_short(rule, closes_at: datetime, *, now: datetime) -> bool:
    """Whether a round ends before the weeks of the procedure are over, by more than a part of a day."""
    return closes_at < now + timedelta(weeks=rule.weeks, days=-1)


def phase(review_round: ReviewRound, *, now: datetime) -> tuple[str, str]:
    """Where the round stands at this moment, as a state and its word: its bell may have rung (procedure 6.8)."""
    if review_round.status != ReviewRound.Status.OPEN or now < review_round.closes_at:
        return review_round.status, review_round.get_status_display()
    if now <= grace_ends(review_round):
        return "grace", _("the bell has rung; time of grace")
    return "rung", _("the bell has rung")


def obstacles_to_registering(review_round: ReviewRound, *, now: datetime) -> list[Obstacle]:
    """What prevents a registration (procedure 6.2)."""
    found = not_open(review_round)
    last = registration_ends(review_round)
    if not found and now >= last:
        found.append(
            Obstacle(
                "registration-closed",
                _("Registration for “%(title)s” ended on %(at)s.")
                % {"title": review_round.title, "at": in_utc(last)},
                rule="6.2",
                remedy=_("Write to the secretariat; later rounds are open to you."),
            )
        )
    return found


def not_open(review_round: ReviewRound) -> list[Obstacle]:
    """Whether the round is over."""
    if review_round.status == ReviewRound.Status.OPEN:
        return []
    return [
        Obstacle(
            "round-not-open",
            _("“%(title)s” was closed on %(at)s.")
            % {"title": review_round.title, "at": in_utc(review_round.closed_at)},
            rule="6.9",
        )
    ]


def obstacles_to_extending(review_round: ReviewRound, *, now: datetime) -> list[Obstacle]:
    """What prevents a later bell (procedure 6.9): a round is extended before it ends."""
    found = stage_obstacles(review_round.cycle, "round.extend") + not_open(review_round)
    if not found and now >= review_round.closes_at:
        found.append(
            Obstacle(
                "bell-has-rung",
                _("The bell rang on %(at)s; a round is extended before it ends.")
                % {"at": in_utc(review_round.closes_at)},
                rule="6.9",
                remedy=_("Open it again, with reasons."),
                href=review_round.get_absolute_url(),
            )
        )
    return found


def obstacles_to_reopening(review_round: ReviewRound, *, now: datetime) -> list[Obstacle]:
    """What prevents a new bell after the first one rang (procedure 6.17)."""
    cycle, rule = review_round.cycle, review_round.rule
    found = stage_obstacles(cycle, "round.extend")
    if not found and rule.stage != cycle.stage:
        found.append(_in_other_stage(cycle, rule))
    if now < review_round.closes_at:
        found.append(
            Obstacle(
                "bell-has-not-rung",
                _("The round is open until %(at)s: it is extended, not opened again.")
                % {"at": in_utc(review_round.closes_at)},
                rule="6.17",
            )
        )
    if review_round.comments.filter(response__isnull=False).exists():
        found.append(
            Obstacle(
                "answering-began",
                _("Its authors have begun to answer; what was answered is not put to review again."),
                rule="6.17",
                remedy=_("The next round is open to what was missed."),
            )
        )
    return found


def obstacles_to_closing(review_round: ReviewRound, *, now: datetime) -> list[Obstacle]:
    """What prevents closing the round; an empty list means nothing does (procedure 6.9)."""
    found = stage_obstacles(review_round.cycle, "round.close") + not_open(review_round)
    if review_round.status == ReviewRound.Status.OPEN and now < review_round.closes_at:
        found.append(
            Obstacle(
                "bell-has-not-rung",
                _("The round stays open until %(at)s; reviewers were promised that time.")
                % {"at": in_utc(review_round.closes_at)},
                rule="6.9",
            )
        )
    elif not found and now <= grace_ends(review_round) and review_round.registrations.exists():
        found.append(
            Obstacle(
                "grace-runs",
                _("Comments begun before the bell can still be sent until %(at)s.")
                % {"at": in_utc(grace_ends(review_round))},
                rule="6.8",
                remedy=_("Close the round after that."),
            )
        )
    return found


def obstacles_to_publishing_answers(review_round: ReviewRound) -> list[Obstacle]:
    """What prevents the publication of the answers (procedure 6.12, 6.14)."""
    found = stage_obstacles(review_round.cycle, "response.publish")
    if review_round.status == ReviewRound.Status.OPEN:
        found.append(
            Obstacle("round-open", _("The round is still open."), rule="6.12", remedy=_("Close it first."))
        )
    if review_round.status == ReviewRound.Status.ANSWERED:
        found.append(Obstacle("answers-published", _("The answers were published already."), rule="6.12"))
    rule = review_round.rule
    if rule.individual_answers and rule.answers_due_before:
        found += unanswered(review_round)
    return found


def unanswered(review_round: ReviewRound) -> list[Obstacle]:
    """One obstacle for each chapter with comments that nobody has answered (procedure 6.6)."""
    waiting = _unanswered_in(review_round.cycle).get(review_round.pk, ())
    listed = reverse("round_comments", args=[review_round.cycle.slug, review_round.slug])
    return [
        Obstacle(
            "comments-unanswered",
            ngettext(
                "%(n)s comment on %(chapter)s has no answer in “%(title)s”.",
                "%(n)s comments on %(chapter)s have no answer in “%(title)s”.",
                row["n"],
            )
            % {"n": row["n"], "chapter": row["chapter__number"], "title": review_round.title},
            rule="6.6",
            remedy=_("Answer them."),
            href=f"{listed}?chapter={row['chapter__number']}&status=open",
        )
        for row in waiting
    ]


def _unanswered_in(cycle: Cycle) -> dict[int, list[dict]]:
    """Unanswered comments by round and chapter: a page asks of several rounds of the cycle."""

    from reviews.comments.models import Comment  # it stands on rounds

    def ask() -> dict[int, list[dict]]:
        rows = (
            Comment.objects.filter(round__cycle=cycle)
            .awaiting_response()
            .values("round", "chapter__number")
            .annotate(n=Count("pk"))
            .order_by("chapter__place")
        )
        found: dict[int, list[dict]] = {}
        for row in rows:
            found.setdefault(row["round"], []).append(row)
        return found

    return once(("unanswered", cycle.pk), ask)


# ---- Conditions of gates --------------------------------------------------------------------------


def round_closed(cycle: Cycle, rule) -> list[Obstacle]:
    """Condition ``round-closed``: the round of that key was held and is over."""
    held = _held(cycle, rule.round)
    title = titled(cycle.procedure.round(rule.round).title)
    if held is None:
        return [
            Obstacle(
                "round-not-held",
                _("“%(title)s” has not been opened.") % {"title": title},
                rule="6.1",
                remedy=_("Open the round."),
                href=reverse("rounds", args=[cycle.slug]),
            )
        ]
    if held.status != ReviewRound.Status.OPEN:
        return []
    return [
        Obstacle(
            "round-open",
            _("“%(title)s” is open until %(at)s.") % {"title": title, "at": in_utc(held.closes_at)},
            rule="6.9",
            remedy=_("Close it once the bell has rung."),
            href=held.get_absolute_url(),
        )
    ]


def comments_answered(cycle: Cycle, rule) -> list[Obstacle]:
    """Condition ``comments-answered``: no comment of that round is without an answer (procedure 6.14).

    A cycle that began outside the portal after that round's stage has no such round, and no comments of it
    (3.7).
    """
    held = _held(cycle, rule.round)
    if held is None:
        return []
    if not held.rule.individual_answers:
        return []
    return unanswered(held)
