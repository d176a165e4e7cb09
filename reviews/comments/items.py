"""A comment as a receipt counts it: one canonical leaf of a Merkle tree (docs/record-format.md)."""

from __future__ import annotations

from collections.abc import Iterable

from records import chain


def item_of(comment, *, answer: bool = False) -> dict:
    """The comment's lasting facts; with ``answer``, what became of it besides. No floats, no personal data
    but the reviewer's name, to whose publication they consented."""
    anchor = comment.anchor
    item = {
        "number": comment.label,
        "reviewer": str(comment.reviewer),
        "kind": comment.kind,
        "text": comment.text,
        "proposed": comment.proposed,
        "status": comment.status,
        "late": comment.late,
        "block": anchor.get("block") or "",
        "start": anchor.get("start") or 0,
        "end": anchor.get("end") or 0,
        "quote": anchor.get("quote") or "",
    }
    if answer:
        response = getattr(comment, "response", None)
        item["disposition"] = response.disposition if response else ""
        item["answer"] = response.text if response else ""
    return item


def root_of(items: Iterable[dict]) -> str:
    """The Merkle root (64 hexadecimal digits) over the items in their order."""
    return chain.merkle_root(chain.canonical(item) for item in items)
