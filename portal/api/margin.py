"""The margin of a chapter as programs see it: suggestions, threads, and who wrote what."""

from __future__ import annotations

from rest_framework import serializers

from assessments.drafting.margin import actions, models, threads
from assessments.drafting.margin.people import of_chapter
from assessments.drafting.models import Chapter
from assessments.drafting.word import exchange
from assessments.drafting.written import passages
from panels.models import User
from portal.api import inputs
from portal.api.acting import one_of, version_of
from portal.api.shapes import Number, Shape, Text, VersionText


class Suggestion(Shape):
    """A suggested edit. ``here`` and ``there``: its place in the current text, in characters; null: it has none."""

    id = Number(source="pk")
    chapter = Text(source="chapter.number")
    version = Number(source="version.number", help_text="The version it is written against.")
    author = Text()
    became = Number(source="became.number", allow_null=True, help_text="The version that it became part of.")

    class Meta:
        model = models.Suggestion
        fields = ["id", "chapter", "version", "start", "end", "quote", "text", "reason", "here", "there", "author",
                  "source", "status", "at", "settled_at", "became"]  # fmt: skip


class AcceptedSuggestions(serializers.Serializer):
    """The new version, the suggestions in it, and those left open, each with the reason."""

    version = VersionText()
    taken = Suggestion(many=True)
    left = serializers.SerializerMethodField()

    def get_left(self, done) -> list[dict]:
        return [{"id": each.pk, "code": why.code, "text": str(why)} for each, why in done.left]


class RejectedSuggestions(serializers.Serializer):
    rejected = Number()


class Remark(Shape):
    id = Number(source="pk")
    author = Text()

    class Meta:
        model = models.Remark
        fields = ["id", "author", "text", "at"]


class Thread(Shape):
    """A thread on a passage; its place as of a suggestion. ``changed``: the passage is not the quote any more."""

    id = Number(source="pk")
    chapter = Text(source="chapter.number")
    version = Number(source="version.number")
    author = Text()
    assigned_to = Text(source="assigned_to.email", allow_null=True)
    remarks = Remark(many=True)

    class Meta:
        model = models.Thread
        fields = ["id", "chapter", "version", "start", "end", "quote", "here", "there", "changed", "author", "source",
                  "status", "at", "settled_at", "assigned_to", "due", "remarks"]  # fmt: skip


class WrittenPassage(serializers.Serializer):
    """A passage of the current text, and the version in which it was written."""

    version = Number()
    people = serializers.ListField(child=Text())
    text = Text()


class BroughtBack(serializers.Serializer):
    """What came back from Word: new suggestions and threads, and what could not be carried, in words."""

    version = Number(source="version.number")
    suggestions = Suggestion(many=True)
    threads = Thread(many=True)
    lost = serializers.ListField(child=Text())


# What is given.


class NewSuggestion(serializers.Serializer):
    """An edit: ``text`` in place of characters ``start`` to ``end`` (code points) of a version's Markdown."""

    version = inputs.Number(help_text="The version that the edit is written against.")
    start = inputs.Number(min_value=0)
    end = inputs.Number(min_value=0)
    text = serializers.CharField(max_length=inputs.LONG, allow_blank=True, trim_whitespace=False)
    reason = inputs.Text(1000, optional=True)


class Assignment(serializers.Serializer):
    assigned_to = serializers.EmailField(
        required=False,
        allow_blank=True,
        default="",
        help_text="Address of the account; nobody where it is empty.",
    )
    due = serializers.DateField(required=False, allow_null=True, default=None)


class NewThread(Assignment):
    version = inputs.Number()
    start = inputs.Number(min_value=0)
    end = inputs.Number(min_value=0)
    text = inputs.Text(inputs.LONG)


class Said(serializers.Serializer):
    text = inputs.Text(inputs.LONG)


# Rows.


def written(_user, chapter, _asked):
    """The current text in passages, each with who wrote it."""
    found = passages(chapter)
    return [{"version": one.version.number, "people": one.people, "text": one.text} for one in found], None


def suggestions_of(_user, chapter):
    """Suggested edits of a chapter, settled ones included."""
    return chapter.suggestions.select_related("chapter", "version", "by", "became")


def threads_of(_user, chapter):
    """Threads in the margin of a chapter, with what is said in them."""
    return chapter.threads.select_related("chapter", "version", "by", "assigned_to").prefetch_related(
        "remarks__by"
    )


# Acts.


def suggest(chapter: Chapter, data: dict, **who):
    version = version_of(chapter, data.pop("version"))
    return actions.suggest(chapter, version, [actions.Edit(**data)], **who)[0]


def remark(chapter: Chapter, data: dict, **who):
    version = version_of(chapter, data.pop("version"))
    data["assigned_to"] = holder_of(chapter, data["assigned_to"])
    return threads.remark(chapter, version, **data, **who)


def answer_thread(thread, data: dict, **who):
    threads.answer(thread, data["text"], **who)
    return thread


def assign_thread(thread, data: dict, **who):
    return threads.assign(thread, holder_of(thread.chapter, data["assigned_to"]), data["due"], **who)


def holder_of(chapter: Chapter, email: str) -> User | None:
    if not email:
        return None
    known = [user.pk for user in of_chapter(chapter)]
    return one_of(User.objects.filter(pk__in=known, email__iexact=email), email, "assigned_to", str(chapter))


def take_back(chapter: Chapter, data: dict, **who):
    file = data["file"]
    return exchange.take_back(chapter, file.read(), file.name, **who)


def reject_all(chapter: Chapter, _data: dict, **who):
    return {"rejected": len(actions.reject_all(chapter, **who))}
