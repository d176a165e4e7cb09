from __future__ import annotations

import json
import sys

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from records.notices import bounces


class Command(BaseCommand):
    help = "Enter a delivery report (RFC 3464) from a file or standard input, as a mail server pipes it."

    def add_arguments(self, parser):
        parser.add_argument(
            "file", metavar="FILE", nargs="?", default="-", help="the report; - reads standard input"
        )

    def handle(self, *_args, file: str, **_options):
        try:
            data = _bytes(file)
        except OSError as error:
            raise CommandError(f"{file}: cannot be read ({error.strerror}).", returncode=2) from error
        try:
            reports = bounces.read(data)
        except ValueError as error:
            raise CommandError(str(error), returncode=1) from error
        now = timezone.now()
        counts: dict[str, int] = {}
        for report in reports:
            what = bounces.take_in(report, now=now)
            counts[what] = counts.get(what, 0) + 1
        self.stdout.write(json.dumps({"recipients": len(reports), **counts}))


def _bytes(file: str) -> bytes:
    if file == "-":
        return sys.stdin.buffer.read(bounces.LARGEST)
    with open(file, "rb") as report:
        return report.read(bounces.LARGEST)
