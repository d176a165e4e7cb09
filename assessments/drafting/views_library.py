"""Pages of what chapters use: sources and images."""

from __future__ import annotations

from pathlib import PurePosixPath

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import FileResponse, Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from assessments.cycles.views import find_cycle
from assessments.drafting import assets as images
from assessments.drafting import guards, vetting
from assessments.drafting import sources as library
from assessments.drafting.doors import at_most, find_image
from assessments.drafting.forms import ImageForm, SourcesForm
from assessments.drafting.kinds import kind_of
from assessments.drafting.pictures import MAX_BYTES
from assessments.sources.style import AuthorDate
from records import files
from records.doors import door
from records.obstacles import Blocked

PER_PAGE = 50
KINDS = {
    "peer-reviewed": _lazy("reviewed by peers"),
    "preprint": _lazy("preprint"),
    "grey": _lazy("grey literature"),
    "industry-data": _lazy("from industry"),
    "government-data": _lazy("from a government"),
    "indigenous-and-local-knowledge": _lazy("indigenous and local knowledge"),
    "self-report": _lazy("report on oneself"),
    "newspaper": _lazy("newspaper"),
    "blog": _lazy("blog"),
    "social-media": _lazy("social media"),
    "broadcast": _lazy("broadcast"),
}
MAX_BIBLIOGRAPHY_MB = 50
# An image is served as a picture and nothing else: it runs nothing, loads nothing, and is not guessed at.
IMAGE_POLICY = "default-src 'none'; sandbox"


@at_most(MAX_BIBLIOGRAPHY_MB + 1)
@door("chapter.read", load=find_cycle, post="source.import")
def sources(request, cycle, **_kwargs):
    """The cycle's sources with their keys; importing more, and vetting one, are acts of source.import."""
    if request.method == "POST" and "vet" in request.POST:
        found = cycle.sources.filter(key=request.POST["vet"]).first()
        if found is None:
            raise Http404
        vetting.vet(found, request.POST.get("words", ""), by=request.user, now=timezone.now())
        messages.success(
            request, _("Recorded: how the quality of %(key)s was assessed.") % {"key": found.key}
        )
        return redirect(request.get_full_path())
    form = SourcesForm(request.POST or None, request.FILES or None)
    report = None
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            report = library.import_sources(
                cycle, file.read(), file.name, by=request.user, now=timezone.now()
            )
            form = SourcesForm()
        except Blocked as refusal:
            form.add_error(None, str(refusal))
    wanted = " ".join(request.GET.get("q", "").split())
    awaiting = vetting.awaiting(cycle)
    only = bool(request.GET.get("awaiting"))
    page = Paginator(awaiting if only else _matching(cycle, wanted), PER_PAGE).get_page(
        request.GET.get("page")
    )
    return render(
        request,
        "assessments/drafting/sources.html",
        {
            "cycle": cycle,
            "form": form,
            "report": report,
            "wanted": wanted,
            "page": page,
            "listed": _listed(cycle, page.object_list),
            "total": cycle.sources.count(),
            "awaiting": len(awaiting),
            "only": only,
            "may_import": request.user.has_perm("source.import", cycle),
            "obstacles": guards.obstacles_to_sources(cycle),
        },
    )


def _matching(cycle, wanted: str) -> list:
    """Sources in which every word of ``wanted`` stands, in the key or in what is printed of them."""
    rows = list(cycle.sources.select_related("vetted_by"))
    words = wanted.casefold().split()
    if not words:
        return rows
    return [row for row in rows if all(word in _said(row) for word in words)]


def _said(row) -> str:
    names = [
        f"{name.get('family', '')} {name.get('given', '')} {name.get('literal', '')}"
        for field in ("author", "editor")
        for name in row.csl.get(field) or ()
    ]
    fields = [str(row.csl.get(name, "")) for name in ("title", "container-title", "publisher", "DOI")]
    issued = ((row.csl.get("issued") or {}).get("date-parts") or [[""]])[0]
    return " ".join([row.key, *names, *fields, *map(str, issued[:1])]).casefold()


def _listed(cycle, rows) -> list[dict]:
    printed = {e.key: e.html for e in AuthorDate({**r.csl, "id": r.key} for r in rows).bibliography()}
    refused = cycle.procedure.sources.refused
    vetted = cycle.procedure.sources.vetted
    found = []
    for row in rows:
        kind = kind_of(row.csl)
        standing = "refused" if kind in refused else "vetted" if kind in vetted else "admitted"
        found.append(
            {
                "key": row.key,
                "html": printed[row.key],
                "kind": KINDS.get(kind, kind),
                "standing": standing,
                "row": row,
            }
        )
    return found


@at_most(MAX_BYTES // 1048576 + 1)
@door("chapter.read", load=find_cycle, post="asset.upload")
def assets(request, cycle, **_kwargs):
    """The cycle's images with their keys and descriptions; putting one up is an act of asset.upload."""
    form = ImageForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            asset, left_out = images.upload(
                cycle,
                data["key"],
                data["file"].name,
                data["file"].read(),
                data["alt"],
                by=request.user,
                now=timezone.now(),
            )
        except Blocked as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The image is kept as %(key)s.") % {"key": asset.key})
            if left_out:
                said = _(
                    "Parts of the drawing were not kept: %(parts)s. Look whether it still says the same."
                )
                messages.warning(request, said % {"parts": ", ".join(left_out)})
            return redirect("assets", cycle.slug)
    return render(
        request,
        "assessments/drafting/assets.html",
        {
            "cycle": cycle,
            "form": form,
            "page": Paginator(cycle.assets.select_related("by"), PER_PAGE).get_page(request.GET.get("page")),
            "most_megabytes": MAX_BYTES // 1048576,
            "may_upload": request.user.has_perm("asset.upload", cycle),
            "obstacles": guards.obstacles_to_images(cycle),
        },
    )


@door("asset.view", load=find_image, methods=("GET",))
def asset_file(request, asset, **_kwargs):
    """The image itself, under a policy in which it can do nothing but be seen."""
    try:
        picture = files.opened(asset.file, asset.sha256)
    except FileNotFoundError:
        raise Http404 from None
    response = FileResponse(picture, content_type=asset.mime)
    response["Content-Security-Policy"] = IMAGE_POLICY
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Disposition"] = f'inline; filename="{asset.key}{PurePosixPath(asset.file).suffix}"'
    response["Cache-Control"] = "private, max-age=3600"
    return response
