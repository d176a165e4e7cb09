"""Keeps findings and notes what the current texts say; runs as a job after each save (procedure 11.9, 11.10)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from rapidfuzz import fuzz

from assessments.cycles.models import Cycle
from assessments.drafting.models import Chapter
from assessments.findings import noticing, reading
from assessments.findings.models import ChosenScale, Finding, FindingsRead, Note
from assessments.findings.reading import Sentence
from assessments.findings.scale import Scale, load
from assessments.sources.kinds import KINDS
from assessments.text.model import TextTooComplex
from records.jobs import queue

JOB = "findings.read"
# So alike are the words of a finding before and after an edit.
EDITED = 60.0
# Notes that a summary gets from being held against the chapters, or that follow from the register of sources.
_ALONE = tuple(key for key, kind in KINDS.items() if not kind.alone)


def scale_of(cycle: Cycle) -> Scale:
    """The scale of the cycle: its own choice, else its procedure's."""
    chosen = ChosenScale.objects.filter(cycle=cycle).values_list("scale", flat=True).first()
    return load(chosen or cycle.procedure.findings.scale)


def order(version) -> None:
    """Ask for the findings to be read anew, unless that is asked for already; called in the save's transaction."""
    cycle = version.chapter.cycle
    queue.order(JOB, {"cycle": cycle.slug}, scope=cycle.slug)


def run(job, progress) -> None:
    """The job: read what changed since it was last read; may run twice."""
    cycle = Cycle.objects.filter(slug=job.args["cycle"]).first()
    if cycle is not None:
        read_cycle(cycle, job.created_at)


@transaction.atomic
def read_cycle(cycle: Cycle, now: datetime) -> None:
    """Bring findings and notes of a cycle up to its current texts; nothing is done where nothing changed."""
    chapters = list(
        Chapter.objects.select_for_update(of=("self",))
        .filter(cycle=cycle, current__isnull=False)
        .select_related("current", "cycle")
        .order_by("pk")
    )
    known = dict(FindingsRead.objects.filter(chapter__cycle=cycle).values_list("chapter", "version"))
    if all(known.get(chapter.pk) == chapter.current.number for chapter in chapters):
        return
    scale, language = scale_of(cycle), cycle.language
    texts: list[tuple[Chapter, list[Sentence]]] = []
    sections = reading.Sections()
    for chapter in chapters:
        try:
            document = reading.parse(chapter.current.markdown, chapter.number)
        except TextTooComplex:
            continue
        found = reading.read(document, scale, language)
        texts.append((chapter, found))
        if chapter.kind != Chapter.Kind.SUMMARY or chapter.number.upper() == "TS":
            sections.add(chapter.number, document, found)
    kinds = dict(cycle.sources.values_list("key", "kind"))
    for chapter, found in texts:
        _keep(chapter, found, scale, sections, kinds, now)
        FindingsRead.objects.update_or_create(chapter=chapter, defaults={"version": chapter.current.number})


def _keep(
    chapter: Chapter, found: list[Sentence], scale: Scale, sections, kinds: dict, now: datetime
) -> None:
    language, rule = chapter.cycle.language, chapter.cycle.procedure.findings
    summary = chapter.kind == Chapter.Kind.SUMMARY
    rows = _findings(chapter, found)
    noted = list(noticing.of_text(found, scale, language, summary=summary, neutral=rule.neutral))
    if summary:
        noted += noticing.against(found, sections, language)
    noted += _alone(found, kinds)
    _notes(chapter, found, noted, rows, now)


def _alone(found: Iterable[Sentence], kinds: dict[str, str]):
    """Findings whose only support is of a kind that may not stand alone (procedure 11.3)."""
    for sentence in found:
        keys = sentence.keys or sentence.near
        if sentence.is_finding and keys and all(kinds.get(key) in _ALONE for key in keys):
            yield noticing.Noted("sole-support", sentence, {"keys": ", ".join(keys)})


def _findings(chapter: Chapter, found: list[Sentence]) -> dict[int, Finding]:
    """Match the statements of the text with the findings known; {place of the sentence: finding}."""
    blocks = [block["id"] for block in chapter.current.blocks]
    known = list(chapter.findings.all())
    unmatched = {row.pk: row for row in known}
    stands = [(place, one) for place, one in enumerate(found) if one.is_finding]
    rows: dict[int, Finding] = {}
    for alike in (_same, _edited):
        for place, sentence in stands:
            if place not in rows:
                block = blocks[sentence.order] if sentence.order < len(blocks) else ""
                match = alike(sentence, block, unmatched.values())
                if match:
                    rows[place] = unmatched.pop(match.pk)
    for place, sentence in stands:
        row = rows.setdefault(place, Finding(chapter=chapter))
        row.block = blocks[sentence.order] if sentence.order < len(blocks) else ""
        _fill(row, sentence, place, chapter.current.number)
        row.save()
    for row in unmatched.values():
        if row.status != Finding.Status.GONE:
            row.status = Finding.Status.GONE
            row.save(update_fields=["status"])
    return rows


def _same(sentence: Sentence, block: str, rows: Iterable[Finding]) -> Finding | None:
    alike = [row for row in rows if row.quote == sentence.text]
    return next((row for row in alike if row.block == block), alike[0] if alike else None)


def _edited(sentence: Sentence, block: str, rows: Iterable[Finding]) -> Finding | None:
    here = [(fuzz.ratio(row.quote, sentence.text), -row.pk, row) for row in rows if row.block == block]
    best = max(here, default=None, key=lambda one: one[:2])
    return best[2] if best and best[0] >= EDITED else None


def _fill(row: Finding, sentence: Sentence, place: int, version: int) -> None:
    levels = [[term.part, term.key] for term in sentence.marked]
    changed = row.pk is not None and (row.quote, row.levels, row.sight) != (
        sentence.text,
        levels,
        sentence.sight,
    )
    if row.status == Finding.Status.GONE or (changed and row.status == Finding.Status.DISMISSED):
        row.status = Finding.Status.CHANGED if row.settled_by_id else Finding.Status.FOUND
    elif changed and row.status == Finding.Status.CONFIRMED:
        row.status = Finding.Status.CHANGED
    row.quote, row.levels, row.sight = sentence.text, levels, sentence.sight
    row.keys = sentence.keys or sentence.near
    row.confidence = next((key for part, key in levels if part == "confidence"), "")
    row.likelihood = next((key for part, key in levels if part == "likelihood"), "")
    row.section, row.place, row.version = sentence.section[:40], place, version


def _notes(chapter: Chapter, found: list[Sentence], noted, rows: dict[int, Finding], now: datetime) -> None:
    blocks = [block["id"] for block in chapter.current.blocks]
    places = {id(sentence): place for place, sentence in enumerate(found)}
    known = {note.digest: note for note in chapter.guard_notes.all()}
    seen: set[str] = set()
    for one in noted:
        digest = _digest(one)
        finding = rows.get(places[id(one.sentence)])
        if finding is not None and finding.status == Finding.Status.DISMISSED and one.code != "prescriptive":
            continue
        note = known.get(digest) or Note(chapter=chapter, digest=digest, code=one.code, at=now)
        if digest in seen:
            continue
        seen.add(digest)
        note.finding, note.quote, note.said = finding, one.sentence.text, one.said
        note.block = blocks[one.sentence.order] if one.sentence.order < len(blocks) else ""
        if note.status == Note.Status.GONE:
            note.status = Note.Status.ANSWERED if note.answer else Note.Status.OPEN
        note.save()
    gone = [note.pk for digest, note in known.items() if digest not in seen]
    chapter.guard_notes.filter(pk__in=gone).update(status=Note.Status.GONE)


def _digest(one: noticing.Noted) -> str:
    said = json.dumps([one.code, one.sentence.text, one.said], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(said.encode()).hexdigest()
