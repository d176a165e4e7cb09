"""Taking in bibliographies: good entries are taken, the rest is named, doubles are linked (procedure 4.5, 11.4)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

import records.append
from assessments.cycles.models import Cycle
from assessments.imports.noting import noted
from assessments.sources import clean, folding, guards
from assessments.sources.duplicates import Register, print_of, same
from assessments.sources.industry import company_of
from assessments.sources.kinds import kind_of, stand_of
from assessments.sources.models import DuplicateLink, Source
from assessments.sources.parse import Rejected, SourcesError, read_sources
from panels.models import User
from records import chain
from records.obstacles import refuse, refuse_if, require
from records.search import index

BATCH = 500
_TOLD = ["kind", "doi", "said", "language", "issued_from", "issued_to", "stand", "industry", "industry_why"]
_CHANGED = [*_TOLD, "csl", "content_hash", "format", "vetting", "vetted_by", "vetted_at", "outcome"]


@dataclass
class SourcesReport:
    """What an import did: keys added, changed, left as they were; what was not taken, and what it left out.

    ``twice`` are pairs (key, key of the same work that was there before); ``repeated`` pairs (key, where its
    first entry stands in the file); ``same`` are keys whose entry, taken from a file of another format, stays;
    ``warnings`` pairs (place in the file, sentence).
    """

    filename: str
    added: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    unchanged: int = 0
    rejected: list[Rejected] = field(default_factory=list)
    twice: list[tuple[str, str]] = field(default_factory=list)
    repeated: list[tuple[str, str]] = field(default_factory=list)
    same: list[str] = field(default_factory=list)
    warnings: list[tuple[str, str]] = field(default_factory=list)

    @property
    def entries(self) -> int:
        """All records of the file, each counted once: nothing of it is lost without a word."""
        kept = len(self.added) + len(self.changed) + self.unchanged + len(self.same)
        return kept + len(self.rejected) + len(self.repeated)


def import_sources(cycle: Cycle, data: bytes, filename: str, *, by: User, now: datetime) -> SourcesReport:
    """Take the good entries of a BibTeX, RIS or CSL-JSON file and name the rest (procedure 4.5).

    An entry whose key is known replaces it where it says something else; the same file again changes nothing
    and leaves no entry in the record. The same work in a file of another format leaves the entry as it is; under
    another key it is taken and linked. Raises PermissionDenied; Blocked: wrong stage, or no bibliography at all.
    """
    with noted(cycle, "sources", filename, by=by, now=now) as attempt, transaction.atomic():
        report = _Import(cycle, filename, by, now).run(data)
        attempt.counts = {
            "added": len(report.added),
            "changed": len(report.changed),
            "unchanged": report.unchanged + len(report.same),
        }
        attempt.refused = [
            _("%(where)s, %(key)s: %(reason)s") % {"where": r.where, "key": r.key or "–", "reason": r.reason}
            for r in report.rejected
        ]
    return report


def tell(source: Source) -> Source:
    """Fill the columns that are told from the entry; what a person stated stays (procedure 11.3)."""
    csl = source.csl
    custom = csl.get("custom") or {}
    company = company_of(csl)
    source.industry = custom.get("industry") is True or bool(company)
    source.industry_why = company if source.industry else ""
    if not source.kind_stated:
        source.kind = kind_of({**csl, "custom": {**custom, "industry": True}} if source.industry else csl)
    source.doi, source.stand = folding.doi_of(csl), stand_of(csl)
    source.issued_from, source.issued_to = folding.days_of(csl)
    source.language = folding.language_of(csl) or source.language
    source.said = folding.said_by(csl, source.key, source.translated_title)
    return source


class _Import:
    """One file into one register; ``run`` stands in the transaction of the act."""

    def __init__(self, cycle: Cycle, filename: str, by: User, now: datetime) -> None:
        self.cycle = Cycle.objects.select_for_update().get(pk=cycle.pk)
        self.by, self.now = by, now
        self.report = SourcesReport(filename)
        self.new: list[Source] = []
        self.altered: list[Source] = []

    def run(self, data: bytes) -> SourcesReport:
        require(self.by, "source.import", self.cycle)
        refuse_if(guards.obstacles_to_sources(self.cycle))
        report = self.report
        try:
            read = read_sources(data, report.filename)
        except SourcesError as error:
            refuse("unreadable-sources", str(error), rule="4.5")
        report.rejected, report.repeated = list(read.rejected), [tuple(d) for d in read.duplicates]
        known = {row.key: row for row in self.cycle.sources.all()}
        for entry in read.entries:
            report.warnings += [(entry.where, text) for text in entry.warnings]
            self._sort(entry, known.get(entry.key), read.format)
        Source.objects.bulk_create(self.new, batch_size=BATCH)
        Source.objects.bulk_update(self.altered, _CHANGED, batch_size=BATCH)
        self._link(known)
        touched = [*self.new, *self.altered]
        index.touch("source", [row.pk for row in touched])
        if touched:
            self._record(chain.digest(data), touched)
        return report

    def _sort(self, entry, row: Source | None, format_: str) -> None:
        said = clean.content_hash(entry.csl)
        if row is None:
            self.report.added.append(entry.key)
            new = Source(
                cycle=self.cycle, key=entry.key, csl=entry.csl, content_hash=said, added_at=self.now, format=format_
            )  # fmt: skip
            self.new.append(tell(new))
        elif row.content_hash == said:
            self.report.unchanged += 1
        elif row.format and row.format != format_ and _same_work(row, entry.csl):
            self.report.same.append(entry.key)
        else:
            self.report.changed.append(entry.key)
            row.csl, row.content_hash, row.format = entry.csl, said, format_
            # What was vetted said something else.
            row.vetting, row.vetted_by, row.vetted_at, row.outcome = "", None, None, ""
            self.altered.append(tell(row))

    def _link(self, known: Mapping[str, Source]) -> None:
        """Link what was added to the same works that were there before, or that came before in the file."""
        rows = {row.key: row for row in [*known.values(), *self.new]}
        register = Register()
        for link in DuplicateLink.objects.filter(source__cycle=self.cycle, dismissed_at=None).select_related(
            "source", "first"
        ):
            register.link(link.source.key, link.first.key)
        earlier = sorted(known.values(), key=lambda row: row.pk)
        for row in earlier:
            register.know(row.key, row.csl)
        pairs = [pair for row in self.new if (pair := register.add(row.key, row.csl))]
        self.report.twice = [(pair.key, pair.first) for pair in pairs]
        links = [
            DuplicateLink(source=rows[p.key], first=rows[p.first], how=p.how, at=self.now) for p in pairs
        ]
        DuplicateLink.objects.bulk_create(links, batch_size=BATCH)

    def _record(self, digest: str, touched: list[Source]) -> None:
        report = self.report
        records.append.append(
            self.cycle.stream,
            "sources.imported",
            {
                "file": report.filename,
                "file_sha256": digest,
                "added": len(report.added),
                "changed": len(report.changed),
                "unchanged": report.unchanged + len(report.same),
                "rejected": len(report.rejected),
                "doubles": len(report.twice),
                "sources_root": chain.merkle_root([row.content_hash for row in touched]),
            },
            by=self.by,
            at=self.now,
            visibility="team",
        )


def _same_work(row: Source, csl: Mapping[str, Any]) -> bool:
    return bool(same(print_of("", row.csl), print_of("", csl)))
