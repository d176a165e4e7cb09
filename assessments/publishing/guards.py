"""What stands in the way of publishing; the conditions this floor answers for (procedure 8)."""

from __future__ import annotations

import re
from collections import defaultdict

from django.db.models import F, FilteredRelation
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from assessments.cycles.guards import obstacles_of, stage_obstacles
from assessments.cycles.models import Cycle
from assessments.procedures.titles import titled
from assessments.publishing.models import Publication, TrickleBack
from assessments.snapshots.guards import changed_since, frozen_versions, ready_drafts
from panels.querysets import current
from records.looking import grouped, of_each, once
from records.obstacles import Obstacle


def obstacles_to_publishing(cycle: Cycle, act: str) -> list[Obstacle]:
    """What the gate of an act of publication still needs, in words (procedure 8.1 to 8.5)."""
    rule = cycle.procedure.publication.get(act)
    if rule is None:
        return [
            Obstacle(
                "unknown-act",
                _("The procedure of %(cycle)s knows no such publication.") % {"cycle": cycle.slug},
                rule="8.1",
            )
        ]
    found = stage_obstacles(cycle, act)
    earlier = max((p for p in publications_of(cycle) if p.act == act), key=lambda p: p.number, default=None)
    if earlier and not earlier.error and not (rule.repeatable and earlier.done_at):
        found.append(
            Obstacle(
                "published",
                _("“%(title)s” was published already, or is being made ready.")
                % {"title": titled(rule.title)},
                rule="8.1",
                href=reverse("publications", args=[cycle.slug]),
            )
        )
    elif earlier and earlier.done_at and draft_for(cycle, rule) is None:
        found.append(
            Obstacle(
                "nothing-new-frozen",
                _("“%(title)s” needs a draft that it has not published yet.") % {"title": titled(rule.title)},
                rule="8.7",
                remedy=_("Freeze one: %(labels)s.") % {"labels": ", ".join(rule.labels)}
                if rule.labels
                else "",
                href=reverse("snapshots", args=[cycle.slug]),
            )
        )
    return found + undescribed(cycle, rule) + obstacles_of(cycle, rule.conditions)


def undescribed(cycle: Cycle, rule) -> list[Obstacle]:
    """Figures of the draft without a description for those who cannot see them: no text is published with one (8.10).

    A draft may have them; the editor's list of problems names them.
    """
    draft = draft_for(cycle, rule)
    if (
        draft is None or rule.key == "summary.release"
    ):  # the release carries the approved lines, and no figure
        return []
    rows = once(
        ("undescribed", draft.pk),
        lambda: list(draft.chapters.filter(html__contains='alt=""').values_list("chapter__number", "html")),
    )
    return [
        Obstacle(
            "missing-alt",
            _("Chapter %(chapter)s: the figure %(figure)s has no description for those who cannot see it.")
            % {"chapter": number, "figure": key},
            rule="8.10",
            remedy=_("Write it in the square brackets of the figure, and freeze the next draft."),
            href=reverse("chapter", args=[cycle.slug, number]),
        )
        for number, html in rows
        for key in UNDESCRIBED.findall(html)
    ]


UNDESCRIBED = re.compile(r'<img\b(?=[^>]*\balt="")[^>]*\bsrc="asset:([\w.-]+)"')


def publications_of(cycle: Cycle) -> list:
    """Every publication of the cycle that was ordered, with its job."""
    ordered = Publication.objects.select_related("job")
    return of_each("publications", cycle, lambda cycles: grouped(ordered, "cycle", cycles))


def draft_for(cycle: Cycle, rule=None):
    """The frozen draft that an act publishes, or None (procedure 8.7).

    Of those under the act's labels that it has not published yet, the last in the procedure's order of labels, and
    the freshest among equals. Without an act: that of all.
    """
    drafts = ready_drafts(cycle)
    if rule and rule.labels:
        drafts = [draft for draft in drafts if draft.label in rule.labels]
    if rule:
        published = {(p.act, p.snapshot_id) for p in publications_of(cycle) if p.done_at}
        drafts = [draft for draft in drafts if (rule.key, draft.pk) not in published]
    order = cycle.procedure.labels.index
    return max(drafts, key=lambda draft: (order(draft.label), draft.ready_at), default=None)


def advice_on_publishing(cycle: Cycle, act: str) -> list[Obstacle]:
    """What is good to know before an act of publication and stops nobody (procedure 3.4, 8.7)."""
    rule = cycle.procedure.publication[act]
    found = obstacles_of(cycle, rule.advise)
    draft = draft_for(cycle, rule)
    if draft is None or act == "summary.release":  # the release carries the approved lines, and no draft
        return found
    by_session = cycle.procedure.summary.decision != "none"
    for chapter in changed_since(draft, whole=not rule.labels):
        if chapter.kind == "summary" and by_session:
            continue
        found.append(
            Obstacle(
                "changed-since-frozen",
                _("Chapter %(chapter)s was changed after %(label)s was frozen; the change is not published.")
                % {"chapter": chapter.number, "label": draft.label},
                rule="8.7",
                remedy=_("Freeze the next draft first, if the change is to be published."),
                href=reverse("snapshots", args=[cycle.slug]),
            )
        )
    return found


def trickle_backs_closed(cycle: Cycle, rule) -> list[Obstacle]:
    """Condition: no chapter edit that the approved summary asks for is open, and the frozen text carries all."""
    listed = TrickleBack.objects.filter(chapter__cycle=cycle).select_related("chapter", "closed_version")
    listed = listed.defer("closed_version__markdown", "closed_version__blocks")
    opened = [edit for edit in listed if edit.closed_at is None]
    closed = [edit for edit in listed if edit.closed_at is not None]
    frozen = draft_for(cycle) if closed else None
    held = frozen_versions(cycle).get(frozen.pk, {}) if frozen else {}
    found = [
        Obstacle(
            "trickle-back-not-frozen",
            _("Chapter %(chapter)s was edited for line %(line)s after the last draft was frozen.")
            % {"chapter": t.chapter.number, "line": t.line_label},
            rule="8.3",
            remedy=_("Freeze the final draft, then publish."),
            href=reverse("snapshots", args=[cycle.slug]),
        )
        for t in closed
        if t.chapter_id not in held or held[t.chapter_id].number < t.closed_version.number
    ]
    return found + [
        Obstacle(
            "trickle-back-open",
            _("Chapter %(chapter)s still has an open trickle-back for line %(line)s.")
            % {"chapter": t.chapter.number, "line": t.line_label},
            rule="8.3",
            href=reverse("trickle_backs", args=[cycle.slug]),
        )
        for t in opened
    ]


def editor_reports_in(cycle: Cycle, rule) -> list[Obstacle]:
    """Condition: each chapter's review editors have filed their report (procedure 8.4)."""
    found = []
    editors_of, filed_of = defaultdict(dict), defaultdict(set)
    # A chapter comes once for each report that is filed for it and each editor who sits, or once with None.
    sits = current(timezone.now(), "editors__appointments__", "editors__")
    seat = FilteredRelation("editors__appointments", condition=sits)
    rows = cycle.chapters.filter(kind="chapter").annotate(filed=F("editor_reports__editor"), seat=seat)
    told = rows.values_list("number", "filed", "seat__person", "seat__person__name")
    for number, filed, editor, name in told:
        filed_of[number] |= {filed} - {None}
        editors_of[number] |= {editor: name} if editor else {}
    for number, filed in filed_of.items():
        editors = editors_of[number]
        missing = [name for editor, name in editors.items() if editor not in filed]
        if not filed and not editors:
            missing = [_("a review editor")]
        for person in missing:
            found.append(
                Obstacle(
                    "report-missing",
                    _("Chapter %(chapter)s: the report of %(person)s is missing.")
                    % {"chapter": number, "person": person},
                    rule="8.4",
                    href=reverse("editor_reports", args=[cycle.slug]),
                )
            )
    return found


def publication_done(cycle: Cycle, rule) -> list[Obstacle]:
    """Condition: an act of publication is done."""
    if any(p.act == rule.act and p.done_at for p in publications_of(cycle)):
        return []
    return [
        Obstacle(
            "not-published",
            _("Not published yet: “%(title)s”.")
            % {"title": titled(cycle.procedure.publication[rule.act].title)},
            rule="8.1",
            href=reverse("publications", args=[cycle.slug]),
        )
    ]
