"""Who stands behind a connection, and what they may do in the room now (procedure 4.1)."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module

from django.conf import settings
from django.contrib.auth import get_user
from django.http import HttpRequest
from django.utils import translation
from django.utils.translation import gettext as _

from assessments.drafting.guards import obstacles_to_drafting
from assessments.drafting.models import Chapter
from records.looking import one_look

# The door of the WebSocket, as ``@door`` declares that of a page (docs/permissions.md).
ADDRESS = "/rooms/c/<slug:cycle>/<str:number>/"
SEE, ACT = "chapter.read", "chapter.draft"


@dataclass(frozen=True)
class Standing:
    """One person in one room. ``may_write``: now; else ``why`` says in their language what stands in the way."""

    user: int
    name: str
    chapter: int
    language: str
    may_write: bool
    why: str = ""


def find(session_key: str, language: str, cycle: str, number: str) -> Standing | None:
    """The standing behind a session, or None where this text does not exist for them (procedure 2.3).

    Asked when they come and every few seconds after: who is signed out, or no longer of the team, is cut off.
    """
    request = HttpRequest()
    request.session = import_module(settings.SESSION_ENGINE).SessionStore(session_key or None)
    user = get_user(request)
    if not user.is_authenticated:
        return None
    chosen = language or user.language
    known = chosen if translation.check_for_language(chosen) else settings.LANGUAGE_CODE
    with one_look(), translation.override(known):
        chapter = (
            Chapter.objects.visible_to(user)
            .filter(cycle__slug=cycle, number=number)
            .select_related("cycle")
            .first()
        )
        if chapter is None or not user.has_perm(SEE, chapter):
            return None
        why = ""
        if not user.has_perm(ACT, chapter):
            why = _("You read along. Writing belongs to the authors of this chapter.")
            if user.has_perm("section.draft", chapter):
                # An update of the live document names characters, not sections: nothing here could hold it back.
                why = _("You read along here. You write in the page of the section to which you are invited.")
        else:
            why = " ".join(str(obstacle) for obstacle in obstacles_to_drafting(chapter))
        return Standing(user.pk, str(user), chapter.pk, known, not why, why)
