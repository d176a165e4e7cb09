"""``manage.py doctor [--json]``: what is wrong with this installation, and how to mend it; exit code 1 on an error."""

import json
import sys

from django.core.management.base import BaseCommand
from django.utils import timezone

from portal.doctor.findings import ERROR, examine


class Command(BaseCommand):
    help = "Say what is wrong with this installation, and how to mend it."
    requires_system_checks = ()

    def add_arguments(self, parser):
        parser.add_argument("--json", action="store_true", dest="as_json", help="one JSON object")

    def handle(self, *args, as_json, **options):
        findings = examine(timezone.now())
        well = not any(finding.level == ERROR for finding in findings)
        if as_json:
            self.stdout.write(
                json.dumps({"well": well, "findings": [f.as_dict() for f in findings]}, ensure_ascii=False)
            )
        else:
            for finding in findings:
                self.stdout.write(f"{finding.level}: {finding.text} [{finding.code}]\n    {finding.remedy}")
            self.stdout.write("Nothing is wrong." if not findings else f"{len(findings)} findings.")
        if not well:
            sys.exit(1)
