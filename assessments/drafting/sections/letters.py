"""What the letters about invitations to a section say."""

from __future__ import annotations

from django.urls import reverse

from assessments.cycles.models import Cycle


def in_letter(entry, content: dict) -> dict:
    """The page of the section; once the invitation has ended, the person may see nothing of the cycle any more."""
    _kind, slug, number = entry.stream.key.split("/")
    context = {**content, "cycle": Cycle.objects.get(slug=slug)}
    if entry.verb == "section.ended":
        return {**context, "scope": "", "href": reverse("notices")}
    return {**context, "href": reverse("section", args=[slug, number, content["id"]])}
