"""Where a comment's passage stands in a later frozen draft (procedure 5.4).

The anchor itself never changes. The lineage of the saved versions says what became of each block; inside that,
and around it, sentences are aligned (``assessments/text/passages.py``). What is doubtful waits for a person
(``projecting.py`` stores, ``deciding.py`` lets people decide).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from django.db.models import Q

from assessments.drafting.models import ChapterVersion
from assessments.snapshots.models import Snapshot, SnapshotChapter
from assessments.text import sentences
from assessments.text.anchors import Finder, Found
from assessments.text.placing import OUTCOMES, SHORTEST_ELSEWHERE, Candidate, Placed, Placing
from assessments.text.units import Text
from reviews.comments.models import Comment

__all__ = [
    "OUTCOMES",
    "Descent",
    "Projection",
    "anchors_of",
    "descent_of",
    "descents_of",
    "project",
    "project_chapter",
]


@dataclass(frozen=True)
class Projection:
    """One place of a comment in the later draft; ``block`` is None where it has none or a person must look.

    ``place`` counts a comment's anchors from 0; ``start`` and ``end`` are characters of that block's text.
    ``chapter`` is the number of the chapter it stands in. ``score``, ``runner_up``: 0 to 1. ``reason`` and
    ``candidates`` as in ``assessments.text.placing``, for the doubtful; "not-frozen" where the chapter was not
    frozen again.
    """

    comment: int
    outcome: str
    block: str | None = None
    start: int = 0
    end: int = 0
    place: int = 0
    chapter: str = ""
    score: float = 0.0
    runner_up: float = 0.0
    method: str = ""
    reason: str = ""
    candidates: tuple[Candidate, ...] = ()


@dataclass
class Descent:
    """What became of one block: the blocks that hold its text now, and what happened on the way."""

    blocks: tuple[str, ...]
    events: set[str] = field(default_factory=set)


def anchors_of(anchor: dict) -> list[tuple[int, dict]]:
    """The places that an anchor names, numbered; its first is the anchor itself, others stand in ``more``.

    Those without a place (method none) are left out.
    """
    places = [anchor, *anchor.get("more", ())]
    return [(n, a) for n, a in enumerate(places) if a.get("block") or a.get("method") == "whole"]


def project(earlier: Snapshot, later: Snapshot) -> Iterator[Projection]:
    """The place in ``later`` of every anchor of the comments sent in the rounds on ``earlier``.

    Comments that name no place (``method`` none) have nothing to be projected and are left out. Raises
    ValueError when ``later`` was frozen from an older text than ``earlier``.
    """
    now = {
        row.chapter_id: row for row in later.chapters.select_related("version", "chapter", "snapshot__cycle")
    }
    other_chapters = _Others(now)
    for row in earlier.chapters.select_related("version", "chapter", "snapshot__cycle"):
        found = Comment.objects.filter(round__snapshot=earlier, chapter=row.chapter_id).exclude(
            status="draft"
        )
        anchors = ((pk, anchor) for pk, anchor in found.order_by("pk").values_list("pk", "anchor").iterator())
        yield from project_chapter(row, now.get(row.chapter_id), anchors, others=other_chapters)


def project_chapter(
    earlier: SnapshotChapter,
    later: SnapshotChapter | None,
    anchors: Iterable[tuple[int, dict]],
    *,
    others: _Others | None = None,
    descent: dict[str, Descent] | None = None,
) -> Iterator[Projection]:
    """Project (comment id, anchor) pairs of one chapter; one not frozen again leaves them doubtful.

    ``others``: the later draft's chapters, in which a passage that is gone from its own is looked for.
    ``descent``: what became of its blocks (``descents_of``), where it is known already.
    """
    chapter = None
    number = earlier.chapter.number
    for key, anchor in anchors:
        for n, place in anchors_of(anchor):
            if later is None:
                yield Projection(
                    key, "ambiguous", place=n, chapter=number, method="none", reason="not-frozen"
                )
            elif not place.get("block"):
                yield Projection(key, "same", place=n, chapter=number, score=1.0, method="whole")
            else:
                chapter = chapter or _Chapter(earlier, later, others, descent)
                yield chapter.place(key, n, place)


class _Chapter:
    """Two frozen states of one chapter, prepared for many anchors; equal stretches are placed once."""

    def __init__(
        self,
        earlier: SnapshotChapter,
        later: SnapshotChapter,
        others: _Others | None,
        descent: dict[str, Descent] | None,
    ):
        self.number, self.pk = earlier.chapter.number, later.chapter_id
        descent = descent_of(earlier, later) if descent is None else descent
        before, after = texts_of(earlier), texts_of(later)
        there = {text.id for text in after}
        # The list of references is in no version; its ids, made from the sources' keys, last.
        heirs = {t.id: descent[t.id].blocks if t.id in descent else (t.id,) for t in before}
        moved = {name for name, came in descent.items() if "moved" in came.events and name in there}
        self.placing = Placing(before, after, heirs, moved)
        self.others = others
        self._placed: dict[tuple[str, int, int], tuple[Placed, str]] = {}

    def place(self, key: int, n: int, anchor: dict) -> Projection:
        stretch = anchor["block"], anchor.get("start") or 0, anchor.get("end") or 0
        if stretch not in self._placed:
            self._placed[stretch] = self._place(*stretch)
        placed, number = self._placed[stretch]
        return Projection(
            key, placed.outcome, placed.block, placed.start, placed.end, n, number, placed.score,
            placed.runner_up, placed.method, placed.reason, placed.candidates,
        )  # fmt: skip

    def _place(self, block: str, start: int, end: int) -> tuple[Placed, str]:
        placed = self.placing.place(block, start, end)
        if placed.outcome == "deleted" and self.others is not None:
            text = self.placing.before[block].text
            quote = text[start:end] if end > start else text
            return self.others.find(self.pk, quote) or (placed, self.number)
        return placed, self.number


class _Others:
    """The chapters of the later draft, for passages that went from one to another."""

    def __init__(self, rows: dict[int, SnapshotChapter]):
        self._rows = rows
        self._finders: dict[int, Finder] = {}

    def find(self, own: int, quote: str) -> tuple[Placed, str] | None:
        """The one place of these very words outside the chapter ``own``, and the number of its chapter."""
        if len(quote) < SHORTEST_ELSEWHERE:
            return None
        hits = []
        for pk, row in self._rows.items():
            if pk == own:
                continue
            if pk not in self._finders:
                self._finders[pk] = Finder([(b["id"], b["text"]) for b in row.blocks])
            found = self._finders[pk].locate(quote, like=False)
            if isinstance(found, Found) and found.method == "exact":
                hits.append((found, row.chapter.number))
            elif not isinstance(found, Found) and found.reason == "ambiguous":
                return None
        if len(hits) != 1:
            return None
        found, number = hits[0]
        return Placed("moved", found.block, found.start, found.end, 1.0, 0.0, "chapter"), number


def texts_of(row: SnapshotChapter) -> list[Text]:
    """The blocks of a frozen chapter with their sentences; those stored with it, by the splitter of its day."""
    language = row.snapshot.cycle.language
    return [
        Text(
            b["id"], b["kind"], b["text"],
            [tuple(span) for span in b.get("sentences") or sentences.split(b["text"], language)],
        )
        for b in row.blocks
    ]  # fmt: skip


def descent_of(earlier: SnapshotChapter, later: SnapshotChapter) -> dict[str, Descent]:
    """What became of each block between two frozen states, along the saved versions from one to the other.

    Blocks of the list of references are in no version; their ids, made from the sources' keys, last.
    Raises ValueError when the later snapshot holds an older text.
    """
    return descents_of([(earlier, later)])[earlier.chapter_id]


def descents_of(
    pairs: Iterable[tuple[SnapshotChapter, SnapshotChapter]],
) -> dict[int, dict[str, Descent]]:
    """The same for several chapters, by the chapter's pk, with one query however many they are."""
    found: dict[int, dict[str, Descent]] = {}
    between = Q(pk__in=[])
    for earlier, later in pairs:
        first, last = earlier.version.number, later.version.number
        if last < first:
            raise ValueError(
                f"Chapter {earlier.chapter.number}: {later.snapshot.label} was frozen from version "
                f"{last}, {earlier.snapshot.label} from version {first}; expected the earlier draft first."
            )
        found[earlier.chapter_id] = {b["id"]: Descent((b["id"],)) for b in earlier.version.blocks}
        if first < last:
            between |= Q(chapter=earlier.chapter_id, number__gt=first, number__lte=last)
    versions = ChapterVersion.objects.filter(between, aside=False).order_by("chapter", "number")
    for chapter, blocks in versions.values_list("chapter", "blocks").iterator(chunk_size=4):
        _one_step(found[chapter], blocks)
    return found


def _one_step(found: dict[str, Descent], blocks: list[dict]) -> None:
    became: dict[str, list[dict]] = defaultdict(list)
    for block in blocks:
        for source in block["sources"]:
            became[source].append(block)
    for descent in found.values():
        following = [block for name in descent.blocks for block in became.get(name, ())]
        descent.blocks = tuple(dict.fromkeys(block["id"] for block in following))
        descent.events |= {block["outcome"] for block in following}
