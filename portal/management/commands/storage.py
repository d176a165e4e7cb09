"""``manage.py storage``: makes the bucket of FILES_URL ready, with what still lies in the folder of files."""

from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from records import files
from records.files.folder import Folder
from records.storage import StoreAway


class Command(BaseCommand):
    help = (
        "Make the bucket that FILES_URL names where there is none, and copy into it what lies in the folder of "
        "files and is not in it yet. May be run again; the folder stays as it is."
    )
    requires_system_checks = []

    def handle(self, *args, **options):
        if settings.FILES is None:
            self.stdout.write(f"FILES_URL is not set: files lie in {settings.MEDIA_ROOT}.")
            return
        bucket = files.store()
        try:
            made = bucket.lay()
            copied = self.carry_over(bucket)
        except StoreAway as error:
            raise CommandError(str(error)) from error
        how = "was made" if made else "is there"
        self.stdout.write(f"The bucket {settings.FILES.bucket} {how}; {copied} files were copied into it.")

    def carry_over(self, bucket) -> int:
        folder = Folder(Path(settings.MEDIA_ROOT))
        lying = list(folder.names())
        there = {kept.name: kept.size for kept in bucket.names()} if lying else {}
        copied = 0
        for kept in lying:
            if there.get(kept.name) != kept.size:
                bucket.put(kept.name, folder.path(kept.name).read_bytes())
                copied += 1
        return copied
