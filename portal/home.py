"""The home page: a list of what waits for this person, each with its one next act; and help."""

from __future__ import annotations

from django.shortcuts import render
from django.utils import timezone

from assessments.cycles.models import Cycle
from assessments.publishing import registry
from assessments.publishing.models import Publication
from portal.context import pages_of
from portal.waiting import waiting_for
from records import looking
from records.doors import PUBLIC, door


@door(PUBLIC, methods=("GET",))
def home(request):
    """What waits for the person, by deadline; for the public, what is published."""
    cycles = Cycle.objects.visible_to(request.user)
    published = Publication.objects.filter(done_at__isnull=False, cycle__in=cycles).select_related("cycle")
    if not request.user.is_authenticated:
        return render(request, "portal/front.html", _front(request.user, published.order_by("-done_at")[:20]))
    now = timezone.now()
    return render(
        request,
        "portal/home.html",
        {
            "waits": waiting_for(request.user, now),
            "now": now,
            "published": published.order_by("-done_at")[:5],
        },
    )


def _front(user, published) -> dict:
    """What is published, with its act's title, and the comments and answers that are public beside it."""
    for one in published:
        one.rule_title = one.cycle.procedure.publication[one.act].title
    cycles = list({one.cycle_id: one.cycle for one in published}.values())
    looking.together(cycles)
    return {"published": published, "beside": [page for c in cycles for page in registry.beside(c, user)]}


@door(PUBLIC, methods=("GET",))
def help_page(request):
    """What each person does here and where; first the pages that this reader has."""
    cycles = Cycle.objects.seen_by(request.user)
    looking.together(cycles)
    pages = [(cycle, pages_of(request, cycle)) for cycle in cycles]
    return render(request, "portal/help.html", {"pages": pages})
