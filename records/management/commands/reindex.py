"""``manage.py reindex [KIND …]``: make the index of the search anew from what is there."""

from __future__ import annotations

import json

from django.core.management.base import BaseCommand, CommandError

from records.search import index, registry


class Command(BaseCommand):
    help = "Make the index of the search anew; the last line is one JSON object with the things of each kind."

    def add_arguments(self, parser) -> None:
        parser.add_argument("kinds", nargs="*", metavar="KIND", help="only these kinds; all without it")

    def handle(self, *_args, kinds: list[str], **_options) -> None:
        known = [found.name for found in registry.kinds()]
        unknown = sorted(set(kinds) - set(known))
        if unknown:
            message = f"KIND: there is no {', '.join(unknown)}. There are: {', '.join(known)}."
            raise CommandError(message, returncode=2)
        self.stdout.write(json.dumps(index.rebuild(kinds)))
