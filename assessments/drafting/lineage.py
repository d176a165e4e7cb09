"""Blocks of a saved version: which of them is which block of the version before."""

from __future__ import annotations

import secrets
from collections.abc import Sequence

from assessments.text.align import Known, align


def blocks_of(chapter, markdown: str) -> tuple[list[dict], int]:
    """The blocks of a text as a version of ``chapter`` stores them, and the number of its words.

    Each block is {id, kind, text, outcome, sources}; ids come down from the chapter's current version. A
    chapter never gives an id twice, as far as the versions still know it. Raises TextTooComplex.
    """
    from assessments.drafting.rendered import parse_chapter

    document, _citations = parse_chapter(chapter, markdown)
    before = chapter.current.blocks if chapter.current else []
    return with_lineage(before, document.blocks), document.words


def with_lineage(before: Sequence[dict], blocks: Sequence) -> list[dict]:
    """``blocks`` (with kind and text) aligned with the stored blocks ``before``; new ones get random ids."""
    known = [Known(b["id"], b["kind"], b["text"]) for b in before]
    return [
        {
            "id": aligned.id,
            "kind": block.kind,
            "text": block.text,
            "outcome": aligned.outcome,
            "sources": list(aligned.sources),
        }
        for aligned, block in zip(align(known, blocks, new_id), blocks, strict=True)
    ]


def new_id() -> str:
    """A random id: ten hexadecimal digits behind a letter, so that two never meet within one chapter."""
    return "b" + secrets.token_hex(5)
