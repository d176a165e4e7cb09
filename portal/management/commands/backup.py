"""``manage.py backup FILE``: database, files and keys in one archive, while the portal runs."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from portal.backup import making
from portal.backup.archive import Refused


class Command(BaseCommand):
    help = "Write database, files and keys into one archive; the portal may run meanwhile."
    requires_system_checks = ()

    def add_arguments(self, parser):
        parser.add_argument("file", metavar="FILE", help="the archive to write, such as concord.tar.gz")

    def handle(self, *args, file, **options):
        target = Path(file).expanduser().absolute()
        try:
            manifest = making.make(target, timezone.now())
        except Refused as refused:
            raise CommandError(str(refused)) from refused
        size = target.stat().st_size / 1e6
        self.stdout.write(
            f"{target}: {size:.1f} MB, {len(manifest['files'])} files, {len(manifest['heads'])} streams of the record."
        )
        self.stdout.write("It holds the keys: keep it where only you can read it.")
