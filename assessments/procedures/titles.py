"""Titles of procedures in the reader's language.

A procedure's file gives its titles in English, and that is how the record keeps them, whoever acts. They are put
into the reader's language where they are shown, by ``titled`` or the template filter of that name. So that the
message tools find them, ``titles_listed.py`` names them all; write it again after a change of a file:

    .venv/bin/python -m assessments.procedures.titles
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from django.utils.translation import gettext

from assessments.procedures import loader
from assessments.procedures.model import Procedure

LISTED = Path(__file__).with_name("titles_listed.py")
COMMAND = ".venv/bin/python -m assessments.procedures.titles"
_HEAD = '''"""The titles in the procedures' files, for translators. Written by {command}"""

from __future__ import annotations

from django.utils.translation import gettext_noop

TITLES = (
'''


def titled(title: str) -> str:
    """A title of a procedure as the reader of this moment sees it; as the file has it where there is no translation."""
    return gettext(str(title)) if title else ""


def titles_of(procedure: Procedure) -> set[str]:
    """Every text of a procedure that people read: its own title and those of its parts."""
    parts = (
        *procedure.roles.values(),
        *procedure.stages,
        *procedure.rounds,
        *procedure.decisions.values(),
        *procedure.publication.values(),
    )
    return {procedure.title, *(part.title for part in parts), *(stage.short for stage in procedure.stages)}


def as_module(procedures: Iterable[Procedure]) -> str:
    """The module that lists the titles of these procedures, each once and in alphabetical order."""
    found = sorted(set().union(*(titles_of(procedure) for procedure in procedures)))
    lines = "".join(f"    gettext_noop({_quoted(title)}),\n" for title in found)
    return _HEAD.format(command=COMMAND) + lines + ")\n"


def _quoted(title: str) -> str:
    return '"' + title.replace("\\", "\\\\").replace('"', '\\"') + '"'


if __name__ == "__main__":
    LISTED.write_text(as_module(loader.load_all().values()), encoding="utf-8")
