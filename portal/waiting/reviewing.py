"""Rounds to comment in or to close, and comments to answer."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Count
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from assessments.cycles import standing
from portal.waiting.common import Wait, may, of_cycles, teams, texts
from records.looking import once
from reviews.models import Comment, ReviewRound
from reviews.rounds import guards as rounds
from reviews.rounds.models import Registration


def _all(cycles) -> list[ReviewRound]:
    """The rounds of all these cycles, asked once while the page is looked at."""
    question = ("all rounds", tuple(cycle.pk for cycle in cycles))
    return once(question, lambda: of_cycles(ReviewRound.objects.all(), cycles))


def open_rounds(user, cycles, now):
    found = [one for one in _all(cycles) if one.status == ReviewRound.Status.OPEN]
    invited = [one for one in found if user.has_perm("round.register", one)]
    drafts, registered = _own_in(user, invited)
    for one in found:
        rung = now >= one.closes_at
        if one in invited and rung:
            yield from _grace(one, drafts.get(one.pk, 0), now)
        elif one in invited and (one.pk in registered or not rounds.obstacles_to_registering(one, now=now)):
            yield _round(one, one.closes_at, _to_comment(drafts.get(one.pk, 0)))
        if rung and user.has_perm("round.close", one) and not rounds.obstacles_to_closing(one, now=now):
            text = _("The bell has rung. Close the round, so that its comments are answered.")
            yield _round(one, None, text)


def _own_in(user, found: list[ReviewRound]) -> tuple[dict[int, int], set[int]]:
    """How many drafts of comments the person has in each of these rounds, and for which they are registered."""
    if not found:
        return {}, set()
    mine = {"round__in": found}
    drafts = Comment.objects.filter(reviewer__person__user=user, status=Comment.Status.DRAFT, **mine)
    counts = drafts.order_by().values_list("round").annotate(n=Count("pk"))
    registered = Registration.objects.filter(person__user=user, **mine).values_list("round", flat=True)
    return dict(counts), set(registered)


def _to_comment(drafts: int) -> str:
    if not drafts:
        return _("Read the draft with its page and line numbers, and comment.")
    unsent = ngettext("%(n)s comment of yours is not sent.", "%(n)s comments of yours are not sent.", drafts)
    return unsent % {"n": drafts}


def _grace(found, drafts: int, now) -> Iterator[Wait]:
    """After the bell a round waits only for those who have something to send, while grace runs."""
    if drafts and now <= rounds.grace_ends(found):
        text = ngettext(
            "The bell has rung; %(n)s comment of yours is not sent yet.",
            "The bell has rung; %(n)s comments of yours are not sent yet.",
            drafts,
        )
        yield _round(found, rounds.grace_ends(found), text % {"n": drafts})


def _round(found, due, text: str) -> Wait:
    return Wait(due, found.title, text, found.cycle, found.get_absolute_url(), _("Open the round"))


def answers(user, cycles, now):
    read = {c.pk for c in may(user, "comments.read_all", cycles) if teams(user, c)}
    own = {
        c.pk: c
        for c in (texts(cycles) if read else ())
        if c.cycle_id in read
        and c.team_id in teams(user, c.cycle)
        and standing.may(user, "response.write", c.cycle, c)
    }
    if not own:
        return
    counts = (
        Comment.objects.filter(chapter__in=own)
        .exclude(round__status=ReviewRound.Status.ANSWERED)
        .awaiting_response()
        .order_by("round", "chapter")
        .values("round", "chapter")
        .annotate(n=Count("pk"))
    )
    rounds_of = {found.pk: found for found in _all(cycles)}
    for row in counts:
        chapter, found = own[row["chapter"]], rounds_of[row["round"]]
        yield Wait(
            None,
            ngettext("%(n)s comment on chapter %(c)s", "%(n)s comments on chapter %(c)s", row["n"])
            % {"n": row["n"], "c": chapter.number},
            found.title,
            chapter.cycle,
            reverse("round_comments", args=[chapter.cycle.slug, found.slug])
            + f"?chapter={chapter.number}&status=open",
            _("Answer them"),
        )
