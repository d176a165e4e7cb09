"""What the frame around every page needs: the cycles of this person and their places."""

from __future__ import annotations

from django.conf import settings
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from assessments.cycles.models import Cycle
from assessments.permissions import readers_of
from records.notices.reading import unread_count


def frame(request) -> dict:
    user = getattr(request, "user", None)
    if user is None:
        return {}
    has_desk = user.is_authenticated and user.has_perm("desk.view")
    cycles = list(Cycle.objects.visible_to(user))
    slug = request.resolver_match.kwargs.get("cycle") if request.resolver_match else None
    current = next((c for c in cycles if c.slug == slug), None)
    unread = unread_count(user, [c.slug for c in cycles]) if user.is_authenticated else 0
    return {
        "cycles": cycles,
        "cycle": current,
        "unread_notices": unread,
        "has_desk": has_desk,
        "places": places(request, current, has_desk, unread),
        "demo_banner": (
            _("Invented for demonstration. No position of any State.")
            if (current.is_demo if current else any(c.is_demo for c in cycles))
            else None
        ),
        "zone_name": timezone.get_current_timezone_name(),
        "site_url": settings.SITE_URL,
    }


def places(request, cycle, has_desk: bool, unread: int) -> list[dict]:
    """The places of this cycle for this person, never a greyed-out forest."""
    user = request.user
    groups = []
    if user.is_authenticated:
        items = [
            _item(request, "home", _("Waiting for me")),
            {**_item(request, "notices", _("Notices")), "count": unread or None},
        ]
        if has_desk:
            items.append(_item(request, "desk", _("Desk")))
        if user.has_perm("jobs.view_all"):
            items.append(_item(request, "operating", _("State of the installation")))
        groups.append({"title": str(user), "items": items})
    if cycle is not None:
        items = [
            _item(request, name, label, cycle.slug)
            for name, label in places_of(
                cycle, readers_of(user, cycle), keeps=user.has_perm("webhook.keep", cycle)
            )
        ]
        groups.append({"title": cycle.slug, "items": [i for i in items if i]})
    return groups


def places_of(cycle, readers: frozenset[str], *, keeps: bool) -> list[tuple[str, str]]:
    """The names of a cycle's pages for those who stand in it as these readers, each with its label.

    ``keeps``: they keep its webhooks.
    """
    wanted = [("cycle", _("This cycle"), True)]
    wanted += [
        ("sources", _("Sources"), "writers" in readers),
        ("assets", _("Images"), "writers" in readers),
        ("snapshots", _("Frozen drafts"), "writers" in readers),
        ("rounds", _("Review rounds"), readers != {"public"}),
        ("sessions", _("Sessions"), bool(readers & {"writers", "delegations", "observers"})),
        ("people", _("People"), "writers" in readers),
        ("groups", _("Groups"), readers != {"public"} and bool(cycle.procedure.may("group.form"))),
        ("trickle_backs", _("Trickle-backs"), "writers" in readers),
        ("editor_reports", _("Editors' reports"), "writers" in readers),
        ("publications", _("Publications"), True),
        ("webhooks", _("Webhooks"), keeps),
    ]
    return [(name, label) for name, label, shown in wanted if shown]


def _item(request, name: str, label: str, *args) -> dict | None:
    try:
        href = reverse(name, args=args)
    except NoReverseMatch:
        return None
    return {"href": href, "label": label, "count": None, "current": request.path == href}
