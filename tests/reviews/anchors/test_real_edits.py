"""Three stages of a real report with the edits between them: every sentence of the first is found in both others."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone

from assessments.cycles.models import Cycle
from assessments.drafting.actions import save
from assessments.snapshots.models import SnapshotChapter
from panels.models import User
from reviews.anchors.models import Projection
from reviews.comments.models import Comment
from reviews.rounds.actions import close_round
from reviews.rounds.models import ReviewRound
from tests.reviews.held import freeze
from tests.support import shared

pytestmark = [pytest.mark.slow, pytest.mark.django_db]

STAGES = (
    ("FOD", "draft1-internal-review-2025-02-12.md"),
    ("SOD", "draft2-ssc-submission-2025-03-06.md"),
    ("FGD", "final-2025-04.md"),
)
# The changed ones were read beside each other, old and new: each stands where the authors put it, or waits.
KEPT = {
    "SOD": {"same": 482, "edited": 28, "split": 7, "moved": 3, "merged": 0, "deleted": 13, "ambiguous": 7},
    "FGD": {"same": 473, "edited": 31, "split": 13, "moved": 3, "merged": 0, "deleted": 13, "ambiguous": 7},
}
WAITING = "the total UME right whale mortalities includes 41 dead stranded whales, 17 in the US"
GONE = "All states will be able to reach their 2030 offshore wind goals"
BECAME = {
    "This area is also the only known right whale winter foraging habitat.":
        "This area is also a primary right whale winter foraging habitat.",
    "The cold pool has been getting warmer and smaller over time":
        "The cold pool has been getting warmer and its areal extent has been shrinking over time",
    "Overall, landings from Mid-Atlantic ports depend on species with moderate climate variability.":
        "Overall, landings from Mid-Atlantic ports depend on species with moderate climate vulnerability",
}  # fmt: skip


def command(name: str, *arguments) -> dict:
    said = io.StringIO()
    call_command(name, *map(str, arguments), stdout=said, stderr=io.StringIO())
    return json.loads(said.getvalue().splitlines()[-1])


def frozen(label: str) -> SnapshotChapter:
    return SnapshotChapter.objects.get(snapshot__label=label)


def quoting_every_sentence(path) -> int:
    """A sheet with one comment on each sentence; how many there are."""
    rows = [
        [f"{block['id']}/{start}", "1", block["text"][start:end], "On this."]
        for block in frozen("FOD").blocks
        for start, end in block["sentences"]
    ]
    with path.open("w", newline="", encoding="utf-8") as out:
        csv.writer(out).writerows([["Comment No", "Chapter", "Quote", "Comment"], *rows])
    return len(rows)


def test_every_sentence_is_the_same_changed_gone_or_waits_as_a_reader_finds_it(tmp_path):
    folder = shared("state-of-the-ecosystem-mid-atlantic-2025")
    command("create_cycle", "soe", "--procedure", "ipcc", "--at", "fod-review", "--why", "A true report.")
    command("import_chapter", "soe", "1", folder / STAGES[0][1])
    command("freeze", "soe", "FOD")
    held = ReviewRound.objects.get(key=command("open_round", "soe", "FOD")["round"])
    sheet = tmp_path / "sentences.csv"
    total = quoting_every_sentence(sheet)
    command("import_comments", held.key, sheet)
    place_exactly()
    close_round(held, by=User.objects.system(), now=held.closes_at + timedelta(days=1))
    command("import_chapter", "soe", "1", folder / STAGES[1][1])
    command("freeze", "soe", "SOD")
    assert command("project_anchors", "soe", "FOD", "SOD") == {"anchors": total, **KEPT["SOD"]}
    cycle = Cycle.objects.get(slug="soe")
    chapter = cycle.chapters.get()
    final = (folder / STAGES[2][1]).read_text(encoding="utf-8")
    save(chapter, chapter.current, final, by=User.objects.system(), now=timezone.now())
    freeze(cycle, "FGD", printed=False)
    assert command("project_anchors", "soe", "FOD", "FGD") == {"anchors": total, **KEPT["FGD"]}
    texts = {block["id"]: block["text"] for block in frozen("SOD").blocks}
    placed = {p.comment.as_written["quote"]: p for p in
              Projection.objects.filter(snapshot__label="SOD").select_related("comment")}  # fmt: skip
    for old, new in BECAME.items():
        found = next(p for quote, p in placed.items() if quote.startswith(old))
        assert texts[found.block][found.start : found.end].startswith(new)
    assert next(p for quote, p in placed.items() if WAITING in quote).reason == "differs"
    assert next(p for quote, p in placed.items() if GONE in quote).outcome == "deleted"
    assert Counter(p.outcome for p in Projection.objects.filter(snapshot__label="FGD"))["edited"] == 31


def place_exactly() -> None:
    """Sentences that stand several times cannot be told apart by a quotation: the row's own number says which."""
    texts = {block["id"]: block["text"] for block in frozen("FOD").blocks}
    for comment in Comment.objects.all():
        block, start = comment.file_id.split("/")
        end = int(start) + len(comment.as_written["quote"])
        assert texts[block][int(start) : end] == comment.as_written["quote"]
        if comment.anchor["method"] == "none":
            comment.anchor |= {"block": block, "start": int(start), "end": end, "method": "selection"}
            comment.save(update_fields=["anchor"])
        else:
            assert (comment.anchor["block"], comment.anchor["start"], comment.anchor["end"]) == (
                block,
                int(start),
                end,
            )
