"""The page on which authors answer: the text as reviewed, what was said, what becomes of it (procedure
6.6)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.contrib import messages
from django.db.models import Q
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from assessments.snapshots import reading
from assessments.text.compare import word_diff
from records.doors import door
from records.obstacles import require
from reviews.comments import answers, grouping, guards, quality
from reviews.comments.forms import AnswerForm
from reviews.comments.models import Comment, Response
from reviews.comments.views import frozen_chapter
from reviews.rounds.views import find_round

# Of those that say nearly the same, as many are on the page; the list has them all.
SHOWN = 100


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
    same_place, alike = _same_passage(review_round, comment), _alike(review_round, comment)
    initial = {"disposition": response.disposition, "text": response.text} if response else {}
    grouped = [one.pk for one in alike.all]
    beside = _beside(review_round, comment).filter(Q(pk__in=same_place) | Q(pk__in=grouped))
    form = AnswerForm(request.POST or None, beside=beside, initial=initial)
    if request.method == "POST":
        require(user, "response.write", comment)
        if "take_back" in request.POST:
            return _take_back(request, review_round, comment)
        if form.is_valid():
            return _give_answer(request, review_round, comment, form, alike)
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
    may_answer = user.has_perm("response.write", comment)
    obstacles = guards.obstacles_to_answering(comment)
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
            "looks": quality.reasons(review_round, [comment]).get(comment.pk, []) if response else [],
            "form": form,
            "alike": alike,
            "same_place": same_place.exclude(pk__in=grouped),
            "several": _given_with(comment, response, user),
            "dispositions": Response.Disposition.choices,
            "may_answer": may_answer,
            "obstacles": obstacles,
            "answers": may_answer and not obstacles,
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


@dataclass(frozen=True)
class Alike:
    """Comments without answer that say nearly the same: ``same`` may be answered together unread, of ``other`` each
    says in what it ``differs``; ``elsewhere`` are those of other chapters, by number."""

    same: list[Comment]
    other: list[Comment]
    elsewhere: int

    @property
    def all(self) -> list[Comment]:
        return [*self.same, *self.other]

    @property
    def shown_same(self) -> list[Comment]:
        return self.same[:SHOWN]

    @property
    def shown_other(self) -> list[Comment]:
        return self.other[:SHOWN]


def _beside(review_round, comment):
    """The other comments of its chapter without answer; each keeps its number and gets an answer of its own."""
    found = review_round.comments.awaiting_response().filter(chapter=comment.chapter).exclude(pk=comment.pk)
    return found.select_related("chapter", "reviewer__delegation__state").order_by("number")


def _same_passage(review_round, comment):
    """Others on the very same block."""
    block = comment.anchor.get("block")
    return _beside(review_round, comment).filter(block=block) if block else Comment.objects.none()


def _alike(review_round, comment) -> Alike:
    """Others that say nearly the same (procedure 6.18); those that are shown say in which words they differ."""
    if comment.alike_to_id is None:
        return Alike([], [], 0)
    found = Alike([], [], review_round.comments.awaiting_response().filter(alike_to=comment.alike_to_id)
                  .exclude(chapter=comment.chapter).count())  # fmt: skip
    for other in _beside(review_round, comment).filter(alike_to=comment.alike_to_id):
        other.differs = grouping.differs(comment, other)
        (found.other if other.differs else found.same).append(other)
    for other in (*found.shown_same, *found.shown_other):
        same = (other.text, other.proposed) == (comment.text, comment.proposed)
        other.diff = [] if same else word_diff(comment.text, other.text)
    return found


def _given_with(comment, response, user) -> dict | None:
    """How many answers the person gave with that of this comment in one act, and the moment that names the act."""
    if response is None or response.by_id != user.pk:
        return None
    n = Response.objects.filter(comment__round=comment.round, by=user, at=response.at).count()
    return {"n": n, "fields": [("take_back", response.at.isoformat())]} if n > 1 else None


def _take_back(request, review_round, comment):
    try:
        at = datetime.fromisoformat(request.POST["take_back"])
    except ValueError:
        raise Http404 from None
    n = answers.take_back(review_round, at, by=request.user, now=timezone.now())
    said = ngettext("%(n)s answer is taken back.", "%(n)s answers are taken back.", n)
    messages.success(request, said % {"n": n})
    return redirect(request.path)


def _give_answer(request, review_round, comment, form, alike: Alike):
    said = form.cleaned_data
    block = comment.anchor.get("block") if said["changed"] else ""
    also = {one.pk: one for one in (*said["also"], *(alike.same if said["group"] else ()))}
    made = answers.answer(
        [comment, *also.values()],
        said["disposition"],
        said["text"],
        by=request.user,
        now=timezone.now(),
        changed_block=block or "",
    )
    said = _("Answered: %(label)s.") % {"label": comment.label}
    if len(made) > 1:
        more = len(made) - 1
        said = ngettext("Answered: %(label)s and %(n)s more.", "Answered: %(label)s and %(n)s more.", more)
        # What was done to many can be looked at again, and taken back there.
        said = format_html(
            '{} <a href="{}">{}</a>',
            said % {"label": comment.label, "n": more},
            request.path,
            _("Look at it, or take it back"),
        )
    messages.success(request, said)
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
