"""A working copy of a chapter for Word, and what was changed there as suggestions (procedure 4.15)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from assessments.drafting.margin import actions as margin
from assessments.drafting.margin import guards, threads
from assessments.drafting.margin.models import Remark, Suggestion, Thread
from assessments.drafting.models import Chapter, ChapterVersion
from assessments.drafting.rendered import words_for
from assessments.drafting.word import anatomy, package, reading, returning, writing
from assessments.drafting.word.model import Returned, WordError
from assessments.drafting.word.said import lost_in_words, refusal_in_words
from assessments.imports.noting import noted
from panels.models import User
from records import files
from records.obstacles import refuse, refuse_if, require

RIGHT_TO_LEFT = {"ar", "he", "fa", "ur"}
# Word shows no drawing without a picture of it beside; it is named in its place.
PICTURES = ("image/png", "image/jpeg")


@dataclass
class Back:
    """What came back from Word: new suggestions and threads, and in words what could not be carried."""

    version: ChapterVersion
    suggestions: list[Suggestion] = field(default_factory=list)
    threads: list[Thread] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)

    @property
    def nothing(self) -> bool:
        return not (self.suggestions or self.threads or self.lost)


def working_copy(chapter: Chapter) -> bytes:
    """The chapter's current version as a .docx that can come back.

    Its blocks bear hidden bookmarks, its properties name the version. Raises Blocked: no text yet, or a text that
    Word cannot hold.
    """
    version = chapter.current
    if version is None:
        refuse("no-text", _("The chapter has no text yet."), rule="4.15")
    try:
        base = anatomy.read(version.markdown)
        cite, label, sources = words_for(chapter, version.markdown)
        return writing.written(
            writing.Copy(
                base,
                chapter.title,
                _marks(version),
                language=chapter.cycle.language,
                right_to_left=chapter.cycle.language in RIGHT_TO_LEFT,
                cite=cite,
                label=label,
                sources=sources,
                images=_images(chapter, base),
            )
        )
    except WordError as error:
        refuse(error.code, refusal_in_words(error), rule="4.15")


def take_back(chapter: Chapter, data: bytes, filename: str, *, by: User, now: datetime) -> Back:
    """Suggest what was changed in a working copy, against the version it was made from (procedure 4.15, 4.10).

    Nothing of the text changes. What stands in the margin already is not made twice. Raises PermissionDenied; Blocked:
    wrong stage, a file that is none of ours or cannot be read; then nothing is kept but the note of the attempt.
    """
    require(by, "chapter.suggest", chapter)
    refuse_if(guards.obstacles_to_the_margin(chapter))
    place = chapter.number
    with noted(chapter.cycle, "chapter", filename, place=place, whole=True, by=by, now=now) as attempt:
        try:
            opened = package.opened(data)
            version = _version_of(chapter, reading.marks(opened))
            base = anatomy.read(version.markdown)
            text = reading.read(
                opened, atoms=base.atoms, keys=base.notes, links=returning.links(base), known=_known(chapter)
            )
            found = returning.compare(base, text)
        except WordError as error:
            refuse(error.code, refusal_in_words(error), rule="4.15")
        back = _kept(chapter, version, found, filename, by, now)
        back.lost += [
            _("The source “%(key)s” is not in the register yet; enter it there.") % {"key": key}
            for key in text.sources
        ]
        attempt.counts = {
            "suggestions": len(back.suggestions),
            "threads": len(back.threads),
            "not_carried": len(back.lost),
        }
    return back


@transaction.atomic
def _kept(chapter, version, found: Returned, filename: str, by: User, now: datetime) -> Back:
    back = Back(version, lost=[lost_in_words(lost) for lost in found.lost])
    edits = [margin.Edit(e.start, e.end, e.text, author_name=e.author) for e in found.edits]
    before = set(chapter.suggestions.filter(version=version).values_list("pk", flat=True))
    if edits:
        made = margin.suggest(chapter, version, edits, by=by, now=now, source=filename)
        back.suggestions = [one for one in made if one.pk not in before]
    said = set(
        Remark.objects.filter(thread__chapter=chapter, thread__version=version).values_list(
            "thread__start", "thread__end", "text", "author_name"
        )
    )
    for remark in found.remarks:
        text = remark.text.strip()
        if not text or (remark.start, remark.end, text, remark.author) in said:
            continue
        back.threads.append(
            threads.remark(
                chapter, version, remark.start, remark.end, text,
                by=by, now=now, author_name=remark.author, source=filename,
            )
        )  # fmt: skip
    return back


def _marks(version: ChapterVersion) -> dict[str, str]:
    chapter = version.chapter
    return {
        "Concord report": chapter.cycle.slug,
        "Concord chapter": chapter.number,
        "Concord place": str(chapter.pk),  # its number may change
        "Concord version": str(version.number),
        "Concord text": version.sha256,
    }


def _version_of(chapter: Chapter, marks) -> ChapterVersion:
    """The version that a working copy was made from. Raises Blocked where the file is no copy of this chapter."""
    if not marks:
        refuse(
            "no-working-copy",
            _("This file is no working copy of this portal: it does not say from which version it was made."),
            rule="4.15",
            remedy=_("Download a working copy and edit that one, or take the file in as a text."),
        )
    found = chapter.versions.filter(sha256=marks.get("Concord text", "")).order_by("-number").first()
    same = (chapter.cycle.slug, str(chapter.pk)) == (marks.get("Concord report"), marks.get("Concord place"))
    if found is None or not same:
        refuse(
            "other-chapter",
            _("This is a working copy of chapter %(number)s of %(report)s.")
            % {"number": marks.get("Concord chapter", "?"), "report": marks.get("Concord report", "?")},
            rule="4.15",
            remedy=_("Bring it back on the page of that chapter."),
        )
    found.chapter = chapter
    return found


def _images(chapter: Chapter, base: anatomy.Anatomy) -> dict[str, writing.Image]:
    wanted = {unit.figure for unit in base.units if unit.figure}
    found = {}
    for asset in chapter.cycle.assets.newest().filter(key__in=wanted, mime__in=PICTURES):
        with files.opened(asset.file, asset.sha256) as picture:
            found[asset.key] = writing.Image(picture.read(), asset.mime, asset.width, asset.height)
    return found


def _known(chapter: Chapter):
    """The register's key of a citation from another program: by the key itself, or by its DOI."""
    rows = chapter.cycle.sources.values_list("key", "doi")
    keys = {key for key, _doi in rows}
    by_doi = {doi.lower(): key for key, doi in rows if doi}

    def key_of(csl: dict) -> str | None:
        doi = str(csl.get("DOI") or "").lower().removeprefix("https://doi.org/")
        name = str(csl.get("id") or "")
        return by_doi.get(doi) or (name if name in keys else None)

    return key_of
