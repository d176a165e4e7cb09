"""Frozen drafts as pages: the list, one snapshot with its progress, the reading view and the PDF."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import FileResponse, Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assessments.cycles.views import find_cycle
from assessments.drafting.models import Chapter
from assessments.rendering import run as rendering
from assessments.snapshots import actions, citing
from assessments.snapshots.guards import (
    advice_on_label,
    given_up_by,
    label_next,
    labels_now,
    obstacles_to_freezing,
)
from assessments.snapshots.models import Snapshot, SnapshotChapter
from assessments.sources.flags import flags_in
from records import files
from records.doors import door


class FreezeForm(forms.Form):
    """A draft of some chapters only; of all where none is marked."""

    label = forms.ChoiceField(label=gettext_lazy("Freeze as"))
    chapters = forms.ModelMultipleChoiceField(
        Chapter.objects.none(),
        label=gettext_lazy("Only these chapters"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Such as the one text of a brief. All chapters where none is marked."),
    )

    def __init__(self, *args, cycle, labels, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["label"].choices = [(name, name) for name in labels]
        self.fields["chapters"].queryset = cycle.chapters.all()


def find_snapshot(user, cycle: str, label: str, **_kwargs) -> Snapshot:
    found = (
        Snapshot.objects.select_related("cycle", "job")
        .filter(cycle__slug=cycle, label=label)
        .order_by("-created_at")
        .first()
    )
    if found is None:
        raise Http404
    return found


def find_frozen(user, cycle: str, label: str, number: str, **_kwargs) -> SnapshotChapter:
    snapshot = find_snapshot(user, cycle, label)
    found = (
        snapshot.chapters.select_related("chapter", "snapshot__cycle").filter(chapter__number=number).first()
    )
    if found is None:
        raise Http404
    return found


@door("chapter.read", load=find_cycle, post="snapshot.freeze")
def snapshots(request, cycle, **_kwargs):
    labels = labels_now(cycle)
    form = FreezeForm(request.POST or None, cycle=cycle, labels=labels)
    if request.method == "POST" and (form.is_valid() or "chapters" not in form.errors):
        made = actions.freeze(
            cycle,
            request.POST.get("label", ""),  # of one that has no place now the refusal says why
            chapters=form.cleaned_data["chapters"] or None,
            by=request.user,
            now=timezone.now(),
        )
        messages.success(request, _("Freezing has begun; you may leave this page."))
        return redirect(made)
    return render(
        request,
        "assessments/snapshots/snapshot_list.html",
        {
            "cycle": cycle,
            "snapshots": cycle.snapshots.select_related("job"),
            "freezable": [
                {
                    "label": label,
                    "given_up": ", ".join(given_up_by(cycle, label)),
                    "advice": " ".join(o.text for o in advice_on_label(cycle, label)),
                    "fields": [("label", label)],
                    "klass": "btn--main" if place == 0 else "",
                }
                for place, label in enumerate(labels)
            ],
            "form": form,
            "may_freeze": request.user.has_perm("snapshot.freeze", cycle),
            "obstacles": _nothing_to_freeze(cycle),
            "no_pdf": None if rendering.available()[0] else rendering.available()[1],
        },
    )


def _nothing_to_freeze(cycle) -> list:
    """Why no draft at all can be frozen now; empty as soon as one can."""
    return obstacles_to_freezing(cycle, label_next(cycle), cycle.chapters.all())


@door("snapshot.read", load=find_snapshot, methods=("GET",))
def snapshot_detail(request, snapshot, **_kwargs):
    return render(
        request,
        "assessments/snapshots/snapshot_detail.html",
        {
            "cycle": snapshot.cycle,
            "snapshot": snapshot,
            "frozen": snapshot.chapters.select_related("chapter"),
            "job": snapshot.job,
            "no_pdf": None if rendering.available()[0] else rendering.available()[1],
        },
    )


@door("snapshot.read", load=find_frozen, methods=("GET",))
def snapshot_chapter(request, frozen, **_kwargs):
    return render(
        request,
        "assessments/snapshots/snapshot_chapter.html",
        {
            "cycle": frozen.snapshot.cycle,
            "snapshot": frozen.snapshot,
            "frozen": frozen,
            "others": frozen.snapshot.chapters.select_related("chapter"),
            "flags": flags_in(frozen.snapshot.cycle, frozen.html),
            **citing.context(frozen, request.GET),
        },
    )


@door("snapshot.read", load=find_frozen, methods=("GET",))
def snapshot_pdf(request, frozen, **_kwargs):
    if not frozen.pdf:
        raise Http404
    response = FileResponse(
        files.opened(frozen.pdf, frozen.pdf_sha256),
        filename=f"{frozen.snapshot.cycle.slug}-{frozen.snapshot.label}-{frozen.chapter.number}.pdf",
        content_type="application/pdf",
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response
