"""What is read that is more than one table: seats, disclosures, streams and entries of the record, files."""

from __future__ import annotations

from collections.abc import Callable

from django.db.models import BooleanField, ExpressionWrapper, Q
from django.http import HttpResponse, StreamingHttpResponse
from django.utils import timezone

from assessments.cycles import standing
from assessments.findings import syncing
from assessments.findings.models import Finding, Note
from assessments.sources import register
from assessments.sources.models import Cited, CutOff
from assessments.sources.shown import detail
from panels.models import Appointment, Disclosure
from records import reading as record
from records.notices import reading
from records.search import finding
from reviews.comments import exporting

WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def seats(_user, cycle):
    """Who sits in the cycle's bodies now."""
    rows = Appointment.objects.current(timezone.now()).filter(body__in=standing.bodies_of(cycle))
    return rows.select_related("person", "body__state")


def disclosures(user, cycle):
    """The cycle's disclosures for those who decide on them; else one's own."""
    rows = Disclosure.objects.filter(body__in=standing.bodies_of(cycle)).select_related(
        "person", "body__state"
    )
    return rows if user.has_perm("disclosure.decide", cycle) else rows.filter(person__user_id=user.pk)


def own_disclosures(user, person):
    return person.disclosures.select_related("person", "body__state")


def own_notices(user, _target=None):
    """One's own notices; ``unread`` can be asked for."""
    return reading.own(user).annotate(unread=ExpressionWrapper(Q(read_at=None), BooleanField()))


def streams(user, _target=None):
    """The streams that this person may see. Which these are, each kind of stream says for itself."""
    return record.visible_streams(user)


def entries(_user, found, after: int, limit: int, asked: dict):
    """A stream's entries after that number as this reader may see them, of a verb or a time where that is asked."""
    stream, allowed = found
    return record.entries(stream, allowed, after=after, limit=limit, **asked)


def export(_user, found):
    """The stream as JSON lines, for ``python -m records.verify``."""
    stream, allowed = found
    lines = record.export(stream, allowed, timezone.now())
    response = StreamingHttpResponse(lines, content_type="application/jsonl; charset=utf-8")
    name = stream.key.replace("/", "-")
    response["Content-Disposition"] = f'attachment; filename="record-{name}.jsonl"'
    return response


def found(user, asked, limit: int) -> finding.Found:
    """What answers ``q`` among what this person may see."""
    return finding.search(
        user,
        asked.get("q", ""),
        only=asked.get("kind", ""),
        scope=asked.get("cycle", ""),
        after=asked.get("after", ""),
        limit=limit,
        typing=asked.get("typing", False),
        facets=not asked.get("typing", False),
    )


def findings(_user, cycle):
    """Findings of the cycle as its texts stand, those no longer in them included."""
    return Finding.objects.filter(chapter__cycle=cycle).select_related("chapter")


def guard_notes(_user, cycle):
    """What guards noted of the cycle's texts."""
    return Note.objects.filter(chapter__cycle=cycle).select_related("chapter")


def scale(_user, cycle):
    """The scale of the cycle, its terms in the cycle's language."""
    found = syncing.scale_of(cycle)
    terms = {
        part: [term.word(cycle.language) for term in found.levels(part)]
        for part in ("confidence", "likelihood")
    }
    return {"key": found.key, "evidence": found.evidence, "agreement": found.agreement, **terms}


def offered_sources(user, cycle, asked):
    """What is offered while somebody types a citation."""
    return register.find(cycle, user, asked.get("q", "")[:200]), None


def cut_off(_user, cycle):
    """The day until which literature counts, or None."""
    return CutOff.objects.filter(cycle=cycle).first() or CutOff(cycle=cycle, until=None)


def whole_source(user, source):
    """A source with what the page of it shows besides."""
    shown = detail(user, source)
    return {
        "source": source,
        "flags": shown["flags"],
        "cited": source_cited(source),
        "links": [one["link"] for one in shown["links"]],
    }


def source_cited(source):
    return Cited.objects.filter(chapter__cycle=source.cycle, key=source.key).select_related("chapter")


def file_of(page: Callable) -> Callable:
    """The file that a page behind a door answers with; the address of the API has the same door."""
    return lambda _user, target: page.__wrapped__(None, target)


def workbook(user, review_round, blank: bool = False):
    """The round's workbook, with what this person may see, or without any comments."""
    response = HttpResponse(exporting.workbook(review_round, user, blank=blank), content_type=WORKBOOK)
    response["Content-Disposition"] = (
        f'attachment; filename="{review_round.cycle.slug}-{review_round.slug}.xlsx"'
    )
    return response
