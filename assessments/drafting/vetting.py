"""Vetting: sources of a kind that the procedure admits only after somebody assessed their quality (4.5)."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

import records.append
from assessments.cycles.models import Cycle
from assessments.drafting import guards
from assessments.drafting.kinds import kind_of
from assessments.drafting.models import ChapterVersion, Source
from assessments.text.inline import CITED
from panels.models import User
from records.obstacles import Obstacle, refuse, refuse_if, require


@transaction.atomic
def vet(source: Source, words: str, *, by: User, now: datetime) -> Source:
    """Record how the quality of a source was assessed (procedure 4.5); the latest words count.

    Raises PermissionDenied; Blocked: wrong stage, no words, a kind that is admitted or refused as such.
    """
    source = Source.objects.select_for_update(of=("self",)).select_related("cycle").get(pk=source.pk)
    cycle = source.cycle
    require(by, "source.import", cycle)
    refuse_if(guards.obstacles_to_sources(cycle))
    if not needs_vetting(source):
        refuse("not-to-be-vetted", _("Sources of this kind are not vetted one by one."), rule="4.5")
    if not words.strip():
        refuse("no-words", _("Say how the quality of the source was assessed."), rule="4.5")
    source.vetting, source.vetted_by, source.vetted_at = words.strip(), by, now
    source.save(update_fields=["vetting", "vetted_by", "vetted_at"])
    records.append.append(
        cycle.stream,
        "source.vetted",
        {"key": source.key, "words": source.vetting, "content": source.content_hash},
        by=by,
        at=now,
        visibility="team",
    )
    return source


def needs_vetting(source: Source) -> bool:
    """Whether the procedure admits the kind of the source after vetting alone."""
    return kind_of(source.csl) in source.cycle.procedure.sources.vetted


def awaiting(cycle: Cycle) -> list[Source]:
    """The sources that the chapters cite today and that nobody has vetted, though the procedure asks for it."""
    texts = ChapterVersion.objects.filter(current_of__cycle=cycle).values_list("markdown", flat=True)
    cited = {key for text in texts for key in CITED.findall(text)}
    unvetted = cycle.sources.filter(vetted_at=None).select_related("cycle")
    return [source for source in unvetted if source.key in cited and needs_vetting(source)]


def sources_vetted(cycle: Cycle, rule) -> list[Obstacle]:
    """Condition ``sources-vetted``: no cited source awaits vetting."""
    n = len(awaiting(cycle))
    if not n:
        return []
    text = ngettext("%(n)s cited source awaits vetting.", "%(n)s cited sources await vetting.", n)
    return [
        Obstacle(
            "sources-unvetted",
            text % {"n": n},
            rule="4.5",
            remedy=_("Say how their quality was assessed."),
            href=reverse("sources", args=[cycle.slug]) + "?awaiting=1",
        )
    ]
