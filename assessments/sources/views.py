"""Pages of the register of sources: the list with its filters, one source, its copies, what `@` finds."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from assessments.cycles.views import find_cycle
from assessments.drafting.doors import answers_in_json
from assessments.sources import acts, doi, guards, importing, keeping, register, shown
from assessments.sources.forms import CutOffForm, DoiForm, RetractionsForm, SourcesForm
from assessments.sources.models import CutOff, Source, SourceCopy
from assessments.sources.words import KIND_WORDS, LANGUAGE_WORDS, STANDINGS
from records.doors import at_most, door
from records.obstacles import Blocked
from records.serving import attached

PER_PAGE = 50
MAX_BIBLIOGRAPHY_MB = 50
FILTERS = (
    "q",
    "kind",
    "standing",
    "language",
    "cited",
    "uncited",
    "industry",
    "retracted",
    "after",
    "double",
)
FORMS = {"import": SourcesForm, "doi": DoiForm, "retractions": RetractionsForm, "cut-off": CutOffForm}


def find_source(user, cycle: str, key: str, **_kwargs) -> Source:
    """A source of a visible cycle that this person may see, or Http404."""
    rows = find_cycle(user, cycle).sources.visible_to(user).filter(key=key)
    row = rows.select_related("cycle", "terms", "vetted_by").first()
    if row is None:
        raise Http404
    return row


@at_most(MAX_BIBLIOGRAPHY_MB + 1)
@door("chapter.read", load=find_cycle, post=("source.import", "source.keep"))
def sources(request, cycle, **_kwargs):
    """The register; taking in bibliographies, DOIs and retractions, and the cut-off, are acts of their own."""
    forms = {name: form() for name, form in FORMS.items()}
    report = None
    name = request.POST.get("act", "import")
    if request.method == "POST" and name in FORMS:
        form = forms[name] = FORMS[name](request.POST, request.FILES)
        if form.is_valid():
            try:
                report = _do(name, cycle, form.cleaned_data, by=request.user, now=timezone.now())
                forms[name] = FORMS[name]()
            except Blocked as refusal:
                form.add_error(None, str(refusal))
    return render(
        request, "assessments/sources/source_list.html", _listing(request, cycle, forms, report, name)
    )


def _do(name: str, cycle, data: dict, **who):
    if name == "import":
        return importing.import_sources(cycle, data["file"].read(), data["file"].name, **who)
    if name == "doi":
        return doi.add(cycle, data["doi"], **who)
    if name == "retractions":
        return keeping.import_retractions(cycle, data["file"].read(), data["file"].name, **who)
    return keeping.set_cut_off(cycle, data["until"], **who)


def _listing(request, cycle, forms, report, name) -> dict:
    user = request.user
    said = {key: request.GET.get(key, "").replace("\0", " ") for key in FILTERS}
    wanted = {key: " ".join(value.split())[:200] for key, value in said.items()}
    page = Paginator(register.asked(cycle, user, wanted), PER_PAGE).get_page(request.GET.get("page"))
    counts = register.counts(cycle, user)
    return {
        "cycle": cycle,
        "forms": forms,
        "cut_off_form": forms["cut-off"],
        "report": report if name in ("import", "doi") else None,
        "retractions": report if name == "retractions" else None,
        "wanted": wanted,
        "on": [key for key, value in wanted.items() if value == "1"],
        "filtered": any(wanted.values()),
        "page": page,
        "listed": register.listed(cycle, page.object_list),
        "counts": counts,
        "industry_share": register.share(counts["industry_cited"], counts["cited"]),
        "cut_off": CutOff.objects.filter(cycle=cycle).select_related("by").first(),
        "kinds": KIND_WORDS.items(),
        "languages": LANGUAGE_WORDS.items(),
        "standings": STANDINGS.items(),
        "switches": shown.SWITCHES.items(),
        "asks_registry": doi.available(),
        "may_import": user.has_perm("source.import", cycle),
        "may_keep": user.has_perm("source.keep", cycle),
        "obstacles": guards.obstacles_to_sources(cycle),
    }


@door("chapter.read", load=find_source, methods=("GET",))
def source(request, source, **_kwargs):
    """All that is known of one source, and the acts on it that this person may do."""
    return render(request, "assessments/sources/source_detail.html", shown.detail(request.user, source))


@at_most(acts.MAX_COPY_MB + 1)
@door(
    "chapter.read", load=find_source, post=("source.import", "source.vet", "source.keep"), methods=("POST",)
)
def source_act(request, source, act, **_kwargs):
    """One act on a source, by the name at the end of its address; a form that is not filled in comes back."""
    if act not in acts.ACTS:
        raise Http404
    form = acts.form_for(act, source, request.POST, request.FILES)
    if not form.is_valid():
        context = shown.detail(request.user, source, {act: form})
        return render(request, "assessments/sources/source_detail.html", context, status=400)
    acts.ACTS[act].run(source, form, by=request.user, now=timezone.now())
    messages.success(request, acts.ACTS[act].done)
    return redirect(source)


def find_copy(user, cycle: str, key: str, copy: int, **_kwargs) -> SourceCopy:
    found = find_source(user, cycle, key).copies_shown.filter(pk=copy).select_related("source__cycle").first()
    if found is None:
        raise Http404
    found.cycle = found.source.cycle
    return found


@door("chapter.read", load=find_copy, methods=("GET",))
def source_copy(request, copy, **_kwargs):
    """The archived copy, to be saved and never shown in the page: it is a stranger's file."""
    response = attached(copy.file, copy.sha256, copy.name)
    response["Cache-Control"] = "private, no-store"
    return response


@answers_in_json
@door("chapter.read", load=find_cycle, methods=("GET",))
def cite(request, cycle, **_kwargs):
    """What is offered while a citation is typed, as JSON."""
    return JsonResponse({"results": register.find(cycle, request.user, request.GET.get("q", "")[:200])})
