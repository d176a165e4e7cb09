"""Pages of a round: the list, the round as each person may see it, registration, and the acts of those who
run it."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import Count, Q
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from assessments.cycles.views import find_cycle
from assessments.procedures.titles import titled
from records.doors import door
from records.obstacles import Blocked, require
from reviews.comments import guards as writing
from reviews.comments.actions import comments_of, send_drafts
from reviews.comments.models import Comment
from reviews.rounds import actions, guards
from reviews.rounds.forms import ExtendForm, OpenForm, RegisterForm
from reviews.rounds.models import ReviewRound
from reviews.rounds.permissions import registration_of, speaks_for


def find_round(user, cycle: str, round: str, **_kwargs) -> ReviewRound:
    """The round of that cycle and key among the visible ones, or Http404."""
    found = (
        ReviewRound.objects.visible_to(user)
        .select_related("cycle", "snapshot__cycle")
        .filter(cycle__slug=cycle, key=f"{cycle}/{round}")
        .first()
    )
    if found is None:
        raise Http404
    return found


@door("cycle.view", load=find_cycle, post="round.open")
def rounds(request, cycle, **_kwargs):
    form = OpenForm(request.POST or None, cycle=cycle)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            made = actions.open_round(
                cycle,
                data["rule"],
                by=request.user,
                now=timezone.now(),
                closes_at=data["closes_at"],
                reason=data["reason"],
            )
        except Blocked as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("The round is open; its audience is being written to."))
            return redirect(made)
    held = [r for r in cycle.rounds.select_related("snapshot") if request.user.has_perm("round.view", r)]
    for found in held:
        found.phase = guards.phase(found, now=timezone.now())
    rules = [r for r in cycle.procedure.rounds if r.key not in {h.rule_key for h in held}]
    may_open = request.user.has_perm("round.open", cycle)
    return render(
        request,
        "reviews/rounds/round_list.html",
        {
            "cycle": cycle,
            "held": held,
            "coming": [(r, titled(cycle.procedure.stage(r.stage).title)) for r in rules],
            "form": form,
            "may_open": may_open,
            "obstacles": _nothing_to_open(cycle, rules) if may_open else [],
        },
    )


def _nothing_to_open(cycle, rules):
    """Why no round at all can be opened now; empty as soon as one can."""
    found = [guards.obstacles_to_opening(cycle, rule) for rule in rules]
    if not found or any(not obstacles for obstacles in found):
        return []
    here = [o for rule, o in zip(rules, found, strict=True) if rule.stage == cycle.stage]
    return (here or found)[0]


@door("round.view", load=find_round, methods=("GET",))
def round_detail(request, review_round, **_kwargs):
    user, now = request.user, timezone.now()
    reads = user.has_perm("round.read", review_round)
    all_seen = user.has_perm("comments.read_all", review_round.cycle)
    return render(
        request,
        "reviews/rounds/round_detail.html",
        {
            "cycle": review_round.cycle,
            "round": review_round,
            "rule": review_round.rule,
            "phase": guards.phase(review_round, now=now),
            "grace_ends": guards.grace_ends(review_round),
            "registration": registration_of(user, review_round),
            "registration_ends": guards.registration_ends(review_round),
            "may_register": user.has_perm("round.register", review_round),
            "registering": guards.obstacles_to_registering(review_round, now=now),
            "reads": reads,
            "chapters": _chapters(review_round, user) if reads else [],
            "sees_all": all_seen,
            "people": review_round.registrations.count() if all_seen else None,
            **_mine(review_round, user, now),
            **_acts(review_round, user, now),
        },
    )


def _chapters(review_round, user) -> list[dict]:
    """Frozen chapters with what the reader may know: the comments they see, and how many are answered."""
    seen = Comment.objects.visible_in(review_round, user).order_by()
    counts = {
        row["chapter"]: row
        for row in seen.values("chapter").annotate(
            sent=Count("pk", filter=Q(status="sent")),
            open=Count("pk", filter=Q(status="sent", response__isnull=True)),
            drafts=Count("pk", filter=Q(status="draft")),
        )
    }
    nothing = {"sent": 0, "open": 0, "drafts": 0}
    frozen = review_round.listed_chapters
    return [{"frozen": f, **nothing, **counts.get(f.chapter_id, {})} for f in frozen]


def _mine(review_round, user, now) -> dict:
    """The person's own drafts and the government they speak for."""
    if not user.has_perm("round.comment", review_round):
        return {"drafts": 0, "delegation": None, "comments_here": False}
    delegation = speaks_for(user, review_round)
    drafts = comments_of(review_round, user).filter(status="draft")
    return {
        "drafts": drafts.count(),
        "delegation": delegation,
        "comments_here": True,
        "sending": writing.obstacles_to_writing(review_round, now=now, begun_at=review_round.opens_at),
    }


def _acts(review_round, user, now) -> dict:
    cycle = review_round.cycle
    runs = {act: user.has_perm(act, cycle) for act in ("round.extend", "round.close", "response.publish")}
    is_open = review_round.status == ReviewRound.Status.OPEN
    rung = now >= review_round.closes_at
    return {
        "may_extend": runs["round.extend"] and is_open and not rung,
        "may_reopen": runs["round.extend"] and rung and review_round.status != ReviewRound.Status.ANSWERED,
        "reopening": guards.obstacles_to_reopening(review_round, now=now),
        "may_close": runs["round.close"] and is_open,
        "may_publish": runs["response.publish"] and review_round.status == ReviewRound.Status.CLOSED,
        "may_import": user.has_perm("comment.import", cycle) or user.has_perm("round.comment", review_round),
        "extending": guards.obstacles_to_extending(review_round, now=now),
        "closing": guards.obstacles_to_closing(review_round, now=now),
        "publishing": guards.obstacles_to_publishing_answers(review_round),
        "extend_form": ExtendForm(),
    }


@door("round.view", load=find_round, post="round.register")
def round_register(request, review_round, **_kwargs):
    if registration_of(request.user, review_round) is not None:
        return redirect(review_round)
    require(request.user, "round.register", review_round)
    form = RegisterForm(request.POST or None, undertaking=review_round.rule.undertaking)
    if request.method == "POST" and form.is_valid():
        said = {"undertaking": False, **form.cleaned_data}
        actions.register_reviewer(review_round, **said, by=request.user, now=timezone.now())
        messages.success(request, _("You are registered. The draft is open to you."))
        return redirect(review_round)
    return render(
        request,
        "reviews/rounds/round_register.html",
        {
            "cycle": review_round.cycle,
            "round": review_round,
            "form": form,
            "obstacles": guards.obstacles_to_registering(review_round, now=timezone.now()),
        },
    )


@door("round.view", load=find_round, methods=("POST",))
def round_act(request, review_round, act, **_kwargs):
    """The acts on a whole round, each with its own permission and guards."""
    user, now = request.user, timezone.now()
    if act in ("extend", "reopen"):
        form = ExtendForm(request.POST)
        if not form.is_valid():
            messages.error(request, _("Not changed: name the new end and the reason."))
            return redirect(review_round)
        until, reason = form.cleaned_data["closes_at"], form.cleaned_data["reason"]
        if act == "extend":
            actions.extend_round(review_round, until, reason=reason, by=user, now=now)
            messages.success(request, _("The round is extended for everybody."))
        else:
            actions.reopen_round(review_round, until, reason=reason, by=user, now=now)
            messages.success(request, _("The round is open again; its audience is being written to."))
    elif act == "close":
        actions.close_round(review_round, by=user, now=now)
        messages.success(request, _("The round is closed; its comments are the teams' to answer."))
    elif act == "publish-answers":
        actions.publish_answers(review_round, by=user, now=now)
        messages.success(request, _("The answers are published; the reviewers are being written to."))
    elif act == "send":
        entry = send_drafts(review_round, by=user, now=now)
        return redirect("round_receipt", review_round.cycle.slug, review_round.slug, entry.seq)
    else:
        raise Http404
    return redirect(review_round)
