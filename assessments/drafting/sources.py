"""Taking in bibliographies (procedure 4.5)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

import records.append
from assessments.cycles.models import Cycle
from assessments.drafting import guards
from assessments.drafting.models import Source
from assessments.imports.noting import noted
from assessments.sources import clean
from assessments.sources.parse import Rejected, SourcesError, read_sources
from panels.models import User
from records import chain
from records.obstacles import refuse, refuse_if, require
from records.search import index

BATCH = 500
_CHANGED = ["csl", "content_hash", "industry", "vetting", "vetted_by", "vetted_at"]


@dataclass
class SourcesReport:
    """What an import did: keys added, changed, left as they were; what was not taken, and what it left out.

    ``twice`` are pairs (key, key of the same work that was there before); ``repeated`` pairs (key, where its
    first entry stands in the file); ``warnings`` pairs (place in the file, sentence).
    """

    filename: str
    added: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    unchanged: int = 0
    rejected: list[Rejected] = field(default_factory=list)
    twice: list[tuple[str, str]] = field(default_factory=list)
    repeated: list[tuple[str, str]] = field(default_factory=list)
    warnings: list[tuple[str, str]] = field(default_factory=list)


def import_sources(cycle: Cycle, data: bytes, filename: str, *, by: User, now: datetime) -> SourcesReport:
    """Take the good entries of a BibTeX, RIS or CSL-JSON file and name the rest (procedure 4.5).

    An entry whose key is known replaces it where it says something else; the same file again changes nothing
    and leaves no entry in the record. Raises PermissionDenied; Blocked: wrong stage, or no bibliography at
    all.
    """
    with noted(cycle, "sources", filename, by=by, now=now) as attempt, transaction.atomic():
        report = _import(cycle, data, filename, by, now)
        attempt.counts = {
            "added": len(report.added),
            "changed": len(report.changed),
            "unchanged": report.unchanged,
        }
        attempt.refused = [
            _("%(where)s, %(key)s: %(reason)s") % {"where": r.where, "key": r.key or "–", "reason": r.reason}
            for r in report.rejected
        ]
    return report


def _import(cycle: Cycle, data: bytes, filename: str, by: User, now: datetime) -> SourcesReport:
    cycle = Cycle.objects.select_for_update().get(pk=cycle.pk)
    require(by, "source.import", cycle)
    refuse_if(guards.obstacles_to_sources(cycle))
    try:
        read = read_sources(data, filename)
    except SourcesError as error:
        refuse("unreadable-sources", str(error), rule="4.5")
    report = SourcesReport(
        filename, rejected=list(read.rejected), repeated=[tuple(d) for d in read.duplicates]
    )
    known = {row.key: row for row in cycle.sources.all()}
    works = {row.content_hash: row.key for row in known.values()}
    new, altered = [], []
    for entry in read.entries:
        report.warnings += [(entry.where, text) for text in entry.warnings]
        _sort(cycle, entry, known, works, report, new, altered, now)
    Source.objects.bulk_create(new, batch_size=BATCH)
    Source.objects.bulk_update(altered, _CHANGED, batch_size=BATCH)
    index.touch("source", [row.pk for row in [*new, *altered]])
    if new or altered:
        records.append.append(
            cycle.stream,
            "sources.imported",
            {
                "file": filename,
                "file_sha256": chain.digest(data),
                "added": len(new),
                "changed": len(altered),
                "unchanged": report.unchanged,
                "rejected": len(report.rejected),
                "sources_root": chain.merkle_root([row.content_hash for row in [*new, *altered]]),
            },
            by=by,
            at=now,
            visibility="team",
        )
    return report


def _sort(cycle, entry, known, works, report, new, altered, now) -> None:
    said = clean.content_hash(entry.csl)
    industry = (entry.csl.get("custom") or {}).get("industry") is True
    row = known.get(entry.key)
    if row is None:
        if said in works:
            report.twice.append((entry.key, works[said]))
        report.added.append(entry.key)
        new.append(
            Source(
                cycle=cycle, key=entry.key, csl=entry.csl, content_hash=said, industry=industry, added_at=now
            )
        )
    elif row.content_hash == said:
        report.unchanged += 1
    else:
        report.changed.append(entry.key)
        row.csl, row.content_hash, row.industry = entry.csl, said, industry
        row.vetting, row.vetted_by, row.vetted_at = "", None, None  # what was vetted said something else
        altered.append(row)
    works.setdefault(said, entry.key)
