"""What the page of one source shows, gathered with a fixed number of queries."""

from __future__ import annotations

from django.db.models import Prefetch, prefetch_related_objects
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from assessments.drafting.citations import printed, words
from assessments.sources import acts, guards, register, vetting
from assessments.sources.flags import Flags
from assessments.sources.kinds import kind_named
from assessments.sources.models import Cited, DuplicateLink, Source, Vetting
from assessments.sources.style import AuthorDate
from assessments.sources.words import (
    CRITERION_WORDS,
    MARK_WORDS,
    STANDING_WORDS,
    STATES,
    kind_title,
    language_title,
)
from records import reading
from records.models import Entry

SWITCHES = {
    "cited": _("cited"),
    "uncited": _("not cited"),
    "industry": _("from industry"),
    "retracted": _("retracted or replaced"),
    "after": _("after the cut-off"),
    "double": _("entered twice"),
}
# Verbs of the cycle's record that speak of one source, by its key.
VERBS = (
    "source.vetted",
    "source.archived",
    "source.described",
    "source.read",
    "source.withdrawn",
    "source.signed_off",
)


def detail(user, source: Source, filled: dict | None = None) -> dict:
    """Context of the page; ``filled`` are forms that came back with faults, by their act."""
    cycle = source.cycle
    # The list of judgements and the count of those still asked read the same rows.
    prefetch_related_objects([source], Prefetch("vettings", Vetting.objects.select_related("by")))
    found = Flags(cycle, [source])
    terms = found.terms.get(source.pk)
    kind = kind_named(source.kind)
    standing = register.standing_of(source)
    offered = {name for name, act in acts.ACTS.items() if user.has_perm(act.needs, cycle)}
    offered -= (
        {"part"}
        | (set() if kind.consent else {"terms", "withdraw"})
        | (set() if kind.sign_off else {"sign-off"})
    )
    if terms is None or terms.withdrawn_at:
        offered.discard("withdraw")
    to_be_vetted = source.kind in cycle.procedure.sources.vetted
    if not to_be_vetted:
        offered -= {"vet", "copy"}
    copies = list(source.copies_shown)
    to_vet = guards.obstacles_to_vetting(source, user, copied=bool(copies)) if "vet" in offered else ()
    forms = {name: acts.form_for(name, source) for name in offered} | (filled or {})
    return {
        "cycle": cycle,
        "source": source,
        "html": AuthorDate([printed(source)], words()).bibliography()[0].html,
        "csl": [(name, value) for name, value in source.entry.items() if isinstance(value, str)],
        "kind": kind_title(source.kind),
        "language": language_title(source.language),
        "standing": STANDING_WORDS[standing],
        "state": STATES[standing],
        "flags": found.of(source),
        "cited": _cited(source),
        "links": _links(source, user),
        "copies": copies,
        "vettings": _vettings(source),
        "to_be_vetted": to_be_vetted,
        "still_asked": vetting.still_asked(source) if to_be_vetted else 0,
        "terms": terms,
        "sign_offs": source.sign_offs.select_related("state", "by"),
        "originals": source.originals_read.select_related("by"),
        "entries": _history(user, source),
        "forms": forms,
        "sign_off_form": forms.get("sign-off"),
        "may_part": user.has_perm("source.import", cycle),
        "obstacles_to_vetting": to_vet,
        "obstacles": guards.obstacles_to_sources(cycle),
        "obstacles_to_keeping": guards.obstacles_to_keeping(cycle),
    }


def _cited(source: Source) -> list[dict]:
    rows = Cited.objects.filter(chapter__cycle=source.cycle, key=source.key).select_related("chapter")
    return [
        {
            "chapter": row.chapter,
            "times": row.times,
            "line": row.line,
            "href": reverse("chapter", args=[source.cycle.slug, row.chapter.number]) + f"#ref-{source.key}",
        }
        for row in rows
    ]


def _links(source: Source, user) -> list[dict]:
    rows = DuplicateLink.objects.filter(source=source) | DuplicateLink.objects.filter(first=source)
    rows = list(rows.select_related("source", "first", "dismissed_by"))
    seen = set(source.cycle.sources.visible_to(user).values_list("pk", flat=True)) if rows else set()
    found = []
    for row in rows:
        other = row.first if row.source_id == source.pk else row.source
        if other.pk in seen:
            other.cycle = source.cycle
            found.append({"link": row, "other": other, "how": row.get_how_display()})
    return found


def _vettings(source: Source) -> list[dict]:
    return [
        {
            "vetting": row,
            "outcome": row.get_outcome_display(),
            "marks": [(CRITERION_WORDS.get(n, n), MARK_WORDS.get(m, m)) for n, m in row.marks.items()],
            "old": row.content_hash != source.content_hash,
        }
        for row in source.vettings.all()
    ]


def _history(user, source: Source) -> list[reading.Shown]:
    """Entries of the cycle's record that name this source, as this person may read them, newest first."""
    stream = source.cycle.stream
    allowed = reading.visibilities(user, stream) or frozenset()
    rows = Entry.objects.filter(stream=stream, verb__in=VERBS, visibility__in=allowed)
    rows = rows.filter(content__fields__key=source.key).select_related("content", "stream")
    return [reading.show(entry, allowed) for entry in rows.order_by("-seq")[:50]]
