"""The list of a round's comments: filters that live in the address, and pages by key, not by offset."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, F, Q, QuerySet, Value
from django.db.models.functions import Coalesce

from reviews.comments import quality
from reviews.comments.models import Comment, Reviewer

PAGE = 50
STATUSES = ("open", "answered", "draft", "withdrawn", "late")


@dataclass(frozen=True)
class Filters:
    """What the address asks for; unknown values count as not said."""

    chapter: str = ""
    status: str = ""
    kind: str = ""
    reviewer: int | None = None
    q: str = ""
    alike: int | None = None
    look: str = ""

    @classmethod
    def of(cls, said) -> Filters:
        status, kind, look = said.get("status", ""), said.get("kind", ""), said.get("look", "")
        return cls(
            chapter=said.get("chapter", "")[:12],
            status=status if status in STATUSES else "",
            kind=kind if kind in Comment.Kind.values else "",
            reviewer=_number(said.get("reviewer", "")),
            q=" ".join(said.get("q", "").split())[:200],
            alike=_number(said.get("alike", "")),
            look=look if look in (*quality.LOOKS, quality.ANY) else "",
        )

    def apply(self, found: QuerySet) -> QuerySet:
        if self.chapter:
            found = found.filter(chapter__number=self.chapter)
        if self.kind:
            found = found.filter(kind=self.kind)
        if self.reviewer:
            found = found.filter(reviewer=self.reviewer)
        if self.alike:
            found = found.filter(alike_to=self.alike)
        if self.q:
            found = found.filter(Q(text__icontains=self.q) | Q(proposed__icontains=self.q))
        by_status = {
            "open": Q(status="sent", response__isnull=True),
            "answered": Q(response__isnull=False),
            "draft": Q(status="draft"),
            "withdrawn": Q(status="withdrawn"),
            "late": Q(late=True),
        }
        return found.filter(by_status[self.status]) if self.status else found


def _number(written: str) -> int | None:
    return int(written) if written.isdecimal() and len(written) < 12 else None


def alike_counts(rows: list[Comment]) -> dict[int, int]:
    """Of each group that these comments are of, how many comments are in it, by the first of them."""
    groups = {row.alike_to_id for row in rows} - {None}
    found = Comment.objects.filter(alike_to__in=groups) if groups else Comment.objects.none()
    return dict(found.order_by().values_list("alike_to").annotate(Count("pk")))


def page_after(found: QuerySet, after: str) -> tuple[list[Comment], str]:
    """One page in the order of chapter and number (drafts first), and the key of the next one or "".

    The keys are found first, from an index alone; only the comments of the page are read.
    """
    found = found.annotate(place=F("chapter__place"), n=Coalesce("number", Value(0))).order_by(
        "place", "n", "pk"
    )
    key = after.split(".")
    if len(key) == 3 and all(part.isdecimal() and len(part) < 18 for part in key):
        place, n, pk = map(int, key)
        found = found.filter(Q(place__gt=place) | Q(place=place, n__gt=n) | Q(place=place, n=n, pk__gt=pk))
    keys = list(found.values_list("place", "n", "pk")[: PAGE + 1])
    shown = keys[:PAGE]
    read = Comment.objects.select_related("chapter", "reviewer__delegation__state", "response")
    rows = read.in_bulk([pk for _place, _n, pk in shown])
    following = ".".join(map(str, shown[-1])) if len(keys) > PAGE else ""
    return [rows[pk] for _place, _n, pk in shown if pk in rows], following


def reviewers_in(found: QuerySet, limit: int = 500) -> QuerySet:
    """Reviewers of the comments that the reader sees: nobody else's name is told."""
    return (
        Reviewer.objects.filter(pk__in=found.order_by().values("reviewer"))
        .select_related("delegation__state")
        .order_by("name")[:limit]
    )
