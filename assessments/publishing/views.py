"""Pages of publication: the acts with their gates, the web edition, files, trickle-backs, reports."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.db.models import prefetch_related_objects
from django.http import FileResponse, Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assessments.cycles.models import Cycle
from assessments.cycles.views import find_cycle
from assessments.drafting.models import Chapter
from assessments.drafting.rendered import for_screen
from assessments.publishing import actions, pages, registry
from assessments.publishing.guards import (
    advice_on_publishing,
    draft_for,
    obstacles_to_publishing,
    publications_of,
)
from assessments.publishing.models import EditorReport, Publication, PublicationFile, TrickleBack
from assessments.rendering import run as rendering
from records import files
from records.doors import PUBLIC, door
from records.obstacles import Blocked, require

TYPES = {
    "pdf": "application/pdf",
    "html": "text/html; charset=utf-8",
    "comments": "text/csv; charset=utf-8",
    "record": "application/jsonl; charset=utf-8",
    "key": "application/x-pem-file",
}


@door("cycle.view", load=find_cycle)
def publications(request, cycle, **_kwargs):
    if request.method == "POST":
        act = request.POST.get("act", "")
        if act not in cycle.procedure.publication:
            raise Http404
        require(request.user, act, cycle)
        actions.publish(cycle, act, by=request.user, now=timezone.now())
        messages.success(request, _("Ordered. The files are being made; you may leave this page."))
        return redirect("publications", cycle.slug)
    ordered = publications_of(cycle)
    prefetch_related_objects(ordered, "files")
    takes_part = request.user.has_perm("cycle.take_part", cycle)
    acts = [
        {
            "rule": rule,
            "publications": [p for p in ordered if p.act == key and p.done_at],
            "coming": next((p for p in ordered if p.act == key and not p.done_at), None),
            "again": rule.repeatable or not any(p.act == key and p.done_at for p in ordered),
            "draft": draft_for(cycle, rule),
            "may": request.user.has_perm(key, cycle),
            "obstacles": obstacles_to_publishing(cycle, key) if takes_part else [],
            "advice": advice_on_publishing(cycle, key) if request.user.has_perm(key, cycle) else [],
            "takes_part": takes_part,
        }
        for key, rule in sorted(cycle.procedure.publication.items(), key=lambda item: item[1].order)
    ]
    return render(
        request,
        "assessments/publishing/publication_list.html",
        {
            "cycle": cycle,
            "acts": acts,
            "beside": registry.beside(cycle, request.user),
            "no_pdf": None if rendering.available()[0] else rendering.available()[1],
        },
    )


def find_file(user, cycle: str, act: str, name: str, **_kwargs) -> PublicationFile:
    found = (
        PublicationFile.objects.select_related("publication__cycle")
        .filter(
            publication__in=Publication.objects.at_address(act).filter(
                cycle__slug=cycle, done_at__isnull=False
            ),
            name=name,
        )
        .first()
    )
    if found is None:
        raise Http404
    return found


@door(PUBLIC, load=find_file, methods=("GET",))
def publication_file(request, file, **_kwargs):
    """A published file, as it was published: anybody may have it."""
    response = FileResponse(
        files.opened(file.path, file.sha256),
        filename=file.name,
        as_attachment=file.kind != "pdf",
        content_type=TYPES[file.kind],
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["ETag"] = f'"{file.sha256}"'
    return response


@door(PUBLIC, load=find_file, methods=("GET",))
def publication_read(request, file, **_kwargs):
    """The web edition of one text."""
    if file.kind != "html":
        raise Http404
    cycle = file.publication.cycle
    place = (cycle.slug, file.publication.slug)
    texts = list(file.publication.files.filter(kind="html"))
    names = {text.name for text in texts}

    def address(number: str) -> str | None:
        name = f"chapter-{number}.html"
        return reverse("publication_read", args=[*place, name]) if name in names else None

    text = pages.text_of(files.read(file.path, file.sha256).decode())
    return render(
        request,
        "assessments/publishing/publication_read.html",
        {
            "cycle": cycle,
            "publication": file.publication,
            "file": file,
            "text": for_screen(text, cycle, address),
            "texts": texts,
            "pdf": file.publication.files.filter(name=file.name.replace(".html", ".pdf")).first(),
        },
    )


class TrickleBackForm(forms.ModelForm):
    class Meta:
        model = TrickleBack
        fields = ["chapter", "line_label", "old", "new", "reason"]
        labels = {"chapter": gettext_lazy("Chapter")}
        widgets = {n: forms.Textarea(attrs={"rows": 2}) for n in ("old", "new", "reason")}

    def __init__(self, *args, cycle, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["chapter"].queryset = Chapter.objects.filter(cycle=cycle, kind="chapter")
        self.fields["new"].required = True


@door("chapter.read", load=find_cycle)
def trickle_backs(request, cycle, **_kwargs):
    form = TrickleBackForm(request.POST or None, cycle=cycle)
    now = timezone.now()
    if request.method == "POST" and "close" in request.POST:
        found = TrickleBack.objects.filter(pk=request.POST["close"] or 0, chapter__cycle=cycle).first()
        if found is None:
            raise Http404
        actions.close_trickle_back(found, by=request.user, now=now)
        messages.success(request, _("Closed: the chapter carries the new words."))
        return redirect("trickle_backs", cycle.slug)
    if request.method == "POST" and form.is_valid():
        data = dict(form.cleaned_data)
        try:
            actions.open_trickle_back(data.pop("chapter"), **data, by=request.user, now=now)
        except Blocked as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("Listed. The final edition waits until it is closed."))
            return redirect("trickle_backs", cycle.slug)
    listed = TrickleBack.objects.filter(chapter__cycle=cycle).select_related(
        "chapter__cycle", "closed_version"
    )
    return render(
        request,
        "assessments/publishing/trickle_back_list.html",
        {
            "cycle": cycle,
            "rows": [
                {"item": t, "may_close": request.user.has_perm("trickleback.close", t.chapter)}
                for t in listed
            ],
            "form": form,
            "may_open": request.user.has_perm("trickleback.open", cycle),
        },
    )


class ReportForm(forms.Form):
    chapter = forms.ModelChoiceField(Chapter.objects.none(), label=gettext_lazy("Chapter"))
    file = forms.FileField(label=gettext_lazy("Your report, as a PDF of at most 20 MB"))

    def __init__(self, *args, chapters, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["chapter"].queryset = chapters


def _editable(user, cycle: Cycle):
    mine = [c.pk for c in cycle.chapters.select_related("cycle") if user.has_perm("editor_report.file", c)]
    return Chapter.objects.filter(pk__in=mine)


@door("chapter.read", load=find_cycle)
def editor_reports(request, cycle, **_kwargs):
    chapters = _editable(request.user, cycle)
    form = ReportForm(request.POST or None, request.FILES or None, chapters=chapters)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        if file.size > actions.REPORT_LIMIT:
            form.add_error("file", _("The report is a PDF of at most 20 MB."))
        else:
            try:
                actions.file_editor_report(
                    form.cleaned_data["chapter"], file.name, file.read(), by=request.user, now=timezone.now()
                )
            except Blocked as refused:
                form.add_error(None, str(refused))
            else:
                messages.success(request, _("Filed. It is published with the chapter."))
                return redirect("editor_reports", cycle.slug)
    return render(
        request,
        "assessments/publishing/editor_report_list.html",
        {
            "cycle": cycle,
            "reports": EditorReport.objects.filter(chapter__cycle=cycle).select_related("chapter", "editor"),
            "form": form if chapters.exists() else None,
        },
    )


def find_report(user, cycle: str, report: int, **_kwargs) -> EditorReport:
    found = (
        EditorReport.objects.select_related("chapter__cycle")
        .filter(pk=report, chapter__cycle__slug=cycle)
        .first()
    )
    if found is None:
        raise Http404
    return found


@door("chapter.read", load=find_report, methods=("GET",))
def editor_report_file(request, report, **_kwargs):
    response = FileResponse(
        files.opened(report.file, report.sha256),
        filename=report.name,
        as_attachment=True,
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response
