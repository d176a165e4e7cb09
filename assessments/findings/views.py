"""Pages of findings and notes: the list with its filters, one finding with its acts, answering a note."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Prefetch, Q
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assessments.cycles.views import find_cycle
from assessments.findings import actions, guards, syncing
from assessments.findings.forms import ConfirmForm, ReasonForm
from assessments.findings.models import Finding, Note
from assessments.findings.words import LEVELS, NOTES, level_words, name_of, remedy_of, rule_of, sentence_of
from assessments.procedures.loader import SCALES
from records.doors import door

PER_PAGE = 50
FILTERS = ("chapter", "status", "confidence", "notes", "q")
NOTE_FILTERS = {
    "open": gettext_lazy("with an unanswered note"),
    "evidence": gettext_lazy("with an unanswered note on evidence"),
    "answered": gettext_lazy("with an answered note"),
    "none": gettext_lazy("without notes"),
}
STATES = {
    "found": "tocome",
    "confirmed": "approved",
    "changed": "bracketed",
    "dismissed": "parked",
    "gone": "parked",
}


def find_finding(user, cycle: str, finding: int, **_kwargs) -> Finding:
    """A finding of a visible cycle, or Http404."""
    rows = Finding.objects.filter(chapter__cycle=find_cycle(user, cycle), pk=finding)
    row = rows.select_related("chapter__cycle", "chapter__team", "settled_by").first()
    if row is None:
        raise Http404
    return row


def find_note(user, cycle: str, note: int, **_kwargs) -> Note:
    """A guard's note of a visible cycle, or Http404."""
    rows = Note.objects.filter(chapter__cycle=find_cycle(user, cycle), pk=note)
    row = rows.select_related("chapter__cycle", "chapter__team", "answered_by").first()
    if row is None:
        raise Http404
    return row


@door("chapter.read", load=find_cycle, methods=("GET",))
def findings(request, cycle, **_kwargs):
    """Findings of the report, chapter by chapter; filters stay in the address."""
    said = {name: request.GET.get(name, "").replace("\0", " ") for name in FILTERS}
    wanted = {name: " ".join(value.split())[:100] for name, value in said.items()}
    page = Paginator(_asked(cycle, wanted), PER_PAGE).get_page(request.GET.get("page"))
    scale = syncing.scale_of(cycle)
    notes = Note.objects.filter(chapter__cycle=cycle).exclude(status=Note.Status.GONE)
    return render(
        request,
        "assessments/findings/finding_list.html",
        {
            "cycle": cycle,
            "scale": scale,
            "wanted": wanted,
            "filtered": any(wanted.values()),
            "page": page,
            "rows": [_row(row, scale) for row in page.object_list],
            "chapters": cycle.chapters.all(),
            "statuses": Finding.Status.choices,
            "confidences": [(term.key, term.word(cycle.language)) for term in scale.levels("confidence")],
            "note_filters": NOTE_FILTERS.items(),
            "counts": _counts(cycle),
            "loose": [
                _said(note) for note in notes.filter(finding=None).select_related("chapter__cycle")[:100]
            ]
            if not wanted["q"] and wanted["notes"] in ("", "open")
            else (),
            "behind": guards.behind(cycle),
            "may_write": request.user.has_perm("finding.write", cycle),
            "may_keep": request.user.has_perm("source.keep", cycle),
            "scales": SCALES,
        },
    )


def _asked(cycle, wanted):
    rows = Finding.objects.filter(chapter__cycle=cycle).select_related("chapter__cycle")
    gone = ("gone", "dismissed")
    rows = rows.filter(status=wanted["status"]) if wanted["status"] else rows.exclude(status__in=gone)
    if wanted["chapter"]:
        rows = rows.filter(chapter__number=wanted["chapter"])
    if wanted["confidence"] == "none":
        rows = rows.filter(confidence="", likelihood="", chapter__kind="chapter").exclude(status="confirmed")
    elif wanted["confidence"]:
        rows = rows.filter(confidence=wanted["confidence"])
    for word in wanted["q"].split():
        rows = rows.filter(quote__icontains=word)
    held = Note.objects.exclude(status=Note.Status.GONE)
    which = {
        "open": Q(status=Note.Status.OPEN),
        "evidence": Q(status=Note.Status.OPEN, code__in=guards.UNSUPPORTED),
        "answered": Q(status=Note.Status.ANSWERED),
    }
    if wanted["notes"] in which:
        rows = rows.filter(pk__in=held.filter(which[wanted["notes"]]).values("finding"))
    elif wanted["notes"] == "none":
        rows = rows.exclude(pk__in=held.filter(finding__isnull=False).values("finding"))
    return rows.prefetch_related(Prefetch("notes", held.select_related("answered_by"))).order_by(
        "chapter__place", "place", "pk"
    )


def _counts(cycle) -> dict[str, int]:
    rows = Finding.objects.filter(chapter__cycle=cycle).exclude(status__in=["gone", "dismissed"])
    found = rows.aggregate(total=Count("pk"), confirmed=Count("pk", filter=Q(status="confirmed")))
    notes = Note.objects.filter(chapter__cycle=cycle).exclude(status=Note.Status.GONE)
    return found | notes.aggregate(notes=Count("pk"), unanswered=Count("pk", filter=Q(status="open")))


def _row(row: Finding, scale) -> dict:
    language = row.chapter.cycle.language
    return {
        "finding": row,
        "levels": level_words(scale, row.levels, language),
        "state": STATES[row.status],
        "word": row.get_status_display(),
        "notes": [_said(note) for note in row.notes.all()],
    }


def _said(note: Note) -> dict:
    if note.code not in NOTES:
        raise LookupError(note.code)
    said = {
        "name": name_of(note),
        "text": sentence_of(note),
        "remedy": remedy_of(note),
        "rule": rule_of(note),
    }
    return {"note": note, **said}


@door("chapter.read", load=find_finding, methods=("GET",))
def finding(request, finding, **_kwargs):
    """One statement: its words, level, evidence, account, notes, and the acts on it."""
    return _detail(request, finding)


def _detail(request, finding, form=None, dismissal=None, status: int = 200):
    cycle, scale = finding.chapter.cycle, syncing.scale_of(finding.chapter.cycle)
    initial = {name: getattr(finding, name) for name in ("evidence", "agreement", "account")}
    sources = cycle.sources.visible_to(request.user).filter(key__in=finding.keys)
    return render(
        request,
        "assessments/findings/finding_detail.html",
        {
            **_row(finding, scale),
            "cycle": cycle,
            "scale": scale,
            "sources": sources,
            "places": [(sight, _place(cycle, sight)) for sight in finding.sight],
            "notes": [_said(n) for n in finding.notes.exclude(status="gone").select_related("answered_by")],
            "evidence": LEVELS.get(finding.evidence, finding.evidence),
            "agreement": LEVELS.get(finding.agreement, finding.agreement),
            "form": form or ConfirmForm(initial=initial, scale=scale),
            "dismissal": dismissal or ReasonForm(),
            "may_write": request.user.has_perm("finding.write", finding.chapter),
            "obstacles": guards.obstacles_to_settling(finding),
        },
        status=status,
    )


def _place(cycle, sight: str) -> str:
    """The page of the chapter to which a line of sight points: its number is what stands before the first dot."""
    number = sight.split()[-1].split(".")[0]
    return reverse("chapter", args=[cycle.slug, number]) if number.isdecimal() else ""


@door("chapter.read", load=find_finding, post="finding.write", methods=("POST",))
def finding_confirm(request, finding, **_kwargs):
    form = ConfirmForm(request.POST, scale=syncing.scale_of(finding.chapter.cycle))
    if not form.is_valid():
        return _detail(request, finding, form=form, status=400)
    actions.confirm(finding, **form.cleaned_data, by=request.user, now=timezone.now())
    messages.success(request, _("The finding is confirmed."))
    return redirect(finding)


@door("chapter.read", load=find_finding, post="finding.write", methods=("POST",))
def finding_dismiss(request, finding, **_kwargs):
    form = ReasonForm(request.POST)
    if not form.is_valid():
        return _detail(request, finding, dismissal=form, status=400)
    actions.dismiss(finding, form.cleaned_data["reason"], by=request.user, now=timezone.now())
    messages.success(request, _("Recorded: this is no finding."))
    return redirect(finding)


@door("chapter.read", load=find_note, post="finding.write", methods=("POST",))
def note_answer(request, note, **_kwargs):
    actions.answer(note, request.POST.get("reason", ""), by=request.user, now=timezone.now())
    messages.success(request, _("The note is answered."))
    if note.finding_id:
        return redirect("finding", note.chapter.cycle.slug, note.finding_id)
    return redirect("findings", note.chapter.cycle.slug)


@door("chapter.read", load=find_cycle, post="source.keep", methods=("POST",))
def findings_scale(request, cycle, **_kwargs):
    actions.choose_scale(cycle, request.POST.get("scale", ""), by=request.user, now=timezone.now())
    messages.success(request, _("The scale is chosen; the texts are read anew."))
    return redirect("findings", cycle.slug)
