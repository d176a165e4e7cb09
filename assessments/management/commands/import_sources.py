from __future__ import annotations

from pathlib import Path

from assessments.management.base import ActionCommand, bytes_of, cycle_named
from assessments.sources.importing import import_sources
from assessments.sources.parse import MAX_BYTES


class Command(ActionCommand):
    help = (
        "Import a bibliography (BibTeX, RIS, CSL-JSON) into a cycle; good entries are taken, the rest named."
    )

    def arguments(self, parser):
        parser.add_argument("cycle", metavar="CYCLE")
        parser.add_argument("file", metavar="FILE", help=".bib, .ris or .json")

    def act(self, *, by, now, cycle, file, **_options):
        data = bytes_of(file, limit=MAX_BYTES)
        report = import_sources(cycle_named(cycle), data, Path(file).name, by=by, now=now)
        for entry in report.rejected:
            self.tell(f"{report.filename}, {entry.where}, {entry.key or 'no key'}: {entry.reason}")
        for where, text in report.warnings:
            self.tell(f"{report.filename}, {where}: {text}")
        for first, second in [*report.repeated, *report.twice]:
            self.tell(f"{report.filename}: {first} repeats {second}")
        for key in report.same:
            self.tell(f"{report.filename}: {key} is here from a file of another format, and stays as it is")
        return {
            "file": report.filename,
            "entries": report.entries,
            "imported": len(report.added) + len(report.changed),
            "unchanged": report.unchanged,
            "duplicates": len(report.repeated) + len(report.twice) + len(report.same),
            "rejected": len(report.rejected),
        }
