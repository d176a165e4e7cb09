"""A whole draft in one file from its parts: what has not changed is not laid out again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from . import joining, stamping
from .parts import Part, Press


@dataclass(frozen=True)
class Whole:
    """A joined draft. ``drawn``: how many of its chapters were laid out now; ``maps`` by chapter label."""

    pages: int
    lines: int
    lost: list[dict]
    remedies: list[dict]
    maps: dict[str, dict]
    sha256: str
    drawn: int


def make(request: dict, press: Press, tell: Callable[[str], None] | None = None) -> Whole:
    """Draw, or find, the chapters of a draft's request (``requests.read_request``), and write them joined to ``out``.

    ``tell`` hears the label of each chapter that is ready, from a thread of its own. Raises RenderFailed.
    """
    chapters = request["chapters"]
    title = (request.get("running") or {}).get("title") or request.get("title") or ""
    marks = press.submit(stamping.stamps(request, [title]))
    # The longest first, so that none of them is begun last and alone.
    waiting = {
        chapter["label"]: press.submit(stamping.bare(request, chapter))
        for chapter in sorted(chapters, key=lambda c: -len(c["html"]))
    }
    if tell is not None:
        for label, future in waiting.items():
            future.add_done_callback(lambda _done, label=label: tell(label))
    made = {label: future.result() for label, future in waiting.items()}
    pieces = [_piece(made[c["label"]], c) for c in chapters]
    before = []
    if request.get("front") or request.get("toc"):
        part = press.submit(joining.around(request, pieces)).result()
        before = [joining.Piece(part.pdf, part.result.page_labels)]
    out = Path(request["out"])
    sha256 = joining.join(
        before + pieces,
        marks.result().pdf,
        out,
        language=request.get("language") or "en",
        title=request.get("title") or "",
    )
    return _sum(list(made.values()), before + pieces, sha256)


def _piece(part: Part, chapter: dict) -> joining.Piece:
    found = part.result
    return joining.Piece(
        part.pdf, found.page_labels, chapter["label"], chapter["title"], found.outline, stamp=0
    )


def _sum(parts: list[Part], pieces: list[joining.Piece], sha256: str) -> Whole:
    return Whole(
        pages=sum(len(piece.labels) for piece in pieces),
        lines=sum(part.result.lines for part in parts),
        lost=[block for part in parts for block in part.result.lost],
        remedies=[remedy for part in parts for remedy in part.result.remedies],
        maps={label: found for part in parts for label, found in part.result.map.items()},
        sha256=sha256,
        drawn=sum(part.drawn for part in parts),
    )
