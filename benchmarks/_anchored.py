"""One measurement of ``anchors`` in a process of its own: ``python -m benchmarks._anchored SEED COPIES [CHAPTERS]``.

It goes the way that people go: chapters are imported and frozen, a round is opened, sheets of comments are entered
whose quotations are the sentences, the round is closed, each chapter is imported again as one new version, frozen,
and the command projects. Only the drawing of PDFs, which is measured elsewhere, is left out. The last line is one
JSON object.
"""

from __future__ import annotations

import csv
import io
import json
import random
import sys
import time
from collections import Counter
from contextlib import redirect_stdout
from datetime import timedelta
from pathlib import Path

from benchmarks import _edits, _own

CHAPTERS, BLOCKS = 16, 300
SHARE = 0.4
ROWS = 15_000  # of one sheet
LIVE = ("same", "edited", "moved")


def command(name: str, *arguments) -> dict:
    """What a command of the portal printed last, as it prints it at the shell."""
    from django.core.management import call_command

    said = io.StringIO()
    with redirect_stdout(said):
        call_command(name, *map(str, arguments), stdout=said, stderr=io.StringIO())
    return json.loads(said.getvalue().splitlines()[-1])


def measure(seed: int, copies: int, folder: Path, chapters_in_all: int = CHAPTERS) -> dict:
    """The counts of one seed; ``copies`` comments stand on each sentence and cell that can be quoted."""
    from assessments.rendering import run as rendering
    from reviews.anchors.models import Projection
    from reviews.comments.models import Comment

    rendering.available = lambda: (False, "PDFs are not drawn here.")
    command("create_cycle", "bench", "--procedure", "ipcc", "--at", "fod-review", "--why", "A measurement.")
    chance = random.Random(seed)
    chapters = {str(n): _edits.Chapter(chance, BLOCKS) for n in range(1, chapters_in_all + 1)}
    _write(chapters, folder)
    command("freeze", "bench", "FOD")
    before = _frozen("FOD")
    old = {number: _edits.places(chapter, before[number]) for number, chapter in chapters.items()}
    labels = {number: _labels(chapter, old[number]) for number, chapter in chapters.items()}
    key = command("open_round", "bench", "FOD")["round"]
    sheets = _sheets(labels, before, copies, folder)
    entered = [command("import_comments", key, sheet) for sheet in sheets]
    _close(key)
    touched = _edit(chapters)
    _write(chapters, folder)
    command("freeze", "bench", "SOD")
    after = _frozen("SOD")
    new = {number: _edits.places(chapter, after[number]) for number, chapter in chapters.items()}
    began = time.perf_counter()
    counts = command("project_anchors", "bench", "FOD", "SOD")
    seconds = time.perf_counter() - began
    stored = {
        row["comment"]: row
        for row in Projection.objects.values("comment", "outcome", "block", "start", "end").iterator()
    }
    tally: Counter[str] = Counter()
    comments = Comment.objects.exclude(anchor__method="none").values_list("pk", "file_id", "anchor")
    for pk, name, anchor in comments.iterator():
        number, label, _copy = name.split("/")
        placed = labels[number][int(label)]
        tally += _judge(stored.get(pk), anchor, placed, *_truth(chapters[number], int(label), new[number]))
    outcomes = sum(n for name, n in counts.items() if name != "anchors")
    return {
        "anchors": counts["anchors"],
        "seconds": round(seconds, 1),
        "wrong": tally["wrong"],
        "live": tally["live"],
        "queued": tally["queued"],
        "deletions": tally["deletions"],
        "deleted": tally["deleted"],
        "lost": tally["lost"] + abs(counts["anchors"] - outcomes) + abs(counts["anchors"] - len(stored)),
        "unresolved": sum(one["unresolved"] for one in entered),
        "touched_share": round(touched, 3),
    }


def _close(key: str) -> None:
    """Close the round as its secretariat does on the day after the bell."""
    from panels.models import User
    from reviews.rounds import actions
    from reviews.rounds.models import ReviewRound

    held = ReviewRound.objects.get(key=key)
    actions.close_round(held, by=User.objects.system(), now=held.closes_at + timedelta(days=1))


def _write(chapters, folder: Path) -> None:
    for number, chapter in chapters.items():
        file = folder / f"chapter-{number}.md"
        file.write_text(_edits.markdown(chapter, f"Chapter {number}"), encoding="utf-8")
        command("import_chapter", "bench", number, file)


def _frozen(label: str) -> dict[str, list[dict]]:
    from assessments.snapshots.models import SnapshotChapter

    rows = SnapshotChapter.objects.filter(snapshot__label=label).select_related("chapter")
    return {row.chapter.number: row.blocks for row in rows}


def _labels(chapter, places) -> dict[int, tuple[str, int, int]]:
    return {s.key: places[id(s)] for s in chapter.sentences() if s.key is not None}


def _sheets(labels, before, copies: int, folder: Path) -> list[Path]:
    """Comment sheets whose quotations are the sentences and cells; each row is numbered by its label."""
    rows = []
    for number, placed in labels.items():
        texts = {b["id"]: b["text"] for b in before[number]}
        for label, (block, start, end) in placed.items():
            for copy in range(copies):
                rows.append(
                    [f"{number}/{label}/{copy}", number, texts[block][start:end], f"Comment {copy} on this."]
                )
    files = []
    for first in range(0, len(rows), ROWS):
        file = folder / f"comments-{first}.csv"
        with file.open("w", newline="", encoding="utf-8") as out:
            sheet = csv.writer(out)
            sheet.writerow(["Comment No", "Chapter", "Quote", "Comment"])
            sheet.writerows(rows[first : first + ROWS])
        files.append(file)
    return files


def _edit(chapters) -> float:
    """Edit each chapter; the share of blocks that were touched, at least."""
    for chapter in chapters.values():
        chapter.edit(SHARE)
    return min(chapter.touched_share for chapter in chapters.values())


def _truth(chapter, label: int, places) -> tuple[str, list[tuple[str, int, int]]]:
    """What was done to a sentence, and where it stands now (several places, where it was divided)."""
    here = chapter.now().get(label)
    parts = chapter.parts.get(label)
    if parts and (here or chapter.fate.get(label) == "merged"):
        found = [places[id(part)] for part in parts if id(part) in places]
        return ("split" if here else "merged") if found else "deleted", found
    if here is None:
        return "deleted", []
    return here.touched or "same", [places[id(here)]]


def _judge(stored, anchor, label_place, truth: str, places) -> Counter:
    found: Counter[str] = Counter()
    if stored is None:
        return Counter(lost=1)
    if not _meets((anchor["block"], anchor["start"], anchor["end"]), label_place):
        found["wrong"] += 1  # the import put it on another sentence
        return found
    at = stored["block"], stored["start"], stored["end"]
    if stored["block"] and not any(_meets(at, place) for place in places):
        found["wrong"] += 1
    if truth in LIVE:
        found["live"] += 1
        found["queued"] += stored["outcome"] == "ambiguous"
    if truth == "deleted":
        found["deletions"] += 1
        found["deleted"] += stored["outcome"] == "deleted"
    return found


def _meets(one, other) -> bool:
    """Whether two stretches are mostly the same characters of the same block."""
    shared = min(one[2], other[2]) - max(one[1], other[1])
    return one[0] == other[0] and shared * 2 > min(one[2] - one[1], other[2] - other[1])


def main(seed: int, copies: int, chapters: int = CHAPTERS) -> None:
    with _own.portal() as folder:
        print(json.dumps(measure(seed, copies, folder, chapters)), flush=True)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
