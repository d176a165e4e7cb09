"""The register as lists ask for it: filters kept in the address, counts, and what `@` finds (procedure 4.5)."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Mapping

from django.db.models import Case, Count, IntegerField, Q, QuerySet, Value, When

from assessments.cycles.models import Cycle
from assessments.drafting.citations import printed, words
from assessments.sources.flags import Flags
from assessments.sources.folding import folded
from assessments.sources.models import CutOff, Source
from assessments.sources.style import AuthorDate
from assessments.sources.words import STANDING_WORDS, STATES, kind_title

MOST_HITS = 20
STANDINGS = ("awaiting", "vetted", "refused", "admitted")


def asked(cycle: Cycle, user, wanted: Mapping[str, str]) -> QuerySet[Source]:
    """The sources that this person may see and that answer the filters; a filter that says nothing asks nothing.

    ``q`` words, ``kind``, ``standing`` (awaiting, vetted, refused, admitted), ``language``, and, each as "1",
    ``cited``, ``uncited``, ``industry``, ``retracted``, ``after`` (the cut-off), ``double``.
    """
    rows = cycle.sources.visible_to(user).with_flags().saying(folded(wanted.get("q", "")))
    for name in ("kind", "language"):
        if wanted.get(name):
            rows = rows.filter(**{name: wanted[name]})
    on = {
        name
        for name in ("cited", "uncited", "industry", "retracted", "after", "double")
        if wanted.get(name) == "1"
    }
    flagged = {"cited": {"is_cited": True}, "uncited": {"is_cited": False}, "industry": {"industry": True},
               "retracted": {"is_retracted": True}, "double": {"is_double": True}}  # fmt: skip
    for name in on & flagged.keys():
        rows = rows.filter(**flagged[name])
    if "after" in on:
        until = CutOff.objects.filter(cycle=cycle).values_list("until", flat=True).first()
        rows = rows.after(until) if until else rows.none()
    return _of_standing(rows, wanted.get("standing", ""), cycle.procedure.sources)


def _of_standing(rows, standing: str, rules):
    if standing == "awaiting":
        return rows.awaiting_vetting(rules)
    if standing == "vetted":
        return rows.filter(vetted_at__isnull=False)
    if standing == "refused":
        return rows.filter(Q(kind__in=rules.refused) | Q(outcome=Source.Outcome.REFUSED))
    if standing == "admitted":
        return rows.exclude(kind__in=[*rules.refused, *rules.vetted])
    return rows


def counts(cycle: Cycle, user) -> dict[str, int]:
    """How many sources there are of each sort that a page names, in one query."""
    rules = cycle.procedure.sources
    rows = cycle.sources.visible_to(user).with_flags()
    cited = Q(is_cited=True)
    found = rows.aggregate(
        n_total=Count("pk"),
        n_cited=Count("pk", filter=cited),
        n_awaiting=Count("pk", filter=cited & Q(kind__in=rules.vetted, vetted_at=None)),
        n_industry=Count("pk", filter=Q(industry=True)),
        n_industry_cited=Count("pk", filter=cited & Q(industry=True)),
        n_retracted=Count("pk", filter=Q(is_retracted=True)),
        n_double=Count("pk", filter=Q(is_double=True)),
    )
    return {name.removeprefix("n_"): n for name, n in found.items()}


def share(part: int, whole: int) -> int:
    """The share in whole per cent; of nothing it is nothing."""
    return round(100 * part / whole) if whole else 0


def standing_of(source: Source) -> str:
    """admitted, awaiting, vetted, limited or refused: what the procedure and the vetting make of the source."""
    rules = source.cycle.procedure.sources
    if source.kind in rules.refused or source.outcome == Source.Outcome.REFUSED:
        return "refused"
    if source.kind not in rules.vetted:
        return "admitted"
    if source.vetted_at is None:
        return "awaiting"
    return "limited" if source.outcome == Source.Outcome.LIMITED else "vetted"


def listed(cycle: Cycle, rows: Iterable[Source]) -> list[dict]:
    """The rows as a table shows them: source, HTML of its entry, kind, standing (word and state) and flags."""
    rows = list(rows)
    for row in rows:
        row.cycle = cycle
    found = Flags(cycle, rows)
    shown = {entry.key: entry.html for entry in AuthorDate(map(printed, rows), words()).bibliography()}
    return [
        {
            "source": row,
            "html": shown[row.key],
            "kind": kind_title(row.kind),
            "word": STANDING_WORDS[standing_of(row)],
            "state": STATES[standing_of(row)],
            "flags": found.of(row),
        }
        for row in rows
    ]


def find(cycle: Cycle, user, text: str) -> list[dict]:
    """What is offered while somebody types a citation: at most twenty, those whose key begins so first.

    Words may be beginnings, and in any script. Each hit has ``key``, ``label`` (Author, year), ``reference`` (safe
    HTML), ``kind`` and ``flags`` (sentences).
    """
    rows = cycle.sources.visible_to(user).with_flags().saying(folded(text))
    bare = re.sub(r"[^\w:.\-]", "", text)
    first = Case(
        When(key__istartswith=bare or "-", then=Value(0)), default=Value(1), output_field=IntegerField()
    )
    rows = list(rows.annotate(place=first).order_by("place", "-is_cited", "key")[:MOST_HITS])
    shown = listed(cycle, rows)
    style = AuthorDate([printed(row) for row in rows], words())
    return [
        {
            "key": one["source"].key,
            "label": html.unescape(re.sub(r"<[^<>]*>", "", style.cite([(one["source"].key, "")])))[1:-1],
            "reference": one["html"],
            "kind": str(one["kind"]),
            "flags": [flag.text for flag in one["flags"]],
        }
        for one in shown
    ]
