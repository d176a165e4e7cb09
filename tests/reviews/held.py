"""A round as tests need it: a frozen draft with printed lines of eight words, and people who registered."""

from __future__ import annotations

from datetime import datetime, timedelta

from assessments.snapshots.models import Snapshot, SnapshotChapter
from panels.models import User
from reviews.comments.anchoring import Places
from reviews.rounds import actions as rounds
from reviews.rounds.models import ReviewRound
from tests.world import NOW, THEN

LATER = NOW + timedelta(days=1)


def freeze(cycle, label: str, *, printed: bool = True) -> Snapshot:
    """The current texts as a snapshot that is ready, without drawing a PDF."""
    snapshot = Snapshot.objects.create(
        cycle=cycle,
        label=label,
        status=Snapshot.Status.READY,
        content_hash="c0ffee" + "0" * 58,
        by=User.objects.system(),
        created_at=THEN,
        ready_at=THEN,
    )
    for chapter in cycle.chapters.exclude(current=None).select_related("current"):
        blocks = [
            {"id": b["id"], "kind": b["kind"], "text": b["text"], "sentences": []}
            for b in chapter.current.blocks
        ]
        SnapshotChapter.objects.create(
            snapshot=snapshot,
            chapter=chapter,
            version=chapter.current,
            title=chapter.title,
            html="".join(f'<p data-b="{b["id"]}">{b["text"]}</p>' for b in blocks),
            blocks=blocks,
            sentence_version="1",
            content_hash="0" * 64,
            line_map=line_map(chapter.number, blocks) if printed else None,
        )
    return snapshot


def line_map(number: str, blocks: list[dict], lines_a_page: int = 8) -> dict:
    """Eight words a line and eight lines a page; offsets count characters that are not white space."""
    lines, pages = [], []
    for block in blocks:
        at = 0
        words = block["text"].split()
        for first in range(0, len(words), 8):
            length = sum(map(len, words[first : first + 8]))
            lines.append([block["id"], at, at + length])
            at += length
    for first in range(0, len(lines), lines_a_page):
        page = first // lines_a_page + 1
        numbered = [[n, [span]] for n, span in enumerate(lines[first : first + lines_a_page], 1)]
        pages.append({"page": page, "label": f"{number}-{page}", "lines": numbered})
    return {"version": 1, "pages": pages}


def open_round(
    side, key: str = "fod-experts", *, stage: str = "fod-review", label: str = "FOD", now: datetime = NOW
) -> ReviewRound:
    """The round of that rule, opened by the secretariat on a draft frozen for it."""
    cycle = side.at(stage)
    if not cycle.snapshots.filter(label=label).exists():
        freeze(cycle, label)
    return rounds.open_round(cycle, key, by=side.secretariat, now=now)


def register(review_round, user, now: datetime = NOW):
    return rounds.register_reviewer(
        review_round, expertise="measurement of agents", undertaking=True, consent=True, by=user, now=now
    )


def places(review_round, number: str = "1") -> Places:
    return Places(review_round.snapshot.chapters.select_related("chapter").get(chapter__number=number))


def anchor_on(review_round, words: str, number: str = "1") -> dict:
    """An anchor on these words of a chapter, as a selection in the page would give it."""
    found = places(review_round, number)
    block, text = next((key, text) for key, text in found.texts.items() if words in text)
    start = text.index(words)
    return found.selection(block, start, start + len(words), words)
