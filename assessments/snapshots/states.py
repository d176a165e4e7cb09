"""One state of a chapter, made ready to be compared: its blocks, each with the place where a reader finds it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.db.models import Q, TextField
from django.db.models.functions import Cast
from django.urls import reverse
from django.utils.translation import gettext as _

from assessments.drafting.models import ChapterVersion
from assessments.drafting.rendered import REFERENCES, render_chapter
from assessments.snapshots.marks import Marks, read
from assessments.snapshots.models import SnapshotChapter
from assessments.snapshots.pictured import figures_in
from assessments.text import dialect
from assessments.text.align import Known
from assessments.text.grids import Cell
from assessments.text.model import TextTooComplex

Joints = dict[int, list[tuple[int, list[dict]]]]
NOW = "now"  # in addresses: the current text, in the place of a snapshot's label


@dataclass(frozen=True, slots=True)
class Unit:
    """A block, or a table as one. ``section`` counts the headings before it; ``place`` is "p. 3-12, l. 31" or "".

    ``figure`` is the key and the description of the picture above a caption. ``dress`` is what the words wear:
    (words, style, "") of emphasis, (words, "link", address), and ("", "level", "2") of a heading.
    """

    id: str
    kind: str
    text: str
    section: int
    before: str = ""
    place: str = ""
    href: str = ""
    cells: tuple[Cell, ...] = ()
    figure: tuple[str, str] | None = None
    dress: tuple[tuple[str, str, str], ...] = ()

    @property
    def known(self) -> Known:
        return Known(self.id, self.kind, self.text)


@dataclass(frozen=True, slots=True)
class State:
    """A chapter as frozen, or as saved in a version. ``sections`` are the headings: number and words."""

    label: str
    units: list[Unit]
    sections: list[str]
    version: ChapterVersion | None


def of_frozen(frozen: SnapshotChapter, *, references: bool = True) -> State:
    """The chapter as frozen; without its ``references`` where the other side is a saved text, which has none."""
    snapshot = frozen.snapshot
    address = reverse("snapshot_chapter", args=[snapshot.cycle.slug, snapshot.label, frozen.chapter.number])
    places = _printed(frozen, address)
    blocks = frozen.blocks if references else without_references(frozen.blocks)
    return _state(snapshot.label, blocks, read(frozen.html), figures_in(frozen.html), places, frozen.version)


def of_version(version: ChapterVersion, label: str, address: str = "") -> State:
    """A saved text; it has no pages. ``address`` is that of a page whose blocks have their ids as anchors."""
    html = _html(version)
    places = {b["id"]: ("", f"{address}#{b['id']}") for b in version.blocks} if address else {}
    return _state(label, version.blocks, read(html), figures_in(html), places, version)


def without_references(blocks: Sequence[dict]) -> list[dict]:
    """The blocks without the list of references: a saved text has none, it is made when a draft is frozen."""
    return [b for b in blocks if b["id"] != REFERENCES and not b["id"].startswith("ref-")]


def _html(version: ChapterVersion) -> str:
    """The text as HTML for the sake of its numbers and tables; the words come from the version's blocks."""
    try:
        document = dialect.parse(
            version.markdown, number=version.chapter.number, figure=lambda key: key, labels=None
        )
    except TextTooComplex:
        return ""
    ids = [b["id"] for b in version.blocks]
    if [b.kind for b in document.blocks] != [b["kind"] for b in version.blocks]:
        # A block may consist of what only the cycle knows, such as a citation.
        return render_chapter(version.chapter, version.markdown, version.blocks).html
    return dialect.with_ids(document.html, ids)


def _printed(frozen: SnapshotChapter, address: str) -> dict[str, tuple[str, str]]:
    """Block id → (place as cited, address of its first line)."""
    found: dict[str, tuple[str, str]] = {}
    for page in (frozen.line_map or {}).get("pages", []):
        for number, spans in page["lines"]:
            for block, _start, _end in spans:
                if block not in found:
                    place = _("p. %(page)s, l. %(line)s") % {"page": page["label"], "line": number}
                    at = urlencode({"at": f"{page['label']}:{number}"})
                    found[block] = (place, f"{address}?{at}#p{page['label']}l{number}")
    for block in frozen.blocks:
        found.setdefault(block["id"], ("", f"{address}?{urlencode({'block': block['id']})}#{block['id']}"))
    return found


def _state(
    label: str,
    blocks: Sequence[dict],
    marks: Mapping[str, Marks],
    figures: Mapping[str, tuple[str, str]],
    places: Mapping[str, tuple[str, str]],
    version: ChapterVersion | None,
) -> State:
    units: list[Unit] = []
    sections: list[str] = []
    cells: list[tuple[dict, Marks]] = []

    def close_table() -> None:
        if cells:
            units.append(_table(cells, len(sections), places))
            cells.clear()

    for block in blocks:
        mark = marks.get(block["id"]) or Marks()
        if block["kind"] == "cell":
            if cells and cells[-1][1].table != mark.table:
                close_table()
            cells.append((block, mark))
            continue
        close_table()
        if block["kind"] == "heading":
            sections.append(f"{mark.before} {block['text']}".strip())
        place, href = places.get(block["id"], ("", ""))
        units.append(
            Unit(block["id"], block["kind"], block["text"], len(sections), mark.before,
                 place, href, (), figures.get(block["id"]), _dress(mark))
        )  # fmt: skip
    close_table()
    return State(label, units, sections, version)


def _dress(mark: Marks) -> tuple[tuple[str, str, str], ...]:
    styles = [(mark.text[a:b].strip(), style, "") for a, b, style in mark.runs]
    links = [(mark.text[a:b].strip(), "link", address) for a, b, address in mark.links]
    return (*styles, *links, *([("", "level", str(mark.level))] if mark.level else []))


def _table(cells: Sequence[tuple[dict, Marks]], section: int, places: Mapping[str, tuple[str, str]]) -> Unit:
    first = cells[0][0]["id"]
    made = tuple(
        # Without a row, as in an HTML of before, each cell is a row of its own.
        Cell(b["id"], m.row or n, m.column or 1, b["text"], m.head)
        for n, (b, m) in enumerate(cells, 1)
    )
    place, href = places.get(first, ("", ""))
    text = "\n".join(cell.text for cell in made)
    return Unit(first, "table", text, section, place=place, href=href, cells=made)


def came_from(
    old: ChapterVersion, new: ChapterVersion, joints: Joints | None = None
) -> dict[str, tuple[str, ...]]:
    """For the ids of ``new`` that are not simply ids of ``old``: the ids of ``old`` that they came from.

    Follows the splits and merges of the versions between, in either direction of time. ``joints`` holds them
    where several chapters were asked for at once.
    """
    joints = joints_between([(old, new)]) if joints is None else joints
    if new.number < old.number:
        return _turned(came_from(new, old, joints), {b["id"] for b in old.blocks})
    sources = {b["id"]: (b["id"],) for b in old.blocks}
    for number, blocks in joints.get(old.chapter_id, ()):
        if old.number < number <= new.number:
            # All of one version at once: a block may be a source and at the same time have others.
            sources |= {
                b["id"]: tuple(dict.fromkeys(s for name in b["sources"] for s in sources.get(name, ())))
                for b in blocks
            }
    return {name: found for name, found in sources.items() if found != (name,)}


def _turned(came: Mapping[str, tuple[str, ...]], kept: set[str]) -> dict[str, tuple[str, ...]]:
    """The same lineage asked from its other end; ``kept`` are the ids of the end that was new before."""
    back: dict[str, list[str]] = {}
    for name, sources in came.items():
        for source in sources:
            back.setdefault(source, []).append(name)
    return {
        name: tuple(dict.fromkeys([*([name] if name in kept and name not in came else []), *found]))
        for name, found in back.items()
    }


def joints_between(pairs: Sequence[tuple[ChapterVersion, ChapterVersion]]) -> Joints:
    """Chapter → (number, split and merged blocks) of its versions between each pair; all others keep their ids.

    One query, whatever the number of chapters and versions: the database passes over versions without any.
    """
    wanted = Q(pk__in=[])
    for one, other in pairs:
        low, high = sorted((one.number, other.number))
        wanted |= Q(chapter=one.chapter_id, number__gt=low, number__lte=high)
    versions = ChapterVersion.objects.filter(wanted, aside=False).annotate(said=Cast("blocks", TextField()))
    joined = versions.filter(Q(said__contains='"split"') | Q(said__contains='"merged"')).order_by("number")
    found: Joints = {}
    for chapter, number, blocks in joined.values_list("chapter", "number", "blocks").iterator(chunk_size=4):
        kept = [b for b in blocks if b["outcome"] in ("split", "merged")]
        found.setdefault(chapter, []).append((number, kept))
    return found
