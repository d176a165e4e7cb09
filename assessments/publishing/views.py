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
from assessments.publishing import actions, registry, web
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
    "epub": "application/epub+zip",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "jats": "application/xml",
    "offline": "text/html; charset=utf-8",
    "markdown": "application/zip",
    "html": "text/html; charset=utf-8",
    "comments": "text/csv; charset=utf-8",
    "record": "application/jsonl; charset=utf-8",
    "key": "application/x-pem-file",
    "data": "application/octet-stream",
}
# In this order the page offers the forms of the whole report.
FORMS = {
    "pdf": "PDF",
    "epub": "EPUB",
    "docx": "Word",
    "offline": gettext_lazy("one HTML file"),
    "jats": "JATS",
    "markdown": gettext_lazy("Markdown, with images and sources"),
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
            "publications": [offered(p) for p in ordered if p.act == key and p.done_at],
            "held": [
                offered(p)
                for p in ordered
                if p.act == key
                and p.ready_at
                and not p.done_at
                and request.user.has_perm("publication.read", p)
            ],
            "coming": next((p for p in ordered if p.act == key and not p.done_at and not p.ready_at), None),
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


def offered(publication: Publication) -> dict:
    """The files of a publication as its page offers them: texts to read, the whole in each form, and the rest."""
    every = list(publication.files.all())
    whole = [f for f in every if f.kind in FORMS and f.name.startswith("report")]
    chapters = {f.name: f for f in every if f.kind == "pdf" and not f.name.startswith("report")}
    texts = [
        {"file": f, "pdf": chapters.pop(f.name.replace(".html", ".pdf"), None)}
        for f in every
        if f.kind == "html"
    ]
    order = list(FORMS)
    return {
        "publication": publication,
        "texts": texts,
        "whole": [
            {"file": f, "form": FORMS[f.kind]}
            for f in sorted(whole, key=lambda f: (order.index(f.kind), f.pk))
        ],
        "rest": [f for f in every if f.kind not in FORMS and f.kind != "html"] + list(chapters.values()),
        "facts": (publication.matter or {}).get("matter", {}).get("imprint", []),
    }


def find_file(user, cycle: str, act: str, name: str, **_kwargs) -> PublicationFile:
    found = (
        PublicationFile.objects.select_related("publication__cycle")
        .filter(
            publication__in=Publication.objects.at_address(act).filter(cycle__slug=cycle),
            name=name,
        )
        .first()
    )
    # Under embargo only those who take part learn that it is there (procedure 8.9).
    if found is None or not user.has_perm("publication.read", found):
        raise Http404
    return found


def find_publication(user, cycle: str, act: str, **_kwargs) -> Publication:
    """A publication that the reader may have, with its cycle."""
    found = Publication.objects.at_address(act).filter(cycle__slug=cycle).select_related("cycle").first()
    if found is None or not user.has_perm("publication.read", found):
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
    """The web edition of one text: its statements with lasting links, its contents, what stands before and after."""
    if file.kind != "html":
        raise Http404
    publication = file.publication
    cycle = publication.cycle
    place = (cycle.slug, publication.slug)
    every = list(publication.files.all())
    texts = [each for each in every if each.kind == "html"]
    names = {text.name for text in texts}

    def address(number: str) -> str | None:
        name = f"chapter-{number}.html"
        return reverse("publication_read", args=[*place, name]) if name in names else None

    read = web.reading(web.text_of(file), file, cycle)
    at = texts.index(file)
    return render(
        request,
        "assessments/publishing/publication_read.html",
        {
            "cycle": cycle,
            "publication": publication,
            "file": file,
            "text": for_screen(read.html, cycle, address),
            "outline": read.outline,
            "texts": texts,
            "before": texts[at - 1] if at else None,
            "after": texts[at + 1] if at + 1 < len(texts) else None,
            "pdf": next((f for f in every if f.name == file.name.replace(".html", ".pdf")), None),
            "citation": web.citation_of(publication, file),
            "address": request.build_absolute_uri(request.path),
            "words": " ".join(request.GET.get("q", "").split())[:100],
            "hits": web.search(publication, texts, request.GET.get("q", "")),
        },
    )


@door(PUBLIC, load=find_publication, methods=("GET",))
def publication_statements(request, publication, **_kwargs):
    """The web edition's index: the statements of confidence, the terms, who wrote it."""
    cycle, matter = publication.cycle, publication.matter or {}
    texts = list(publication.files.filter(kind="html"))
    return render(
        request,
        "assessments/publishing/publication_index.html",
        {
            "cycle": cycle,
            "publication": publication,
            "groups": web.statements(texts, cycle),
            "matter": matter.get("matter", {}),
            "figures": [
                {"name": name, **stated}
                for name, stated in sorted(matter.get("matter", {}).get("figures", {}).items())
            ],
            "texts": texts,
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
