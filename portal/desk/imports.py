"""The notes of imports that lie on a desk, as the address asks for them."""

from __future__ import annotations

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from assessments.drafting.models import Chapter
from assessments.imports.models import ImportAttempt
from portal.desk.desks import Desk

# What an import counts, in words; a figure under another name is shown under that name.
WORDS = {
    "rows": _("rows"),
    "imported": _("entered"),
    "unchanged": _("known already"),
    "anchored": _("with a place in the text"),
    "unresolved": _("without a place"),
    "refused": _("refused"),
    "added": _("added"),
    "changed": _("changed"),
    "words": _("words"),
    "version": _("version"),
    "suggestions": _("suggestions"),
    "threads": _("threads"),
    "not_carried": _("not carried"),
}


def attempts_of(desk: Desk) -> QuerySet[ImportAttempt]:
    """Every attempt in the cycles into which the person looks, newest first."""
    return ImportAttempt.objects.filter(cycle__in=desk.inside).select_related("cycle", "by").order_by("-pk")


def counted(attempt: ImportAttempt) -> list[tuple[str, int]]:
    """The figures that the import gave of itself, with what each counts in words."""
    return [(str(WORDS.get(name, name)), n) for name, n in attempt.counts.items()]


def listed(desk: Desk, attempts: list[ImportAttempt]) -> list[dict]:
    """The attempts with their figures in words, and the page where the same can be brought in again."""
    chapters = set(Chapter.objects.filter(cycle__in=desk.inside).values_list("cycle", "number"))
    return [{"attempt": one, "counts": counted(one), "href": _where(one, chapters)} for one in attempts]


def _where(attempt: ImportAttempt, chapters: set) -> str:
    slug, place = attempt.cycle.slug, attempt.place
    if attempt.kind == ImportAttempt.Kind.COMMENTS:
        return reverse("round_import", args=[slug, place])
    if attempt.kind == ImportAttempt.Kind.SOURCES:
        return reverse("sources", args=[slug])
    if (attempt.cycle_id, place) in chapters:
        return reverse("chapter_import", args=[slug, place])
    return reverse("cycle", args=[slug])
