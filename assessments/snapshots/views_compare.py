"""Pages that compare: two frozen drafts, or a frozen one and the current text, whole and chapter by chapter."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from assessments.cycles.models import Cycle
from assessments.cycles.views import find_cycle
from assessments.drafting.models import Chapter, ChapterVersion
from assessments.snapshots.comparing import KINDS, Comparison, Section, compare_states, counted
from assessments.snapshots.comparing_files import as_csv
from assessments.snapshots.models import Snapshot, SnapshotChapter
from assessments.snapshots.states import (
    NOW,
    State,
    came_from,
    joints_between,
    of_frozen,
    of_version,
    without_references,
)
from records.doors import door

VIEWS = ("inline", "side")


@dataclass(frozen=True)
class Pair:
    """Two states of a report: snapshots, or None for the current text."""

    cycle: Cycle
    old: Snapshot | None
    new: Snapshot | None

    @property
    def asked(self) -> list[tuple[str, object]]:
        """What a reader must be allowed: (permission, target) of both states."""
        return [
            ("snapshot.read", state) if state else ("chapter.read", self.cycle)
            for state in (self.old, self.new)
        ]

    @property
    def labels(self) -> tuple[str, str]:
        """As they stand in addresses."""
        return tuple(state.label if state else NOW for state in (self.old, self.new))

    @property
    def names(self) -> tuple[str, str]:
        """As they are shown."""
        return tuple(state.label if state else _("current text") for state in (self.old, self.new))


def find_pair(user, cycle: str, old: str, new: str, **_kwargs) -> Pair:
    """The two states that the address names, or Http404; who may see them is the door's question."""
    found = find_cycle(user, cycle)
    return Pair(found, _state_named(found, old), _state_named(found, new))


def _state_named(cycle: Cycle, label: str) -> Snapshot | None:
    if label == NOW:
        return None
    snapshot = cycle.snapshots.filter(label=label, status=Snapshot.Status.READY).first()
    if snapshot is None:
        raise Http404
    snapshot.cycle = cycle
    return snapshot


def readable_labels(user, cycle: Cycle) -> list[str]:
    """Labels of the frozen drafts that a person may read, oldest first, and ``now`` where they may read that."""
    ready = cycle.snapshots.filter(status=Snapshot.Status.READY).order_by("created_at")
    found = [s.label for s in ready if user.has_perm("snapshot.read", s)]
    return [*found, NOW] if user.has_perm("chapter.read", cycle) else found


@door("cycle.view", load=find_cycle, methods=("GET",))
def compare_choose(request, cycle, **_kwargs):
    """Which two states to compare: among those that this person may read."""
    labels = readable_labels(request.user, cycle)
    old, new = request.GET.get("from", ""), request.GET.get("to", "")
    if old in labels and new in labels and old != new:
        return redirect("compare_drafts", cycle.slug, old, new)
    context = {
        "cycle": cycle,
        "labels": [(label, _("current text") if label == NOW else label) for label in labels],
        "old": old or (labels[-2] if len(labels) > 1 else ""),
        "new": new or (labels[-1] if labels else ""),
        "same": bool(old) and old == new,
    }
    return render(request, "assessments/snapshots/compare_choose.html", context)


@door("snapshot.compare", load=find_pair, methods=("GET",))
def compare_drafts(request, pair, **_kwargs):
    """The whole report: how much changed in each chapter, with the way into each."""
    rows = _chapters(pair)
    if request.GET.get("as") == "csv":
        return _csv(
            pair, ((row["chapter"].number, _comparison(row)) for row in rows if row["old"] and row["new"])
        )
    sections = [row["section"] for row in rows]
    return render(
        request,
        "assessments/snapshots/compare_drafts.html",
        {
            "cycle": pair.cycle,
            "pair": pair,
            "rows": rows,
            "kinds": list(KINDS.values()),
            "totals": [(word, sum(s.counts.get(kind, 0) for s in sections)) for kind, word in KINDS.items()],
            "widest": max([s.blocks for s in sections], default=1),
        },
    )


def _chapters(pair: Pair) -> list[dict]:
    """One row for each chapter of either state, with its counts; three queries, however many chapters."""
    olds, news = _texts(pair.old, pair.cycle), _texts(pair.new, pair.cycle)
    both = [(_version(olds[pk]), _version(news[pk])) for pk in olds if pk in news]
    joints = joints_between(both)
    rows = []
    for chapter in sorted({t.chapter.pk: t.chapter for t in (*olds.values(), *news.values())}.values(),
                          key=lambda c: (c.place, c.pk)):  # fmt: skip
        old, new = olds.get(chapter.pk), news.get(chapter.pk)
        counts = {}
        if old and new:
            counts = counted(*_blocks(old, new), came_from(_version(old), _version(new), joints))
        blocks = counts.pop("all", 0) or len((old or new).blocks)
        title = f"{chapter.number} {(new or old).chapter.title}"
        rows.append(
            {"chapter": chapter, "old": old, "new": new, "section": Section(title, blocks, counts, 0)}
        )
    return rows


def _texts(state: Snapshot | None, cycle: Cycle) -> dict[int, SnapshotChapter | ChapterVersion]:
    """The chapters of one state by their key: frozen ones, or the current versions."""
    if state is None:
        current = ChapterVersion.objects.filter(pk__in=cycle.chapters.values("current"))
        return {v.chapter_id: v for v in current.select_related("chapter__cycle")}
    frozen = state.chapters.select_related("chapter__cycle", "version__chapter__cycle", "snapshot__cycle")
    return {f.chapter_id: f for f in frozen}


def _version(text: SnapshotChapter | ChapterVersion) -> ChapterVersion:
    return text.version if isinstance(text, SnapshotChapter) else text


def _blocks(old: SnapshotChapter | ChapterVersion, new: SnapshotChapter | ChapterVersion) -> list[list[dict]]:
    if type(old) is type(new):
        return [old.blocks, new.blocks]
    return [without_references(text.blocks) for text in (old, new)]


def _ready(text: SnapshotChapter | ChapterVersion, *, references: bool) -> State:
    if isinstance(text, SnapshotChapter):
        return of_frozen(text, references=references)
    address = reverse("chapter", args=[text.chapter.cycle.slug, text.chapter.number])
    return of_version(text, _("current text"), address)


def _comparison(row: dict) -> Comparison:
    old, new = row["old"], row["new"]
    alike = type(old) is type(new)
    states = [_ready(text, references=alike) for text in (old, new)]
    return compare_states(*states, came_from(_version(old), _version(new)))


def find_chapter_pair(user, cycle: str, old: str, new: str, number: str, **_kwargs) -> Pair:
    """The pair, where both states hold that chapter; else Http404."""
    pair = find_pair(user, cycle, old, new)
    for state in (pair.old, pair.new):
        holding = state.chapters.filter(chapter__number=number) if state else (
            pair.cycle.chapters.filter(number=number).exclude(current=None)
        )  # fmt: skip
        if not holding.exists():
            raise Http404
    return pair


@door("snapshot.compare", load=find_chapter_pair, methods=("GET",))
def compare_chapter(request, pair, number, **_kwargs):
    """One chapter, block by block and word by word; ``?view=side`` sets the texts side by side."""
    chapter = Chapter.objects.get(cycle=pair.cycle, number=number)
    row = {name: _text(state, chapter) for name, state in (("old", pair.old), ("new", pair.new))}
    found = _comparison(row)
    context = {
        **comparison_context(request, found, pair.cycle),
        "pair": pair,
        "chapter": chapter,
        "names": pair.names,
        "around": reverse("compare_chapter", args=[pair.cycle.slug, *reversed(pair.labels), number]),
    }
    name = f"{pair.cycle.slug}-{number}-{'-'.join(pair.labels)}"
    return as_file(request, found, number, name, context) or render(
        request, "assessments/snapshots/compare_chapter.html", context
    )


def _text(state: Snapshot | None, chapter: Chapter) -> SnapshotChapter | ChapterVersion:
    if state is None:
        return ChapterVersion.objects.select_related("chapter__cycle").get(pk=chapter.current_id)
    frozen = state.chapters.select_related("chapter__cycle", "version__chapter__cycle", "snapshot__cycle")
    return frozen.get(chapter=chapter)


def comparison_context(request, found: Comparison, cycle: Cycle) -> dict:
    """What ``_comparison.html`` shows; the way of showing it is kept in the address."""
    view = request.GET.get("view")
    view = view if view in VIEWS else "inline"

    def address(**changed: str) -> str:
        asked = request.GET.copy()
        for name, value in changed.items():
            asked[name] = value
        return f"?{asked.urlencode()}"

    return {
        "cycle": cycle,
        "found": found,
        "groups": list(found.groups),
        "total": len(found.changes),
        "kinds": list(KINDS.values()),
        "view": view,
        "views": [
            (v, address(view=v), label)
            for v, label in (("inline", _("In one text")), ("side", _("Side by side")))
        ],
        "csv_address": address(**{"as": "csv"}),
        "html_address": address(**{"as": "html"}),
    }


def as_file(request, found: Comparison, number: str, name: str, context: dict) -> HttpResponse | None:
    """The comparison as CSV or as a page that stands alone, where the address asks for a file."""
    if request.GET.get("as") == "csv":
        return _download(as_csv([(number, found)]), f"{name}.csv", "text/csv")
    if request.GET.get("as") == "html":
        page = render_to_string(
            "assessments/snapshots/comparison_file.html", {**context, "alone": True}, request
        )
        return _download(page, f"{name}.html", "text/html")
    return None


def _csv(pair: Pair, comparisons) -> HttpResponse:
    return _download(as_csv(comparisons), f"{pair.cycle.slug}-{'-'.join(pair.labels)}.csv", "text/csv")


def _download(text: str, name: str, kind: str) -> HttpResponse:
    response = HttpResponse(text, content_type=f"{kind}; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response
