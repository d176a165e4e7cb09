"""``manage.py restore FILE [--replace]``: puts a backup in place and verifies the record."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from portal.backup import restoring
from portal.backup.archive import Refused


class Command(BaseCommand):
    help = "Put a backup in the place of the data, and verify every stream of the record."
    requires_system_checks = ()

    def add_arguments(self, parser):
        parser.add_argument("file", metavar="FILE", help="an archive that backup wrote")
        parser.add_argument(
            "--replace", action="store_true", help="where there is data already: keep it aside"
        )

    def handle(self, *args, file, replace, **options):
        try:
            done = restoring.restore(Path(file).expanduser().absolute(), replace=replace)
        except Refused as refused:
            raise CommandError(str(refused)) from refused
        made = done.manifest
        self.stdout.write(f"Restored: the backup of {made['made_at']}, {len(made['files'])} files.")
        if done.aside:
            self.stdout.write(
                f"The data that was there lies in {done.aside}; delete it when you no longer need it."
            )
        if done.faults:
            raise CommandError("The record does not verify:\n  " + "\n  ".join(done.faults))
        self.stdout.write(
            f"The record verifies: {len(made['heads'])} streams, each up to the head of the backup."
        )
