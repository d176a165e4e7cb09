"""Does a messy bibliography of thousands come in whole and fast, and are its doubles found? On SQLite."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
import time
from pathlib import Path

from benchmarks._figures import load
from tests.support import SHARED_DATA

FOLDER = "bibliography-ipbes-ias-a"
FILES = ("references.bib", "references.ris", "references.csl.json")


def run() -> dict:
    """Seconds of the slowest of three imports, entries neither in nor named, and doubles found across the formats."""
    folder = Path(tempfile.mkdtemp(prefix="concord-bench-"))
    try:
        os.environ |= {
            "DATA_DIR": str(folder),
            "CONCORD_MODE": "embedded",
            "DJANGO_SETTINGS_MODULE": "portal.settings",
        }
        os.environ.pop("DATABASE_URL", None)
        return _run()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _run() -> dict:
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    call_command("migrate", verbosity=0)
    texts = {name: (SHARED_DATA / FOLDER / name).read_text("utf-8") for name in FILES}
    entries = texts["references.bib"].count("\n@") + 1
    alone = [_import(f"one-{n}", {name: text}) for n, (name, text) in enumerate(texts.items())]
    together = _import("all", {name: _renamed(name, text) for name, text in texts.items()})
    found = _doubles("all", entries)
    connection.close()
    return {
        "entries": entries,
        "seconds": max(seconds for one in alone for seconds in one["seconds"]),
        "entries_lost": sum(entries - one["accounted"] for one in alone),
        "duplicate_recall": found,
        "seconds_with_5354_there": together["seconds"][-1],
        "cpu_seconds": max(one["cpu"] for one in alone),
        "load": load(),
    }


def _import(slug: str, texts: dict[str, str]) -> dict:
    """Import the files one after the other into a cycle of their own."""
    from django.utils import timezone

    from assessments.cycles import actions as cycles
    from assessments.sources.importing import import_sources
    from panels.models import User

    by, now = User.objects.system(), timezone.now()
    cycle = cycles.create_cycle(
        slug, procedure="ipbes", title=slug, by=by, now=now, at_stage="drafting", why="A benchmark."
    )
    seconds, accounted, cpu = [], 0, 0.0
    for name, text in texts.items():
        began, spent = time.perf_counter(), time.process_time()
        report = import_sources(cycle, text.encode(), name, by=by, now=now)
        seconds.append(round(time.perf_counter() - began, 2))
        cpu = max(cpu, round(time.process_time() - spent, 2))
        there = cycle.sources.filter(key__in=report.added).count()
        accounted += there + len(report.rejected) + len(report.repeated)
    return {"seconds": seconds, "accounted": accounted, "cpu": cpu}


def _renamed(name: str, text: str) -> str:
    """The same file with other keys, so that only the works themselves can tell that they are the same."""
    if name.endswith(".bib"):
        return re.sub(r"(?m)^(@\w+\{)", r"\1bib.", text)
    if name.endswith(".ris"):
        return re.sub(r"(?m)^(ID  - )", r"\1ris.", text)
    return re.sub(r'(?m)^("id": ")', r"\1csl.", text)


def _doubles(slug: str, entries: int) -> float:
    """The share of works whose entries of the three formats are linked to one another."""
    from assessments.sources.models import DuplicateLink

    links = DuplicateLink.objects.filter(source__cycle__slug=slug).values_list("source__key", "first__key")
    first = dict(links)
    keys = {key.split(".", 1)[1] for key in [*first, *first.values()]}
    whole = sum(
        1
        for key in keys
        if len({first.get(f"{format_}.{key}", f"{format_}.{key}") for format_ in ("bib", "ris", "csl")}) == 1
    )
    return round(whole / entries, 4)
