"""The page on which authors answer: the text as reviewed, what was said, what becomes of it (procedure
6.6)."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from assessments.snapshots import reading
from assessments.text.compare import word_diff
from records.doors import door
from records.obstacles import require
from reviews.comments import answers, guards
from reviews.comments.forms import AnswerForm
from reviews.comments.models import Comment, Response
from reviews.comments.views import frozen_chapter
from reviews.rounds.views import find_round


def find_numbered(user, cycle: str, round: str, number: str, n: int) -> Comment:
    """A comment by its chapter and number among those that the person may see, or Http404."""
    review_round = find_round(user, cycle, round)
    comment = (
        Comment.objects.visible_in(review_round, user)
        .select_related("chapter__cycle", "chapter__current", "reviewer__delegation__state", "response")
        .filter(chapter__number=number, number=n)
        .first()
    )
    if comment is None:
        raise Http404
    comment.round = review_round
    return comment


@door("comments.read_all", load=find_numbered)
def answering(request, comment, number, n, **_kwargs):
    """The text as reviewed, the comment, the answer; next and previous are those without one."""
    user, review_round = request.user, comment.round
    response = getattr(comment, "response", None)
    alike = _same_passage(review_round, comment)
    initial = {"disposition": response.disposition, "text": response.text} if response else {}
    form = AnswerForm(request.POST or None, alike=alike, initial=initial)
    if request.method == "POST":
        require(user, "response.write", comment)
        if form.is_valid():
            return _give_answer(request, review_round, comment, form)
    frozen = frozen_chapter(review_round, number)
    anchor = comment.anchor
    asked = request.GET.get("page", "")
    page = reading.page_context(frozen, asked or anchor.get("page_label") or "")
    if not asked and not anchor.get("page_label"):
        page["printed"] = None
    on_its_page = page["printed"] is not None and page["printed"].label == anchor.get("page_label")
    first = anchor.get("line_from") if on_its_page else None
    unit = review_round.comments.filter(chapter=comment.chapter)
    waiting = unit.awaiting_response().select_related("chapter")
    return render(
        request,
        "reviews/comments/answering.html",
        {
            "cycle": review_round.cycle,
            "round": review_round,
            "snapshot": review_round.snapshot,
            "frozen": frozen,
            "comment": comment,
            "response": response,
            "form": form,
            "alike": alike,
            "dispositions": Response.Disposition.choices,
            "may_answer": user.has_perm("response.write", comment),
            "obstacles": guards.obstacles_to_answering(comment),
            "before": waiting.filter(number__lt=n).order_by("-number").first(),
            "after": waiting.filter(number__gt=n).order_by("number").first(),
            "total": unit.sent().count(),
            "open": waiting.count(),
            "passage": _passage(frozen, comment),
            "editors_see": any(
                role.part == "editors" for role in comment.chapter.cycle.procedure.roles.values()
            ),
            "lit_from": first,
            "lit_to": (anchor.get("line_to") or first) if first else None,
            **page,
        },
    )


def _same_passage(review_round, comment):
    """Other comments without answer on the very same block; each keeps its number and gets an answer of
    its own."""
    block = comment.anchor.get("block")
    if not block:
        return Comment.objects.none()
    return (
        review_round.comments.awaiting_response()
        .filter(chapter=comment.chapter, anchor__block=block)
        .exclude(pk=comment.pk)
        .select_related("chapter", "reviewer__delegation__state")
        .order_by("number")
    )


def _give_answer(request, review_round, comment, form):
    said = form.cleaned_data
    block = comment.anchor.get("block") if said["changed"] else ""
    answers.answer(
        [comment, *said["also"]],
        said["disposition"],
        said["text"],
        by=request.user,
        now=timezone.now(),
        changed_block=block or "",
    )
    messages.success(request, _("Answered: %(label)s.") % {"label": comment.label})
    after = review_round.comments.awaiting_response().filter(
        chapter=comment.chapter, number__gt=comment.number
    )
    following = after.order_by("number").first() or comment
    return redirect(
        "answering", review_round.cycle.slug, review_round.slug, comment.chapter.number, following.number
    )


def _passage(frozen, comment) -> dict | None:
    """The commented block as reviewed and as it stands now; ``parts`` for the difference in words."""
    block = comment.anchor.get("block")
    if not block:
        return None
    old = next((b["text"] for b in frozen.blocks if b["id"] == block), "")
    current = comment.chapter.current
    new = next((b["text"] for b in current.blocks if b["id"] == block), None) if current else None
    return {
        "old": old,
        "new": new,
        "same": old == new,
        "parts": word_diff(old, new) if new is not None else [],
    }
