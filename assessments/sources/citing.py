"""Which sources the chapters cite today, kept as rows so that lists and gates ask the database alone."""

from __future__ import annotations

from collections import Counter

from assessments.sources.models import Cited
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
