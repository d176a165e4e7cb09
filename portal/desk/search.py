"""Search in the record, among the entries into which the reader may look and no others (procedure 1.8, 2.3)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.dateparse import parse_date

from records.models import Entry
from records.reading import Shown, show

PAGE = 50
READ_AT_MOST = 5000  # entries looked through for one page, before the reader is asked whether to go on
BATCH = 500


@dataclass(frozen=True)
class Wanted:
    """What the address asks for; what cannot be read counts as not said. Days are the reader's own."""

    verb: str = ""
    actor: str = ""
    words: str = ""
    since: date | None = None
    until: date | None = None
    before: int | None = None

    @classmethod
    def of(cls, said) -> Wanted:
        before = said.get("before", "")
        return cls(
            verb=said.get("verb", "")[:60],
            actor=" ".join(said.get("actor", "").split())[:100],
            words=" ".join(said.get("q", "").split())[:200],
            since=_day(said.get("since", "")),
            until=_day(said.get("until", "")),
            before=int(before) if before.isdecimal() and len(before) < 18 else None,
        )

    def apply(self, entries: QuerySet[Entry]) -> QuerySet[Entry]:
        """What the database can decide."""
        if self.verb:
            entries = entries.filter(verb=self.verb)
        if self.since:
            entries = entries.filter(at__gte=_morning(self.since))
        if self.until:
            entries = entries.filter(at__lt=_morning(self.until + timedelta(days=1)))
        return entries

    def matches(self, shown: Shown) -> bool:
        """Whether actor and words stand in the entry, as its reader reads it: every word, in any order."""
        if self.actor and self.actor.casefold() not in str(shown.fields.get("@actor", "")).casefold():
            return False
        if not self.words:
            return True
        values = " ".join(str(value) for value in shown.fields.values())
        text = f"{shown.sentence} {values}".casefold()
        return all(word in text for word in self.words.casefold().split())


@dataclass(frozen=True)
class Found:
    """One page, newest first. ``further`` goes on (None at the end); ``back_to``: how far was looked through."""

    rows: list[Shown]
    further: int | None
    back_to: datetime | None


def search(entries: QuerySet[Entry], wanted: Wanted) -> Found:
    """One page of what was asked for, among the entries into which the reader may look."""
    entries = wanted.apply(entries).select_related("content", "stream").order_by("-pk")
    rows: list[Shown] = []
    last, read = wanted.before, 0
    while read < READ_AT_MOST:
        batch = list((entries.filter(pk__lt=last) if last else entries)[:BATCH])
        for entry in batch:
            read, last = read + 1, entry.pk
            shown = show(entry, frozenset({entry.visibility}))
            if wanted.matches(shown):
                rows.append(shown)
                if len(rows) == PAGE:
                    return Found(rows, last, entry.at)
        if len(batch) < BATCH:
            return Found(rows, None, None)
    return Found(rows, last, entry.at)


def verbs_of(entries: QuerySet[Entry]) -> list[str]:
    """The verbs of these entries, for the filter."""
    return sorted(entries.order_by().values_list("verb", flat=True).distinct())


def _day(written: str) -> date | None:
    try:
        return parse_date(written)
    except ValueError:
        return None


def _morning(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
