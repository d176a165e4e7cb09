"""Pages of a chapter: reading it, writing it, taking in a text, settling a collision."""

from __future__ import annotations

import json

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from assessments.cycles import standing
from assessments.cycles.views import find_cycle
from assessments.drafting import actions, guards
from assessments.drafting.doors import (
    answers_in_json,
    find_chapter,
    find_version,
    record_url,
)
from assessments.drafting.files import import_file
from assessments.drafting.forms import ChapterForm, TextForm
from assessments.drafting.rendered import for_screen, render_chapter
from assessments.drafting.views_room import room_page
from assessments.text.compare import word_diff
from assessments.text.merge import Merge, merge_words
from assessments.text.model import Problem, TextTooComplex
from panels.models import Person
from records.doors import at_most, door
from records.obstacles import Blocked, refuse, require


@door("chapter.manage", load=find_cycle, post="chapter.manage")
def chapter_new(request, cycle, **_kwargs):
    form = ChapterForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.add_chapter(cycle, **form.cleaned_data, by=request.user, now=timezone.now())
        except Blocked as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Chapter %(number)s is there.") % {"number": made.number})
            return redirect(made)
    obstacles = guards.obstacles_to_managing(cycle)
    return render(
        request,
        "assessments/drafting/chapter_new.html",
        {"cycle": cycle, "form": form, "obstacles": obstacles},
    )


@door("cycle.view", load=find_chapter, methods=("GET",))
def chapter(request, chapter, **_kwargs):
    """Title and team for all who see the cycle; the draft's text for those who make the report."""
    user = request.user
    may_read = user.has_perm("chapter.read", chapter)
    rendered = None
    if may_read and chapter.current:
        rendered = render_chapter(chapter, chapter.current.markdown, chapter.current.blocks)
    return render(
        request,
        "assessments/drafting/chapter_detail.html",
        {
            "cycle": chapter.cycle,
            "chapter": chapter,
            "rendered": rendered,
            "html": for_screen(rendered.html, chapter.cycle) if rendered else "",
            "flags": rendered.flags if rendered else (),
            "may_read": may_read,
            "may_draft": user.has_perm("chapter.draft", chapter),
            "may_manage": user.has_perm("chapter.manage", chapter),
            "obstacles": guards.obstacles_to_drafting(chapter),
            "obstacles_to_managing": guards.obstacles_to_managing(chapter.cycle),
            "open_asides": _open_asides(chapter) if may_read else (),
            "record_url": record_url(chapter) if may_read else "",
        },
    )


def _open_asides(chapter):
    return chapter.versions.filter(aside=True, settled=False).select_related("by")


@door("chapter.read", load=find_chapter, post="chapter.manage", methods=("POST",))
def chapter_rename(request, chapter, **_kwargs):
    actions.rename_chapter(chapter, request.POST.get("title", ""), by=request.user, now=timezone.now())
    messages.success(request, _("The title is changed."))
    return redirect(chapter)


@door("chapter.read", load=find_chapter, post="chapter.draft")
def chapter_edit(request, chapter, **_kwargs):
    """The editor: the room in which the chapter is written together; ``?plain=1`` has the text area alone.

    Without scripts the form comes here and goes through the same door.
    """
    if request.method == "GET" and request.GET.get("plain") != "1":
        return room_page(request, chapter, _open_asides(chapter))
    require(request.user, "chapter.draft", chapter)
    text = chapter.current.markdown if chapter.current else ""
    base = chapter.current.number if chapter.current else 0
    errors = []
    if request.method == "POST":
        text, base = request.POST.get("markdown", ""), request.POST.get("base", "")
        try:
            result = actions.save(chapter, _base(chapter, base), text, by=request.user, now=timezone.now())
        except Blocked as refusal:
            errors = refusal.obstacles
        else:
            return _after(request, chapter, result)
    return render(
        request,
        "assessments/drafting/chapter_edit.html",
        {
            "cycle": chapter.cycle,
            "chapter": chapter,
            "text": text,
            "base": base,
            "errors": errors,
            "obstacles": guards.obstacles_to_drafting(chapter),
            "open_asides": _open_asides(chapter),
            **_shown(chapter, text),
        },
    )


def _base(chapter, written):
    """The version that the writer began from, by its number; 0 for an empty page. Raises Blocked."""
    number = int(written) if str(written).isdecimal() and len(str(written)) < 10 else -1
    if number == 0:
        return None
    found = chapter.versions.filter(number=number, aside=False).first()
    if found is None:
        refuse(
            "unknown-base",
            _("Chapter %(number)s has no version %(base)s to go on from.")
            % {"number": chapter.number, "base": str(written)[:20] or "–"},
            rule="4.4",
            remedy=_("Open the editor again; your text is kept in this browser."),
        )
    return found


def _after(request, chapter, result):
    if result.status == "collision":
        messages.warning(request, _("Somebody changed the same words. Both texts are kept; settle it here."))
        return redirect("chapter_collision", chapter.cycle.slug, chapter.number, result.version.number)
    said = {
        "saved": _("Kept as version %(number)s."),
        "merged": _("Kept as version %(number)s, with what others wrote meanwhile."),
        "unchanged": _("Nothing to keep: the text is that of version %(number)s."),
    }[result.status]
    messages.success(request, said % {"number": result.version.number})
    return redirect("chapter_edit", chapter.cycle.slug, chapter.number)


def _shown(chapter, text: str) -> dict:
    """Context of ``_preview.html`` and of the outline; a text that cannot be read says why, at its line."""
    try:
        rendered = render_chapter(chapter, text)
    except TextTooComplex as error:
        return {"html": "", "problems": [Problem(error.line, "too-complex", error.message)], "outline": []}
    return {
        "html": for_screen(rendered.html, chapter.cycle),
        "problems": rendered.problems,
        "words": rendered.words,
        "outline": [b for b in rendered.blocks if b["kind"] == "heading" and b["line_start"]],
        # Where each block begins in the text, for two windows that scroll together.
        "lines": " ".join(f"{b['id']}:{b['line_start']}" for b in rendered.blocks if b["line_start"]),
    }


@answers_in_json
@door("chapter.read", load=find_chapter, post="chapter.draft", methods=("POST",))
def chapter_save(request, chapter, **_kwargs):
    """What autosave.js calls: {"base": number, "markdown": text} in, what became of it out."""
    sent = _sent(request)
    text, base = sent.get("markdown"), sent.get("base")
    if not isinstance(text, str):
        return JsonResponse({"error": _("Expected JSON with “base” and “markdown”.")}, status=400)
    result = actions.save(chapter, _base(chapter, base), text, by=request.user, now=timezone.now())
    answer = {"status": result.status, "version": result.version.number}
    if result.status == "unchanged":
        answer["status"] = "saved"
    elif result.status == "merged":
        answer["markdown"] = result.version.markdown
    elif result.status == "collision":
        answer["collision_url"] = reverse(
            "chapter_collision", args=[chapter.cycle.slug, chapter.number, result.version.number]
        )
    return JsonResponse(answer)


def _sent(request) -> dict:
    try:
        sent = json.loads(request.body)
    except ValueError:
        return {}
    return sent if isinstance(sent, dict) else {}


@answers_in_json
@door("chapter.read", load=find_chapter, methods=("POST",))
def chapter_preview(request, chapter, **_kwargs):
    text = _sent(request).get("markdown")
    if not isinstance(text, str):
        return JsonResponse({"error": _("Expected JSON with “markdown”.")}, status=400)
    response = render(
        request, "assessments/drafting/_preview.html", {**_shown(chapter, text), "fetched": True}
    )
    return HttpResponse(response.content)


@at_most(35)
@door("chapter.read", load=find_chapter, post="chapter.draft")
def chapter_import(request, chapter, **_kwargs):
    """Take in a Markdown or Word file as an edit of the chapter."""
    require(request.user, "chapter.draft", chapter)
    people = Person.objects.filter(appointments__body=chapter.team).distinct()
    form = TextForm(request.POST or None, request.FILES or None, people=people)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            result = import_file(
                chapter,
                _base(chapter, request.POST.get("base", "")),
                file.read(),
                file.name,
                by=request.user,
                now=timezone.now(),
                for_=form.cleaned_data["author"],
            )
        except Blocked as refusal:
            form.add_error(None, str(refusal))
        else:
            return _after(request, chapter, result)
    return render(
        request,
        "assessments/drafting/chapter_import.html",
        {
            "cycle": chapter.cycle,
            "chapter": chapter,
            "form": form,
            "base": chapter.current.number if chapter.current else 0,
            "for_others": "team" not in {h.part for h in standing.held_by(request.user, chapter.cycle)},
            "obstacles": guards.obstacles_to_drafting(chapter),
        },
    )


@door("chapter.read", load=find_version, post="chapter.draft")
def chapter_collision(request, aside, **_kwargs):
    """Both texts side by side, and a third field for what shall stand."""
    chapter = aside.chapter
    if not aside.aside:
        return redirect("chapter_version", chapter.cycle.slug, chapter.number, aside.number)
    theirs, errors = chapter.current, []
    merge = merge_words(aside.base.markdown if aside.base else "", aside.markdown, theirs.markdown)
    # What others changed elsewhere stays: the field begins with the merged text, own words in collisions.
    text = "".join(part if isinstance(part, str) else part.mine for part in merge.parts)
    if request.method == "POST":
        text = request.POST.get("markdown", "")
        try:
            base = _base(chapter, request.POST.get("base", ""))
            result = actions.settle(aside, base, text, by=request.user, now=timezone.now())
        except Blocked as refusal:
            errors = refusal.obstacles
        else:
            return _after(request, chapter, result)
    return render(
        request,
        "assessments/drafting/chapter_collision.html",
        {
            "cycle": chapter.cycle,
            "chapter": chapter,
            "aside": aside,
            "theirs": theirs,
            "collisions": places_of(merge),
            "text": text,
            "errors": errors,
            "may_draft": request.user.has_perm("chapter.draft", chapter),
            "obstacles": guards.obstacles_to_drafting(chapter),
        },
    )


def places_of(merge: Merge, around: int = 160) -> list[dict]:
    """Where two texts collide: {theirs, mine, before, after}, the first two as lists of (sign, text)."""
    found = []
    for index, part in enumerate(merge.parts):
        if isinstance(part, str):
            continue
        before = merge.parts[index - 1] if index else ""
        after = merge.parts[index + 1] if index + 1 < len(merge.parts) else ""
        signed = word_diff(part.theirs, part.mine)
        found.append(
            {
                "theirs": [(sign, text) for sign, text in signed if sign != "+"],
                "mine": [(sign, text) for sign, text in signed if sign != "-"],
                "before": _end(before, around) if isinstance(before, str) else "",
                "after": _start(after, around) if isinstance(after, str) else "",
            }
        )
    return found


def _end(text: str, most: int) -> str:
    return text if len(text) <= most else "… " + text[-most:].partition(" ")[2]


def _start(text: str, most: int) -> str:
    return text if len(text) <= most else text[:most].rpartition(" ")[0] + " …"
