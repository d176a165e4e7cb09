"""``manage.py sign_heads``: signs the heads of all streams that moved, now; the scheduler does it each day."""

from django.core.management.base import BaseCommand
from django.utils import timezone

from records import heads


class Command(BaseCommand):
    help = "Sign the heads of all streams that moved since they were last signed."

    def handle(self, *args, **options):
        self.stdout.write(f"{heads.sign(timezone.now())} heads were signed.")
