"""What became of the passages that comments spoke of: as reviewed, and in a later draft (procedure 5.4)."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from assessments.snapshots.comparing import marked
from assessments.snapshots.models import Snapshot, SnapshotChapter
from assessments.text.compare import Budget
from reviews.anchors.models import Projection as Stored
from reviews.comments import projection
from reviews.comments.actions import comments_of
from reviews.comments.models import Comment
from reviews.rounds.models import ReviewRound

PAGE = 25
# More comments than this are not sorted by outcome on a page: they are chosen by chapter first.
MOST = 2_000
GROUPS = {
    "same": ("same",),
    "changed": ("edited", "moved", "split", "merged"),
    "gone": ("deleted",),
    "doubt": ("ambiguous",),
}
WHOSE = ("own", "answered")


@dataclass(frozen=True)
class Asked:
    """What the address asks for; unknown values count as not said."""

    whose: str = ""
    to: str = ""
    chapter: str = ""
    outcome: str = ""
    answer: str = ""
    page: int = 1

    @classmethod
    def of(cls, said) -> Asked:
        page = said.get("page", "")
        whose, outcome, answer = said.get("whose", ""), said.get("outcome", ""), said.get("answer", "")
        return cls(
            whose if whose in WHOSE else "",
            said.get("to", "")[:40],
            said.get("chapter", "")[:12],
            outcome if outcome in GROUPS else "",
            answer if answer in ("yes", "no") else "",
            int(page) if page.isascii() and page.isdigit() and len(page) < 7 else 1,
        )


@dataclass
class Became:
    """One comment with its passage in both drafts. ``new`` is None where it has no place in the later one."""

    comment: Comment
    outcome: str
    old: str
    new: str | None
    old_href: str
    new_href: str
    diff: list[tuple[str, str]] = field(default_factory=list)
    answer: object | None = None

    @property
    def group(self) -> str:
        return next((name for name, outcomes in GROUPS.items() if self.outcome in outcomes), "")

    @property
    def word(self) -> str:
        """The outcome in words."""
        return {
            "same": _("unchanged"),
            "edited": _("changed"),
            "moved": _("moved"),
            "split": _("split"),
            "merged": _("merged"),
            "deleted": _("no longer there"),
            "ambiguous": _("in doubt: a person looks"),
        }.get(self.outcome, _("names no passage"))

    @property
    def shown(self) -> str:
        return marked(self.diff)


@dataclass(frozen=True)
class Answer:
    """One page of what was asked for. ``counts`` by group, ``total`` after the filters; ``too_many``: choose first."""

    rows: list[Became]
    total: int
    page: int
    following: int | None
    counts: dict[str, int]
    too_many: bool = False


def later_drafts(user, review_round: ReviewRound) -> list[Snapshot]:
    """Drafts frozen after the one that was reviewed which this person may read, newest first."""
    reviewed = review_round.snapshot
    found = review_round.cycle.snapshots.filter(
        status=Snapshot.Status.READY, created_at__gt=reviewed.created_at
    ).order_by("-created_at")
    for snapshot in found:
        snapshot.cycle = review_round.cycle
    return [snapshot for snapshot in found if user.has_perm("snapshot.read", snapshot)]


def concerns(user, review_round: ReviewRound, whose: str = "") -> tuple[QuerySet, str]:
    """The comments whose fate is this person's affair, and whose they are: ``own`` or ``answered``.

    One's own, or one's government's, once sent; for those who make the report also those that they answered.
    """
    seen = Comment.objects.visible_in(review_round, user).exclude(status=Comment.Status.DRAFT)
    own = seen.filter(pk__in=comments_of(review_round, user).values("pk"))
    if not user.has_perm("comments.read_all", review_round.cycle):
        return own, "own"
    if whose == "own" or (not whose and own.exists()):
        return own, "own"
    return seen.filter(response__by=user), "answered"


def of_comments(user, review_round: ReviewRound, later: Snapshot, found: QuerySet, asked: Asked) -> Answer:
    """One page of the comments, as the text runs, each with what became of its passage in ``later``."""
    if asked.chapter:
        found = found.filter(chapter__number=asked.chapter)
    shows = review_round.status == "answered" or user.has_perm("comments.read_all", review_round.cycle)
    if asked.answer and shows:
        found = found.filter(response__isnull=asked.answer == "no")
    bare = list(found.order_by().values_list("pk", "chapter", "anchor", "number")[: MOST + 1])
    if len(bare) > MOST:
        return Answer([], found.count(), 1, None, {}, True)
    chapters = {row[1] for row in bare}
    old, new = _frozen(review_round.snapshot, chapters), _frozen(later, chapters)
    places = _projected(old, new, bare)
    outcomes = {pk: places[pk].outcome if pk in places else "" for pk, *_rest in bare}
    counts = Counter(_group(outcome) for outcome in outcomes.values())
    wanted = [row for row in bare if not asked.outcome or _group(outcomes[row[0]]) == asked.outcome]
    wanted.sort(key=_as_the_text_runs(old))
    first = (asked.page - 1) * PAGE
    keys = [row[0] for row in wanted[first : first + PAGE]]
    comments = found.select_related("chapter", "reviewer__delegation__state", "response").in_bulk(keys)
    budget = Budget()
    rows = [_row(comments[pk], places.get(pk), old, new, shows, budget) for pk in keys]
    following = asked.page + 1 if first + PAGE < len(wanted) else None
    return Answer(rows, len(wanted), asked.page, following, dict(counts))


def _group(outcome: str) -> str:
    return next((name for name, outcomes in GROUPS.items() if outcome in outcomes), "")


def _frozen(snapshot: Snapshot, chapters: Iterable[int]) -> dict[int, SnapshotChapter]:
    rows = snapshot.chapters.filter(chapter__in=chapters).defer("html", "line_map", "version__markdown")
    return {
        row.chapter_id: row for row in rows.select_related("chapter", "version__chapter", "snapshot__cycle")
    }


def _projected(old: dict, new: dict, bare: list[tuple]) -> dict[int, projection.Projection]:
    """Comment → its (first) place in the later draft: the one door to the projections.

    What a person decided of a doubtful place counts before what is worked out.
    """
    found: dict[int, projection.Projection] = {}
    anchors: dict[int, list[tuple[int, dict]]] = defaultdict(list)
    for pk, chapter, anchor, _number in bare:
        anchors[chapter].append((pk, anchor))
    descents = projection.descents_of((row, new[chapter]) for chapter, row in old.items() if chapter in new)
    for chapter, frozen in old.items():
        for placed in projection.project_chapter(
            frozen, new.get(chapter), anchors[chapter], descent=descents.get(chapter)
        ):
            if placed.place == 0:
                found[placed.comment] = placed
    drafts = {row.snapshot_id for row in new.values()}
    settled = Stored.objects.filter(snapshot__in=drafts, comment__chapter__in=old, place=0).exclude(
        decision=""
    )
    for row in settled:
        if row.comment_id in found:
            said = row.standing
            found[row.comment_id] = replace(
                found[row.comment_id], outcome=said["outcome"], block=said["block"] or None,
                start=said["start"], end=said["end"],
            )  # fmt: skip
    return found


def _as_the_text_runs(old: dict[int, SnapshotChapter]):
    order = {
        (key, block["id"]): place for key, frozen in old.items() for place, block in enumerate(frozen.blocks)
    }
    chapters = {key: frozen.chapter.place for key, frozen in old.items()}

    def key(row: tuple) -> tuple:
        pk, chapter, anchor, number = row
        block = order.get((chapter, anchor.get("block")), -1)
        return chapters.get(chapter, 0), chapter, block, anchor.get("start") or 0, number or 0, pk

    return key


def _row(comment: Comment, placed, old: dict, new: dict, shows: bool, budget: Budget) -> Became:
    anchor, before, after = comment.anchor, old.get(comment.chapter_id), new.get(comment.chapter_id)
    was = (
        _passage(before, anchor.get("block"), anchor.get("start"), anchor.get("end"))
        or anchor.get("quote")
        or ""
    )
    now = _passage(after, placed.block, placed.start, placed.end) if placed and placed.block else None
    row = Became(
        comment,
        placed.outcome if placed else "",
        was,
        now,
        _where(before, anchor.get("block"), anchor),
        _where(after, placed.block if placed else None, {}),
        answer=getattr(comment, "response", None) if shows else None,
    )
    if row.outcome == "deleted":
        row.diff = [("-", was)] if was else []
    else:
        row.diff = budget.word_diff(was, was if now is None else now)[0]
    return row


def _passage(frozen: SnapshotChapter | None, block: str | None, start: int | None, end: int | None) -> str:
    """The words of a stretch of a block; the whole block where it names no stretch of it."""
    text = next((b["text"] for b in frozen.blocks if b["id"] == block), "") if frozen and block else ""
    stretch = text[start or 0 : end or 0]
    return stretch or text


def _where(frozen: SnapshotChapter | None, block: str | None, anchor: dict) -> str:
    """The address of the place in the reading view of that draft; "" where the draft has not this chapter."""
    if frozen is None:
        return ""
    snapshot = frozen.snapshot
    address = reverse("snapshot_chapter", args=[snapshot.cycle.slug, snapshot.label, frozen.chapter.number])
    page, first = anchor.get("page_label"), anchor.get("line_from")
    if page and first:
        last = anchor.get("line_to") or first
        at = f"{page}:{first}" + (f"-{last}" if last != first else "")
        return f"{address}?{urlencode({'at': at})}#p{page}l{first}"
    return f"{address}?{urlencode({'block': block})}#{block}" if block else address
