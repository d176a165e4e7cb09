"""Pages of comments: reading and commenting, the list, one comment, receipts, a government's set."""

from __future__ import annotations

from dataclasses import replace

from django.contrib import messages
from django.http import Http404, HttpResponseForbidden
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from assessments.snapshots import reading
from records.doors import ACCOUNT, door
from records.obstacles import require
from reviews.comments import actions, guards, national, quality
from reviews.comments.anchoring import Places
from reviews.comments.forms import CommentForm
from reviews.comments.lists import Filters, alike_counts, page_after, reviewers_in
from reviews.comments.models import Comment
from reviews.rounds.permissions import speaks_for
from reviews.rounds.views import find_round


def frozen_chapter(review_round, number: str):
    found = (
        review_round.snapshot.chapters.select_related("chapter__current", "snapshot__cycle")
        .filter(chapter__number=number)
        .first()
    )
    if found is None:
        raise Http404
    return found


@door("round.enter", load=find_round)
def round_read(request, review_round, number, **_kwargs):
    """The draft with its lines, one's own comments beside them, and the form (procedure 6.2, 6.3)."""
    user, now = request.user, timezone.now()
    if not user.has_perm("round.read", review_round):
        return redirect("round_register", review_round.cycle.slug, review_round.slug)
    frozen = frozen_chapter(review_round, number)
    places = Places(frozen)
    comments_here = user.has_perm("round.comment", review_round)
    form = _comment_form(request, places, review_round)
    if request.method == "POST":
        require(user, "round.comment", review_round)
        if form.is_valid():
            return _keep(request, review_round, frozen, form)
    page = reading.page_context(frozen, request.GET.get("page") or _page_of(form) or "")
    mine = _own_comments(review_round, user, frozen) if comments_here else []
    return render(
        request,
        "reviews/comments/round_read.html",
        {
            "cycle": review_round.cycle,
            "round": review_round,
            "snapshot": review_round.snapshot,
            "frozen": frozen,
            "others": review_round.listed_chapters,
            "form": form,
            "comments_here": comments_here,
            "national": speaks_for(user, review_round) if comments_here else None,
            "obstacles": guards.obstacles_to_writing(review_round, now=now),
            "here": [c for c in mine if _stands_on(c, page.get("printed"))],
            "mine": len(mine),
            "unsent": sum(c.status == "draft" for c in mine),
            "own_lines": _own_lines(mine, page.get("printed")),
            **_lit(form, page.get("printed")),
            **page,
        },
    )


def _comment_form(request, places, review_round) -> CommentForm:
    if request.method == "POST":
        return CommentForm(request.POST, places=places)
    line = request.GET.get("line", "")
    asked = (
        {"page": request.GET.get("page", ""), "line_from": line, "line_to": line} if line.isdecimal() else {}
    )
    return CommentForm(initial={"kind": Comment.Kind.SUBSTANTIVE, **asked}, places=places)


def _page_of(form) -> str:
    return (form["page"].value() or form["anchor_page_label"].value() or "") if form.is_bound else ""


def _keep(request, review_round, frozen, form):
    user, now, said = request.user, timezone.now(), form.cleaned_data
    made = actions.save_draft(
        review_round,
        frozen.chapter,
        text=said["text"],
        proposed=said["proposed"],
        kind=said["kind"],
        anchor=form.anchor,
        by=user,
        now=now,
    )
    if request.POST.get("act") == "send" and speaks_for(user, review_round) is None:
        actions.send_drafts(review_round, by=user, now=now, comments=[made])
        made.refresh_from_db()
        messages.success(request, _("Sent as comment %(label)s.") % {"label": made.label})
    else:
        messages.success(request, _("Kept as a draft; nobody else sees it."))
    page = made.anchor.get("page_label")
    return redirect(request.path + (f"?page={page}" if page else ""))


def _own_comments(review_round, user, frozen) -> list[Comment]:
    mine = actions.comments_of(review_round, user).filter(chapter=frozen.chapter)
    return list(mine.select_related("chapter").order_by("pk"))


def _stands_on(comment, printed) -> bool:
    page = comment.anchor.get("page_label")
    return printed is None or page is None or page == printed.label


def _lit(form, printed) -> dict:
    """The lines to light: those that were marked when the form came back refused."""
    marked = form.marked
    if marked is None or printed is None or marked["page_label"] != printed.label:
        return {}
    return {"lit_from": marked["line_from"], "lit_to": marked["line_to"]}


def _own_lines(mine, printed) -> list[int]:
    if printed is None:
        return []
    found = set()
    for comment in mine:
        anchor = comment.anchor
        if anchor.get("page_label") == printed.label and anchor.get("line_from"):
            found |= set(range(anchor["line_from"], (anchor.get("line_to") or anchor["line_from"]) + 1))
    return sorted(found)


@door("round.view", load=find_round, methods=("GET",))
def round_comments(request, review_round, **_kwargs):
    """What a person may see of the round's comments, filtered by the address."""
    seen = Comment.objects.visible_in(review_round, request.user)
    reads_all = request.user.has_perm("comments.read_all", review_round.cycle)
    filters = Filters.of(request.GET)
    if (
        not reads_all
    ):  # that others say the same, or are answered otherwise, is told to nobody who may not see them
        filters = replace(filters, alike=None, look="")
    found = quality.narrow(filters.apply(seen), review_round, filters.look)
    rows, following = page_after(found, request.GET.get("after", ""))
    answers_shown = _shows_answers(request.user, review_round)
    alike = alike_counts(rows) if reads_all else {}
    looks = quality.reasons(review_round, rows) if filters.look else {}
    for row in rows:
        row.n_alike = alike.get(row.alike_to_id, 0)
        row.looks = looks.get(row.pk, [])
    return render(
        request,
        "reviews/comments/comment_list.html",
        {
            "cycle": review_round.cycle,
            "round": review_round,
            "rows": rows,
            "following": following,
            "filters": filters,
            "total": found.count(),
            "chapters": review_round.listed_chapters,
            "kinds": Comment.Kind.choices,
            "statuses": [
                ("open", _("without answer")),
                ("answered", _("answered")),
                ("draft", _("drafts of mine")),
                ("late", _("late")),
                ("withdrawn", _("withdrawn")),
            ],
            "looks": [(quality.ANY, _("for any reason")), *quality.LOOKS.items()] if reads_all else [],
            "reviewers": reviewers_in(seen),
            "answers_shown": answers_shown,
            "answers_due": review_round.rule.individual_answers,
            "teams": _own_teams(request.user, review_round),
        },
    )


def _own_teams(user, review_round) -> set[int]:
    """Chapters whose comments this person may answer."""
    return {f.chapter_id for f in review_round.listed_chapters if user.has_perm("response.write", f.chapter)}


def _shows_answers(user, review_round) -> bool:
    """Answers are for the makers of the report until they are published (procedure 6.12)."""
    return review_round.status == "answered" or user.has_perm("comments.read_all", review_round.cycle)


def find_comment(user, cycle: str, round: str, pk: int, **_kwargs) -> Comment:
    """A comment among those of the round that the person may see, or Http404."""
    review_round = find_round(user, cycle, round)
    comment = (
        Comment.objects.visible_in(review_round, user)
        .select_related("chapter__cycle", "reviewer__delegation__state", "response__changed_version")
        .filter(pk=pk)
        .first()
    )
    if comment is None:
        raise Http404
    comment.round = review_round
    return comment


@door("round.view", load=find_comment)
def comment_detail(request, comment, pk, **_kwargs):
    """One comment: its place, its words, its answer; its own reviewer changes a draft or withdraws it."""
    user, review_round = request.user, comment.round
    own = user.has_perm("round.comment", review_round) and (
        actions.comments_of(review_round, user).filter(pk=pk).exists()
    )
    frozen = frozen_chapter(review_round, comment.chapter.number)
    form = None
    if own and comment.status == Comment.Status.DRAFT:
        initial = {"text": comment.text, "proposed": comment.proposed, "kind": comment.kind}
        changing = request.method == "POST" and request.POST.get("act") == "save"
        form = CommentForm(
            request.POST if changing else None, initial=initial, places=Places(frozen), kept=comment.anchor
        )
    if request.method == "POST":
        if not own:
            return HttpResponseForbidden(_("Only its own reviewer may change a comment."))
        answered = _comment_act(request, review_round, comment, form)
        if answered is not None:
            return answered
    return render(
        request,
        "reviews/comments/comment_detail.html",
        {
            "cycle": review_round.cycle,
            "round": review_round,
            "comment": comment,
            "own": own,
            "form": form,
            "answers_shown": _shows_answers(user, review_round),
            "withdrawing": guards.obstacles_to_withdrawing(comment),
            "sends": own and not comment.reviewer.delegation_id,
            "answerable": user.has_perm("response.write", comment) and comment.status == "sent",
        },
    )


def _comment_act(request, review_round, comment, form):
    """Carry out what the reviewer asked of their comment; None shows the form again with its faults."""
    user, now, act = request.user, timezone.now(), request.POST.get("act")
    if act == "save" and form is not None:
        if not form.is_valid():
            return None
        said = {name: form.cleaned_data[name] for name in ("text", "proposed", "kind")}
        actions.save_draft(
            review_round, comment.chapter, **said, anchor=form.anchor, by=user, now=now, comment=comment
        )
        messages.success(request, _("Kept as a draft; nobody else sees it."))
    elif act == "send":
        entry = actions.send_drafts(review_round, by=user, now=now, comments=[comment])
        return redirect("round_receipt", review_round.cycle.slug, review_round.slug, entry.seq)
    elif act == "discard":
        actions.discard_draft(comment, by=user)
        messages.success(request, _("The draft is thrown away."))
        return redirect("round_comments", review_round.cycle.slug, review_round.slug)
    elif act == "withdraw":
        actions.withdraw(comment, reason=request.POST.get("reason", "")[:300], by=user, now=now)
        messages.success(request, _("Withdrawn; its number and words stay in the record."))
    elif act == "rewrite":
        comment = national.rewrite(comment, by=user, now=now)
    else:
        raise Http404
    return redirect("comment", review_round.cycle.slug, review_round.slug, comment.pk)


def find_receipt(user, cycle: str, round: str, seq: int, **_kwargs):
    """The round, the entry and what it numbered: only for those who sent or filed it, else Http404."""
    review_round = find_round(user, cycle, round)
    entry = (
        review_round.cycle.stream.entries.select_related("content")
        .filter(seq=seq, verb__in=("comment.sent", "submission.filed"))
        .first()
    )
    if entry is None or entry.content.fields.get("round") != review_round.key:
        raise Http404
    if not user.has_perm("round.comment", review_round):
        raise Http404
    delegation, filed = speaks_for(user, review_round), None
    if entry.verb == "submission.filed" and delegation is not None:
        filed = review_round.submissions.filter(delegation=delegation, at=entry.at).first()
    if filed is not None:
        numbers = [item["number"] for item in filed.items]
    elif entry.verb == "comment.sent" and delegation is None:
        sent = actions.comments_of(review_round, user).filter(sent_at=entry.at)
        numbers = [c.label for c in sent.select_related("chapter").order_by("chapter__place", "number")]
    else:
        numbers = []
    if not numbers and filed is None:
        raise Http404
    return review_round, entry, delegation, filed, numbers


@door(ACCOUNT, load=find_receipt, methods=("GET",))
def round_receipt(request, receipt, **_kwargs):
    """The receipt of what one sent or filed: numbers, the entry of the record, the root. Its own people
    only."""
    review_round, entry, delegation, filed, numbers = receipt
    return render(
        request,
        "reviews/comments/receipt.html",
        {
            "cycle": review_round.cycle,
            "round": review_round,
            "entry": entry,
            "fields": entry.content.fields,
            "numbers": numbers,
            "filed": filed,
        },
    )


@door("round.comment", load=find_round, post="submission.file")
def national_set(request, review_round, **_kwargs):
    """A government's set: what stands, what would join it, the versions filed (procedure 6.7)."""
    user, now = request.user, timezone.now()
    delegation = speaks_for(user, review_round)
    if delegation is None:
        raise Http404
    mine = review_round.comments.filter(reviewer__delegation=delegation).select_related("chapter")
    standing = mine.sent().order_by("chapter__place", "number")
    if request.method == "POST":
        kept = {int(pk) for pk in request.POST.getlist("keep") if pk.isdecimal()}
        left_out = [c for c in standing if c.pk not in kept]
        national.file_submission(review_round, by=user, now=now, leave_out=left_out)
        entry = (
            review_round.cycle.stream.entries.filter(verb="submission.filed", at=now).order_by("-seq").first()
        )
        return redirect("round_receipt", review_round.cycle.slug, review_round.slug, entry.seq)
    return render(
        request,
        "reviews/comments/national.html",
        {
            "cycle": review_round.cycle,
            "round": review_round,
            "delegation": delegation,
            "standing": standing,
            "drafts": mine.filter(status="draft").order_by("chapter__place", "pk"),
            "versions": review_round.submissions.filter(delegation=delegation)
            .select_related("by")
            .order_by("-version"),
            "obstacles": guards.obstacles_to_filing(review_round, delegation, now=now),
            "first_chapter": review_round.listed_chapters.first(),
        },
    )
