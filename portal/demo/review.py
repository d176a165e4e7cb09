"""The reviews and the session of the demonstration, entered by the acts of those who do them."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta

from django.utils import timezone

from assessments.cycles import standing
from assessments.cycles.models import Cycle
from panels.models import User
from reviews.approval import sessions
from reviews.comments import actions, answers, national
from reviews.comments.anchoring import Places
from reviews.comments.models import Comment
from reviews.rounds import actions as rounds
from reviews.rounds.models import ReviewRound

UNITS = {"spm": "SPM", "summary": "ES"}


def open_rounds(cycle: Cycle, keys: list[str], *, weeks: int) -> dict[str, ReviewRound]:
    now = timezone.now()
    system = User.objects.system()
    return {
        key: rounds.open_round(cycle, key, by=system, now=now, closes_at=now + timedelta(weeks=weeks))
        for key in keys
    }


def close(review_round: ReviewRound) -> None:
    rounds.close_round(review_round, by=User.objects.system(), now=timezone.now())


def load_comments(cycle: Cycle, opened: dict[str, ReviewRound], comments: list[dict], persons: dict) -> None:
    """Everybody registers, drafts, sends or files; then the authors answer those that are answered."""
    by_person = defaultdict(list)
    for comment in comments:
        if comment["cycle"] == cycle.slug and comment["round"] in opened:
            by_person[comment["round"], comment["reviewer"]].append(comment)
    places = {}
    answered = []
    for (key, reviewer), theirs in by_person.items():
        review_round, user = opened[key], persons[reviewer].user
        rounds.register_reviewer(
            review_round,
            expertise=", ".join(persons[reviewer].expertise) or "procedure",
            undertaking=True,
            consent=True,
            by=user,
            now=timezone.now(),
        )
        for comment in theirs:
            made = _draft(review_round, comment, user, places)
            if comment["response"]:
                answered.append((made, comment["response"]))
        if theirs[0]["government"]:
            national.file_submission(review_round, by=user, now=timezone.now())
        else:
            actions.send_drafts(review_round, by=user, now=timezone.now())
    for made, response in answered:
        _answer(cycle, made, response)


def _draft(review_round: ReviewRound, comment: dict, user: User, places: dict) -> Comment:
    number = UNITS.get(comment["chapter"], comment["chapter"])
    frozen = review_round.snapshot.chapters.select_related("chapter").get(chapter__number=number)
    held = places.setdefault(frozen.pk, Places(frozen))
    anchor = held.quoted(comment["quote"], "")
    if anchor is None:
        block = next((b for b, text in held.texts.items() if comment["quote"] in text), None)
        if block is None:
            raise ValueError(f"comments.json: {comment['number']} quotes what chapter {number} does not say")
        start = held.texts[block].index(comment["quote"])
        anchor = held.selection(block, start, start + len(comment["quote"]), comment["quote"])
    return actions.save_draft(
        review_round,
        frozen.chapter,
        text=comment["comment"],
        proposed=comment["proposed"] or "",
        kind=comment["kind"],
        anchor=anchor,
        by=user,
        now=timezone.now(),
    )


def _answer(cycle: Cycle, comment: Comment, response: dict) -> None:
    chapter = comment.chapter
    team = cycle.procedure.may("response.write")
    author = (
        standing.people_with(cycle, team, chapter).filter(person__appointments__body=chapter.team).first()
    )
    comment.refresh_from_db()
    disposition = response["disposition"].replace("_", "-")
    answers.answer([comment], disposition, response["text"], by=author, now=timezone.now())


def prepare_session(cycle: Cycle, persons: dict) -> None:
    """The session on the summary as it was distributed to governments; the chair opens it when asked."""
    frozen = cycle.snapshots.get(label="FGD").chapters.get(chapter__kind="summary")
    sessions.create_session(cycle, frozen, by=User.objects.system(), now=timezone.now())
