"""A chapter's text as readers see it, with citations, figures and references: made here and nowhere else."""

from __future__ import annotations

import html as escaping
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.urls import reverse
from django.utils import translation
from django.utils.html import escape
from django.utils.translation import gettext as _

from assessments.drafting.citations import Citations
from assessments.drafting.lineage import with_lineage
from assessments.text import dialect
from assessments.text.model import Document, Problem

REFERENCES = "references"


@dataclass(frozen=True)
class Rendered:
    """A chapter ready to be shown, frozen or printed.

    ``html`` is the whole: text, notes, then the list of references; images are ``asset:KEY``. ``blocks`` are
    its blocks in order, {id, kind, text, level, line_start, line_end}, those of the references last (ids
    "references" and "ref-KEY", lines 0). ``bibliography`` is the list of references alone. ``outline`` holds
    (level, text, id in the page) of each heading, ``problems`` what an author should mend.
    """

    html: str
    blocks: list[dict]
    problems: list[Problem] = field(default_factory=list)
    words: int = 0
    bibliography: str = ""
    cited: list[str] = field(default_factory=list)
    outline: list[tuple[int, str, str]] = field(default_factory=list)


def render_chapter(chapter, markdown: str, version_blocks: Sequence[dict] | None = None) -> Rendered:
    """Render a chapter's text; used by the preview, by snapshots and by publications alike.

    ``version_blocks`` are those of the stored version (or of the one before): their ids are carried over.
    Without them blocks are numbered "b1", "b2" …, which is good for a preview only. Raises TextTooComplex.
    """
    with translation.override(chapter.cycle.language):
        document, citations = parse_chapter(chapter, markdown)
        if version_blocks is None:
            ids = [f"b{n + 1}" for n in range(len(document.blocks))]
        else:
            ids = [b["id"] for b in with_lineage(version_blocks, document.blocks)]
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
    )


def parse_chapter(chapter, markdown: str) -> tuple[Document, Citations]:
    """Parse a chapter with its cycle's sources and images. Raises TextTooComplex."""
    citations = Citations(chapter.cycle, markdown)
    images = set(chapter.cycle.assets.values_list("key", flat=True))
    document = dialect.parse(
        markdown,
        cite=citations.cite,
        figure=lambda key: key if key in images else None,
        number=chapter.number,
        labels={
            "sec": _("Section {}"),
            "fig": _("Figure {}"),
            "tbl": _("Table {}"),
            "box": _("Box {}"),
            "ch": _("Chapter {}"),
        },
    )
    return document, citations


def for_screen(html: str, cycle) -> str:
    """The same HTML with addresses in the place of ``asset:KEY``, for a page of the portal."""

    def address(match: re.Match) -> str:
        return f'src="{reverse("asset_file", args=[cycle.slug, match[1]])}"'

    return re.sub(r'src="asset:([A-Za-z0-9_-]+)"', address, html)


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
