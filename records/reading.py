"""Reading the record: entries as people may see them, and the export an outsider verifies."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from records import chain
from records.models import Entry, Stream
from records.registry import streams
from records.wording import moment

_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?Z")
_HASH = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Shown:
    """An entry as one reader sees it; ``fields`` is empty and ``withheld`` true where they may not see inside."""

    entry: Entry
    fields: dict
    withheld: bool
    erased: bool

    @property
    def sentence(self) -> str:
        """The act in words."""
        if self.erased:
            return _("Erased as the law asks; the chain still verifies.")
        if self.withheld:
            return _("Withheld from this reader; the chain still verifies.")
        text = str(streams.sentence(self.entry.verb))
        names = {name.lstrip("@"): value for name, value in self.fields.items()}
        for name in streams.translated_fields(self.entry.verb):
            if names.get(name):
                names[name] = _(names[name])
        for name, written in streams.worded_fields(self.entry.verb).items():
            if names.get(name):
                names[name] = written(names[name])
        for name, words in streams.counted_fields(self.entry.verb).items():
            if isinstance(names.get(name), int):
                names[name] = words % {"n": names[name]}
        names.setdefault("for", "")
        return (text % _Gaps({name: for_people(value) for name, value in names.items()})).strip()

    @property
    def hashes(self) -> list[str]:
        """The hashes that the sentence shows in short, whole."""
        return [value for value in self.fields.values() if isinstance(value, str) and _HASH.fullmatch(value)]


def for_people(value):
    """A value of an entry as a sentence holds it: a moment in the reader's zone, a hash by its beginning."""
    if not isinstance(value, str):
        return value
    if _MOMENT.fullmatch(value):
        return moment(value)
    return f"{value[:12]}…" if _HASH.fullmatch(value) else value


class _Gaps(dict):
    def __missing__(self, key):
        return "…"


def visibilities(user, stream: Stream) -> frozenset[str] | None:
    """The visibilities of this stream's entries that the user may read; None hides the stream itself."""
    return streams.kind(stream.kind).visible(user, stream)


def visible_streams(user) -> QuerySet[Stream]:
    """The streams that the user may see; the number of questions to the database does not grow with them."""
    wanted = Q(pk__in=[])
    for name in streams.kinds():
        wanted |= Q(kind=name) & streams.kind(name).among(user)
    return Stream.objects.filter(wanted)


def readable_entries(user) -> QuerySet[Entry]:
    """The entries into which the user may look: what is withheld from them is not among these, nor what is erased."""
    alike: dict = {}
    for name in streams.kinds():
        alike.setdefault(streams.kind(name).readable, []).append(name)
    wanted = Q(pk__in=[])
    for readable, names in alike.items():
        wanted |= Q(stream__kind__in=names) & readable(user)
    return Entry.objects.filter(wanted, content__erased_at=None)


def show(entry: Entry, allowed: frozenset[str]) -> Shown:
    content = entry.content
    erased = content.erased_at is not None
    hidden = entry.visibility not in allowed
    return Shown(entry, {} if erased or hidden else content.fields, hidden and not erased, erased)


def entries(
    stream: Stream, allowed: frozenset[str], after: int = 0, limit: int | None = None, **asked
) -> list[Shown]:
    """Entries after ``after`` in order; what the reader may not see is there as a stub, so that seq has no gaps.

    ``asked`` are lookups on what every stub shows anyway, such as ``verb`` and ``at__gte``.
    """
    found = stream.entries.filter(seq__gt=after, **asked).select_related("content", "stream").order_by("seq")
    return [show(e, allowed) for e in (found[:limit] if limit else found)]


def as_chain(entry: Entry) -> dict:
    """The entry as the record format has it (docs/record-format.md)."""
    return {
        "stream": entry.stream.key,
        "seq": entry.seq,
        "at": chain.timestamp(entry.at),
        "verb": entry.verb,
        "actor": entry.actor,
        "for": entry.on_behalf or None,
        "visibility": entry.visibility,
        "commitment": entry.commitment,
        "prev": entry.prev,
        "hash": entry.hash,
    }


def export(stream: Stream, allowed: frozenset[str], now: datetime) -> Iterator[bytes]:
    """The stream as JSON lines: header, entries with what this reader may see, and the newest signed heads."""
    found = stream.entries.select_related("content", "stream").order_by("seq")
    return chain.export_lines(
        stream.key,
        ((as_chain(entry), _content(entry, allowed)) for entry in found),
        exported_at=now,
        note=stream.note or None,
        heads=_heads_for(stream),
    )


def _content(entry: Entry, allowed: frozenset[str]) -> dict:
    content = entry.content
    if content.erased_at is not None:
        return chain.content_of(content.leaves, {}, {}, erased=True)
    shown = chain.content_of(content.leaves, content.fields, content.salts)
    return shown if entry.visibility in allowed else chain.withhold(shown)


def _heads_for(stream: Stream) -> dict | None:
    signed = stream.signed.order_by("-at", "-pk").first()
    return signed.document if signed else None
