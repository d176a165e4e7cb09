"""What is read that is more than one table: seats, disclosures, streams and entries of the record, files."""

from __future__ import annotations

from django.db.models import Case, Value, When
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.utils import timezone

from assessments.cycles import standing
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
    """One's own notices; ``unread`` is yes or no."""
    yes_or_no = Case(When(read_at__isnull=True, then=Value("yes")), default=Value("no"))
    return reading.own(user).annotate(unread=yes_or_no)


def streams(user, _target=None):
    """The streams that this person may see. Which these are, each kind of stream says for itself."""
    return record.visible_streams(user)


def entries(_user, found, after: int, limit: int):
    """A stream's entries after that number as this reader may see them."""
    stream, allowed = found
    return record.entries(stream, allowed, after=after, limit=limit)


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
        typing=asked.get("typing") == "1",
        facets=asked.get("typing") != "1",
    )


def workbook(user, review_round):
    """The round's workbook, with what this person may see."""
    if not user.has_perm("round.read", review_round):
        raise Http404
    response = HttpResponse(exporting.workbook(review_round, user), content_type=WORKBOOK)
    response["Content-Disposition"] = (
        f'attachment; filename="{review_round.cycle.slug}-{review_round.slug}.xlsx"'
    )
    return response
