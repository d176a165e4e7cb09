"""Verbs of drafting: chapters, and the one door through which every text enters (procedure 4.1 to 4.4)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

import records.append
from assessments.cycles import standing
from assessments.cycles.actions import add_body
from assessments.cycles.models import Cycle
from assessments.drafting import guards, versions
from assessments.drafting.models import Chapter, ChapterVersion
from assessments.drafting.rooms import keeping
from assessments.drafting.sections import within
from assessments.drafting.versions import tidy
from assessments.text.merge import merge_words
from panels.models import Body, User
from records.obstacles import refuse, refuse_if, require

NUMBER = re.compile(r"[A-Za-z0-9-]{1,12}")
# Places below this one are kept for summaries, which stand before the chapters.
FIRST_PLACE = 10


@dataclass(frozen=True)
class SaveResult:
    """What became of a text: ``status`` is saved, merged, collision or unchanged.

    ``version`` is where the writer stands now; in a collision it is the text kept aside, and ``theirs`` the
    current version it collided with (else None).
    """

    status: str
    version: ChapterVersion
    theirs: ChapterVersion | None = None


@transaction.atomic
def add_chapter(
    cycle: Cycle,
    number: str,
    title: str,
    *,
    by: User,
    now: datetime,
    kind: str = Chapter.Kind.CHAPTER,
    team: Body | None = None,
) -> Chapter:
    """Make an empty chapter, its author team and the body of its review editors (procedure 4.3).

    ``number`` is what readers cite ("3", "SPM"). Whoever begins a cycle adds its first chapters in the same
    act, in whatever stage it enters (3.7). Raises PermissionDenied, Blocked: wrong stage, number taken or
    malformed.
    """
    cycle = Cycle.objects.select_for_update().get(pk=cycle.pk)
    founding = cycle.created_by_id == by.pk and cycle.created_at == now and by.has_perm("cycle.create")
    if not founding:
        require(by, "chapter.manage", cycle)
        refuse_if(guards.obstacles_to_managing(cycle))
    if not NUMBER.fullmatch(number):
        refuse("bad-number", _("“%(number)s” cannot number a chapter.") % {"number": number}, rule="4.3",
               remedy=_("Expected: up to 12 letters, digits or hyphens, such as 3 or SPM."))  # fmt: skip
    if not title.strip():
        refuse("no-title", _("A chapter needs a title."), rule="4.3")
    if cycle.chapters.filter(number__iexact=number).exists():
        refuse("number-taken", _("There is a chapter %(number)s already.") % {"number": number}, rule="4.3")
    parts = {role.part for role in cycle.procedure.roles.values()}
    names = {"cycle": cycle.slug, "number": number}
    if team is not None:
        add_body(cycle, "team", team.key, team.name)
    elif "team" in parts:
        team = add_body(
            cycle,
            "team",
            f"{cycle.slug}-team-{number}",
            _("Authors of chapter %(number)s, %(cycle)s") % names,
        )
    editors = None
    if "editors" in parts:
        editors = add_body(
            cycle,
            "editors",
            f"{cycle.slug}-editors-{number}",
            _("Review editors of chapter %(number)s, %(cycle)s") % names,
        )
    chapter = Chapter.objects.create(
        cycle=cycle,
        number=number,
        place=_next_place(cycle, kind),
        title=title.strip(),
        kind=kind,
        team=team,
        editors=editors,
    )
    records.append.append(
        cycle.stream,
        "chapter.added",
        {"number": number, "title": chapter.title, "kind": str(kind)},
        by=by,
        at=now,
        visibility="public",
    )
    return chapter


def _next_place(cycle: Cycle, kind: str) -> int:
    alike = cycle.chapters.filter(kind=kind).aggregate(last=Max("place"))["last"]
    first = FIRST_PLACE if kind == Chapter.Kind.CHAPTER else 0
    return first if alike is None else alike + 1


@transaction.atomic
def rename_chapter(chapter: Chapter, title: str, *, by: User, now: datetime) -> Chapter:
    """Give a chapter another title (procedure 4.3); its number, being cited, stays."""
    chapter = _locked(chapter)
    require(by, "chapter.manage", chapter)
    refuse_if(guards.obstacles_to_managing(chapter.cycle))
    if not title.strip():
        refuse("no-title", _("A chapter needs a title."), rule="4.3")
    before, chapter.title = chapter.title, title.strip()
    if before != chapter.title:
        chapter.save(update_fields=["title"])
        records.append.append(
            chapter.cycle.stream,
            "chapter.renamed",
            {"number": chapter.number, "from": before, "title": chapter.title},
            by=by,
            at=now,
            visibility="public",
        )
    return chapter


@transaction.atomic
def save(
    chapter: Chapter,
    base_version: ChapterVersion | None,
    markdown: str,
    *,
    by: User,
    now: datetime,
    note: str = "",
) -> SaveResult:
    """Keep a text written from ``base_version`` (None: from an empty page); the only way into a chapter.

    What is being typed in the chapter's room becomes a version first, and what comes of this text an edit of the
    live document. What others saved meanwhile is merged by words; where both changed the same words, the text is
    kept aside and nothing is lost (procedure 4.4, 1.6). Saving is no act and leaves no entry in the record (1.4).
    Whoever is invited to one section changes that section and nothing else (4.17).
    Raises PermissionDenied; Blocked: wrong stage, foreign version, text too complex (with its line), beyond one's
    section.
    """
    chapter = _locked(chapter)
    require(by, "section.draft", chapter)
    refuse_if(guards.obstacles_to_drafting(chapter))
    if base_version is not None and base_version.chapter_id != chapter.pk:
        refuse("foreign-version", _("This version belongs to another chapter."), rule="4.4")
    mine = tidy(markdown)
    own = None if by.has_perm("chapter.draft", chapter) else standing.sections_of(by, chapter)
    if own is not None:
        refuse_if(within.obstacles_to_change(base_version, mine, own))
    keeping.keep_typed(chapter, now=now)
    current = chapter.current
    if current is not None and mine == current.markdown:
        return SaveResult("unchanged", current)
    if current == base_version:
        return SaveResult("saved", _keep(chapter, mine, base_version, by, now, note))
    merged = merge_words(base_version.markdown if base_version else "", mine, current.markdown)
    strays = own is not None and merged.text and within.obstacles_to_change(current, merged.text, own)
    if merged.text is None or strays:
        return SaveResult("collision", _keep_aside(chapter, mine, base_version, by, now, note), current)
    if merged.text == current.markdown:
        return SaveResult("merged", current)
    return SaveResult("merged", _keep(chapter, merged.text, current, by, now, note))


@transaction.atomic
def settle(
    aside: ChapterVersion, base_version: ChapterVersion, markdown: str, *, by: User, now: datetime
) -> SaveResult:
    """Settle a collision: ``markdown`` is what shall stand, written with ``base_version`` in view (procedure
    4.4).

    If somebody saved meanwhile it is merged like any text, and may collide anew; then the new aside waits in
    place of the old. Raises as ``save`` does; Blocked too when the collision was settled already.
    """
    chapter = _locked(aside.chapter)
    aside = ChapterVersion.objects.select_for_update().get(pk=aside.pk)
    # An author invited to a section settles what they wrote themselves.
    require(by, "section.draft" if aside.by_id == by.pk else "chapter.draft", chapter)
    if not aside.aside or aside.settled:
        refuse("settled", _("This collision was settled already."), rule="4.4")
    result = save(chapter, base_version, markdown, by=by, now=now, note=_("Settled a collision"))
    aside.settled = True
    aside.save(update_fields=["settled"])
    return result


def restore(
    chapter: Chapter, version: ChapterVersion, base_version: ChapterVersion, *, by: User, now: datetime
) -> SaveResult:
    """Bring an earlier text back as a new version (procedure 4.4); nothing after it is lost, and it is an
    act.

    ``base_version`` is the current version that the person saw; Blocked when somebody has saved since, or was
    typing: what was typed is a version then, which can be looked at.
    """
    require(by, "chapter.draft", chapter)
    # Of its own: the version that a refusal names stays.
    with transaction.atomic():
        keeping.keep_typed(chapter, now=now)
    return _restore(chapter, version, base_version, by, now)


@transaction.atomic
def _restore(chapter, version, base_version, by: User, now: datetime) -> SaveResult:
    chapter = _locked(chapter)
    require(by, "chapter.draft", chapter)
    keeping.keep_typed(chapter, now=now)
    _refuse_if_moved_on(chapter, base_version)
    note = _("Version %(number)s brought back") % {"number": version.number}
    result = save(chapter, chapter.current, version.markdown, by=by, now=now, note=note)
    if result.status == "saved":
        _record(chapter, "chapter.restored", result.version, by, now, restored=version.number)
    return result


@transaction.atomic
def name_version(version: ChapterVersion, name: str, *, by: User, now: datetime) -> ChapterVersion:
    """Give a version a name by which people find it again, beside its note; it is an act, and a name stays."""
    chapter = _locked(version.chapter)
    require(by, "chapter.draft", chapter)
    refuse_if(guards.obstacles_to_drafting(chapter))
    name = " ".join(name.split())
    if not name or len(name) > 200:
        refuse("bad-name", _("A version's name has 1 to 200 characters."), rule="4.4")
    version.name = name
    version.save(update_fields=["name"])
    _record(chapter, "chapter.named", version, by, now, name=name)
    return version


@transaction.atomic
def import_text(
    chapter: Chapter,
    base_version: ChapterVersion | None,
    markdown: str,
    filename: str,
    *,
    by: User,
    now: datetime,
    for_=None,
) -> SaveResult:
    """Take in a text written elsewhere as an edit of the chapter, never over it (procedure 4.2, 4.4).

    ``for_`` is the author who handed it over; both stand in the entry. Raises as ``save`` does.
    """
    if not markdown.strip():
        refuse("empty-file", _("%(file)s holds no text.") % {"file": filename}, rule="4.4")
    note = _("Imported from %(file)s") % {"file": filename}
    result = save(chapter, base_version, markdown, by=by, now=now, note=note[:200])
    if result.status != "unchanged":
        _record(
            chapter,
            "chapter.imported",
            result.version,
            by,
            now,
            for_=for_,
            file=filename,
            status=result.status,
        )
    return result


def _locked(chapter: Chapter) -> Chapter:
    return Chapter.objects.select_for_update().get(pk=chapter.pk)


def _refuse_if_moved_on(chapter: Chapter, seen: ChapterVersion | None) -> None:
    if chapter.current != seen:
        refuse(
            "moved-on",
            _("Version %(number)s was saved meanwhile.") % {"number": chapter.current.number},
            rule="4.4",
            remedy=_("Look at it, then decide again."),
        )


def _keep(chapter, markdown, base, by, now, note) -> ChapterVersion:
    version = versions.keep(chapter, markdown, base, by=by, now=now, note=note)
    keeping.follow(chapter, version, now=now)
    return version


def _keep_aside(chapter, markdown, base, by, now, note) -> ChapterVersion:
    """Keep the text that collided; the same text sent twice by the same person is kept once."""
    version = versions.make(chapter, markdown, base, by=by, now=now, note=note, aside=True)
    known = chapter.versions.filter(aside=True, settled=False, by=by, sha256=version.sha256).first()
    if known is None:
        version.save()
    return known or version


def _record(chapter, verb, version, by, now, *, for_=None, **more) -> None:
    records.append.append(
        chapter.stream,
        verb,
        {"chapter": chapter.number, "version": version.number, "sha256": version.sha256, **more},
        by=by,
        at=now,
        for_=for_,
        visibility="team",
    )
