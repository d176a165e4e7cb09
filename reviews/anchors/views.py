"""The queue of comments whose place in a later draft is in doubt: old and new text side by side (procedure 5.4)."""

from __future__ import annotations

from urllib.parse import urlencode

from django.contrib import messages
from django.db.models import Count, Q
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from assessments.cycles.views import find_cycle
from records.doors import door
from reviews.anchors import deciding, projecting, queue
from reviews.anchors.models import Projection


def find_pair(user, cycle: str, earlier: str, later: str, **_kwargs):
    """(reviewed draft, later draft) of the cycle, or Http404."""
    found = find_cycle(user, cycle)
    for one, other in projecting.pairs(found):
        if (one.label, other.label) == (earlier, later):
            other.cycle = one.cycle = found
            return Pair(one, other)
    raise Http404


class Pair:
    """A reviewed draft and a later one; permissions are asked of their cycle."""

    def __init__(self, earlier, later):
        self.earlier, self.later, self.cycle = earlier, later, later.cycle


@door("comments.read_all", load=find_cycle, methods=("GET",))
def anchors_list(request, cycle, **_kwargs):
    """Which drafts were reviewed, which came later, and how many comments wait between them."""
    doubtful = Q(outcome="ambiguous", decision="")
    counts = {
        (row["comment__round__snapshot"], row["snapshot"]): row
        for row in Projection.objects.filter(snapshot__cycle=cycle, comment__status="sent")
        .order_by()
        .values("comment__round__snapshot", "snapshot")
        .annotate(total=Count("pk"), waiting=Count("pk", filter=doubtful))
    }
    rows = [
        {"earlier": one, "later": other, **counts.get((one.pk, other.pk), {"total": 0, "waiting": 0})}
        for one, other in projecting.pairs(cycle)
    ]
    return render(request, "reviews/anchors/anchors_list.html", {"cycle": cycle, "rows": rows})


@door("comments.read_all", load=find_pair)
def anchors(request, pair, **_kwargs):
    """One doubtful place after the other; without scripts the buttons and links do what the keys do."""
    user, filters = request.user, queue.Filters.of(request.GET)
    every = queue.of_pair(pair.earlier, pair.later)
    found = filters.apply(every)
    if request.method == "POST":
        return _act(request, pair, every, found)
    item = _item(every, found, request.GET.get("at", ""))
    number, before, after = queue.beside(found, item) if item else (0, None, None)
    decided, doubtful = queue.progress(every)
    mine = _last_of(user, every)
    return render(
        request,
        "reviews/anchors/queue.html",
        {
            "cycle": pair.cycle,
            "earlier": pair.earlier,
            "later": pair.later,
            "filters": filters,
            "shows": queue.SHOWS.items(),
            "reasons": queue.REASONS.items(),
            "chapters": pair.earlier.chapters.select_related("chapter"),
            "item": item,
            "number": number,
            "before": before,
            "after": after,
            "total": found.count(),
            "decided": decided,
            "doubtful": doubtful,
            "projected": every.exists(),
            "may_settle": bool(item) and user.has_perm("anchors.settle", item.comment),
            "may_project": user.has_perm("anchors.settle", pair.cycle),
            "obstacles": deciding.obstacles_to_deciding(item) if item else [],
            "undo": mine,
            "kept": urlencode({k: v for k, v in (("show", filters.show), ("chapter", filters.chapter),
                                                 ("reason", filters.reason)) if v}),
            **(queue.shown(item, pair.earlier) if item else {}),
        },
    )  # fmt: skip


def _item(every, found, asked: str) -> Projection | None:
    """The one that is asked for, whatever the filters; else the first that they let through."""
    rows = every.select_related(
        "comment__chapter__cycle", "comment__round__snapshot", "snapshot", "decided_by"
    )
    if asked.isdecimal() and len(asked) < 18:
        chosen = rows.filter(pk=int(asked)).first()
        if chosen is not None:
            return chosen
    first = found.values_list("pk", flat=True).first()
    return rows.filter(pk=first).first() if first else None


def _last_of(user, every) -> Projection | None:
    """What this person decided last, to be taken back."""
    return (
        every.filter(decided_by=user)
        .select_related("comment__chapter")
        .order_by("-decided_at", "-pk")
        .first()
    )


def _act(request, pair, every, found):
    """Carry out a button; then the next that waits."""
    user, now, act = request.user, timezone.now(), request.POST.get("act", "")
    kept = request.GET.copy()
    kept.pop("at", None)
    if act == "again":
        projecting.project_again(pair.earlier, pair.later, by=user, now=now)
        messages.success(request, _("The comments are being looked up again; load the page anew in a while."))
        return redirect(f"{request.path}?{kept.urlencode()}" if kept else request.path)
    asked = request.POST.get("projection", "")
    item = every.filter(pk=int(asked)).first() if asked.isdecimal() and len(asked) < 18 else None
    if item is None:
        raise Http404
    if act == "undo":
        deciding.reopen(item, by=user, now=now)
        messages.success(request, _("Taken back: %(label)s waits again.") % {"label": item.comment.label})
        kept["at"] = item.pk
    else:
        _number, _before, after = queue.beside(found, item)
        decision, _sign, candidate = act.partition("-")
        chosen = int(candidate) if candidate.isdecimal() and len(candidate) < 4 else None
        made = deciding.decide(item, decision, candidate=chosen, by=user, now=now)
        messages.success(request, _said(made))
        if after:
            kept["at"] = after
    return redirect(f"{request.path}?{kept.urlencode()}" if kept else request.path)


def _said(made: Projection) -> str:
    label = made.comment.label
    if made.decision == "deleted":
        return _("%(label)s: the passage is gone.") % {"label": label}
    if made.decision == "section":
        return _("%(label)s now speaks of the whole section.") % {"label": label}
    return _("%(label)s has its place.") % {"label": label}
