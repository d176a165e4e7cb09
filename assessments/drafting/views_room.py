"""The page on which a chapter is written together, and what its editor asks while somebody types."""

from __future__ import annotations

from django.db.models import Case, When
from django.http import JsonResponse
from django.shortcuts import render
from django.utils.html import strip_tags
from django.utils.translation import gettext as _

from assessments.drafting import guards
from assessments.drafting.doors import find_chapter
from assessments.drafting.margin import people
from assessments.drafting.models import Asset, Chapter
from assessments.drafting.rooms import address
from assessments.findings.syncing import scale_of
from assessments.sources import register
from records.doors import door

OFFERED = 12
OFFERED_IMAGES = 200
# Words of the report, in the language in which the scales are defined.


def room_page(request, chapter: Chapter, open_asides):
    """The editor of a chapter for those who may read its draft; the room itself says who may write, and why not.

    Without scripts there is the text area, for those who may draft.
    """
    scale = scale_of(chapter.cycle)
    response = render(
        request,
        "assessments/drafting/chapter_room.html",
        {
            "cycle": chapter.cycle,
            "chapter": chapter,
            "room": address.of_chapter(request, chapter),
            "text": chapter.current.markdown if chapter.current else "",
            "base": chapter.current.number if chapter.current else 0,
            "names": people.of_chapter(chapter),
            "may_suggest": request.user.has_perm("chapter.suggest", chapter),
            "may_draft": request.user.has_perm("chapter.draft", chapter),
            "obstacles": guards.obstacles_to_drafting(chapter),
            "open_asides": open_asides,
            "licences": Asset.Licence.choices if _takes_images(request.user, chapter.cycle) else (),
            "calibrated": [
                (title, [term.word(chapter.cycle.language) for term in scale.levels(part)])
                for part, title in (("confidence", _("Confidence")), ("likelihood", _("Likelihood")))
            ],
        },
    )
    response.connects_to = address.origin(request)
    return response


def _takes_images(user, cycle) -> bool:
    return user.has_perm("asset.upload", cycle) and not guards.obstacles_to_images(cycle)


@door("chapter.read", load=find_chapter, methods=("GET",))
def chapter_offers(request, chapter, **_kwargs):
    """What could stand where somebody types: ``{"offers": [{"key", "text"}]}`` for ``kind`` and words ``q``.

    ``kind``: source (by key or printed words, a dozen at most), chapter (the others of the report), image (with
    its ``name``), or term (of the glossary, those that hold the words, with its own ``kind``).
    """
    kind, wanted = request.GET.get("kind", ""), " ".join(request.GET.get("q", "")[:80].split())
    if kind == "source":
        found = register.find(chapter.cycle, request.user, wanted)[:OFFERED]
        offers = [{"key": each["key"], "text": strip_tags(each["reference"])} for each in found]
    elif kind == "chapter":
        rows = chapter.cycle.chapters.exclude(pk=chapter.pk)
        offers = [{"key": f"ch:{row.number}", "text": row.title} for row in rows]
    elif kind == "image":
        offers = [
            {"key": row.key, "text": row.alt, "name": row.name}
            for row in chapter.cycle.assets.newest()[:OFFERED_IMAGES]
        ]
    elif kind == "term":
        rows = chapter.cycle.terms.filter(term__icontains=wanted)
        # The term itself first, however many hold its words.
        rows = rows.order_by(Case(When(term__iexact=wanted, then=0), default=1), "term")[:OFFERED]
        offers = [{"key": row.term, "text": row.definition, "kind": row.kind} for row in rows]
    else:
        return JsonResponse({"error": _("Expected “kind” to be source, chapter, image or term.")}, status=400)
    return JsonResponse({"offers": offers})
