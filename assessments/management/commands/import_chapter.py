from __future__ import annotations

import re
from pathlib import Path

from django.db import transaction

from assessments.drafting.actions import add_chapter, import_text
from assessments.drafting.files import counts
from assessments.drafting.rendered import render_chapter
from assessments.drafting.texts import MAX_DOCX_BYTES, read_text
from assessments.imports.noting import noted
from assessments.management.base import ActionCommand, Usage, bytes_of, chapter_numbered, cycle_named
from panels.models import Person


class Command(ActionCommand):
    help = "Take a Markdown or Word file into a chapter as a new version (procedure 4.2, 4.4)."

    def arguments(self, parser):
        parser.add_argument("cycle", metavar="CYCLE")
        parser.add_argument("chapter", metavar="N", help="such as 3 or SPM")
        parser.add_argument("file", metavar="FILE", help=".md or .docx")
        parser.add_argument(
            "--title", metavar="T", help="the title of a chapter that is made here; else its first heading"
        )
        parser.add_argument("--for", metavar="EMAIL", dest="author", help="the author who handed it over")

    def act(self, *, by, now, cycle, chapter, file, title, author, **_options):
        name = Path(file).name
        data = bytes_of(file, limit=MAX_DOCX_BYTES)
        cycle = cycle_named(cycle)
        for_ = person_with(author) if author else None
        # A chapter made for a text that is then refused goes again; the note of the attempt stays.
        with (
            noted(cycle, "chapter", name, place=chapter, whole=True, by=by, now=now) as attempt,
            transaction.atomic(),
        ):
            text = read_text(data, name)
            if cycle.chapters.filter(number__iexact=chapter).exists():
                found = chapter_numbered(cycle, chapter)
            else:
                found = add_chapter(cycle, chapter, title or first_heading(text, name), by=by, now=now)
            result = import_text(found, found.current, text, name, by=by, now=now, for_=for_)
            attempt.counts = counts(result)
        problems = render_chapter(found, result.version.markdown, result.version.blocks).problems
        for problem in problems:
            self.tell(f"{name}, line {problem.line}: {problem.text}")
        return {
            "chapter": found.number,
            "status": result.status,
            "version": result.version.number,
            "words": result.version.words,
            "blocks": len(result.version.blocks),
            "warnings": len(problems),
        }


def first_heading(text: str, name: str) -> str:
    """The first heading of a text, without its marks; the file's name where it has none."""
    found = re.search(r"^#+\s+(.+?)\s*(?:\{[^}]*\})?\s*#*$", text, re.MULTILINE)
    return found[1][:250] if found else Path(name).stem


def person_with(email: str) -> Person:
    """The person of that address."""
    found = Person.objects.filter(email__iexact=email.strip()).first()
    if found is None:
        raise Usage(f"--for: nobody here has the address {email}.")
    return found
