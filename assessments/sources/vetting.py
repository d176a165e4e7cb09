"""Vetting: sources that no peers reviewed are judged by several people before they count (procedure 11.1)."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime
from pathlib import PurePath

from django.db import transaction
from django.utils.translation import gettext as _

import records.append
from assessments.sources import guards
from assessments.sources.models import Source, SourceCopy, Vetting
from assessments.sources.words import CRITERIA, MARKS
from panels.models import User
from records import files
from records.obstacles import refuse, refuse_if, require

MAX_COPY_BYTES = 50 * 1024 * 1024
_HARDEST_FIRST = (Source.Outcome.REFUSED, Source.Outcome.LIMITED, Source.Outcome.ADMIT)


@transaction.atomic
def vet(
    source: Source,
    outcome: str,
    words: str,
    *,
    by: User,
    now: datetime,
    marks: Mapping[str, str] | None = None,
    limitation: str = "",
) -> Vetting:
    """Record one person's judgement of a source, for everybody to read (procedure 11.1).

    ``marks`` says yes, partly, no or unknown to each criterion; what is left out is unknown. Once as many people
    have judged the source, as it stands, as the procedure asks for, the hardest of their outcomes is the source's.
    Raises PermissionDenied; Blocked: wrong stage, no copy, not independent, no words, unknown outcome.
    """
    source = locked(source)
    require(by, "source.vet", source.cycle)
    refuse_if(guards.obstacles_to_vetting(source, by))
    marks = {name: (marks or {}).get(name) or "unknown" for name in CRITERIA}
    if outcome not in Source.Outcome.values or not set(marks.values()) <= set(MARKS):
        refuse(
            "unknown-outcome",
            _("Choose what comes of the vetting, and a mark for each criterion."),
            rule="11.1",
        )
    if not words.strip():
        refuse("no-words", _("Say how the quality of the source was assessed."), rule="11.1")
    if outcome == Source.Outcome.LIMITED and not limitation.strip():
        refuse("no-limitation", _("Say what the source is admitted for, and what not."), rule="11.1")
    made = Vetting.objects.create(
        source=source,
        by=by,
        affiliation=by.person.affiliation,
        marks=marks,
        outcome=outcome,
        limitation=limitation.strip() if outcome == Source.Outcome.LIMITED else "",
        words=words.strip(),
        content_hash=source.content_hash,
        at=now,
    )
    _settle(source, now)
    records.append.append(
        source.cycle.stream,
        "source.vetted",
        {
            "key": source.key,
            "words": made.words,
            "outcome": made.outcome,
            "limitation": made.limitation,
            "marks": marks,
            "content": source.content_hash,
        },
        by=by,
        at=now,
        visibility="public",
    )
    return made


@transaction.atomic
def keep_copy(source: Source, data: bytes, filename: str, *, by: User, now: datetime) -> SourceCopy:
    """Archive the version of a source that is vetted, with its hash (procedure 11.1). The same file is kept once.

    Raises PermissionDenied; Blocked: wrong stage, an empty or too large file.
    """
    source = locked(source)
    require(by, "source.vet", source.cycle)
    refuse_if(guards.stage_obstacles(source.cycle, "source.vet"))
    if not data or len(data) > MAX_COPY_BYTES:
        text = _("%(file)s has %(size)s MB; a copy has at most %(most)s MB, and is not empty.")
        size, most = f"{len(data) / 1048576:.1f}", MAX_COPY_BYTES // 1048576
        refuse("bad-copy", text % {"file": filename, "size": size, "most": most}, rule="11.1")
    digest = hashlib.sha256(data).hexdigest()
    known = source.copies.filter(sha256=digest).first()
    if known:
        return known
    # No ending of the sender's: nothing that is kept here is ever run or guessed at.
    file = files.new_name("sources", "bin")
    name = PurePath(filename).name[:200] or "copy"
    copy = SourceCopy.objects.create(
        source=source, file=file, name=name, sha256=digest, size=len(data), by=by, at=now
    )
    records.append.append(
        source.cycle.stream,
        "source.archived",
        {"key": source.key, "file": name, "sha256": digest},
        by=by,
        at=now,
        visibility="team",
    )
    files.keep(file, data)
    return copy


def standing(source: Source) -> list[Vetting]:
    """The judgements that count: the latest of each person on the source as it stands, oldest first."""
    latest = {v.by_id: v for v in source.vettings.all() if v.content_hash == source.content_hash}
    return sorted(latest.values(), key=lambda v: v.pk)


def still_asked(source: Source) -> int:
    """How many more people the procedure asks to vet the source."""
    return max(0, source.cycle.procedure.sources.vetters - len(standing(source)))


def _settle(source: Source, now: datetime) -> None:
    """Give the source the outcome of its vettings once they are enough, and gather their words."""
    counted = standing(source)
    enough = len(counted) >= source.cycle.procedure.sources.vetters
    source.outcome = next(o for o in _HARDEST_FIRST if any(v.outcome == o for v in counted)) if enough else ""
    source.vetting = "\n".join(v.words for v in counted) if enough else ""
    source.vetted_by, source.vetted_at = (counted[-1].by, now) if enough else (None, None)
    source.save(update_fields=["outcome", "vetting", "vetted_by", "vetted_at"])


def locked(source: Source) -> Source:
    """The row, locked, with its cycle."""
    return Source.objects.select_for_update(of=("self",)).select_related("cycle").get(pk=source.pk)
