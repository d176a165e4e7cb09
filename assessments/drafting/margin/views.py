"""Pages of the margin: the list of suggestions and threads, the cards beside the editor, and the acts on each."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from django.contrib import messages
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import conditional_page

from assessments.drafting.doors import answers_in_json, find_chapter, record_url
from assessments.drafting.margin import actions, guards, people, shown, threads
from assessments.drafting.margin.forms import AssignForm, RemarkForm, SuggestForm
from assessments.drafting.margin.models import Suggestion, Thread
from assessments.drafting.models import Chapter
from records.doors import door
from records.obstacles import Blocked


def _mark(kind, user, cycle: str, pk: int):
    visible = Chapter.objects.visible_to(user).filter(cycle__slug=cycle)
    rows = kind.objects.filter(pk=pk, chapter__in=visible)
    row = rows.select_related("chapter__cycle", "chapter__current", "by", "version", "assigned_to"
                              if kind is Thread else "became").first()  # fmt: skip
    if row is None:
        raise Http404
    return row


def find_suggestion(user, cycle: str, suggestion: int, **_kwargs) -> Suggestion:
    """A suggestion for a visible chapter, or Http404."""
    return _mark(Suggestion, user, cycle, suggestion)


def find_thread(user, cycle: str, thread: int, **_kwargs) -> Thread:
    """A thread of a visible chapter, or Http404."""
    return _mark(Thread, user, cycle, thread)


def margin_of(chapter: Chapter) -> str:
    return reverse("chapter_margin", args=[chapter.cycle.slug, chapter.number])


def spoken(view: Callable) -> Callable:
    """The view gives (chapter, what is said, fragment): a page goes there, the editor hears it as JSON."""
    heard = answers_in_json(view)

    @wraps(view)
    def speaking(request, **kwargs):
        fetched = request.headers.get("Accept", "").startswith("application/json")
        answer = (heard if fetched else view)(request, **kwargs)
        if not isinstance(answer, tuple):
            return answer
        chapter, said, fragment = answer
        if fetched:
            return JsonResponse({"said": said, "id": fragment})
        messages.success(request, said)
        return redirect(margin_of(chapter) + (f"#{fragment}" if fragment else ""))

    # The door stays readable for the table of permissions.
    return speaking


@door("chapter.read", load=find_chapter, methods=("GET",))
def chapter_margin(request, chapter, **_kwargs):
    """Suggestions and threads of a chapter in the order of its text. ``?settled=1``: what was settled."""
    return _page(request, chapter)


def _page(request, chapter, suggesting=None, remarking=None, status: int = 200):
    user = request.user
    settled = request.method == "GET" and request.GET.get("settled") == "1"
    found = shown.cards(chapter, user, timezone.localdate(), settled=settled)
    holders = people.assignable(chapter)
    suggestions = [card for card in found if not card["thread"] and card["open"]]
    return render(
        request,
        "assessments/drafting/chapter_margin.html",
        {
            "cycle": chapter.cycle,
            "chapter": chapter,
            "cards": found,
            "settled": settled,
            "placed": sum(not card["orphaned"] for card in suggestions),
            "suggestions": len(suggestions),
            "threads": sum(card["thread"] for card in found),
            "obstacles": guards.obstacles_to_the_margin(chapter),
            "may_draft": user.has_perm("chapter.draft", chapter),
            "may_suggest": user.has_perm("chapter.suggest", chapter),
            "suggesting": suggesting or SuggestForm(auto_id="suggest_%s"),
            "remarking": remarking or RemarkForm(people=holders, auto_id="remark_%s"),
            "people": holders,
            "names": people.of_chapter(chapter),
            "record_url": record_url(chapter),
        },
        status=status,
    )


@conditional_page
@door("chapter.read", load=find_chapter, methods=("GET",))
def chapter_cards(request, chapter, **_kwargs):
    """The open cards alone, for the editor; it asks again and again, and is told when nothing is new."""
    context = {
        "cycle": chapter.cycle,
        "chapter": chapter,
        "cards": shown.cards(chapter, request.user, timezone.localdate()),
        "people": people.assignable(chapter),
        # The editor sends the token in a header: the same cards are then the same bytes.
        "csrf_token": "",
    }
    response = HttpResponse(render(request, "assessments/drafting/_cards.html", context).content)
    response["Cache-Control"] = "private, no-cache"
    return response


@spoken
@door("chapter.read", load=find_chapter, post="chapter.suggest", methods=("POST",))
def chapter_suggest(request, chapter, **_kwargs):
    form = SuggestForm(request.POST, auto_id="suggest_%s")
    if form.is_valid():
        given = form.cleaned_data
        try:
            made = actions.suggest_here(
                chapter,
                form.chosen,
                given["text"],
                reason=given["reason"],
                by=request.user,
                now=timezone.now(),
            )
            return chapter, _("Your suggestion stands in the margin."), f"suggestion-{made[0].pk}"
        except Blocked as refusal:
            form.add_error(None, str(refusal))
    return _refused(request, chapter, form, suggesting=form)


@spoken
@door("chapter.read", load=find_chapter, post="chapter.remark", methods=("POST",))
def chapter_remark(request, chapter, **_kwargs):
    form = RemarkForm(request.POST, people=people.assignable(chapter), auto_id="remark_%s")
    if form.is_valid():
        given = form.cleaned_data
        try:
            made = threads.remark_here(
                chapter,
                form.chosen,
                given["text"],
                by=request.user,
                now=timezone.now(),
                assigned_to=given["assigned_to"],
                due=given["due"],
            )
            return chapter, _("Your comment stands in the margin."), f"thread-{made.pk}"
        except Blocked as refusal:
            form.add_error(None, str(refusal))
    return _refused(request, chapter, form, remarking=form)


def _refused(request, chapter, form, **forms):
    """Why not, with what was typed: as JSON, or on the page."""
    if request.headers.get("Accept", "").startswith("application/json"):
        said = " ".join(str(error) for errors in form.errors.values() for error in errors)
        return JsonResponse({"error": said}, status=409)
    return _page(request, chapter, status=409, **forms)


@spoken
@door("chapter.read", load=find_chapter, post="chapter.draft", methods=("POST",))
def suggestions_accept(request, chapter, **_kwargs):
    done = actions.accept_all(chapter, by=request.user, now=timezone.now())
    said = ngettext(
        "%(n)s suggestion is in the text, as version %(version)s.",
        "%(n)s suggestions are in the text, as version %(version)s.",
        len(done.taken),
    ) % {"n": len(done.taken), "version": done.version.number}
    return chapter, " ".join([said, *(str(obstacle) for _each, obstacle in done.left[:5])]), ""


@spoken
@door("chapter.read", load=find_chapter, post="chapter.draft", methods=("POST",))
def suggestions_reject(request, chapter, **_kwargs):
    rows = actions.reject_all(chapter, by=request.user, now=timezone.now())
    said = ngettext("%(n)s suggestion is rejected.", "%(n)s suggestions are rejected.", len(rows))
    return chapter, said % {"n": len(rows)}, ""


@spoken
@door("chapter.read", load=find_suggestion, post="chapter.draft", methods=("POST",))
def suggestion_accept(request, suggestion, **_kwargs):
    done = actions.accept(suggestion, by=request.user, now=timezone.now())
    return suggestion.chapter, _("It is in the text, as version %(n)s.") % {"n": done.version.number}, ""


@spoken
@door("chapter.read", load=find_suggestion, post="chapter.draft", methods=("POST",))
def suggestion_reject(request, suggestion, **_kwargs):
    actions.reject(suggestion, by=request.user, now=timezone.now())
    return suggestion.chapter, _("The suggestion is rejected; the text stays as it is."), ""


@spoken
@door("chapter.read", load=find_suggestion, post="chapter.suggest", methods=("POST",))
def suggestion_withdraw(request, suggestion, **_kwargs):
    actions.withdraw(suggestion, by=request.user, now=timezone.now())
    return suggestion.chapter, _("Your suggestion is taken back."), ""


@spoken
@door("chapter.read", load=find_thread, post="chapter.remark", methods=("POST",))
def thread_answer(request, thread, **_kwargs):
    threads.answer(thread, request.POST.get("text", ""), by=request.user, now=timezone.now())
    return thread.chapter, _("Your answer stands in the thread."), f"thread-{thread.pk}"


@spoken
@door("chapter.read", load=find_thread, post="chapter.remark", methods=("POST",))
def thread_assign(request, thread, **_kwargs):
    form = AssignForm(request.POST, people=people.assignable(thread.chapter))
    if not form.is_valid():
        return _refused(request, thread.chapter, form)
    to, due = form.cleaned_data["assigned_to"], form.cleaned_data["due"]
    threads.assign(thread, to, due, by=request.user, now=timezone.now())
    said = (
        _("The thread waits for %(person)s.") % {"person": to}
        if to
        else _("The thread waits for nobody now.")
    )
    return thread.chapter, said, f"thread-{thread.pk}"


@spoken
@door("chapter.read", load=find_thread, post="chapter.remark", methods=("POST",))
def thread_resolve(request, thread, **_kwargs):
    threads.resolve(thread, by=request.user, now=timezone.now())
    return thread.chapter, _("The thread is resolved."), ""


@spoken
@door("chapter.read", load=find_thread, post="chapter.remark", methods=("POST",))
def thread_reopen(request, thread, **_kwargs):
    threads.reopen(thread, by=request.user, now=timezone.now())
    return thread.chapter, _("The thread is open again."), f"thread-{thread.pk}"
