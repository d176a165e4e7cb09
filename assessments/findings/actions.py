"""Verbs of findings: confirming them, saying that one is none, answering a note (procedure 11.9, 11.10)."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

import records.append
from assessments.cycles.guards import stage_obstacles
from assessments.cycles.models import Cycle
from assessments.findings import guards, scale, syncing
from assessments.findings.models import ChosenScale, Finding, FindingsRead, Note
from assessments.procedures.loader import SCALES
from panels.models import User
from records.jobs.queue import enqueue
from records.obstacles import refuse, refuse_if, require


@transaction.atomic
def confirm(
    finding: Finding, *, by: User, now: datetime, evidence: str = "", agreement: str = "", account: str = ""
) -> Finding:
    """Confirm a finding as the text has it, with evidence, agreement and the traceable account (procedure 11.9).

    Nothing is computed from the two judgements, and none is asked for. Raises PermissionDenied; Blocked: wrong
    stage, no longer in the text, a judgement that the scale does not know.
    """
    finding = _locked(finding)
    require(by, "finding.write", finding.chapter)
    refuse_if(guards.obstacles_to_settling(finding))
    known = syncing.scale_of(finding.chapter.cycle)
    if (evidence and evidence not in known.evidence) or (agreement and agreement not in known.agreement):
        refuse("unknown-judgement", _("The scale knows no such evidence or agreement."), rule="11.9")
    finding.evidence, finding.agreement, finding.account = evidence, agreement, account.strip()
    _settle(finding, Finding.Status.CONFIRMED, by, now)
    levels = ", ".join(key for _part, key in finding.levels)
    said = {"levels": levels, "evidence": evidence, "agreement": agreement, "account": finding.account}
    _record(finding, "finding.confirmed", said, by, now)
    return finding


@transaction.atomic
def dismiss(finding: Finding, reason: str, *, by: User, now: datetime) -> Finding:
    """Say, with a reason, that a sentence is no finding; its notes fall away (procedure 11.9)."""
    finding = _locked(finding)
    require(by, "finding.write", finding.chapter)
    refuse_if(guards.obstacles_to_settling(finding))
    if not reason.strip():
        refuse("no-reason", _("Say why this is no finding."), rule="11.9")
    finding.account = reason.strip()
    _settle(finding, Finding.Status.DISMISSED, by, now)
    finding.notes.exclude(code="prescriptive").update(status=Note.Status.GONE)
    _record(finding, "finding.dismissed", {"reason": finding.account}, by, now)
    return finding


@transaction.atomic
def answer(note: Note, reason: str, *, by: User, now: datetime) -> Note:
    """Answer a guard's note with a reason; the text stays as it is, and the latest answer counts (11.10)."""
    note = Note.objects.select_for_update(of=("self",)).select_related("chapter__cycle").get(pk=note.pk)
    require(by, "finding.write", note.chapter)
    refuse_if(guards.obstacles_to_answering(note))
    if not reason.strip():
        refuse("no-reason", _("Say why the words stay as they are."), rule="11.10")
    note.status, note.answer, note.answered_by, note.answered_at = (
        Note.Status.ANSWERED,
        reason.strip(),
        by,
        now,
    )
    note.save(update_fields=["status", "answer", "answered_by", "answered_at"])
    records.append.append(
        note.chapter.stream,
        "note.answered",
        {"chapter": note.chapter.number, "code": note.code, "quote": note.quote, "answer": note.answer},
        by=by,
        at=now,
        visibility="team",
    )
    return note


@transaction.atomic
def choose_scale(cycle: Cycle, key: str, *, by: User, now: datetime) -> ChosenScale:
    """Let a cycle use another scale than its procedure names; all its texts are read anew (procedure 11.9)."""
    cycle = Cycle.objects.select_for_update().get(pk=cycle.pk)
    require(by, "source.keep", cycle)
    refuse_if(stage_obstacles(cycle, "source.keep"))
    if key not in SCALES:
        text = _("“%(key)s” is no scale; there are: %(keys)s.")
        refuse("unknown-scale", text % {"key": key[:20], "keys": ", ".join(SCALES)}, rule="11.9")
    chosen, _new = ChosenScale.objects.update_or_create(
        cycle=cycle, defaults={"scale": scale.load(key).key, "by": by, "at": now}
    )
    FindingsRead.objects.filter(chapter__cycle=cycle).delete()
    enqueue(syncing.JOB, {"cycle": cycle.slug}, scope=cycle.slug)
    said = {"scale": key}
    records.append.append(cycle.stream, "findings.scale", said, by=by, at=now, visibility="public")
    return chosen


def _locked(finding: Finding) -> Finding:
    rows = Finding.objects.select_for_update(of=("self",)).select_related("chapter__cycle", "chapter__team")
    return rows.get(pk=finding.pk)


def _settle(finding: Finding, status: str, by: User, now: datetime) -> None:
    finding.status, finding.settled_by, finding.settled_at = status, by, now
    finding.save()


def _record(finding: Finding, verb: str, said: dict, by: User, now: datetime) -> None:
    records.append.append(
        finding.chapter.stream,
        verb,
        {"chapter": finding.chapter.number, "quote": finding.quote, **said},
        by=by,
        at=now,
        visibility="team",
    )
