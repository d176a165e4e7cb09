"""What the pages of drafting share: finding what is asked for, refusing in JSON or for size."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from django.core.exceptions import PermissionDenied
from django.http import Http404, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from assessments.cycles.models import Cycle
from assessments.drafting.models import Asset, Chapter, ChapterVersion
from records.models import Stream
from records.obstacles import Blocked


def find_chapter(user, cycle: str, number: str, **_kwargs) -> Chapter:
    """The visible chapter, or Http404."""
    found = Chapter.objects.visible_to(user).filter(cycle__slug=cycle, number=number)
    return _first(found.select_related("cycle", "team", "editors", "current__by"))


def find_version(user, cycle: str, number: str, n: int, **_kwargs) -> ChapterVersion:
    """A version of a visible chapter, or Http404."""
    chapter = find_chapter(user, cycle, number)
    version = _first(chapter.versions.select_related("by", "base").filter(number=n))
    version.chapter = chapter
    return version


def find_image(user, cycle: str, name: str, **_kwargs) -> Asset:
    """A version of an image of a visible cycle, or Http404."""
    return _first(_images(user, cycle).filter(name=name))


def find_newest_image(user, cycle: str, key: str, **_kwargs) -> Asset:
    """An image of a visible cycle as drafts show it, or Http404."""
    return _first(_images(user, cycle).filter(key=key).newest())


def _images(user, cycle: str):
    found = Asset.objects.filter(cycle__in=Cycle.objects.visible_to(user), cycle__slug=cycle)
    return found.select_related("cycle", "by")


def _first(found):
    row = found.first()
    if row is None:
        raise Http404
    return row


def record_url(chapter: Chapter) -> str:
    """Where the record of this chapter is read; "" before its first act."""
    key = f"chapter/{chapter.cycle.slug}/{chapter.number}"
    return reverse("stream", args=[key]) if Stream.objects.filter(key=key).exists() else ""


def answers_in_json(view: Callable) -> Callable:
    """Refusals of an address that scripts call: {"error": sentence} with 403, 404 or 409."""

    @wraps(view)
    def answering(request, **kwargs):
        try:
            return view(request, **kwargs)
        except Blocked as refusal:
            return JsonResponse({"error": str(refusal)}, status=409)
        except PermissionDenied as refusal:
            return JsonResponse({"error": str(refusal)}, status=403)
        except Http404:
            if not request.user.is_authenticated:
                said = _("You are signed out. Sign in again in another window; the text stays here.")
                return JsonResponse({"error": said}, status=403)
            return JsonResponse({"error": _("This text is not there for you any more.")}, status=404)

    return answering
