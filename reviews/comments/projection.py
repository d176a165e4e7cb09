"""Where a comment's passage stands in a later frozen draft (procedure 5.4): by block ids and their lineage.

The anchor itself never changes. Likeness of text alone places deleted passages wrongly; so the lineage of the
saved versions says which blocks come into question, and words are compared inside those alone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from rapidfuzz.distance import Indel

from assessments.snapshots.models import Snapshot, SnapshotChapter
from assessments.text.anchors import Finder, Found
from assessments.text.tokens import parts
from reviews.comments.models import Comment

OUTCOMES = ("same", "moved", "edited", "split", "merged", "deleted", "ambiguous")
# Of an edited passage this share of its characters must survive to be shown as the same passage; below
# the other it is gone. Between the two a person looks.
SURVIVES, GONE = 0.5, 0.2
# Characters by which two neighbouring words of a passage may come apart, or closer, in an edit.
APART = 40


@dataclass(frozen=True)
class Projection:
    """One comment's place in the later draft; ``block`` is None where it has none or a person must look.

    ``start`` and ``end`` are characters of that block's text.
    """

    comment: int
    outcome: str
    block: str | None = None
    start: int = 0
    end: int = 0


@dataclass
class Descent:
    """What became of one block: the blocks that hold its text now, and what happened on the way."""

    blocks: tuple[str, ...]
    events: set[str] = field(default_factory=set)


def project(earlier: Snapshot, later: Snapshot) -> Iterator[Projection]:
    """The place in ``later`` of every anchored comment sent in the rounds on ``earlier``.

    Comments that name no place (``method`` none) have nothing to be projected and are left out. Raises
    ValueError when ``later`` was frozen from an older text than ``earlier``.
    """
    now = {row.chapter_id: row for row in later.chapters.select_related("version")}
    for row in earlier.chapters.select_related("version"):
        found = Comment.objects.filter(round__snapshot=earlier, chapter=row.chapter_id).exclude(
            status="draft"
        )
        anchors = ((pk, anchor) for pk, anchor in found.order_by("pk").values_list("pk", "anchor").iterator())
        yield from project_chapter(row, now.get(row.chapter_id), anchors)


def project_chapter(
    earlier: SnapshotChapter, later: SnapshotChapter | None, anchors: Iterable[tuple[int, dict]]
) -> Iterator[Projection]:
    """Project (comment id, anchor) pairs of one chapter; one not frozen again leaves them doubtful."""
    chapter = None
    for key, anchor in anchors:
        if not anchor.get("block") and anchor.get("method") != "whole":
            continue
        if later is None:
            yield Projection(key, "ambiguous")
        elif not anchor.get("block"):
            yield Projection(key, "same")
        else:
            chapter = chapter or _Chapter(earlier, later)
            yield chapter.place(key, anchor)


class _Chapter:
    """Two frozen states of one chapter, prepared for many anchors."""

    def __init__(self, earlier: SnapshotChapter, later: SnapshotChapter):
        self.before = {b["id"]: b["text"] for b in earlier.blocks}
        self.after = {b["id"]: b["text"] for b in later.blocks}
        self.descent = descent_of(earlier, later)
        self.whole = Finder(list(self.after.items()))

    def place(self, key: int, anchor: dict) -> Projection:
        name = anchor["block"]
        if name not in self.before:
            return Projection(key, "ambiguous")
        old = self.before[name]
        came = self.descent.get(name) or Descent((name,) if name in self.after else ())
        blocks = [b for b in came.blocks if b in self.after]
        start, end = _span(anchor, old)
        if not blocks:
            return self._elsewhere(key, old[start:end])
        outcome = self._outcome(blocks, came.events, old)
        if outcome in ("same", "moved"):
            return Projection(key, outcome, blocks[0], start, end)
        found = self._within(key, outcome, blocks, old, start, end)
        if found.block is None and (start, end) == (0, len(old)):
            # Its block is known for certain, whatever became of its words.
            return Projection(key, outcome, blocks[0], 0, len(self.after[blocks[0]]))
        return found

    def _outcome(self, blocks: Sequence[str], events: set[str], old: str) -> str:
        if len(blocks) > 1:
            return "split"
        if self.after[blocks[0]] == old:
            return "moved" if "moved" in events else "same"
        return next((event for event in ("merged", "split") if event in events), "edited")

    def _within(
        self, key: int, outcome: str, blocks: Sequence[str], old: str, start: int, end: int
    ) -> Projection:
        """The passage inside the block's successors: its words where they stand, else what is left."""
        finder = Finder([(b, self.after[b]) for b in blocks])
        found = finder.locate(old[start:end], old[max(0, start - 40) : start], old[end : end + 40])
        if isinstance(found, Found) and found.method != "like":
            return Projection(key, outcome, found.block, found.start, found.end)
        share, block, first, last = max(_survivors(old, start, end, b, self.after[b]) for b in blocks)
        if share >= SURVIVES:
            return Projection(key, outcome, block, first, last)
        return Projection(key, "deleted" if share < GONE else "ambiguous")

    def _elsewhere(self, key: int, quote: str) -> Projection:
        """No block descends from it: the passage is gone, unless its very words stand in another block."""
        if len(quote) >= 40:
            found = self.whole.locate(quote)
            if isinstance(found, Found) and found.method == "exact":
                return Projection(key, "moved", found.block, found.start, found.end)
            if isinstance(found, Found) or found.reason == "ambiguous":
                return Projection(key, "ambiguous")
        return Projection(key, "deleted")


def _span(anchor: dict, text: str) -> tuple[int, int]:
    """The anchor's characters within its block; the whole block where it names none."""
    start, end = anchor.get("start") or 0, anchor.get("end") or 0
    start, end = max(0, min(start, len(text))), max(0, min(end, len(text)))
    return (start, end) if end > start else (0, len(text))


def _survivors(old: str, start: int, end: int, block: str, new: str) -> tuple[float, str, int, int]:
    """(share of the passage's letters that stand together in ``new``, block, where they begin and end there).

    Common words stand everywhere: tokens that moved far apart from one another are no part of the passage.
    """
    was, now = _placed(old), _placed(new)
    total = sum(len(token) for at, token in was if start <= at < end and not token.isspace())
    groups, before = [], None
    for step in Indel.opcodes([token for _at, token in was], [token for _at, token in now]):
        if step.tag != "equal":
            continue
        for offset in range(step.src_end - step.src_start):
            source, token = was[step.src_start + offset]
            here = now[step.dest_start + offset][0]
            if not start <= source < end or token.isspace():
                continue
            if before is None or abs((here - before[1]) - (source - before[0])) > APART:
                groups.append([0, here, here])
            groups[-1][0] += len(token)
            groups[-1][2] = here + len(token)
            before = (source, here)
    kept, first, last = max(groups, default=(0, 0, 0))
    return (kept / total if total else 0.0, block, first, last)


def _placed(text: str) -> list[tuple[int, str]]:
    """The tokens of a text, each with where it begins."""
    found, at = [], 0
    for token in parts(text):
        found.append((at, token))
        at += len(token)
    return found


def descent_of(earlier: SnapshotChapter, later: SnapshotChapter) -> dict[str, Descent]:
    """What became of each block between two frozen states, along the saved versions from one to the other.

    Blocks of the list of references are in no version; their ids, made from the sources' keys, last.
    Raises ValueError when the later snapshot holds an older text.
    """
    if later.version.number < earlier.version.number:
        raise ValueError(
            f"Chapter {earlier.chapter.number}: {later.snapshot.label} was frozen from version "
            f"{later.version.number}, {earlier.snapshot.label} from version {earlier.version.number}; "
            "expected the earlier draft first."
        )
    found = {b["id"]: Descent((b["id"],)) for b in earlier.version.blocks}
    versions = earlier.version.chapter.versions.filter(
        aside=False, number__gt=earlier.version.number, number__lte=later.version.number
    )
    for blocks in versions.order_by("number").values_list("blocks", flat=True).iterator(chunk_size=4):
        _one_step(found, blocks)
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
