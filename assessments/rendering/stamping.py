"""What a draft's pages bear beside their text: title and label at the head, notice and banner at the foot.

It is drawn by itself, two small pages for each chapter, and laid over the pages of a part. A new label so costs a
stamp and no layout. The parent's side: pikepdf alone, on files that our own program wrote.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import pikepdf

from .outline import ELSEWHERE

# A head that a part draws in place of the stamp's.
BLANK = " "
LEAVES = '<div class="leaf">&#160;</div><div class="leaf">&#160;</div>'


def bare(draft: dict, chapter: dict) -> dict:
    """The request of one chapter of a draft without what the stamp brings; ``chapter``: {label, title, html}."""
    kept = {
        name: draft[name] for name in ("kind", "language", "lines", "assets", "fonts", "css") if name in draft
    }
    own = {name: chapter[name] for name in ("label", "title", "html")}
    return {**kept, "running": {"title": BLANK}, "part": True, "chapters": [own]}


def stamps(like: dict, titles: list[str]) -> dict:
    """The request of the stamps of a draft ``like`` this: one for each of ``titles``, in that order."""
    kept = {
        name: like[name]
        for name in ("kind", "language", "banner", "watermark", "fonts", "css")
        if name in like
    }
    draft = (like.get("running") or {}).get("draft")
    return {
        **kept,
        "stamps": True,
        "title": "Stamps",
        "running": {"draft": draft} if draft else {},
        "chapters": [
            {"label": str(number), "title": title, "html": LEAVES}
            for number, title in enumerate(titles, start=1)
        ],
    }


def stamp(part: Path, stamps_file: Path, place: int, out: Path) -> str:
    """Write a part with the stamp of that ``place`` on its pages to ``out``; answers the SHA-256 of what was written.

    Links to chapters that are not in this file are taken away; their words stay.
    """
    with pikepdf.open(part) as pdf, pikepdf.open(stamps_file) as source:
        lay_over(pdf, list(pdf.pages), source, place)
        for page in pdf.pages:
            _take_away_links(page)
        pdf.save(out, deterministic_id=True)
    return hashlib.sha256(out.read_bytes()).hexdigest()


def lay_over(pdf: pikepdf.Pdf, pages: list, source: pikepdf.Pdf, place: int) -> None:
    """Lay a stamp's two sides over pages in turn, the first side over the first page."""
    sides = [pdf.copy_foreign(source.pages[2 * place + side].as_form_xobject()) for side in (0, 1)]
    for at, page in enumerate(pages):
        name = page.add_resource(sides[at % 2], pikepdf.Name.XObject)
        # Whatever the page's own stream leaves behind, the stamp begins from the page's corner.
        page.contents_add(b"q", prepend=True)
        page.contents_add(f"Q q {name} Do Q".encode())


def _take_away_links(page) -> None:
    if "/Annots" not in page:
        return
    kept = [one for one in page.Annots if not elsewhere(one)]
    if len(kept) < len(page.Annots):
        page.Annots = pikepdf.Array(kept)


def elsewhere(annotation) -> str:
    """The "CHAPTER#ID" to which a link leaves its part, or nothing."""
    action = annotation.get("/A")
    uri = str(action.get("/URI", "")) if action is not None else ""
    return uri.removeprefix(ELSEWHERE) if uri.startswith(ELSEWHERE) else ""
