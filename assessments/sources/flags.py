"""What speaks against citing a source, said wherever it is cited: editor, chapter, draft, gate (11.2, 11.5 to 11.7)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from html import unescape

from django.utils import formats
from django.utils.translation import gettext as _

from assessments.cycles.models import Cycle
from assessments.sources.kinds import kind_named
from assessments.sources.models import Cited, Retraction, SignOff, Source
from assessments.sources.words import kind_title
from records.looking import grouped, once


@dataclass(frozen=True)
class Flag:
    """One thing against a source. ``mark`` is the word that stands behind its entry in a list of references, or ""."""

    code: str
    text: str
    rule: str
    remedy: str = ""
    mark: str = ""


class Flags:
    """What speaks against sources of one cycle: a fixed number of queries for any number ``with_terms``."""

    def __init__(self, cycle: Cycle, sources: Iterable[Source]):
        self.cycle, self.rules = cycle, cycle.procedure.sources
        self.sources = list(sources)
        dois = {source.doi for source in self.sources if source.doi}
        cut_off = getattr(cycle, "cut_off", None)
        self.until = cut_off.until if cut_off else None
        self.terms = {s.pk: s.terms for s in self.sources if getattr(s, "terms", None)}
        to_sign = [source.pk for source in self.sources if kind_named(source.kind).sign_off]
        signed = SignOff.objects.filter(source__in=to_sign).values_list("source", "content_hash")
        self.signed = set(signed) if to_sign else set()
        self.retracted: dict[str, list[Retraction]] = {}
        for row in Retraction.objects.filter(cycle=cycle, doi__in=dois) if dois else ():
            self.retracted.setdefault(row.doi, []).append(row)

    def of(self, source: Source) -> list[Flag]:
        """All that speaks against citing the source, the gravest first."""
        found = [*self._retractions(source), *self._consent(source), *self._standing(source)]
        return [*found, *self._time(source), *self._signed_off(source)]

    def _retractions(self, source: Source):
        for row in self.retracted.get(source.doi, ()):
            texts = {
                "retracted": _("%(key)s was retracted."),
                "replaced": _("%(key)s was replaced by another version."),
                "concern": _("An expression of concern stands against %(key)s."),
            }
            text = texts[row.nature] % {"key": source.key}
            if row.on:
                text += " " + _("Date: %(date)s.") % {"date": formats.date_format(row.on, "DATE_FORMAT")}
            if row.notice:
                text += " " + _("Notice: %(doi)s.") % {"doi": row.notice}
            yield Flag(
                row.nature,
                text,
                "11.7",
                _("Cite what replaces it, or write what the retraction means for the statement."),
                str(row.get_nature_display()),
            )

    def _consent(self, source: Source):
        terms = self.terms.get(source.pk)
        if terms and terms.withdrawn_at:
            text = _("The holders of %(key)s withdrew their consent.") % {"key": source.key}
            yield Flag("withdrawn", text, "11.5", _("Take out what rests on it."), _("consent withdrawn"))
        elif terms is None and kind_named(source.kind).consent:
            text = _("No consent is recorded for %(key)s (%(kind)s).")
            names = {"key": source.key, "kind": kind_title(source.kind)}
            yield Flag("no-consent", text % names, "11.5", _("Record who agreed to what."))

    def _standing(self, source: Source):
        if source.kind in self.rules.refused:
            text = _("%(key)s is of a kind (%(kind)s) that the procedure refuses as a source.")
            names = {"key": source.key, "kind": kind_title(source.kind)}
            yield Flag("refused-source", text % names, "4.5", _("Cite another source."))
        elif source.outcome == Source.Outcome.REFUSED:
            text = _("%(key)s was vetted and refused.") % {"key": source.key}
            yield Flag("vetted-refused", text, "11.1", _("Cite another source."))

    def _time(self, source: Source):
        if self.until and source.issued_from and source.issued_to and source.issued_to > self.until:
            names = {"key": source.key, "until": formats.date_format(self.until, "DATE_FORMAT")}
            if source.issued_from > self.until:
                yield Flag(
                    "after-cut-off", _("%(key)s came out after the cut-off of %(until)s.") % names, "11.2"
                )
            else:
                text = _("The date of %(key)s does not tell whether it came out by the cut-off of %(until)s.")
                remedy = _("Give its month and day.")
                yield Flag("maybe-after-cut-off", text % names, "11.2", remedy)
        if source.stand == Source.Stand.SUBMITTED and self._accepted_only():
            text = _("%(key)s is submitted; from %(label)s on, only accepted papers count.")
            yield Flag("submitted", text % {"key": source.key, "label": self.rules.accepted_only_from}, "4.5")

    def _accepted_only(self) -> bool:
        """Whether the draft that is worked on is already one for which papers must be accepted.

        It is once the label before it is frozen, or its stage has passed.
        """
        wanted, labels = self.rules.accepted_only_from, self.cycle.procedure.labels
        if not wanted:
            return False
        frozen = once(
            ("frozen", self.cycle.pk), lambda: set(self.cycle.snapshots.values_list("label", flat=True))
        )
        last = max((labels.index(label) for label in frozen if label in labels), default=-1)
        stages = [stage.key for stage in self.cycle.procedure.stages]
        passed = stages.index(self.cycle.procedure.label_from(wanted).key) < stages.index(self.cycle.stage)
        return passed or last + 1 >= labels.index(wanted)

    def _signed_off(self, source: Source):
        if kind_named(source.kind).sign_off and (source.pk, source.content_hash) not in self.signed:
            text = _("No national contact has answered for %(key)s in this version.") % {"key": source.key}
            yield Flag("not-signed-off", text, "11.6", _("Record the sign-off of the country's contact."))


def cited_sources(cycle: Cycle) -> list[Source]:
    """The sources that the chapters cite today, by key."""
    cited = Cited.objects.filter(chapter__cycle=cycle).values("key")
    rows = Source.objects.with_terms().filter(key__in=cited)
    return once(("cited", cycle.pk), lambda: grouped(rows, "cycle", [cycle])[cycle.pk])


def flags_of_cited(cycle: Cycle) -> list[tuple[Source, Flag]]:
    """Everything that speaks against sources which the chapters cite today, by key."""

    def ask():
        rows = cited_sources(cycle)
        found = Flags(cycle, rows)
        return [(row, flag) for row in rows for flag in found.of(row)]

    return once(("flags", cycle.pk), ask)


def flags_in(cycle: Cycle, html: str) -> list[Flag]:
    """What became of the sources in a rendered list of references: retracted, replaced, doubted, withdrawn (11.7).

    Frozen and published texts stay as they are; their pages say so above the text.
    """
    keys = {unescape(key) for key in re.findall(r'id="ref-([^"]+)"', html)}
    rows = list(cycle.sources.with_terms().filter(key__in=keys)) if keys else []
    for row in rows:
        row.cycle = cycle
    found = Flags(cycle, rows)
    return [flag for row in rows for flag in found.of(row) if flag.mark]
