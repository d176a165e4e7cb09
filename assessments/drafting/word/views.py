"""The page of the way to Word and back."""

from __future__ import annotations

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from assessments.drafting.doors import find_chapter, record_url
from assessments.drafting.margin import guards
from assessments.drafting.word import exchange
from records.doors import at_most, door
from records.obstacles import Blocked

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


class CopyForm(forms.Form):
    file = forms.FileField(
        label=_("Working copy"), help_text=_("The .docx that was downloaded here, as you saved it.")
    )


@at_most(35)
@door("chapter.read", load=find_chapter, post="chapter.suggest")
def chapter_word(request, chapter, **_kwargs):
    """Download a working copy; bring one back, and read what became of it."""
    form, back, status = CopyForm(request.POST or None, request.FILES or None), None, 200
    if request.method == "POST":
        status = 409
        if form.is_valid():
            file = form.cleaned_data["file"]
            try:
                back = exchange.take_back(
                    chapter, file.read(), file.name, by=request.user, now=timezone.now()
                )
                form, status = CopyForm(), 200
            except Blocked as refusal:
                form.add_error(None, str(refusal))
    return render(
        request,
        "assessments/drafting/chapter_word.html",
        {
            "cycle": chapter.cycle,
            "chapter": chapter,
            "form": form,
            "back": back,
            "may_suggest": request.user.has_perm("chapter.suggest", chapter),
            "obstacles": guards.obstacles_to_the_margin(chapter),
            "record_url": record_url(chapter),
        },
        status=status,
    )


@door("chapter.read", load=find_chapter, methods=("GET",))
def chapter_word_copy(request, chapter, **_kwargs):
    """The working copy as a file."""
    response = HttpResponse(exchange.working_copy(chapter), content_type=DOCX)
    name = f"{chapter.cycle.slug}-{chapter.number}-v{chapter.current.number}.docx"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
