"""Pages of the images that chapters use."""

from __future__ import annotations

from pathlib import PurePosixPath

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import FileResponse, Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from assessments.cycles.views import find_cycle
from assessments.drafting import assets as images
from assessments.drafting import guards
from assessments.drafting.assets import MAX_DATA
from assessments.drafting.doors import find_image, find_newest_image
from assessments.drafting.forms import ImageForm, ImageVersionForm
from assessments.drafting.pictures import MAX_BYTES
from records import files
from records.doors import at_most, door
from records.obstacles import Blocked
from records.serving import INERT, attached

PER_PAGE = 50
MOST_MEGABYTES = (MAX_BYTES + MAX_DATA) // 1048576 + 1


@at_most(MOST_MEGABYTES)
@door("chapter.read", load=find_cycle, post="asset.upload")
def assets(request, cycle, **_kwargs):
    """The cycle's images with their keys and descriptions; putting one up is an act of asset.upload."""
    form = ImageForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            asset, left_out = images.upload(
                cycle,
                form.cleaned_data["key"],
                form.picture(),
                form.facts(),
                by=request.user,
                now=timezone.now(),
            )
        except Blocked as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The image is kept as %(key)s.") % {"key": asset.key})
            _warn(request, left_out)
            return redirect("assets", cycle.slug)
    return render(
        request,
        "assessments/drafting/assets.html",
        {
            "cycle": cycle,
            "form": form,
            "page": Paginator(cycle.assets.newest().select_related("by"), PER_PAGE).get_page(
                request.GET.get("page")
            ),
            "most_megabytes": MAX_BYTES // 1048576,
            "may_upload": request.user.has_perm("asset.upload", cycle),
            "obstacles": guards.obstacles_to_images(cycle),
        },
    )


@at_most(MOST_MEGABYTES)
@door("chapter.read", load=find_newest_image, post="asset.upload")
def asset(request, asset, **_kwargs):
    """An image with its facts, where it is used and its versions; a new version is an act of asset.upload."""
    cycle = asset.cycle
    form = ImageVersionForm(request.POST or None, request.FILES or None, asset=asset)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            made, left_out = images.renew(
                cycle.assets.filter(key=asset.key, number=said["number"]).first() or asset,
                form.facts(),
                note=said["note"],
                picture=form.picture(),
                without_data=bool(said.get("without_data")),
                by=request.user,
                now=timezone.now(),
            )
        except Blocked as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(
                request,
                _("Version %(number)s is kept. Drafts show it from now on; frozen texts keep theirs.")
                % {"number": made.number},
            )
            _warn(request, left_out)
            return redirect(made)
    return render(
        request,
        "assessments/drafting/asset.html",
        {
            "cycle": cycle,
            "asset": asset,
            "form": form,
            "versions": cycle.assets.filter(key=asset.key).select_related("by").order_by("-number"),
            "used_in": images.used_in(asset),
            "most_megabytes": MAX_BYTES // 1048576,
            "may_upload": request.user.has_perm("asset.upload", cycle),
            "obstacles": guards.obstacles_to_images(cycle),
        },
    )


def _warn(request, left_out: tuple[str, ...]) -> None:
    if left_out:
        said = _("Parts of the drawing were not kept: %(parts)s. Look whether it still says the same.")
        messages.warning(request, said % {"parts": ", ".join(left_out)})


@door("asset.view", load=find_image, methods=("GET",))
def asset_file(request, asset, **_kwargs):
    """The image itself, under a policy in which it can do nothing but be seen."""
    try:
        picture = files.opened(asset.file, asset.sha256)
    except FileNotFoundError:
        raise Http404 from None
    response = FileResponse(picture, content_type=asset.mime, headers=INERT)
    response["Content-Disposition"] = f'inline; filename="{asset.name}{PurePosixPath(asset.file).suffix}"'
    response["Cache-Control"] = "private, max-age=3600"
    return response


@door("asset.view", load=find_image, methods=("GET",))
def asset_data(request, asset, **_kwargs):
    """What the image was drawn from, as a file to be kept; it goes wherever the image goes."""
    if not asset.data:
        raise Http404
    return attached(asset.data, asset.data_sha256, asset.data_name)
