"""Does a chapter that went to Word come back with exactly the edits that were made there? Without a database."""

from __future__ import annotations

import time

from benchmarks._figures import load
from benchmarks._word_edits import edited
from tests.support import SHARED_DATA

FOLDER = SHARED_DATA / "international-ai-safety-report-2025" / "chapters"
COUNTS = (1, 10, 100)


def run() -> dict:
    """Edits that came back of none, of 1, 10 and 100 made, how many were wrong or on another block, and the time."""
    if not FOLDER.is_dir():
        return {"skipped": f"{FOLDER} is not there"}
    figures = {"chapters": 0, "unedited_suggestions": 0, "lost": 0}
    slowest = 0.0
    for path in sorted(FOLDER.glob("*.md")):
        figures["chapters"] += 1
        markdown = path.read_text("utf-8").rstrip() + "\n"
        for count in (0, *COUNTS):
            began = time.perf_counter()
            made, returned, right = round_trip(markdown, count)
            slowest = max(slowest, time.perf_counter() - began)
            if not count:
                figures["unedited_suggestions"] += returned
                continue
            for name, value in (("made", made), ("returned", returned), ("wrong", made - right)):
                key = f"edits_{name}_{count}"
                figures[key] = figures.get(key, 0) + value
    return figures | {"slowest_round_trip_s": round(slowest, 2), "load": load()}


def round_trip(markdown: str, count: int, seed: int = 7) -> tuple[int, int, int]:
    """(edits made, edits that came back, those that came back exactly and on their block) of one chapter."""
    from assessments.drafting.word import anatomy, package, reading, returning, writing

    base = anatomy.read(markdown)
    copy = writing.written(writing.Copy(base, "A chapter", {}))
    data, truth = edited(copy, count, seed) if count else (copy, {})
    word = reading.read(package.opened(data), atoms=base.atoms, keys=base.notes, links=returning.links(base))
    found = returning.compare(base, word)
    after = anatomy.read(returning.applied(markdown, found.edits))
    by_place = {unit.name: n for n, unit in enumerate(base.units)}
    right = 0
    for name, words in truth.items():
        own = [edit for edit in found.edits if edit.block == name]
        became = after.units[by_place[name]].text if len(after.units) == len(base.units) else ""
        right += len(own) == 1 and " ".join(words.split()) in became
    return len(truth), len(found.edits), right
