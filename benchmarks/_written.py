"""A labelled chapter as Markdown, and where its sentences stand in what became of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from benchmarks._edits import Chapter, Sentence

BEARER = "A note says more."  # bears the mark of a note; it has no label


def markdown(chapter: Chapter, title: str) -> str:
    """The chapter as an author would write it; list items and notes stand where their blocks stand."""
    out, notes = [f"# {title}"], []
    for n, block in enumerate(chapter.blocks):
        text = ("" if block.language == "zh" else " ").join(s.text for s in block.sentences)
        if block.kind == "table":
            rows = ["| " + " | ".join(cell_text(cell) for cell in row) + " |" for row in block.rows]
            out.append("\n".join([rows[0], "|" + " --- |" * len(block.rows[0]), *rows[1:]]))
        elif block.kind == "item":
            out.append(f"- {text}")
        elif block.kind == "quote":
            out.append(f"> {text}")
        elif block.kind == "footnote":
            notes.append(f"[^n{n}]: {text}")
            out.append(f"{BEARER}[^n{n}]")
        else:
            out.append(text)
        if n % 40 == 39:
            out.append(f"## Section {n // 40 + 1}")
    return "\n\n".join([*out, *notes]) + "\n"


def cell_text(cell: Sentence) -> str:
    return ("" if cell.language == "zh" else " ").join(cell.words)


def places(chapter: Chapter, blocks: list[dict]) -> dict[int, tuple[str, int, int]]:
    """Where each Sentence (by ``id()``) stands among the frozen blocks ({id, kind, text}), which are all matched."""
    texts = [b for b in blocks if b["kind"] not in ("heading", "footnote", "cell") and b["text"] != BEARER]
    cells = [b for b in blocks if b["kind"] == "cell"]
    notes = [b for b in blocks if b["kind"] == "footnote"]
    found: dict[int, tuple[str, int, int]] = {}
    at = {"text": 0, "cell": 0, "note": 0}
    for block in chapter.blocks:
        if block.rows:
            for row in block.rows:
                for cell in row:
                    frozen = cells[at["cell"]]
                    assert frozen["text"] == cell_text(cell), (frozen["text"], cell_text(cell))
                    found[id(cell)] = (frozen["id"], 0, len(frozen["text"]))
                    at["cell"] += 1
            continue
        where = ("note", notes) if block.kind == "footnote" else ("text", texts)
        frozen = where[1][at[where[0]]]
        at[where[0]] += 1
        start = 0
        for sentence in block.sentences:
            end = start + len(sentence.text)
            assert frozen["text"][start:end] == sentence.text, (frozen["text"], sentence.text)
            found[id(sentence)] = (frozen["id"], start, end)
            start = end + (block.language != "zh")
    assert (at["text"], at["cell"], at["note"]) == (len(texts), len(cells), len(notes))
    return found
