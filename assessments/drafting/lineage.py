"""Blocks of a saved version: which of them is which block of the version before."""

from __future__ import annotations

import secrets
from collections.abc import Sequence

from assessments.text import tables
from assessments.text.align import Known, align
from assessments.text.model import Document


def blocks_of(chapter, markdown: str) -> tuple[list[dict], int]:
    """The blocks of a text as a version of ``chapter`` stores them, and the number of its words.

    Each block is {id, kind, text, outcome, sources}, a cell with ``at`` too; ids come down from the chapter's
    current version. A chapter never gives an id twice, as far as the versions still know it. Raises
    TextTooComplex.
    """
    from assessments.drafting.rendered import parse_chapter

    document, _citations = parse_chapter(chapter, markdown)
    before = chapter.current.blocks if chapter.current else []
    return with_lineage(before, document), document.words


def with_lineage(before: Sequence[dict], document: Document) -> list[dict]:
    """The document's blocks aligned with the stored blocks ``before``; new ones get random ids.

    Cells also store ``at``: (table, row, column) from 0, by which the next version finds them again; headings
    their ``level`` and ``line``.
    """
    known = [Known(b["id"], b["kind"], b["text"], tuple(b["at"]) if b.get("at") else None) for b in before]
    # In a document just parsed, "@n" names the block of order n.
    places = {int(name[1:]): place for name, place in tables.cells(document.html).items()}
    made = []
    for index, (aligned, block) in enumerate(
        zip(align(known, document.blocks, new_id, places), document.blocks, strict=True)
    ):
        stored = {
            "id": aligned.id,
            "kind": block.kind,
            "text": block.text,
            "outcome": aligned.outcome,
            "sources": list(aligned.sources),
        }
        if index in places:
            stored["at"] = list(places[index])
        if block.kind == "heading":
            stored |= {"level": block.level, "line": block.line_start}
        made.append(stored)
    return made


def new_id() -> str:
    """A random id: ten hexadecimal digits behind a letter, so that two never meet within one chapter."""
    return "b" + secrets.token_hex(5)
