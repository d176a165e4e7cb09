"""Keeping the register: cut-off, retractions, terms of what was lent, sign-offs, what people state (11.2 to 11.8)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

import records.append
from assessments.cycles.models import Cycle
from assessments.sources import guards
from assessments.sources.clean import SourcesError
from assessments.sources.importing import tell
from assessments.sources.kinds import KINDS, kind_named
from assessments.sources.models import (
    CutOff,
    DuplicateLink,
    OriginalRead,
    Retraction,
    SignOff,
    Source,
    SourceTerms,
)
from assessments.sources.retractions import read_retractions
from assessments.sources.vetting import locked
from panels.models import State, User
from records import chain
from records.obstacles import refuse, refuse_if, require
from records.search import index


@dataclass
class RetractionsReport:
    """What a list of retractions brought: rows, of them new ones, passed over, refused; keys they concern here."""

    filename: str
    rows: int = 0
    added: int = 0
    passed: int = 0
    refused: list[tuple[int, str]] = field(default_factory=list)
    concerned: list[str] = field(default_factory=list)


@transaction.atomic
def set_cut_off(cycle: Cycle, until: date, *, by: User, now: datetime) -> CutOff:
    """Set the day until which literature counts (procedure 11.2); a later call moves it, on the record."""
    cycle = _held(cycle, by)
    before = CutOff.objects.filter(cycle=cycle).first()
    made, _new = CutOff.objects.update_or_create(cycle=cycle, defaults={"until": until, "by": by, "at": now})
    if before is None or before.until != until:
        said = {"until": until.isoformat(), "from": before.until.isoformat() if before else ""}
        _record(cycle, "sources.cut_off", said, by, now, visibility="public")
    return made


@transaction.atomic
def import_retractions(
    cycle: Cycle, data: bytes, filename: str, *, by: User, now: datetime
) -> RetractionsReport:
    """Take in a list of retractions; sources with such a DOI are flagged now and whenever they come (11.7).

    What is known stays; nothing is taken off by a list that does not name it. Raises PermissionDenied; Blocked:
    wrong stage, a file that is no such list.
    """
    cycle = _held(cycle, by)
    try:
        read = read_retractions(data, filename)
    except SourcesError as error:
        refuse("unreadable-retractions", str(error), rule="11.7")
    report = RetractionsReport(filename, len(read.rows), passed=read.passed, refused=read.refused)
    known = set(cycle.retractions.values_list("doi", "nature"))
    new = {(row.doi, row.nature): row for row in read.rows if (row.doi, row.nature) not in known}
    Retraction.objects.bulk_create(
        [Retraction(cycle=cycle, listed_at=now, **row._asdict()) for row in new.values()], batch_size=500
    )
    report.added = len(new)
    listed = {row.doi for row in read.rows}
    own = cycle.sources.exclude(doi="").values_list("key", "doi")
    report.concerned = sorted(key for key, doi in own if doi in listed)
    if new:
        said = {
            "file": filename,
            "file_sha256": chain.digest(data),
            "added": report.added,
            "concerned": ", ".join(report.concerned[:200]),
        }
        _record(cycle, "sources.retractions", said, by, now)
    return report


@transaction.atomic
def describe(
    source: Source,
    *,
    by: User,
    now: datetime,
    kind: str = "",
    language: str = "",
    translated_title: str = "",
) -> Source:
    """State what the entry does not say: its kind, its language, its title in the report's language (11.8).

    An empty ``kind`` leaves it to the entry. Raises PermissionDenied; Blocked: wrong stage, unknown kind, a language
    that is no code of two letters.
    """
    source = locked(source)
    require(by, "source.import", source.cycle)
    refuse_if(guards.obstacles_to_sources(source.cycle))
    if kind and kind not in KINDS:
        refuse("unknown-kind", _("“%(kind)s” is no kind of source.") % {"kind": kind}, rule="4.5")
    language = language.strip().lower()
    if language and not (len(language) == 2 and language.isascii() and language.isalpha()):
        text = _("“%(code)s” is no language; expected two letters, such as fr.")
        refuse("unknown-language", text % {"code": language[:20]}, rule="11.8")
    before = (source.kind, source.language, source.translated_title)
    source.kind, source.kind_stated = kind, bool(kind)
    source.translated_title = " ".join(translated_title.split())[:500]
    tell(source)
    source.language = language or source.language
    if before == (source.kind, source.language, source.translated_title):
        return source
    source.save()
    index.touch("source", [source.pk])
    said = {
        "key": source.key,
        "kind": source.kind,
        "language": source.language,
        "title": source.translated_title,
    }
    _record(source.cycle, "source.described", said, by, now)
    return source


@transaction.atomic
def say_read(source: Source, *, by: User, now: datetime) -> OriginalRead:
    """Say that one read the source in its own language (procedure 11.8); saying it twice is saying it once."""
    source = locked(source)
    require(by, "source.import", source.cycle)
    refuse_if(guards.obstacles_to_sources(source.cycle))
    if not source.language:
        refuse("no-language", _("Say first in which language the source is written."), rule="11.8")
    made, new = OriginalRead.objects.get_or_create(source=source, by=by, defaults={"at": now})
    if new:
        _record(source.cycle, "source.read", {"key": source.key, "language": source.language}, by, now)
    return made


@transaction.atomic
def set_terms(
    source: Source,
    consent: str,
    attribution: str,
    access: str,
    *,
    by: User,
    now: datetime,
    readers: Iterable[User] = (),
) -> SourceTerms:
    """Record under which terms holders of knowledge lent it, and who may see it (procedure 11.5).

    Raises PermissionDenied; Blocked: wrong kind, no consent or attribution, unknown limit, consent withdrawn.
    """
    source = locked(source)
    require(by, "source.keep", source.cycle)
    refuse_if(guards.obstacles_to_keeping(source.cycle))
    if not kind_named(source.kind).consent:
        refuse("no-terms", _("Sources of this kind need no consent."), rule="11.5")
    if not consent.strip() or not attribution.strip() or access not in SourceTerms.Access.values:
        text = _("Say who agreed to what, how they are to be named, and who may see it.")
        refuse("no-consent", text, rule="11.5")
    known = SourceTerms.objects.filter(source=source).first()
    if known and known.withdrawn_at:
        refuse("withdrawn", _("The consent was withdrawn; it is not given again by us."), rule="11.5")
    said = {"consent": consent.strip(), "attribution": attribution.strip()[:300], "access": access}
    terms, _new = SourceTerms.objects.update_or_create(source=source, defaults={**said, "by": by, "at": now})
    terms.readers.set(readers if access == SourceTerms.Access.NAMED else [])
    index.touch("source", [source.pk])
    _record(
        source.cycle, "source.lent", {"key": source.key, "access": access}, by, now, visibility="officers"
    )
    return terms


@transaction.atomic
def withdraw(source: Source, reason: str, *, by: User, now: datetime) -> SourceTerms:
    """Record that the holders withdrew their consent: it is flagged wherever cited, and no longer shown (11.5)."""
    source = locked(source)
    require(by, "source.keep", source.cycle)
    terms = SourceTerms.objects.filter(source=source).first()
    if terms is None or terms.withdrawn_at:
        refuse("no-consent", _("There is no consent that could be withdrawn."), rule="11.5")
    terms.withdrawn_at, terms.withdrawn_why = now, reason.strip()[:300]
    terms.save(update_fields=["withdrawn_at", "withdrawn_why"])
    index.touch("source", [source.pk])
    _record(source.cycle, "source.withdrawn", {"key": source.key, "reason": terms.withdrawn_why}, by, now)
    return terms


@transaction.atomic
def sign_off(
    source: Source, state: State, contact: str, version: str, on: date, *, by: User, now: datetime
) -> SignOff:
    """Record that a country's contact answered for its data in this version (procedure 11.6)."""
    source = locked(source)
    require(by, "source.keep", source.cycle)
    refuse_if(guards.obstacles_to_keeping(source.cycle))
    if not kind_named(source.kind).sign_off:
        refuse("no-sign-off", _("Sources of this kind are not signed off by a State."), rule="11.6")
    if not contact.strip() or not version.strip():
        refuse("no-contact", _("Name the contact who answered, and the version of the data."), rule="11.6")
    made = SignOff.objects.create(
        source=source,
        state=state,
        contact=contact.strip()[:200],
        version=version.strip()[:100],
        on=on,
        content_hash=source.content_hash,
        by=by,
        at=now,
    )
    said = {"key": source.key, "state": state.name_en, "contact": made.contact, "version": made.version}
    _record(source.cycle, "source.signed_off", said, by, now)
    return made


@transaction.atomic
def part(link: DuplicateLink, reason: str, *, by: User, now: datetime) -> DuplicateLink:
    """Say, with a reason, that two linked entries are two works after all (procedure 11.4)."""
    link = (
        DuplicateLink.objects.select_for_update(of=("self",))
        .select_related("source__cycle", "first")
        .get(pk=link.pk)
    )
    cycle = link.source.cycle
    require(by, "source.import", cycle)
    refuse_if(guards.obstacles_to_sources(cycle))
    if link.dismissed_at:
        refuse("parted", _("Somebody said so already."), rule="11.4")
    if not reason.strip():
        refuse("no-reason", _("Say why they are two works."), rule="11.4")
    link.dismissed_by, link.dismissed_at, link.reason = by, now, reason.strip()[:300]
    link.save(update_fields=["dismissed_by", "dismissed_at", "reason"])
    said = {"key": link.source.key, "other": link.first.key, "reason": link.reason}
    _record(cycle, "sources.parted", said, by, now)
    return link


def _held(cycle: Cycle, by: User) -> Cycle:
    cycle = Cycle.objects.select_for_update().get(pk=cycle.pk)
    require(by, "source.keep", cycle)
    refuse_if(guards.obstacles_to_keeping(cycle))
    return cycle


def _record(
    cycle: Cycle, verb: str, said: dict, by: User, now: datetime, *, visibility: str = "team"
) -> None:
    records.append.append(cycle.stream, verb, said, by=by, at=now, visibility=visibility)
