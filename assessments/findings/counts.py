"""How many findings and notes a chapter has: for its board, lists and pages, in one query each."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Count, Q
from django.urls import reverse

from assessments.cycles.models import Cycle
from assessments.findings.models import Finding, Note


def by_chapter(cycle: Cycle) -> dict[int, dict[str, int]]:
    """{chapter pk: {findings, unconfirmed, notes, unanswered}} for every chapter that has any; two queries."""
    found: dict[int, dict[str, int]] = {}
    empty = {"findings": 0, "unconfirmed": 0, "notes": 0, "unanswered": 0}
    rows = Finding.objects.filter(chapter__cycle=cycle).exclude(status__in=["gone", "dismissed"])
    for row in (
        rows.values("chapter")
        .order_by()
        .annotate(findings=Count("pk"), unconfirmed=Count("pk", filter=~Q(status="confirmed")))
    ):
        chapter = row.pop("chapter")
        found[chapter] = {**empty, **row}
    notes = Note.objects.filter(chapter__cycle=cycle).exclude(status="gone")
    for row in (
        notes.values("chapter")
        .order_by()
        .annotate(notes=Count("pk"), unanswered=Count("pk", filter=Q(status="open")))
    ):
        chapter = row.pop("chapter")
        found[chapter] = {**found.get(chapter, empty), **row}
    return found


def unanswered(chapters: Sequence, whole: bool) -> dict[int, dict[str | int, int]]:
    """Notes of guards that nobody has answered, by block, for the boards (11.10)."""
    rows = Note.objects.filter(chapter__in=chapters, status=Note.Status.OPEN).order_by()
    found: dict[int, dict[str | int, int]] = {}
    for chapter, block, number in rows.values_list("chapter", "block").annotate(n=Count("pk")):
        found.setdefault(chapter, {})[block] = number
    return found


def notes_page(chapter) -> str:
    """Where they are answered."""
    return f"{reverse('findings', args=[chapter.cycle.slug])}?chapter={chapter.number}&notes=open"
