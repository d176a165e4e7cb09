"""Pages of the boards: where a report stands, where a chapter stands, and the page of one section."""

from __future__ import annotations

import json

from django.contrib import messages
from django.http import Http404, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from assessments.board import counters, gathering
from assessments.board.forms import CHAPTER, InviteForm, MarkForm, PlanForm
from assessments.cycles import standing
from assessments.cycles.guards import stage_obstacles
from assessments.cycles.views import find_cycle
from assessments.drafting import actions as drafting
from assessments.drafting.doors import answers_in_json, find_chapter
from assessments.drafting.guards import obstacles_to_drafting
from assessments.drafting.models import Chapter
from assessments.drafting.rendered import for_screen, render_chapter
from assessments.drafting.sections import actions, within
from assessments.drafting.sections.models import Contribution, SectionPlan
from assessments.drafting.sections.reading import Section, section_in, sections_of
from assessments.text.model import TextTooComplex
from records.doors import door
from records.obstacles import Blocked, refuse

SORTS = ("place", "words", "share", "open")


# ---- Where the report stands ----------------------------------------------------------------------


@door("chapter.read", load=find_cycle, methods=("GET",))
def board(request, cycle, **_kwargs):
    """All chapters of the report: state, words against plan, what is open, the next meeting."""
    now = timezone.now()
    kinds = counters.every()
    rows = gathering.report_board(cycle, now)
    wanted = _wanted(request, kinds)
    shown = _sorted([row for row in rows if _fits(row, wanted, request.user)], wanted["sort"])
    uncited = cycle.sources.visible_to(request.user).with_flags().filter(is_cited=False).count()
    return render(
        request,
        "assessments/board/report.html",
        {
            "cycle": cycle,
            "rows": [(row, _cells(row, kinds)) for row in shown],
            "all": len(rows),
            "counters": kinds,
            "states": SectionPlan.State.choices,
            "wanted": wanted,
            "filtered": any(wanted[name] for name in ("state", "open", "mine")),
            "words": sum(row.words for row in rows),
            "planned": sum(row.planned or 0 for row in rows),
            "sums": [sum(row.open[one.key] for row in rows) for one in kinds],
            "uncited": uncited,
        },
    )


def _wanted(request, kinds) -> dict[str, str]:
    """What the address asks: state, open, mine, sort; anything unknown counts as not asked."""
    sorts = {*SORTS, *(one.key for one in kinds)}
    said = {name: request.GET.get(name, "") for name in ("state", "open", "mine", "sort")}
    return {
        "state": said["state"] if said["state"] in SectionPlan.State.values else "",
        "open": said["open"] if said["open"] in {"any", *(one.key for one in kinds)} else "",
        "mine": "1" if said["mine"] == "1" else "",
        "sort": said["sort"] if said["sort"].removeprefix("-") in sorts else "place",
    }


def _fits(row: gathering.Row, wanted: dict, user) -> bool:
    if wanted["state"] and row.state != wanted["state"]:
        return False
    if wanted["open"] and not (row.all_open if wanted["open"] == "any" else row.open[wanted["open"]]):
        return False
    return not wanted["mine"] or (row.owner is not None and row.owner.user_id == user.pk)


def _sorted(rows: list[gathering.Row], sort: str) -> list[gathering.Row]:
    """In the order asked for; rows alike stay in the order of the text, and what has no number comes last."""
    key, back = sort.removeprefix("-"), sort.startswith("-")
    if key == "place":
        return rows[::-1] if back else rows

    def number(row) -> int | None:
        named = {"words": row.words, "share": row.share, "open": row.all_open}
        return named[key] if key in named else row.open[key]

    known = [row for row in rows if number(row) is not None]
    unknown = [row for row in rows if number(row) is None]
    return sorted(known, key=lambda row: -number(row) if back else number(row)) + unknown


def _cells(row: gathering.Row, kinds) -> list[tuple]:
    """(counter, number, address) of each count of a chapter's row."""
    return [(one, row.open[one.key], one.href(row.chapter)) for one in kinds]


# ---- Where a chapter stands -----------------------------------------------------------------------


@door("chapter.read", load=find_chapter, methods=("GET",))
def chapter_board(request, chapter, **_kwargs):
    """The sections of a chapter; ``?section=ID`` fills the forms below for it."""
    return _chapter_page(request, chapter)


def _chapter_page(request, chapter: Chapter, failed=None, status: int = 200, ask=()):
    """The board with its forms; ``failed``: (name, form) of one that was refused; ``ask``: what a button sends."""
    user, now = request.user, timezone.now()
    kinds = counters.every()
    found = gathering.chapter_board(chapter, now)
    wanted = _wanted(request, kinds)
    own = standing.sections_of(user, chapter)
    may_draft = user.has_perm("chapter.draft", chapter)
    rows = _sorted([row for row in found.sections if _fits(row, wanted, user)], wanted["sort"])
    forms = _forms(chapter, found, request.GET.get("section", ""), own, may_draft, now)
    if failed:
        forms[failed[0]] = failed[1]
    leads = user.has_perm("chapter.lead", chapter)
    return render(
        request,
        "assessments/board/chapter.html",
        {
            "cycle": chapter.cycle,
            "chapter": chapter,
            "whole": found.whole,
            "cells": _cells(found.whole, kinds),
            "rows": [
                (row, [(one, row.open[one.key]) for one in kinds], may_draft or row.section.id in own)
                for row in rows
            ],
            "all": len(found.sections),
            "gone": found.gone,
            "lost": found.lost,
            "invited": [(row, one) for row in found.sections for one in row.invited],
            "counters": kinds,
            "states": SectionPlan.State.choices,
            "wanted": wanted,
            "filtered": any(wanted[name] for name in ("state", "open", "mine")),
            "forms": forms,
            "plans": found.plans(CHAPTER),
            "failed": failed[0] if failed else "",
            "ask": ask,
            "asked": actions.asked_to_join(chapter, now) if leads else (),
            "leads": leads,
            "may_mark": may_draft or bool(own),
            "obstacles": stage_obstacles(chapter.cycle, "chapter.lead") if leads else (),
            "obstacles_to_drafting": obstacles_to_drafting(chapter),
        },
        status=status,
    )


def _forms(chapter, found, chosen: str, own, may_draft: bool, now) -> dict:
    sections = [row.section for row in found.sections]
    row = next((row for row in found.sections if row.section.id == chosen), found.whole)
    name = row.section.id if row.section else CHAPTER
    mine = [one for one in sections if may_draft or one.id in own]
    planned = {"section": name, "shown": name, "owner": row.owner and row.owner.pk, "words": row.planned}
    people = actions.team_of(chapter, now)
    return {
        "plan": PlanForm(sections=sections, people=people, initial=planned, auto_id="plan-%s"),
        "mark": MarkForm(
            sections=mine, whole=may_draft, initial={"section": name, "state": row.state}, auto_id="mark-%s"
        ),
        "invite": InviteForm(
            sections=sections,
            roles=actions.roles_to_invite(chapter.cycle),
            initial={"section": name},
            auto_id="invite-%s",
        ),
    }


def _back(request, chapter, said: str, section: str):
    messages.success(request, said)
    address = reverse("chapter_board", args=[chapter.cycle.slug, chapter.number])
    return redirect(f"{address}?section={section}" if section else address)


def _sections(chapter: Chapter) -> list[Section]:
    if chapter.current is not None:
        chapter.current.chapter = chapter
    return sections_of(chapter.current)


@door("chapter.read", load=find_chapter, post="chapter.lead", methods=("POST",))
def section_plan(request, chapter, **_kwargs):
    now = timezone.now()
    people = actions.team_of(chapter, now)
    form = PlanForm(request.POST, sections=_sections(chapter), people=people, auto_id="plan-%s")
    if form.is_valid():
        data, section = form.cleaned_data, _named(form)
        try:
            actions.plan_section(
                chapter, section, owner=data["owner"], words=data["words"], by=request.user, now=now
            )
        except Blocked as refusal:
            form.add_error(None, str(refusal))
        else:
            return _back(request, chapter, _("The plan is kept."), section)
    return _chapter_page(request, chapter, ("plan", form), 409)


def _named(form) -> str:
    return "" if form.cleaned_data["section"] == CHAPTER else form.cleaned_data["section"]


@door("chapter.read", load=find_chapter, post="section.draft", methods=("POST",))
def section_mark(request, chapter, **_kwargs):
    form = MarkForm(request.POST, sections=_sections(chapter), whole=True, auto_id="mark-%s")
    if form.is_valid():
        section = _named(form)
        try:
            actions.mark_section(
                chapter, section, form.cleaned_data["state"], by=request.user, now=timezone.now()
            )
        except Blocked as refusal:
            form.add_error(None, str(refusal))
        else:
            return _back(request, chapter, _("It is noted how far it is."), section)
    return _chapter_page(request, chapter, ("mark", form), 409)


@door("chapter.read", load=find_chapter, post="chapter.lead", methods=("POST",))
def section_invite(request, chapter, **_kwargs):
    """Invite somebody to a section; with ``ask``, ask them for the disclosure that stands before it."""
    roles = actions.roles_to_invite(chapter.cycle)
    form, ask = InviteForm(request.POST, sections=_sections(chapter), roles=roles, auto_id="invite-%s"), ()
    if form.is_valid():
        data, who = form.cleaned_data, {"by": request.user, "now": timezone.now()}
        called = {name: data[name] for name in ("name", "email")}
        try:
            if "ask" in request.POST:
                asked = actions.ask_disclosure(chapter, data["role"], **called, **who)
                said = _("%(person)s is asked for the disclosure; invite them once it is cleared.")
                return _back(request, chapter, said % {"person": asked.person}, data["section"])
            actions.invite_to_section(
                chapter, data["section"], data["role"], **called, until=data["until"], **who
            )
        except Blocked as refusal:
            form.add_error(None, str(refusal))
            owed = "disclosure-not-cleared" in [one.code for one in refusal.obstacles]
            if owed and actions.may_be_asked(chapter, data["role"], data["email"]):
                ask = [("ask", "1"), *((name, request.POST[name]) for name in form.fields)]
        else:
            said = _("%(email)s is invited to the section and told by letter.") % {"email": data["email"]}
            return _back(request, chapter, said, data["section"])
    return _chapter_page(request, chapter, ("invite", form), 409, ask=ask)


def find_contribution(user, cycle: str, number: str, contribution: int, **_kwargs) -> Contribution:
    """An invitation to a section of a visible chapter, or Http404."""
    chapter = find_chapter(user, cycle, number)
    found = chapter.contributions.filter(pk=contribution).select_related("appointment__person").first()
    if found is None:
        raise Http404
    found.chapter = chapter
    return found


@door("chapter.read", load=find_contribution, post="chapter.lead", methods=("POST",))
def section_end(request, contribution, **_kwargs):
    actions.end_contribution(
        contribution, request.POST.get("reason", ""), by=request.user, now=timezone.now()
    )
    return _back(request, contribution.chapter, _("The invitation is ended; what was written stays."), "")


# ---- One section ----------------------------------------------------------------------------------


def find_section(user, cycle: str, number: str, section: str, **_kwargs) -> Chapter:
    """The visible chapter with ``section``, that of its current text, or Http404."""
    chapter = find_chapter(user, cycle, number)
    if chapter.current is not None:
        chapter.current.chapter = chapter
    chapter.section = section_in(chapter.current, section)
    if chapter.section is None:
        raise Http404
    return chapter


@door("chapter.read", load=find_section, post="section.draft")
def section(request, chapter, section: str, **_kwargs):
    """The plain page of one section: for those who are invited to it, and for anybody of the team."""
    one, user = chapter.section, request.user
    _before, body, _after = within.parts_of(chapter.current.markdown, one)
    base, text, errors = chapter.current.number, body.strip("\n"), []
    mine = user.has_perm("chapter.draft", chapter) or one.id in standing.sections_of(user, chapter)
    if request.method == "POST":
        text, base = request.POST.get("markdown", ""), request.POST.get("base", "")
        try:
            result = _save(chapter, one.id, text, base, user)
        except Blocked as refusal:
            errors = refusal.obstacles
        else:
            return _kept(request, chapter, one.id, result)
    return render(
        request,
        "assessments/board/section.html",
        {
            "cycle": chapter.cycle,
            "chapter": chapter,
            "section": one,
            "text": text,
            "base": base,
            "errors": errors,
            "mine": mine,
            "obstacles": obstacles_to_drafting(chapter),
            "contribution": chapter.contributions.filter(
                section=one.id, appointment__person__user=user, appointment__ends__gt=timezone.now()
            )
            .select_related("appointment")
            .first(),
            **_preview(chapter, within.put(chapter.current.markdown, one, text), one),
        },
        status=409 if errors else 200,
    )


def _save(chapter: Chapter, section: str, text: str, written, user) -> drafting.SaveResult:
    """Put the section's text into the version that the writer began from, and that through the one door."""
    number = int(written) if str(written).isdecimal() and len(str(written)) < 10 else 0
    base = chapter.versions.filter(number=number, aside=False).first()
    if base is not None:
        base.chapter = chapter
    one = section_in(base, section)
    if one is None:
        refuse(
            "unknown-base",
            _("That version of the chapter does not hold this section."),
            rule="4.4",
            remedy=_("Open the page again; keep a copy of your text before."),
        )
    markdown = within.put(base.markdown, one, text)
    return drafting.save(chapter, base, markdown, by=user, now=timezone.now())


def _kept(request, chapter, section: str, result: drafting.SaveResult):
    if result.status == "collision":
        messages.warning(request, _("Somebody changed the same words. Both texts are kept; settle it here."))
        return redirect("chapter_collision", chapter.cycle.slug, chapter.number, result.version.number)
    said = {
        "saved": _("Kept as version %(number)s."),
        "merged": _("Kept as version %(number)s, with what others wrote meanwhile."),
        "unchanged": _("Nothing to keep: the text is that of version %(number)s."),
    }[result.status]
    messages.success(request, said % {"number": result.version.number})
    return redirect("section", chapter.cycle.slug, chapter.number, section)


@answers_in_json
@door("chapter.read", load=find_section, post="section.draft", methods=("POST",))
def section_save(request, chapter, section: str, **_kwargs):
    """What autosave.js calls: {"base": number, "markdown": the section's text} in, what became of it out."""
    try:
        sent = json.loads(request.body)
        text, base = sent["markdown"], sent["base"]
    except (ValueError, TypeError, KeyError):
        text = base = None
    if not isinstance(text, str):
        return JsonResponse({"error": _("Expected JSON with “base” and “markdown”.")}, status=400)
    result = _save(chapter, chapter.section.id, text, base, request.user)
    answer = {"status": result.status, "version": result.version.number}
    if result.status == "unchanged":
        answer["status"] = "saved"
    elif result.status == "merged":
        result.version.chapter = chapter
        now = section_in(result.version, chapter.section.id)
        answer["markdown"] = (
            within.parts_of(result.version.markdown, now)[1].strip("\n") + "\n" if now else text
        )
    elif result.status == "collision":
        answer["collision_url"] = reverse(
            "chapter_collision", args=[chapter.cycle.slug, chapter.number, result.version.number]
        )
    return JsonResponse(answer)


def _preview(chapter: Chapter, markdown: str, one: Section) -> dict:
    """The whole chapter as readers see it, and what is to be mended in this section."""
    try:
        rendered = render_chapter(chapter, markdown)
    except TextTooComplex:
        return {"html": "", "problems": []}
    shift = markdown.count("\n") - chapter.current.markdown.count("\n")
    problems = [
        (problem.line - one.first, problem)
        for problem in rendered.problems
        if one.first < problem.line <= one.last + shift
    ]
    return {"html": for_screen(rendered.html, chapter.cycle), "problems": problems}
