"""A chapter's text as readers see it, with citations, figures and references: made here and nowhere else."""

from __future__ import annotations

import html as escaping
import re
import unicodedata
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from functools import reduce
from operator import or_

from django.db.models import Q
from django.urls import reverse
from django.utils import translation
from django.utils.html import escape
from django.utils.translation import gettext as _

from assessments.drafting.citations import Citations
from assessments.drafting.lineage import with_lineage
from assessments.drafting.models import ChapterVersion
from assessments.sources.flags import Flag
from assessments.text import dialect, mathematics
from assessments.text.images import placed
from assessments.text.model import Document, Place, Problem, TextTooComplex

REFERENCES = "references"
_REFERRED = re.compile(r"#((?:sec|fig|tbl|box|ch):[^\]\[\s(){}]{1,80})")
MOST_NAMED = 100  # keys in one query; a database takes no condition of any depth


@dataclass(frozen=True)
class Rendered:
    """A chapter ready to be shown, frozen or printed.

    ``html`` is the whole: text, notes, then the list of references; images are ``asset:NAME``. ``blocks`` are
    its blocks in order, {id, kind, text, level, line_start, line_end}, those of the references last (ids
    "references" and "ref-KEY", lines 0). ``bibliography`` is the list of references alone. ``outline`` holds
    (level, text, id in the page) of each heading, ``problems`` what an author should mend, ``flags`` what became of
    the cited sources since (11.7).
    """

    html: str
    blocks: list[dict]
    problems: list[Problem] = field(default_factory=list)
    words: int = 0
    bibliography: str = ""
    cited: list[str] = field(default_factory=list)
    outline: list[tuple[int, str, str]] = field(default_factory=list)
    flags: list[Flag] = field(default_factory=list)


class Report:
    """What the chapters of a cycle say to references from one another; each is read once, and only when asked.

    ``pinned``: the versions that a snapshot holds; of its other chapters, and without it of all, the current
    texts count.
    """

    def __init__(self, cycle, pinned: Collection[int] = ()):
        self.cycle = cycle
        others = cycle.chapters.exclude(versions__in=pinned)
        versions = ChapterVersion.objects.filter(Q(pk__in=pinned) | Q(pk__in=others.values("current")))
        self.versions = versions.order_by("chapter__place").select_related("chapter").defer("blocks")
        self._chapters: dict[str, list[str]] | None = None
        self._holding: dict[str, list[tuple[int, int]]] = {}
        self._read: dict[int, dict[str, Place]] = {}

    def places(self, chapter, key: str) -> list[Place]:
        """The places of a key in the chapters other than ``chapter``."""
        if key.startswith("ch:"):
            return [Place(_("Chapter {}").format(number), "", number) for number in self._numbered(key[3:])]
        self._look_for({key})
        known = [self._read[pk] for pk, held_by in self._holding[key] if held_by != chapter.pk]
        return [places[key] for places in known if key in places]

    def expect(self, markdown: str) -> None:
        """Look for everything that a text refers to outside itself at once, before it is parsed."""
        named = {key for key in _REFERRED.findall(markdown) if f"{{#{key}}}" not in markdown}
        self._look_for({key for key in named if not key.startswith("ch:")})

    def _numbered(self, number: str) -> list[str]:
        if self._chapters is None:
            self._chapters = {}
            for held in self.cycle.chapters.values_list("number", flat=True):
                self._chapters.setdefault(held.lower(), []).append(held)
        return self._chapters.get(number.lower(), [])

    def _look_for(self, keys: set[str]) -> None:
        new = sorted(keys - self._holding.keys())
        if not new:
            return
        holding = self.versions
        if len(new) <= MOST_NAMED:
            # Most texts hold none of the keys, and the database sees that without handing them out.
            holding = holding.filter(reduce(or_, (Q(markdown__contains=f"#{key}") for key in new)))
        self._holding.update({key: [] for key in new})
        for version in holding:
            held = [key for key in new if f"#{key}" in version.markdown]
            for key in held:
                self._holding[key].append((version.pk, version.chapter_id))
            if held and version.pk not in self._read:
                self._read[version.pk] = _places_in(version)


def _places_in(version: ChapterVersion) -> dict[str, Place]:
    try:
        return dialect.places(version.markdown, version.chapter.number, _labels())
    except TextTooComplex:  # that chapter says so itself
        return {}


def render_chapter(
    chapter, markdown: str, version_blocks: Sequence[dict] | None = None, report: Report | None = None
) -> Rendered:
    """Render a chapter's text; used by the preview, by snapshots and by publications alike.

    ``version_blocks`` are those of the stored version (or of the one before): their ids are carried over.
    Without them blocks are numbered "b1", "b2" …, which is good for a preview only. ``report`` answers for
    references to other chapters, by their current texts without it. Raises TextTooComplex.
    """
    with translation.override(chapter.cycle.language):
        document, citations = parse_chapter(chapter, markdown, report)
        if version_blocks is None:
            ids = [f"b{n + 1}" for n in range(len(document.blocks))]
        else:
            ids = [b["id"] for b in with_lineage(version_blocks, document)]
        blocks = [
            {
                "id": ids[b.order],
                "kind": b.kind,
                "text": b.text,
                "level": b.level,
                "line_start": b.line_start,
                "line_end": b.line_end,
            }
            for b in document.blocks
        ]
        listed, bibliography = _references(citations.bibliography(document.cited))
    text = dialect.with_ids(document.html, ids)
    return Rendered(
        html=f"{text}\n{bibliography}" if bibliography else text,
        blocks=blocks + listed,
        problems=sorted(document.problems + citations.problems(document.cited), key=lambda p: p.line),
        words=document.words,
        bibliography=bibliography,
        cited=document.cited,
        outline=[(level, text, anchor) for level, text, _order, anchor in document.outline],
        flags=citations.marked(document.cited),
    )


def parse_chapter(chapter, markdown: str, report: Report | None = None) -> tuple[Document, Citations]:
    """Parse a chapter with its cycle's sources, images and other chapters. Raises TextTooComplex."""
    report = report or Report(chapter.cycle)
    report.expect(markdown)
    citations = Citations(chapter.cycle, markdown)
    images = dict(chapter.cycle.assets.newest().values_list("key", "name"))

    def read() -> Document:
        return dialect.parse(
            markdown,
            cite=citations.cite,
            figure=images.get,
            number=chapter.number,
            labels=_labels(),
            elsewhere=lambda key: report.places(chapter, key),
        )

    document = read()
    return (read() if citations.settle() else document), citations


def words_for(chapter, markdown: str) -> tuple[Callable, Callable, dict[str, dict]]:
    """How a chapter's citations and references are printed, for a copy that is no HTML: (cite, label, sources).

    ``cite`` takes (key, place) pairs and answers None where a source is unknown; ``label`` takes a reference's key and
    answers itself where nothing bears it. ``sources`` are CSL-JSON by key, without what their holders let nobody see.
    """
    report = Report(chapter.cycle)
    with translation.override(chapter.cycle.language):
        citations = parse_chapter(chapter, markdown, report)[1]
        own = dialect.places(markdown, chapter.number, _labels())

        def label(key: str) -> str:
            with translation.override(chapter.cycle.language):
                found = [own[key]] if key in own else report.places(chapter, key)
            return found[0].label if found else key

    def cite(items: list[tuple[str, str | None]]) -> str | None:
        return citations.cite(items) if all(key in citations.rows for key, _place in items) else None

    return cite, label, citations.sources


def _labels() -> dict[str, str]:
    return {
        "sec": _("Section {}"),
        "fig": _("Figure {}"),
        "tbl": _("Table {}"),
        "box": _("Box {}"),
        "ch": _("Chapter {}"),
    }


def for_screen(html: str, cycle, chapter_at: Callable[[str], str | None] | None = None) -> str:
    """The same HTML with addresses in the place of ``asset:NAME``, formulae set, linked to the cycle's other chapters.

    ``chapter_at(number)`` gives the address of a chapter in the same edition, or None where it has none; without it
    the links lead to the chapters as they are drafted.
    """

    def picture(name: str) -> str:
        return f'src="{reverse("asset_file", args=[cycle.slug, name])}"'

    def drafted(number: str) -> str:
        return reverse("chapter", args=[cycle.slug, number])

    pictured = placed(html, picture)
    return mathematics.shown(_linked(pictured, chapter_at or drafted))


def _linked(html: str, address: Callable[[str], str | None]) -> str:
    """The same HTML with links to other chapters where ``address(number)`` has one; else the words alone."""

    def link(match: re.Match) -> str:
        page = address(match[1])
        return f' href="{escape(page)}{match[2] if len(match[2]) > 1 else ""}"' if page else ""

    # In the sanitised text "<" opens tags only, so this attribute is none of the author's words.
    return re.sub(r'(?<=[\w"]) data-at="([A-Za-z0-9-]+)(#[\w-]*)"(?=[^<>]*>)', link, html)


def _references(entries: list[tuple[str, str]]) -> tuple[list[dict], str]:
    """The blocks and the HTML of the list of references; ``entries`` are (key, HTML inside the item)."""
    if not entries:
        return [], ""
    title = _("References")
    blocks = [_block(REFERENCES, "heading", title, 2)]
    items = []
    for key, inside in entries:
        blocks.append(_block(f"ref-{key}", "item", _plain(inside), 0))
        name = escape(f"ref-{key}")
        items.append(f'<li data-b="{name}" id="{name}">{inside}</li>')
    heading = f'<h2 data-b="{REFERENCES}" id="{REFERENCES}">{escape(title)}</h2>'
    return blocks, "\n".join(['<section class="references">', heading, "<ul>", *items, "</ul></section>"])


def _block(name: str, kind: str, text: str, level: int) -> dict:
    return {"id": name, "kind": kind, "text": text, "level": level, "line_start": 0, "line_end": 0}


def _plain(inside: str) -> str:
    text = escaping.unescape(re.sub(r"<[^<>]*>", "", inside))
    return unicodedata.normalize("NFC", " ".join(text.split()))
