"""Entries of the record as something that can be found: the sentences that their readers see."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from records.models import Entry, EntryContent
from records.reading import Shown
from records.registry import streams
from records.search import registry

# Upper floors add functions user → sights: who reads which group of streams is theirs to say.
readers: list[Callable] = []


def sight(group: str, visibility: str) -> str:
    """The sight of the entries of one visibility in a group of streams."""
    return f"record/{group}/{visibility}"


def visible(user):
    return {one for reader in readers for one in reader(user)}


def rows(keys: list[str]) -> dict[str, Entry]:
    found = Entry.objects.filter(pk__in=keys, content__erased_at=None).select_related("stream", "content")
    return {str(entry.pk): entry for entry in found}


def document(entry: Entry) -> registry.Document:
    """The sentence in every language of the portal; a hit shows the reader's own."""
    shown = Shown(entry, entry.content.fields, withheld=False, erased=False)
    sentences = []
    for code, _name in settings.LANGUAGES:
        with translation.override(code):
            sentences.append(shown.sentence)
    group = streams.kind(entry.stream.kind).group(entry.stream.key)
    return registry.Document(
        title=f"{entry.stream.key} {entry.seq}",
        text="\n".join(dict.fromkeys(sentences)),
        shown=shown.sentence,
        sights=frozenset({sight(group, entry.visibility)}),
        at=entry.at,
        scope=group.partition("/")[2],
    )


def register() -> None:
    """Put the kind in place (called from the app's ready)."""
    registry.register(
        "entry",
        title=_("Record"),
        rows=rows,
        every=lambda: Entry.objects.order_by("pk").values_list("pk", flat=True),
        document=document,
        href=lambda entry: reverse("stream", args=[entry.stream.key]) + f"?after={entry.seq - 1}",
        visible=visible,
        changes={EntryContent: lambda content: [content.pk]},
    )
