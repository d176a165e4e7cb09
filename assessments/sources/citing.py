"""Which sources the chapters cite today, kept as rows so that lists and gates ask the database alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from django.db.models import Exists, OuterRef

from assessments.sources.models import Cited, Source
from assessments.text.inline import CITED


def read(version) -> None:
    """Write anew what the chapter cites, after its text was saved."""
    counts: Counter[str] = Counter()
    lines: dict[str, int] = {}
    for number, line in enumerate(version.markdown.split("\n"), start=1):
        if "@" in line:
            for key in CITED.findall(line):
                counts[key[:120]] += 1
                lines.setdefault(key[:120], number)
    Cited.objects.filter(chapter=version.chapter).delete()
    Cited.objects.bulk_create(
        [Cited(chapter=version.chapter, key=key, times=n, line=lines[key]) for key, n in counts.items()],
        batch_size=500,
    )


def unknown(chapters: Sequence, whole: bool) -> dict[int, dict[str | int, int]]:
    """Keys that are cited and stand in no register, by the line of the first, for the boards (4.5)."""
    known = Source.objects.filter(cycle=OuterRef("chapter__cycle"), key=OuterRef("key"))
    found: dict[int, dict[str | int, int]] = {}
    rows = Cited.objects.filter(~Exists(known), chapter__in=chapters).order_by()
    for chapter, line in rows.values_list("chapter", "line"):
        here = found.setdefault(chapter, {})
        here[line] = here.get(line, 0) + 1
    return found
