"""What the API takes: the shape of each act's input. Whether it is allowed is the guards' affair."""

from __future__ import annotations

import re
from functools import cache

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from rest_framework import serializers

from assessments.drafting.models import Asset
from assessments.text.model import MAX_TEXT_BYTES
from panels.models import Body, Disclosure, Person, State
from portal.tokens.scopes import AREAS, READ, WRITE
from records.forms import REASON_LIMIT
from reviews.anchors.models import Projection
from reviews.comments.models import Comment, Response

LARGEST_NUMBER = 2**63 - 1  # that a column holds
Flag = serializers.BooleanField
LONG = 20_000


def Number(*, min_value: int | None = None, max_value: int | None = None, **more):
    """A whole number that a column can hold."""
    low = -LARGEST_NUMBER if min_value is None else min_value
    high = LARGEST_NUMBER if max_value is None else max_value
    return serializers.IntegerField(min_value=low, max_value=high, **more)


def Text(limit: int = 250, *, optional: bool = False, **more):
    """Words of at most ``limit`` characters; an optional one is "" where it is left out."""
    given = {"required": False, "allow_blank": True, "default": ""} if optional else {}
    return serializers.CharField(max_length=limit, **given, **more)


def OneOf(words, *, optional: bool = False):
    """One of a few words; the schema shows them as a pattern."""
    listed = "|".join(re.escape(word) for word in words)
    return serializers.RegexField(
        f"^({listed})$",
        required=not optional,
        error_messages={"invalid": format_lazy(_lazy("Expected one of: {words}."), words=", ".join(words))},
        help_text=f"One of: {', '.join(words)}.",
    )


def one_of(rows, value, field: str, where: str):
    """The row, or an error of that field that says where there is none."""
    found = rows.first() if value is not None else None
    if found is None:
        raise serializers.ValidationError(
            {field: _("There is no “%(value)s” in %(where)s.") % {"value": value, "where": where}}
        )
    return found


class NewCycle(serializers.Serializer):
    slug = serializers.SlugField(max_length=60, help_text="Such as un-2027; it stands in every address.")
    procedure = Text(40, help_text="Such as ipcc or independent.")
    title = Text(optional=True)
    chapters = Number(min_value=0, max_value=60, default=0)
    at_stage = Text(40, optional=True, help_text="For a report that began elsewhere.")
    why = Text(2000, optional=True)


class Advance(serializers.Serializer):
    to = Text(40, optional=True, help_text="Refuse unless this is the next stage.")


class NewDecision(serializers.Serializer):
    kind = Text(40)
    text = Text(LONG)


class Seat(serializers.Serializer):
    person = serializers.PrimaryKeyRelatedField(queryset=Person.objects.all())
    role = Text(60, help_text="Key of the role in the procedure.")
    body = serializers.SlugRelatedField("key", queryset=Body.objects.all())


class Reason(serializers.Serializer):
    reason = Text(2000, optional=True)


class NewGroup(serializers.Serializer):
    name = Text(100)
    task = Text(2000)


class NewInvitation(serializers.Serializer):
    name = Text(150)
    email = serializers.EmailField()
    nationality = serializers.SlugRelatedField(
        "iso3", queryset=State.objects.all(), required=False, allow_null=True, help_text="Such as KEN."
    )
    affiliation = Text(200, optional=True)


class NewSeat(NewInvitation):
    """An invitation to a seat."""

    role = Text(60, help_text="Key of the role in the procedure.")
    body = serializers.SlugRelatedField("key", queryset=Body.objects.all())


class NewVetting(serializers.Serializer):
    outcome = Text(10, help_text="admit, limited or refused.")
    words = Text(LONG)
    limitation = Text(500, optional=True, help_text="What it is admitted for, where that is limited.")
    marks = serializers.DictField(
        child=Text(10), required=False, help_text="Criterion → yes, partly, no or unknown."
    )


class Confirmation(serializers.Serializer):
    evidence = Text(20, optional=True, help_text="As the scale has it, such as limited.")
    agreement = Text(20, optional=True)
    account = Text(LONG, optional=True, help_text="How the authors came to the judgement.")


class Scale(serializers.Serializer):
    scale = Text(20, help_text="Such as ipcc, ipbes or none.")


class Description(serializers.Serializer):
    kind = Text(40, optional=True, help_text="Empty: as its entry tells.")
    language = Text(2, optional=True)
    translated_title = Text(500, optional=True)


class Doi(serializers.Serializer):
    doi = Text(300)


class CutOff(serializers.Serializer):
    until = serializers.DateField()


class Terms(serializers.Serializer):
    consent = Text(LONG)
    attribution = Text(300)
    access = Text(10, help_text="writers, or named: only those named.")
    readers = serializers.ListField(
        child=serializers.EmailField(), required=False, default=list, max_length=200
    )


class NewSignOff(serializers.Serializer):
    state = serializers.SlugRelatedField("iso3", queryset=State.objects.all(), help_text="Such as KEN.")
    contact = Text(200)
    version = Text(100)
    on = serializers.DateField()


class ReadNotices(serializers.Serializer):
    ids = serializers.ListField(
        child=Number(), required=False, max_length=500, help_text="Without it all are marked."
    )


class Pace(serializers.Serializer):
    kind = Text(60)
    scope = Text(80, optional=True, help_text="Slug of a cycle; empty: everywhere.")
    pace = Text(6, optional=True, help_text="now, daily, weekly, never; empty in a cycle: as everywhere.")


class NewDisclosure(serializers.Serializer):
    body = serializers.SlugRelatedField("key", queryset=Body.objects.all())
    text = Text(LONG)


class DisclosureDecision(serializers.Serializer):
    status = OneOf([s for s in Disclosure.Status.values if s != Disclosure.Status.FILED])
    reasons = Text(LONG, optional=True)


class NewChapter(serializers.Serializer):
    number = Text(12, help_text="As cited: 3, or SPM.")
    title = Text()
    kind = OneOf(["chapter", "summary"], optional=True)


class Title(serializers.Serializer):
    title = Text()


class Markdown(serializers.Serializer):
    markdown = serializers.CharField(max_length=MAX_TEXT_BYTES, allow_blank=True, trim_whitespace=False)


class Save(Markdown):
    base_version = Number(
        allow_null=True, help_text="The version it was written from; null: from an empty page."
    )
    note = Text(200, optional=True)


class Base(serializers.Serializer):
    base_version = Number(help_text="The current version, as it was seen.")


class Name(serializers.Serializer):
    name = Text(200)


class TextFile(serializers.Serializer):
    file = serializers.FileField(help_text=".md or .docx")
    base_version = Number(required=False, allow_null=True, default=None)
    author = Number(required=False, allow_null=True, default=None, help_text="The person who handed it over.")


class File(serializers.Serializer):
    file = serializers.FileField()


class Facts(serializers.Serializer):
    """What an image comes with (procedure 4.6)."""

    alt = Text(500, help_text="Words for those who cannot see it.")
    origin = Text(300, help_text="Who made it, or from which work it was taken.")
    licence = OneOf(Asset.Licence.values)
    code = Text(500, optional=True, help_text="Address of the program that drew it.")
    data = serializers.FileField(required=False, help_text="What it was drawn from.")


class Image(Facts, File):
    key = serializers.SlugField(max_length=80, required=False, default="")


class ImageVersion(Facts):
    number = Number(help_text="The version that this one was made from.")
    file = serializers.FileField(required=False, help_text="The image stays as it is without one.")
    without_data = serializers.BooleanField(required=False, default=False)
    note = Text(200, optional=True, help_text="What changed.")


class Freeze(serializers.Serializer):
    label = Text(40)
    chapters = serializers.ListField(child=Text(12), required=False, help_text="Numbers; all without it.")


class NewRound(serializers.Serializer):
    rule = Text(60, help_text="Key of the round in the procedure, such as fod-experts.")
    closes_at = serializers.DateTimeField(required=False, allow_null=True, default=None)
    reason = Text(300, optional=True, help_text="Why it is shorter than the procedure says.")


class Extension(serializers.Serializer):
    closes_at = serializers.DateTimeField()
    reason = Text(2000)


class Register(serializers.Serializer):
    expertise = Text(300)
    undertaking = Flag(help_text="Not to cite, quote or pass on the draft.")
    consent = Flag(help_text="Name and comments will be published.")


class Place(serializers.Serializer):
    """Where a comment speaks: marked words, page and line, or (with none of these) the whole chapter."""

    block = Text(40, optional=True)
    start = Number(min_value=0, default=0)
    end = Number(min_value=0, default=0)
    quote = serializers.CharField(
        max_length=LONG, required=False, default="", allow_blank=True, trim_whitespace=False
    )
    page = Text(20, optional=True, help_text="As printed, such as 3-14.")
    line_from = Number(min_value=1, required=False, allow_null=True, default=None)
    line_to = Number(min_value=1, required=False, allow_null=True, default=None)


class NewComment(serializers.Serializer):
    chapter = Text(12)
    text = Text(LONG)
    proposed = Text(LONG, optional=True)
    kind = OneOf(Comment.Kind.values, optional=True)
    place = Place(required=False)


class ChangedComment(serializers.Serializer):
    text = Text(LONG)
    proposed = Text(LONG, optional=True)
    kind = OneOf(Comment.Kind.values, optional=True)
    place = Place(required=False)


class Chosen(serializers.Serializer):
    comments = serializers.ListField(
        child=Number(),
        required=False,
        max_length=10_000,
        help_text="Ids of drafts; all of one's own without it.",
    )


class LeftOut(serializers.Serializer):
    leave_out = serializers.ListField(
        child=Number(), required=False, default=list, help_text="Ids of filed comments that are taken back."
    )


class NewAnswer(serializers.Serializer):
    comments = serializers.ListField(child=Number(), min_length=1, max_length=2000, help_text="Ids.")
    disposition = OneOf(Response.Disposition.values)
    text = Text(LONG, optional=True)
    changed_block = Text(40, optional=True)


class GivenAt(serializers.Serializer):
    at = serializers.DateTimeField(help_text="When the answers were given, as they say it.")


class TwoDrafts(serializers.Serializer):
    earlier = Text(40, help_text="Label of the draft that was reviewed.")
    later = Text(40, help_text="Label of the draft frozen after it.")


class PlaceDecision(serializers.Serializer):
    decision = OneOf([value for value in Projection.Decision.values if value])
    candidate = Number(
        required=False, allow_null=True, default=None, help_text="For place: which candidate, from 1."
    )


class NewSession(serializers.Serializer):
    snapshot = Text(40, help_text="Label of the frozen draft that holds the summary.")
    chapter = Text(12, help_text="Number of the summary, such as SPM.")
    title = Text(200, optional=True)
    unit = Text(10, optional=True, help_text="line or paragraph, where the procedure leaves the choice.")
    opens_at = serializers.DateTimeField(required=False, allow_null=True, default=None)


class NewTrickleBack(serializers.Serializer):
    chapter = Text(12)
    line_label = Text(30)
    old = Text(LONG)
    new = Text(LONG)
    reason = Text(LONG)


class NewTerm(serializers.Serializer):
    kind = OneOf(["term", "acronym"])
    term = Text(120)
    definition = Text(3000)


class NewImprint(serializers.Serializer):
    publisher = Text(250, optional=True)
    subtitle = Text(250, optional=True)
    isbn = Text(60, optional=True, help_text="13 digits or 10; its last digit is checked.")
    doi = Text(200, optional=True, help_text="Such as 10.1234/report.")
    licence = Text(250, optional=True)
    citation = Text(2000, optional=True)
    foreword = Text(LONG, optional=True, help_text="Markdown, as a chapter.")
    foreword_by = Text(250, optional=True)
    preface = Text(LONG, optional=True, help_text="Markdown, as a chapter.")
    preface_by = Text(250, optional=True)
    embargo_until = serializers.DateTimeField(required=False, allow_null=True, default=None)


class NewPublication(serializers.Serializer):
    act = Text(40, help_text="Key of the act in the procedure, such as summary.release.")


class NewWebhook(serializers.Serializer):
    url = Text(500, help_text="It begins with https:// and lies in the public Internet.")
    verbs = serializers.ListField(
        child=Text(60), default=list, max_length=200, help_text="Such as round.opened; none: all."
    )
    level = OneOf(["public", "own"])


class NewToken(serializers.Serializer):
    name = Text(80, help_text="What will use it.")
    scopes = serializers.ListField(
        child=OneOf([READ, WRITE, *AREAS]),
        min_length=1,
        max_length=20,
        help_text="read, or write; alone for everything, or with the parts that it shall reach.",
    )
    cycle = Text(60, optional=True, help_text="Only this cycle.")
    expires_at = serializers.DateTimeField(help_text="Within a year.")


class Report(File):
    chapter = Text(12)


class Sheet(File):
    print_label = Text(40, optional=True, help_text="Pages and lines are those of this snapshot.")


@cache
def of_form(name: str, form: type[forms.Form]) -> type[serializers.Serializer] | None:
    """A serializer with the fields of a page's form, so that page and API take the same.

    Rows are named by id. The form itself checks the values: ``checked``. None for a form without fields.
    """
    fields = {field: _as_serializer_field(found) for field, found in form.base_fields.items()}
    return type(name.title().replace("-", ""), (serializers.Serializer,), fields) if fields else None


def _as_serializer_field(field: forms.Field):
    given = {"required": field.required, "help_text": str(field.help_text or field.label or "")}
    if isinstance(field, forms.ModelChoiceField):
        return Number(**given, allow_null=not field.required)
    if isinstance(field, forms.BooleanField):
        return Flag(**given)
    if isinstance(field, forms.IntegerField):
        return Number(**given, min_value=field.min_value, max_value=field.max_value)
    if isinstance(field, (forms.ChoiceField, forms.DateTimeField)):
        return serializers.CharField(**given)
    return serializers.CharField(
        **given, max_length=field.max_length, allow_blank=not field.required, trim_whitespace=False
    )


def checked(form: forms.Form) -> dict:
    """The form's cleaned data. Raises ValidationError with its errors."""
    if not form.is_valid():
        raise serializers.ValidationError({name: list(errors) for name, errors in form.errors.items()})
    return form.cleaned_data


class Erasure(serializers.Serializer):
    reason = Text(REASON_LIMIT, help_text="The law and the order that ask for it; kept for ever.")
