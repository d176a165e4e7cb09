"""``manage.py demo_reset``: throws the embedded data away and loads the demonstration anew."""

import shutil
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from records import files


class Command(BaseCommand):
    help = "Throw the embedded data away and load the demonstration anew."

    def handle(self, *args, **options):
        if settings.PRODUCTION or connection.vendor != "sqlite":
            raise CommandError("Only the embedded portal can be reset; this one runs on a server's database.")
        name = Path(connection.settings_dict["NAME"])
        connection.close()
        for path in (name, name.with_name(name.name + "-wal"), name.with_name(name.name + "-shm")):
            path.unlink(missing_ok=True)
        for kept in list(files.names()):
            files.remove(kept.name)
        for folder in (settings.MEDIA_ROOT, settings.DATA_DIR / "mail"):
            shutil.rmtree(folder, ignore_errors=True)
        call_command("migrate", interactive=False, verbosity=0)
        call_command("load_demo", stdout=self.stdout)
