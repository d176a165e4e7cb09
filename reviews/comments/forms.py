"""Forms of comments and answers; a place is checked against the frozen text, so that its fault stands at
its field."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from reviews.comments.anchoring import PlaceError, Places
from reviews.comments.models import Comment, Response

PARTS = ("block", "start", "end", "quote", "prefix", "suffix", "page_label", "line_from", "line_to", "method")


class CommentForm(forms.Form):
    """A comment and its place: marked words, page and line, or the whole unit."""

    text = forms.CharField(
        label=_("Your comment"), max_length=32_000, widget=forms.Textarea(attrs={"rows": 5}), strip=True
    )
    proposed = forms.CharField(
        label=_("Proposed text"), max_length=32_000, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    kind = forms.ChoiceField(label=_("It is about"), choices=Comment.Kind.choices)
    page = forms.CharField(label=_("Page"), max_length=20, required=False)
    line_from = forms.IntegerField(label=_("From line"), required=False, min_value=1, max_value=10_000)
    line_to = forms.IntegerField(label=_("To line"), required=False, min_value=1, max_value=10_000)
    whole = forms.BooleanField(label=_("This is about the whole chapter"), required=False)

    def __init__(self, *args, places: Places, kept: dict | None = None, **kwargs):
        super().__init__(*args, **kwargs)
        self.places, self.kept = places, kept
        self.anchor: dict = {}
        for name in PARTS:
            field = forms.IntegerField if name in ("start", "end") else forms.CharField
            self.fields[f"anchor_{name}"] = field(
                required=False,
                widget=forms.HiddenInput,
                **({} if field is forms.IntegerField else {"strip": False}),
            )

    @property
    def shown(self):
        """The fields a person sees below the place."""
        return [self[name] for name in ("text", "proposed", "kind")]

    @property
    def marked(self) -> dict | None:
        """The place that was marked when the form came back refused, to be shown again; else None."""
        if not self.is_bound or not self["anchor_block"].value():
            return None
        told = {name: self[f"anchor_{name}"].value() for name in ("block", "quote", "page_label")}
        lines = (self["anchor_line_from"].value() or "", self["anchor_line_to"].value() or "")
        first, last = (int(n) if n.isdecimal() and len(n) < 6 else None for n in lines)
        return {**told, "line_from": first, "line_to": last or first}

    @property
    def placing(self):
        return [self[name] for name in ("page", "line_from", "line_to", "whole")]

    def clean(self):
        said = super().clean()
        if any(name in self.errors for name in ("page", "line_from", "line_to")):
            return said
        try:
            self.anchor = self._place(said)
        except PlaceError as error:
            name = {"page": "page", "line": "line_from", "last_line": "line_to"}.get(error.field)
            self.add_error(name, str(error))
        return said

    def _place(self, said: dict) -> dict:
        if said.get("whole"):
            return self.places.whole()
        if said.get("page"):
            return self.places.page_line(said["page"], said.get("line_from"), said.get("line_to"))
        if said.get("line_from"):
            raise PlaceError("page", str(_("A line needs its page.")))
        if said.get("anchor_block"):
            return self.places.selection(
                said["anchor_block"],
                said.get("anchor_start") or 0,
                said.get("anchor_end") or 0,
                said.get("anchor_quote") or "",
                said.get("anchor_prefix") or "",
                said.get("anchor_suffix") or "",
                line=said.get("anchor_method") == "line",
            )
        if self.kept:
            return self.kept
        raise PlaceError(
            "anchor", str(_("Say where: mark words, name page and line, or choose the whole chapter."))
        )


class AnswerForm(forms.Form):
    disposition = forms.ChoiceField(
        label=_("What becomes of it"), choices=Response.Disposition.choices, widget=forms.RadioSelect
    )
    text = forms.CharField(
        label=_("Reason, as it will be published"),
        required=False,
        help_text=_("Needed where a comment is rejected or accepted in part."),
        max_length=32_000,
        widget=forms.Textarea(attrs={"rows": 5}),
    )
    changed = forms.BooleanField(label=_("The text was changed here"), required=False)
    also = forms.ModelMultipleChoiceField(Comment.objects.none(), required=False)
    group = forms.BooleanField(required=False)

    def __init__(self, *args, beside, **kwargs):
        """``beside``: the comments that may get the same answer with this one; ``group``: all that are alike."""
        super().__init__(*args, **kwargs)
        self.fields["also"].queryset = beside

    def clean(self):
        said = super().clean()
        reasoned = (Response.Disposition.REJECTED, Response.Disposition.IN_PART)
        if said.get("disposition") in reasoned and not (said.get("text") or "").strip():
            self.add_error("text", _("A comment that is rejected or accepted in part gets a reason."))
        return said


class SheetForm(forms.Form):
    file = forms.FileField(label=_("Sheet (.xlsx, .csv or .json)"))
    pages = forms.BooleanField(
        label=_("Pages and lines are those of this draft"),
        required=False,
        help_text=_(
            "Our own workbook says so itself. Elsewhere, places come from quotations unless you say this."
        ),
    )
