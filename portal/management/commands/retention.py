"""``manage.py retention [--dry-run]``: lets go of what is kept no longer; the scheduler does it each day."""

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils import timezone

from records import retention


class Command(BaseCommand):
    help = "Let go of what is kept no longer than it serves; never anything of the record."

    def add_arguments(self, parser):
        parser.add_argument("--dry-run", action="store_true", help="count, and change nothing")

    def handle(self, *args, dry_run, **options):
        done = retention.run(timezone.now(), dry=dry_run)
        for rule in retention.rules():
            days = settings.RETENTION_DAYS[rule.name]
            self.stdout.write(f"{done[rule.name]:7d}  {rule.what}, after {days} days")
        if dry_run:
            self.stdout.write("Nothing was changed (--dry-run).")
