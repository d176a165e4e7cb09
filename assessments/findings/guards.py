"""What stands in the way of settling findings, and the condition that a procedure may ask of a gate (11.9)."""

from __future__ import annotations

from django.db.models import Count, F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from assessments.cycles.guards import stage_obstacles
from assessments.cycles.models import Cycle
from assessments.drafting.models import Chapter
from assessments.findings.models import Finding, Note
from records.obstacles import Obstacle

# A finding with one of these has no confidence that holds, or no evidence to point to (invariant 13 of IPCC and IPBES).
UNSUPPORTED = ("no-sight", "sight-leads-nowhere", "not-in-chapters", "sole-support")
# A chapter whose present text is not the one whose findings were read.
BEHIND = Q(findings_read=None) | ~Q(findings_read__version=F("current__number"))


def obstacles_to_settling(finding: Finding) -> list[Obstacle]:
    """Confirming a finding, or saying that it is none."""
    found = stage_obstacles(finding.chapter.cycle, "finding.write")
    if finding.status == Finding.Status.GONE:
        found.append(Obstacle("gone", _("The text no longer says this."), rule="11.9"))
    return found


def obstacles_to_answering(note: Note) -> list[Obstacle]:
    """Answering a note."""
    found = stage_obstacles(note.chapter.cycle, "finding.write")
    if note.status == Note.Status.GONE:
        found.append(Obstacle("gone", _("The words that it was about changed."), rule="11.10"))
    return found


def behind(cycle: Cycle) -> list[Chapter]:
    """Chapters whose present text is not read yet."""
    return list(Chapter.objects.filter(BEHIND, cycle=cycle, current__isnull=False).order_by("place"))


def _number_of(rows) -> Coalesce:
    """How many of the rows each chapter has, in the same question as the chapters."""
    counted = (
        rows.filter(chapter=OuterRef("pk")).order_by().values("chapter").annotate(n=Count("pk")).values("n")
    )
    return Coalesce(Subquery(counted), 0)


def findings_supported(cycle: Cycle, rule) -> list[Obstacle]:
    """Condition ``findings-supported``: no finding lacks its confidence or its evidence, or says what chapters lack."""
    page = reverse("findings", args=[cycle.slug])
    open_notes = Note.objects.filter(status=Note.Status.OPEN, code__in=UNSUPPORTED)
    chapters = list(
        Chapter.objects.filter(cycle=cycle, current__isnull=False)
        .annotate(behind=BEHIND, notes=_number_of(open_notes), bare=_number_of(unrated(cycle)))
        .order_by("place")
    )
    numbers = ", ".join(chapter.number for chapter in chapters if chapter.behind)
    if numbers:
        text = _("The findings of these chapters are being read: %(chapters)s.")
        return [Obstacle("findings-being-read", text % {"chapters": numbers}, rule="11.9", href=page)]
    found = []
    notes = sum(chapter.notes for chapter in chapters)
    if notes:
        text = ngettext(
            "%(n)s note on the evidence of a finding is unanswered.",
            "%(n)s notes on the evidence of findings are unanswered.",
            notes,
        )
        remedy = _("Mend the words, or answer with a reason.")
        href = f"{page}?notes=evidence"
        found.append(
            Obstacle("findings-unsupported", text % {"n": notes}, rule="4.7", remedy=remedy, href=href)
        )
    if cycle.procedure.findings.scale != "none":
        bare = sum(chapter.bare for chapter in chapters)
        if bare:
            text = ngettext(
                "%(n)s finding has no confidence, and no author confirmed it as it is.",
                "%(n)s findings have no confidence, and no author confirmed them as they are.",
                bare,
            )
            href = f"{page}?confidence=none"
            found.append(Obstacle("findings-unrated", text % {"n": bare}, rule="4.7", href=href))
    return found


def unrated(cycle: Cycle):
    """Findings of the chapters that bear no level and that no author has confirmed, as for facts beyond doubt.

    Sentences of a summary that only lead on carry the level of their headline.
    """
    rows = Finding.objects.filter(chapter__cycle=cycle, confidence="", likelihood="", chapter__kind="chapter")
    return rows.filter(Q(status=Finding.Status.FOUND) | Q(status=Finding.Status.CHANGED))
