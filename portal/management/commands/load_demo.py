"""``manage.py load_demo``: the demonstration, once; prints its accounts each time."""

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from portal.demo import loading
from portal.demo.people import PASSWORD


class Command(BaseCommand):
    help = "Load the demonstration (a second call changes nothing) and print its accounts."

    def handle(self, *args, **options):
        if settings.PRODUCTION:
            raise CommandError(
                "Production refuses the demonstration: its accounts share one printed password."
            )
        for user in loading.load():
            self.stdout.write(f"  {user.email:32} {user.name}")
        self.stdout.write(f"  password for each: {PASSWORD}")
