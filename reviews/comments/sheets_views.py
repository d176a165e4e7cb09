"""Workbooks out and sheets in; a sheet is shown with what it would do before anything is entered."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.core import signing
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from records.doors import door
from records.obstacles import Blocked, refuse
from reviews.comments import importing, waiting
from reviews.comments.actions import reviewer_for
from reviews.comments.exporting import workbook
from reviews.comments.forms import SheetForm
from reviews.rounds.views import find_round

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SALT = "reviews.comments.sheet"


@door("round.read", load=find_round, methods=("GET",))
def round_workbook(request, review_round, **_kwargs):
    """The workbook with what the reader may see, or blank (``?blank=1``)."""
    blank = request.GET.get("blank") == "1"
    response = HttpResponse(workbook(review_round, request.user, blank=blank), content_type=XLSX)
    name = review_round.key.replace("/", "-") + ("-blank" if blank else "")
    response["Content-Disposition"] = f'attachment; filename="{name}.xlsx"'
    response["Cache-Control"] = "private, no-store"
    return response


def find_own_round(user, **kwargs):
    """The round for those who may bring comments into it: their own, or everybody's."""
    review_round = find_round(user, **kwargs)
    if not user.has_perm("comment.import", review_round.cycle) and not user.has_perm(
        "round.comment", review_round
    ):
        raise Http404
    return review_round


@door("round.read", load=find_own_round)
def round_import(request, review_round, **_kwargs):
    """Check a sheet, see what it would do, then enter it whole (procedure 6.10)."""
    user = request.user
    for_others = user.has_perm("comment.import", review_round.cycle)
    if request.method == "POST" and request.POST.get("token"):
        return _enter(request, review_round, for_others)
    form = SheetForm(request.POST or None, request.FILES or None)
    if not for_others:
        del form.fields["pages"]
    made, token, name = None, "", ""
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        name = file.name
        made, token = _check(review_round, file, form, user, for_others)
    return render(
        request,
        "reviews/comments/import.html",
        {
            "cycle": review_round.cycle,
            "round": review_round,
            "form": form,
            "for_others": for_others,
            "plan": made,
            "counts": made.counts(imported=True) if made else None,
            "preview": made.new[:20] if made else [],
            "token": token,
            "name": name,
        },
    )


def _check(review_round, file, form, user, for_others):
    """The plan of an uploaded sheet, and a signed token under which it waits to be entered."""
    if file.size > settings.UPLOAD_LIMIT_BYTES:
        form.add_error("file", _("The file is larger than is taken. Split it."))
        return None, ""
    data = file.read()
    label = review_round.snapshot.label if form.cleaned_data.get("pages") else ""
    try:
        if for_others:
            made = importing.check(
                review_round, data, file.name, print_label=label, by=user, now=timezone.now()
            )
        else:
            own = reviewer_for(review_round, user)
            made = importing.plan(review_round, data, file.name, print_label=label, own=own)
    except Blocked as blocked:
        form.add_error("file", str(blocked))
        return None, ""
    if made.refused or not made.new:
        return made, ""
    waiting.forget_old(timezone.now())
    kept = waiting.keep(data)
    token = signing.dumps(
        {**kept, "name": file.name[:200], "round": review_round.pk, "user": user.pk, "label": label},
        salt=SALT,
    )
    return made, token


def _enter(request, review_round, for_others):
    user, now = request.user, timezone.now()
    try:
        said = signing.loads(request.POST["token"], salt=SALT, max_age=waiting.KEPT)
    except signing.BadSignature:
        refuse("sheet-gone", _("The checked sheet is no longer kept; choose the file again."), rule="6.10")
    data = waiting.sheet(said)
    if said["round"] != review_round.pk or said["user"] != user.pk or data is None:
        refuse("sheet-gone", _("The checked sheet is no longer kept; choose the file again."), rule="6.10")
    if for_others:
        made = importing.import_sheet(
            review_round, data, said["name"], by=user, now=now, print_label=said["label"]
        )
    else:
        made = importing.import_own(review_round, data, said["name"], by=user, now=now)
    waiting.let_go(said)
    messages.success(request, _("Entered: %(n)s comments.") % {"n": len(made.new)})
    return redirect("round_comments", review_round.cycle.slug, review_round.slug)
