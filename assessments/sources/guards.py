"""What stands in the way of taking in, vetting and citing sources, in words (procedure 4.5, 11.1 to 11.8)."""

from __future__ import annotations

import re

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from assessments.cycles.guards import stage_obstacles
from assessments.cycles.models import Cycle
from assessments.sources import flags
from assessments.sources.folding import folded
from assessments.sources.kinds import people_of
from assessments.sources.models import Source
from assessments.sources.words import kind_title
from panels.models import Person
from records.obstacles import Obstacle


def obstacles_to_sources(cycle: Cycle) -> list[Obstacle]:
    """Taking in references (procedure 4.5)."""
    return stage_obstacles(cycle, "source.import")


def obstacles_to_keeping(cycle: Cycle) -> list[Obstacle]:
    """Cut-off, retractions, terms and sign-offs (procedure 11.2)."""
    return stage_obstacles(cycle, "source.keep")


def obstacles_to_vetting(source: Source, by, *, copied: bool | None = None) -> list[Obstacle]:
    """What keeps this person from vetting this source (procedure 11.1).

    ``copied``: whether an archived copy is there, asked of the database without it.
    """
    found = stage_obstacles(source.cycle, "source.vet")
    if source.kind not in source.cycle.procedure.sources.vetted:
        text = _("Sources of this kind (%(kind)s) are not vetted one by one.")
        found.append(Obstacle("not-to-be-vetted", text % {"kind": kind_title(source.kind)}, rule="4.5"))
        return found
    if not (source.copies.exists() if copied is None else copied):
        found.append(
            Obstacle(
                "no-copy",
                _("No archived copy of %(key)s is kept.") % {"key": source.key},
                rule="11.1",
                remedy=_("Put up the very version that is vetted."),
                href=source.get_absolute_url() + "#copies",
            )
        )
    return found + _independence(source, by)


def _independence(source: Source, by) -> list[Obstacle]:
    """A vetter is none of the authors, and shares an affiliation neither with them nor with the other vetters."""
    person = Person.objects.filter(user=by).first()
    affiliation = " ".join(person.affiliation.split()) if person else ""
    if person is None or not affiliation:
        return [
            Obstacle(
                "affiliation-not-known",
                _("The affiliation of %(person)s is not known, and no two vetters may share one.")
                % {"person": by},
                rule="11.1",
                remedy=_("The secretariat enters it with the person."),
            )
        ]
    found = []
    if _wrote(person.name, source.csl):
        text = _("%(person)s is named as an author of %(key)s.")
        found.append(Obstacle("own-work", text % {"person": person, "key": source.key}, rule="11.1"))
    if any(_shared(affiliation, name) for name in _bodies_behind(source)):
        text = _("%(key)s comes from %(affiliation)s, where %(person)s works.")
        names = {"key": source.key, "affiliation": affiliation, "person": person}
        found.append(Obstacle("affiliation-of-authors", text % names, rule="11.1"))
    for other in source.vettings.exclude(by=by).filter(content_hash=source.content_hash).select_related("by"):
        if _shared(affiliation, other.affiliation):
            text = _("%(other)s vetted %(key)s and has the same affiliation: %(affiliation)s.")
            names = {"other": other.by, "key": source.key, "affiliation": affiliation}
            found.append(Obstacle("affiliation-of-vetters", text % names, rule="11.1"))
    return found


def _bodies_behind(source: Source) -> list[str]:
    csl = source.csl
    bodies = [str(name["literal"]) for name in csl.get("author") or () if name.get("literal")]
    said = str((csl.get("custom") or {}).get("affiliations", ""))
    told = [part for part in re.split(r"[;|]", said) if part.strip()]
    return [*bodies, str(csl.get("publisher", "")), source.industry_why, *told]


def _shared(one: str, other: str) -> bool:
    """Whether two ways to write an affiliation name the same house, also where one names a part of it besides."""
    first, second = folded(one), folded(other)
    if not first or not second:
        return False
    return first == second or f" {first} " in f" {second} " or f" {second} " in f" {first} "


def _wrote(name: str, csl) -> bool:
    """Whether the person's family name and first initial stand among the people of the entry."""
    mine = folded(name).split()
    for other in map(folded, people_of(csl)):
        words = other.split()
        if len(mine) > 1 and len(words) > 1 and mine[-1] == words[-1] and mine[0][:1] == words[0][:1]:
            return True
        if other and other == " ".join(mine):
            return True
    return False


# ---- Conditions of gates --------------------------------------------------------------------------


def sources_vetted(cycle: Cycle, rule) -> list[Obstacle]:
    """Condition ``sources-vetted``: no cited source awaits vetting."""
    n = sum(source.awaits_vetting(cycle.procedure.sources) for source in flags.cited_sources(cycle))
    if not n:
        return []
    text = ngettext("%(n)s cited source awaits vetting.", "%(n)s cited sources await vetting.", n)
    return [
        Obstacle(
            "sources-unvetted",
            text % {"n": n},
            rule="4.5",
            remedy=_("Say how their quality was assessed."),
            href=reverse("sources", args=[cycle.slug]) + "?standing=awaiting&cited=1",
        )
    ]


def sources_sound(cycle: Cycle, rule) -> list[Obstacle]:
    """Condition ``sources-sound``: nothing is cited that is retracted, refused, withdrawn or after the cut-off."""
    found = []
    for source, flag in flags.flags_of_cited(cycle):
        found.append(
            Obstacle(
                f"source-{flag.code}",
                flag.text,
                rule=flag.rule,
                remedy=flag.remedy,
                href=source.get_absolute_url(),
            )
        )
    return found
