"""Pages of a chapter's versions: the list, one of them, two of them side by side."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from assessments.drafting import actions, guards
from assessments.drafting.doors import find_chapter, find_version, record_url
from assessments.drafting.rendered import for_screen, render_chapter
from assessments.drafting.written import passages
from assessments.snapshots.comparing import compare_states
from assessments.snapshots.states import came_from, of_version
from assessments.snapshots.views_compare import as_file, comparison_context
from records.doors import door

PER_PAGE = 50


@door("chapter.read", load=find_chapter, methods=("GET",))
def chapter_history(request, chapter, **_kwargs):
    """All versions, newest first; ``?named=1`` shows those with a name or note only."""
    named = request.GET.get("named") == "1"
    versions = chapter.versions.select_related("by", "base").prefetch_related("writers")
    versions = versions.defer("markdown", "blocks").order_by("-number")
    if named:
        versions = versions.exclude(note="", name="")
    return render(
        request,
        "assessments/drafting/chapter_history.html",
        {
            "cycle": chapter.cycle,
            "chapter": chapter,
            "named": named,
            "page": Paginator(versions, PER_PAGE).get_page(request.GET.get("page")),
            "record_url": record_url(chapter),
        },
    )


@door("chapter.read", load=find_chapter, methods=("GET",))
def chapter_written(request, chapter, **_kwargs):
    """Who wrote what: the text as it stands in passages, each with its person and version (procedure 4.14)."""
    found = passages(chapter)
    people = list(dict.fromkeys(one.people for one in found))
    places = {names: n for n, names in enumerate(people)}
    words = dict.fromkeys(people, 0)
    for one in found:
        words[one.people] += len(one.text.split())
    return render(
        request,
        "assessments/drafting/chapter_written.html",
        {
            "cycle": chapter.cycle,
            "chapter": chapter,
            "passages": [(one, places[one.people] + 1, places[one.people] % 8) for one in found],
            "writers": [(n + 1, n % 8, names, words[names]) for names, n in places.items()],
        },
    )


@door("chapter.read", load=find_version, methods=("GET",))
def chapter_version(request, version, **_kwargs):
    chapter = version.chapter
    rendered = render_chapter(chapter, version.markdown, version.blocks)
    return render(
        request,
        "assessments/drafting/chapter_version.html",
        {
            "cycle": chapter.cycle,
            "chapter": chapter,
            "version": version,
            "html": for_screen(rendered.html, chapter.cycle),
            "may_draft": request.user.has_perm("chapter.draft", chapter),
            "obstacles": guards.obstacles_to_drafting(chapter),
            "is_current": version.pk == chapter.current_id,
            "seen": [("seen", chapter.current.number if chapter.current else 0)],
        },
    )


@door("chapter.read", load=find_version, post="chapter.draft", methods=("POST",))
def version_name(request, version, **_kwargs):
    actions.name_version(version, request.POST.get("name", ""), by=request.user, now=timezone.now())
    messages.success(request, _("The version has its name."))
    return redirect("chapter_version", version.chapter.cycle.slug, version.chapter.number, version.number)


@door("chapter.read", load=find_version, post="chapter.draft", methods=("POST",))
def version_restore(request, version, **_kwargs):
    chapter = version.chapter
    seen = _numbered(chapter, request.POST.get("seen", ""))
    result = actions.restore(chapter, version, seen, by=request.user, now=timezone.now())
    if result.status == "unchanged":
        messages.info(request, _("The chapter has this text already."))
    else:
        said = _("Version %(old)s is back, as version %(new)s.")
        messages.success(request, said % {"old": version.number, "new": result.version.number})
    return redirect(chapter)


def _numbered(chapter, written: str):
    """The version of that number, or Http404."""
    if not written.isdecimal() or len(written) > 9:
        raise Http404
    found = chapter.versions.select_related("by").filter(number=int(written)).first()
    if found is None:
        raise Http404
    found.chapter = chapter
    return found


@door("chapter.read", load=find_chapter, methods=("GET",))
def chapter_compare(request, chapter, **_kwargs):
    """Any two versions, block by block: moves are shown as moves. Without numbers: the last two."""
    last = chapter.versions.filter(aside=False).order_by("-number").values_list("number", flat=True)[:2]
    if not last:
        raise Http404
    old = _numbered(chapter, request.GET.get("from") or str(last[len(last) - 1]))
    new = _numbered(chapter, request.GET.get("to") or str(last[0]))
    found = compare_states(
        of_version(old, str(old.number)), of_version(new, str(new.number)), came_from(old, new)
    )
    context = {
        **comparison_context(request, found, chapter.cycle),
        "chapter": chapter,
        "old": old,
        "new": new,
        "names": [_("version %(number)s") % {"number": v.number} for v in (old, new)],
    }
    name = f"{chapter.cycle.slug}-{chapter.number}-v{old.number}-v{new.number}"
    return as_file(request, found, chapter.number, name, context) or render(
        request, "assessments/drafting/chapter_compare.html", context
    )
