"""What a frozen chapter says: its HTML, and its blocks with their sentences; read once for one state of its inputs.

A chapter that did not change, whose sources, pictures and references to other chapters did not either, is not read
again. What was made is kept beside the drawn parts, under the hash of all that entered it; the answers that other
chapters gave to its references are kept with it and asked again.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.utils.translation import get_language

from assessments.drafting.citations import CITED
from assessments.drafting.models import ChapterVersion
from assessments.drafting.rendered import Report, render_chapter
from assessments.rendering.parts import file_hash
from assessments.snapshots import printing
from assessments.snapshots.models import Snapshot
from assessments.text import sentences

# Code and words that enter a chapter's HTML.
ROOMS = ("assessments/drafting", "assessments/sources", "assessments/text", "assessments/snapshots", "locale")


class Asking(Report):
    """A report that remembers what one chapter asked of the others, and what they answered."""

    def __init__(self, cycle, pinned=()):
        super().__init__(cycle, pinned)
        self.asked: dict[str, list] = {}

    def places(self, chapter, key: str) -> list:
        """As ``Report.places``; the answer is noted in ``asked``."""
        found = super().places(chapter, key)
        self.asked[key] = _said(found)
        return found


def _said(places: list) -> list:
    return [[place.label, place.id, place.chapter] for place in places]


def text_of(snapshot: Snapshot, version: ChapterVersion, report: Asking) -> dict:
    """{"html", "blocks"} of a chapter as it is frozen; blocks: {id, kind, text, sentences}."""
    kept = printing.folder() / "texts" / f"{_inputs(version)}.json"
    found = _read(kept)
    if found and all(
        _said(report.places(version.chapter, key)) == said for key, said in found["asked"].items()
    ):
        return {"html": found["html"], "blocks": found["blocks"]}
    report.asked = {}
    rendered = render_chapter(version.chapter, version.markdown, version.blocks, report)
    blocks = [
        {
            "id": b["id"],
            "kind": b["kind"],
            "text": b["text"],
            "sentences": [list(span) for span in sentences.split(b["text"], snapshot.cycle.language)],
        }
        for b in rendered.blocks
    ]
    made = {"html": rendered.html, "blocks": blocks}
    _write(kept, {**made, "asked": report.asked})
    return made


def _inputs(version: ChapterVersion) -> str:
    """The hash of what enters a chapter's HTML, but for what other chapters answer."""
    chapter, cycle = version.chapter, version.chapter.cycle
    keys = set(CITED.findall(version.markdown))
    entering = {
        "code": _code(),
        "language": get_language(),
        "version": [version.pk, version.sha256],
        "chapter": _fields(chapter),
        "cycle": _fields(cycle, without=("stage",)),
        "sources": list(cycle.sources.filter(key__in=keys).order_by("key").values()) if keys else [],
        "pictures": sorted(cycle.assets.newest().values_list("name", flat=True)),
    }
    told = json.dumps(entering, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(told.encode()).hexdigest()


def _fields(row, without: tuple[str, ...] = ()) -> dict:
    names = [field.attname for field in row._meta.concrete_fields if field.attname not in without]
    return {name: getattr(row, name) for name in names}


@lru_cache(maxsize=1)
def _code() -> str:
    files = [
        path
        for room in ROOMS
        for path in sorted(Path(settings.BASE_DIR, room).rglob("*"))
        if path.suffix in (".py", ".mo")
    ]
    return hashlib.sha256("".join(map(file_hash, files)).encode()).hexdigest()


def _read(path: Path) -> dict | None:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        os.utime(path)
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) and {"html", "blocks", "asked"} <= set(found) else None


def _write(path: Path, made: dict) -> None:
    """Keep it for the next draft; a disk that cannot be written to costs only time."""
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(f".{os.getpid()}.new")
        part.write_text(json.dumps(made, ensure_ascii=False), encoding="utf-8")
        part.replace(path)
