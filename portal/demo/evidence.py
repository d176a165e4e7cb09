"""Evidence of the demonstration: a cut-off, vetted sources, findings and answered notes, by the acts themselves."""

from __future__ import annotations

from datetime import date

from django.utils import timezone

from assessments.cycles import standing
from assessments.cycles.models import Cycle
from assessments.findings import actions as findings
from assessments.findings import syncing
from assessments.findings.models import Finding, Note
from assessments.sources import keeping, vetting
from panels.models import User

CUT_OFF = date(2026, 9, 30)
# Judgements of reports that no peers reviewed: outcome, limitation, words of the first and of the second vetter.
JUDGED = {
    "iasr2026": (
        "admit",
        "",
        "Its sources were followed for the passages cited here; each figure stands where it says.",
        "Written by many hands and reviewed outside; the version of 3 February 2026 is the one that is cited.",
    ),
    "keyupdate2025a": (
        "limited",
        "For what tests measured, not for what follows from it.",
        "Short and dated; the tests it reports were looked up one by one.",
        "Sound on measurements. Its outlook is an opinion, and no finding rests on it.",
    ),
    "kwa2025": (
        "limited",
        "For software tasks alone.",
        "Method and data are open; the trend was computed again from the data and came out the same.",
        "One family of tests. Nothing in it speaks of other work than software.",
    ),
}
MARKS = {
    "method-disclosed": "yes",
    "data-available": "partly",
    "replicated": "unknown",
    "independent-of-subject": "yes",
    "dated": "yes",
    "quality-control": "partly",
}
ACCOUNT = (
    "Two independent lines of evidence point the same way and a third is silent. The team discussed whether one level "
    "more could be justified and decided against it, since most measurements come from one kind of test."
)
ANSWER = "The word is used as the chapter uses it; the numbers stand in the paragraph that the line of sight names."


def load(cycle: Cycle, system: User) -> None:
    """Give a cycle what its register and findings would hold by now; nobody who exists has judged anything."""
    now = timezone.now()
    keeping.set_cut_off(cycle, CUT_OFF, by=system, now=now)
    vetters = _apart(cycle, "source.vet")
    for key, (outcome, limitation, *words) in JUDGED.items():
        source = cycle.sources.filter(key=key, kind__in=cycle.procedure.sources.vetted).first()
        if source is not None and len(vetters) == len(words):
            copy = f"Stands for the archived copy of {key}. Invented for demonstration.\n".encode()
            vetting.keep_copy(source, copy, f"{key}.txt", by=vetters[0], now=now)
            for by, said in zip(vetters, words, strict=True):
                vetting.vet(source, outcome, said, by=by, now=now, marks=MARKS, limitation=limitation)
    syncing.read_cycle(cycle, now)
    for chapter in cycle.chapters.all():
        authors = standing.people_with(cycle, cycle.procedure.may("finding.write"), chapter).order_by("pk")
        by = next((user for user in authors if user.has_perm("finding.write", chapter)), None)
        if by is not None:
            _settle(chapter, by, now)


def _apart(cycle: Cycle, act: str) -> list[User]:
    """Two people who may do the act and work in different houses."""
    people = standing.people_with(cycle, cycle.procedure.may(act)).select_related("person").order_by("pk")
    by_house = {user.person.affiliation: user for user in people if user.person.affiliation}
    return list(by_house.values())[:2]


def _settle(chapter, by: User, now) -> None:
    scale = syncing.scale_of(chapter.cycle)
    judged = {"evidence": scale.evidence[1], "agreement": scale.agreement[-1]} if scale.evidence else {}
    rated = chapter.findings.filter(status=Finding.Status.FOUND).exclude(confidence="")
    for finding in rated.filter(notes=None)[:3]:
        findings.confirm(finding, by=by, now=now, account=ACCOUNT, **judged)
    note = chapter.guard_notes.filter(status=Note.Status.OPEN, code="likelihood-without-numbers").first()
    if note is not None:
        findings.answer(note, ANSWER, by=by, now=now)
