"""What the frame around every page needs: the cycles of this person and their places."""

from __future__ import annotations

from django.conf import settings
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from assessments.cycles.models import Cycle, CycleBody
from assessments.permissions import readers_of
from assessments.publishing import registry
from records.notices.reading import unread_count


def frame(request) -> dict:
    user = getattr(request, "user", None)
    if user is None:
        return {}
    has_desk = user.is_authenticated and user.has_perm("desk.view")
    cycles = Cycle.objects.seen_by(user)
    current = _current(request.resolver_match.kwargs if request.resolver_match else {}, cycles)
    unread = unread_count(user, [c.slug for c in cycles]) if user.is_authenticated else 0
    return {
        "cycles": cycles,
        "cycle": current,
        "unread_notices": unread,
        "has_desk": has_desk,
        "places": places(request, current, has_desk, unread),
        "demo_banner": (
            _("Invented for demonstration. No position of any State.")
            if (current.is_demo if current else _demonstrates(user, cycles))
            else None
        ),
        "zone_name": timezone.get_current_timezone_name(),
        "site_url": settings.SITE_URL,
    }


def _current(named: dict, cycles) -> Cycle | None:
    """The cycle that a page's address names, or that alone has the body or meeting which it names."""
    if "cycle" in named:
        return next((cycle for cycle in cycles if cycle.slug == named["cycle"]), None)
    at = {"body__key": named.get("body"), "body__meetings": named.get("meeting")}
    at = {field: value for field, value in at.items() if value is not None}
    if not at:
        return None
    found = set(CycleBody.objects.filter(cycle__in=cycles, **at).values_list("cycle", flat=True)[:2])
    return next((cycle for cycle in cycles if found == {cycle.pk}), None)


def _demonstrates(user, cycles) -> bool:
    """Whether a page of no cycle belongs to a demonstration; who is signed out may see none of its cycles yet."""
    if user.is_authenticated:
        return any(c.is_demo for c in cycles)
    return Cycle.objects.filter(is_demo=True).exists()


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
        groups.append({"title": cycle.slug, "items": pages_of(request, cycle)})
    return groups


def pages_of(request, cycle) -> list[dict]:
    """The pages of a cycle that this person has, for a menu."""
    user = request.user
    beside, keeps = bool(registry.beside(cycle, user)), user.has_perm("webhook.keep", cycle)
    found = places_of(cycle, readers_of(user, cycle), keeps=keeps, beside=beside)
    items = [_item(request, name, label, cycle.slug) for name, label in found]
    return [item for item in items if item]


def places_of(cycle, readers: frozenset[str], *, keeps: bool, beside: bool = False) -> list[tuple[str, str]]:
    """The names of a cycle's pages for those who stand in it as these readers, each with its label.

    What the procedure does not have is not there. ``keeps``: they keep its webhooks; ``beside``: something of its
    rounds is public.
    """
    may, writes = cycle.procedure.may, "writers" in readers
    follows = bool(readers & {"writers", "delegations", "observers"})
    wanted = [
        ("cycle", _("This cycle"), True),
        ("board", _("Where it stands"), writes),
        ("sources", _("Sources"), writes),
        ("findings", _("Findings"), writes),
        ("terms", _("Terms"), writes),
        ("assets", _("Images"), writes),
        ("snapshots", _("Frozen drafts"), writes),
        ("rounds", _("Review rounds"), readers != {"public"} or beside),
        ("anchors_list", _("Comments in later drafts"), writes),
        ("sessions", _("Sessions"), follows and bool(may("session.create"))),
        ("people", _("People"), writes),
        ("groups", _("Groups"), readers != {"public"} and bool(may("group.form"))),
        ("trickle_backs", _("Trickle-backs"), writes and bool(may("trickleback.open"))),
        ("editor_reports", _("Editors' reports"), writes and bool(may("editor_report.file"))),
        ("imprint", _("Imprint"), writes),
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
