"""The page of the search, and the places that the palette goes to. Without scripts the page does all of it."""

from __future__ import annotations

from django.http import Http404, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from assessments.cycles import standing
from assessments.cycles.models import Cycle
from assessments.drafting.models import Chapter
from assessments.permissions import readers_with
from portal.context import places_of
from records.doors import PUBLIC, door
from records.search import asking
from records.search.finding import search
from reviews.approval.models import Session
from reviews.rounds.models import ReviewRound
from reviews.rounds.permissions import is_public


@door(PUBLIC, methods=("GET",))
def search_page(request):
    """What answers ``q`` among what this person may see, of one kind and in one cycle where asked."""
    wanted = {name: request.GET.get(name, "").strip() for name in ("q", "kind", "cycle", "after")}
    wanted["q"] = wanted["q"][: asking.LONGEST_QUESTION]
    try:
        found = search(
            request.user, wanted["q"], only=wanted["kind"], scope=wanted["cycle"], after=wanted["after"]
        )
    except ValueError:
        raise Http404 from None
    return render(request, "portal/search.html", {"wanted": wanted, "found": found})


@door(PUBLIC, methods=("GET",))
def search_places(request):
    """Where this person can go and what they can begin: {"places": [{group, label, href}]}, for the palette."""
    user = request.user
    cycles = list(Cycle.objects.visible_to(user))
    found = [(_("Pages"), label, href) for label, href in _everywhere(user)]
    held = standing.held_in(user, cycles)
    readers = {cycle.pk: readers_with(held[cycle.pk]) for cycle in cycles}
    for cycle in cycles:
        keeps = any(one.part == "secretariat" for one in held[cycle.pk])
        rows = places_of(cycle, readers[cycle.pk], keeps=keeps)
        found += [(cycle.title, str(label), reverse(name, args=[cycle.slug])) for name, label in rows]
    by_pk = {cycle.pk: cycle for cycle in cycles}
    found += _within(user, by_pk, readers)
    found += _to_begin(user, [cycle for cycle in cycles if held[cycle.pk]])
    places = [{"group": group, "label": label, "href": href} for group, label, href in found]
    return JsonResponse({"places": places})


def _everywhere(user) -> list[tuple[str, str]]:
    own = [(_("Settings"), reverse("settings")), (_("My disclosures"), reverse("disclosures"))]
    here = _("Waiting for me") if user.is_authenticated else _("Published")
    return [
        (here, reverse("home")),
        *(own if user.is_authenticated else []),
        (_("The record"), reverse("record")),
        (_("Help"), reverse("help")),
    ]


def _within(user, cycles: dict[int, Cycle], readers: dict[int, frozenset[str]]):
    """Chapters, rounds and sessions of the cycles, each for those who may open it."""
    writing = [pk for pk, found in readers.items() if "writers" in found]
    for chapter in Chapter.objects.filter(cycle__in=writing).order_by("cycle", "place"):
        chapter.cycle = cycles[chapter.cycle_id]
        yield chapter.cycle.title, str(chapter), chapter.get_absolute_url()
    for found in ReviewRound.objects.filter(cycle__in=cycles).order_by("cycle", "-opens_at"):
        found.cycle = cycles[found.cycle_id]
        if readers[found.cycle_id] != {"public"} or is_public(user, found):
            yield found.cycle.title, found.title, found.get_absolute_url()
    following = [pk for pk, found in readers.items() if found & {"writers", "delegations", "observers"}]
    for session in Session.objects.filter(cycle__in=following).order_by("cycle", "number"):
        session.cycle = cycles[session.cycle_id]
        yield session.cycle.title, session.title, session.get_absolute_url()


def _to_begin(user, cycles: list[Cycle]):
    group = _("Begin")
    if user.has_perm("cycle.create"):
        yield group, _("Create a cycle"), reverse("cycle_new")
    acts = [
        ("chapter.manage", "chapter_new", _("Add a chapter to %(cycle)s")),
        ("snapshot.freeze", "snapshots", _("Freeze a draft of %(cycle)s")),
        ("round.open", "rounds", _("Open a round of %(cycle)s")),
        ("session.create", "session_new", _("Prepare a session of %(cycle)s")),
    ]
    for cycle in cycles:
        for act, name, label in acts:
            if user.has_perm(act, cycle):
                yield group, label % {"cycle": cycle.slug}, reverse(name, args=[cycle.slug])
