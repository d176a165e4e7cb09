"""The whole of a draft in one file: parts one after another, with links across, an outline and labels of pages.

Tags for screen readers do not survive a joining (decision 0005), so this is for drafts; what is published is drawn
as it is. The parent's side: pikepdf alone.
"""

from __future__ import annotations

import hashlib
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import pikepdf
from pikepdf import Array, Dictionary, Name, OutlineItem, String

from .stamping import elsewhere, lay_over

ROMAN = frozenset("ivxlcdm")


@dataclass(frozen=True)
class Piece:
    """A part to be joined: its file, the labels of its pages, its headings, and the place of its stamp.

    ``label`` is the chapter's; empty for the matter before and behind the chapters.
    """

    pdf: Path
    labels: list[str]
    label: str = ""
    title: str = ""
    outline: list[dict] = field(default_factory=list)
    stamp: int | None = None


def contents(pieces: list[Piece]) -> list[dict]:
    """The rows of a table of contents, for the request of the part that stands before the chapters."""
    return [
        {
            "level": row["level"],
            "number": row["number"],
            "text": row["text"],
            "page": piece.labels[row["page"]],
            "at": f"{piece.label}#{row['id']}",
        }
        for piece in pieces
        for row in piece.outline
    ]


def around(request: dict, pieces: list[Piece]) -> dict:
    """The request of what stands before (and, where there is such matter, behind) the chapters of a whole draft."""
    kept = {
        name: value for name, value in request.items() if name not in ("html", "chapters", "lines", "out")
    }
    rows = contents(pieces) if request.get("toc") else []
    return {**kept, "part": True, "chapters": [], "contents": rows}


def join(pieces: list[Piece], stamps: Path, out: Path, *, language: str, title: str) -> str:
    """Write the joined file and answer its SHA-256. Pages of the first piece that are not numbered i, ii … go last."""
    before, behind = _around(pieces)
    order = [(piece, at) for piece, at in before]
    order += [(piece, at) for piece in pieces if piece.label for at in range(len(piece.labels))]
    order += behind
    # A page that was taken over is read from its own file until the whole is written.
    with ExitStack() as held:
        whole, marks = held.enter_context(pikepdf.new()), held.enter_context(pikepdf.open(stamps))
        files = {piece.pdf: held.enter_context(pikepdf.open(piece.pdf)) for piece in pieces}
        placed = _append(whole, order, files)
        for piece in pieces:
            if piece.stamp is not None:
                own = [whole.pages[placed[piece.pdf, at]] for at in range(len(piece.labels))]
                lay_over(whole, own, marks, piece.stamp)
        _lead_across(whole, order)
        _outline(whole, pieces, placed)
        _describe(whole, [piece.labels[at] for piece, at in order], language, title)
        whole.save(out, deterministic_id=True)
    return hashlib.sha256(out.read_bytes()).hexdigest()


def _around(pieces: list[Piece]) -> tuple[list, list]:
    pages = [(piece, at) for piece in pieces if not piece.label for at in range(len(piece.labels))]
    before = [(piece, at) for piece, at in pages if set(piece.labels[at]) <= ROMAN]
    return before, [page for page in pages if page not in before]


def _append(whole: pikepdf.Pdf, order: list, files: dict[Path, pikepdf.Pdf]) -> dict:
    """Append the pages in order, with their named places; answers where each (file, page of it) came to stand."""
    for piece in {piece.pdf: piece for piece, _at in order}.values():
        _name_apart(files[piece.pdf], piece.label)
    placed = {}
    for place, (piece, at) in enumerate(order):
        whole.pages.append(files[piece.pdf].pages[at])
        placed[piece.pdf, at] = place
    names = {}
    for piece in {piece.pdf: piece for piece, _at in order}.values():
        names.update(_destinations(files[piece.pdf], whole, placed, piece))
    pairs = [value for name in sorted(names) for value in (String(name), names[name])]
    whole.Root.Names = Dictionary(Dests=whole.make_indirect(Dictionary(Names=Array(pairs))))
    return placed


def _named(label: str, name: str) -> str:
    return f"{label}#{name}"


def _name_apart(pdf: pikepdf.Pdf, label: str) -> None:
    """Two chapters may both have a place ``fn-1``: links within a part name its chapter too."""
    for page in pdf.pages:
        for annotation in page.get("/Annots", ()):
            if "/Dest" in annotation:
                annotation.Dest = String(_named(label, str(annotation.Dest)))


def _destinations(pdf: pikepdf.Pdf, whole: pikepdf.Pdf, placed: dict, piece: Piece) -> dict:
    """The named places of a part as they are in the whole."""
    if "/Names" not in pdf.Root or "/Dests" not in pdf.Root.Names:
        return {}
    numbers = {page.objgen: at for at, page in enumerate(pdf.pages)}
    found = {}
    listed = list(pdf.Root.Names.Dests.Names)
    for name, target in zip(listed[::2], listed[1::2], strict=True):
        at = numbers.get(target[0].objgen)
        if at is not None:
            page = whole.pages[placed[piece.pdf, at]]
            found[_named(piece.label, str(name))] = Array([page.obj, *list(target)[1:]])
    return found


def _lead_across(whole: pikepdf.Pdf, order: list) -> None:
    """Make the links that leave a part lead within the whole; one that leads to no part is taken away."""
    listed = list(whole.Root.Names.Dests.Names)
    known = {str(name) for name in listed[::2]}
    first = {}
    for place, (piece, _at) in enumerate(order):
        first.setdefault(piece.label, place)
    for page in whole.pages:
        if "/Annots" not in page:
            continue
        kept = []
        for annotation in page.Annots:
            target = elsewhere(annotation)
            label = target.partition("#")[0]
            if target and target in known:
                del annotation["/A"]
                annotation.Dest = String(target)
            elif target and label in first:
                del annotation["/A"]
                annotation.Dest = Array([whole.pages[first[label]].obj, Name.Fit])
            elif target:
                continue
            kept.append(annotation)
        page.Annots = Array(kept)


def _outline(whole: pikepdf.Pdf, pieces: list[Piece], placed: dict) -> None:
    with whole.open_outline() as outline:
        for piece in pieces:
            above: list[tuple[int, list]] = [(0, outline.root)]
            for row in piece.outline:
                while above[-1][0] >= row["level"]:
                    above.pop()
                item = OutlineItem(f"{row['number']} {row['text']}".strip(), placed[piece.pdf, row["page"]])
                above[-1][1].append(item)
                above.append((row["level"], item.children))


def _describe(whole: pikepdf.Pdf, labels: list[str], language: str, title: str) -> None:
    numbers = [value for at, label in enumerate(labels) for value in (at, Dictionary(P=String(label)))]
    whole.Root.PageLabels = Dictionary(Nums=Array(numbers))
    whole.Root.Lang = String(language)
    whole.docinfo["/Title"] = title
