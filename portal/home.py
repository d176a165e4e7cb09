"""The home page: a list of what waits for this person, each with its one next act; and help."""

from __future__ import annotations

from django.shortcuts import render
from django.utils import timezone

from portal.waiting import waiting_for
from records.doors import PUBLIC, door


@door(PUBLIC, methods=("GET",))
def home(request):
    """What waits for the person, by deadline; for the public, what is published."""
    from assessments.cycles.models import Cycle
    from assessments.publishing.models import Publication

    cycles = Cycle.objects.visible_to(request.user)
    published = Publication.objects.filter(done_at__isnull=False, cycle__in=cycles).select_related("cycle")
    if not request.user.is_authenticated:
        return render(request, "portal/front.html", {"published": published.order_by("-done_at")[:20]})
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


@door(PUBLIC, methods=("GET",))
def help_page(request):
    return render(request, "portal/help.html")
