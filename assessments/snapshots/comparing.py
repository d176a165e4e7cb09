"""Two states of a chapter compared, ready for a page, a file or a count: rows, their places, sections, folds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from django.utils.html import format_html, format_html_join
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from assessments.snapshots.states import State, Unit
from assessments.text.align import Known
from assessments.text.compare import Budget, Row, compare_blocks
from assessments.text.grids import GridCell, compare_tables

# What is counted, in the order in which it is shown.
KINDS = {
    "edited": gettext_lazy("changed"),
    "moved": gettext_lazy("moved"),
    "split": gettext_lazy("split"),
    "merged": gettext_lazy("merged"),
    "added": gettext_lazy("new"),
    "removed": gettext_lazy("taken out"),
}
SIGNS = {"edited": "±", "moved": "⇅", "split": "⑂", "merged": "⋎", "added": "+", "removed": "−", "left": "⇅"}
BLOCKS = {
    "paragraph": gettext_lazy("Paragraph"),
    "heading": gettext_lazy("Heading"),
    "item": gettext_lazy("List item"),
    "table": gettext_lazy("Table"),
    "caption": gettext_lazy("Caption"),
    "footnote": gettext_lazy("Footnote"),
    "box": gettext_lazy("Box"),
    "quote": gettext_lazy("Quotation"),
    "code": gettext_lazy("Code"),
    "figure": gettext_lazy("Figure"),
}
# Fewer unchanged blocks than this stand open: they cost less room than the line that would fold them.
FOLDED_FROM = 2


@dataclass(frozen=True)
class ShownCell:
    """A table's cell as HTML."""

    outcome: str
    head: bool
    marked: str


@dataclass(frozen=True)
class ShownRow:
    outcome: str
    cells: list[ShownCell]


@dataclass
class Change:
    """One row to be shown. ``n`` numbers the changes from 1 (0: unchanged, or the mark of a move).

    ``grid`` is the comparison of a table, ``section`` counts the headings of the new state (of the old one's
    place among them, for what was taken out). ``other`` is, for a move and its mark, the number of the move.
    """

    outcome: str
    olds: list[Unit]
    news: list[Unit]
    diff: list[tuple[str, str]]
    section: int
    crude: bool = False
    grid: list[ShownRow] = field(default_factory=list)
    n: int = 0
    other: int = 0
    came_from_section: str = ""
    before: int = 0
    after: int = 0

    @property
    def sign(self) -> str:
        return SIGNS.get(self.outcome, "")

    @property
    def unit(self) -> Unit:
        return (self.news or self.olds)[0]

    @property
    def placed(self) -> bool:
        """Whether a printed place is known of it, or a page that shows it."""
        return any(unit.place or unit.href for unit in (*self.olds, *self.news))

    @property
    def word(self) -> str:
        """What happened, in words."""
        if self.outcome == "moved" and not self.same_words:
            return _("moved and changed")
        if self.outcome == "left":
            return _("moved away")
        return str(KINDS.get(self.outcome, _("unchanged")))

    @property
    def block(self) -> str:
        return str(BLOCKS.get(self.unit.kind, self.unit.kind))

    @property
    def same_words(self) -> bool:
        return all(sign == "=" for sign, _text in self.diff) and all(
            row.outcome == "same" for row in self.grid
        )

    @property
    def pictures(self) -> tuple | None:
        """(old, new) pictures as (key, description) where the picture changed or is on one side alone."""
        old = next((u.figure for u in self.olds if u.figure), None)
        new = next((u.figure for u in self.news if u.figure), None)
        return (old, new) if old != new else None

    @property
    def dress(self) -> list[tuple[str, str]]:
        """(sign, words) for each link or emphasis that came or went while its words stayed."""
        old = Counter(d for u in self.olds for d in u.dress)
        new = Counter(d for u in self.news for d in u.dress)
        # What went or came together with its words is told by the words.
        was, now = (" ".join(u.text for u in units) for units in (self.olds, self.news))
        told = [("-", d) for d in old - new if d[0] in now] + [("+", d) for d in new - old if d[0] in was]
        return [(sign, _worn(d)) for sign, d in told]

    @property
    def inline(self) -> str:
        """Both texts in one."""
        return marked(self.diff)

    @property
    def old_side(self) -> str:
        return marked([part for part in self.diff if part[0] != "+"])

    @property
    def new_side(self) -> str:
        return marked([part for part in self.diff if part[0] != "-"])


@dataclass(frozen=True)
class Fold:
    """A run of unchanged blocks."""

    rows: list[Change]

    @property
    def open(self) -> bool:
        return len(self.rows) < FOLDED_FROM

    @property
    def title(self) -> str:
        return ngettext(
            "%(n)s unchanged paragraph: show", "%(n)s unchanged paragraphs: show", len(self.rows)
        ) % {"n": len(self.rows)}


@dataclass(frozen=True)
class Section:
    """Counts by kind of one section. ``share`` of its blocks changed (0 to 1), ``heat`` 0 to 5 the same in steps."""

    title: str
    blocks: int
    counts: dict[str, int]
    first: int

    @property
    def changes(self) -> int:
        return sum(self.counts.values())

    @property
    def share(self) -> float:
        return min(1.0, self.changes / self.blocks) if self.blocks else float(self.changes > 0)

    @property
    def heat(self) -> int:
        return 0 if not self.changes else min(5, 1 + int(self.share * 4.999))

    @property
    def cells(self) -> list[int]:
        return [self.counts.get(kind, 0) for kind in KINDS]

    @property
    def named(self) -> list[tuple[str, int]]:
        """Each kind of change in words, with its number."""
        return list(zip(KINDS.values(), self.cells, strict=True))


@dataclass
class Comparison:
    """Everything a page shows of two states of a chapter."""

    old: State
    new: State
    rows: list[Change]

    @property
    def changes(self) -> list[Change]:
        return [row for row in self.rows if row.n]

    @property
    def counts(self) -> dict[str, int]:
        return dict(Counter(row.outcome for row in self.changes))

    @property
    def cells(self) -> list[int]:
        return [self.counts.get(kind, 0) for kind in KINDS]

    @property
    def named(self) -> list[tuple[str, int]]:
        """Each kind of change in words, with its number."""
        return list(zip(KINDS.values(), self.cells, strict=True))

    @property
    def crude(self) -> int:
        return sum(row.crude for row in self.rows)

    @property
    def groups(self) -> Iterator[Change | Fold]:
        for same, run in groupby(self.rows, key=lambda row: row.outcome == "same"):
            if same:
                yield Fold(list(run))
            else:
                yield from run

    @property
    def strip(self) -> dict:
        """The sections as a strip: each as wide as it has blocks, as dark as many of them changed."""
        found, at = [], 0
        for section in self.sections:
            width = max(section.blocks, 1)
            found.append({"section": section, "x": at, "width": width})
            at += width
        return {"width": max(at, 1), "bars": found}

    @property
    def sections(self) -> list[Section]:
        found: dict[int, list[Change]] = {}
        for row in self.rows:
            if row.outcome != "left":
                found.setdefault(row.section, []).append(row)
        titles = [_("Before the first heading"), *self.new.sections]
        return [
            Section(
                titles[number],
                len(rows),
                dict(Counter(row.outcome for row in rows if row.n)),
                next((row.n for row in rows if row.n), 0),
            )
            for number, rows in sorted(found.items())
        ]


def compare_states(old: State, new: State, came: Mapping[str, Sequence[str]]) -> Comparison:
    """The two states, block by block and word by word. ``came`` as ``compare_blocks`` takes it."""
    news, olds = new.units, old.units
    came = {**came, **_tables(old, new)}
    rows = compare_blocks([u.known for u in olds], [u.known for u in news], came)
    budget = Budget()
    shown: list[Change] = []
    section = 0
    for row in rows:
        if row.news and row.outcome != "left":
            section = news[row.news[0]].section
        shown.append(
            _change(
                row, [olds[n] for n in row.olds], [news[n] for n in row.news], section, old.sections, budget
            )
        )
    return Comparison(old, new, _numbered(shown))


def counted(old: Sequence[dict], new: Sequence[dict], came: Mapping[str, Sequence[str]]) -> dict[str, int]:
    """The number of changes by kind, and of all blocks ("all"), without comparing words: quick enough for a report.

    Cells that follow one another count as one table here, as they do on the page.
    """
    rows = compare_blocks(_bare(old), _bare(new), came, words=False)
    found = Counter(row.outcome for row in rows if row.outcome in KINDS)
    return {**found, "all": sum(row.outcome != "left" for row in rows)}


def _bare(blocks: Sequence[dict]) -> list[Known]:
    found = []
    for cell, run in groupby(blocks, key=lambda b: b["kind"] == "cell"):
        run = list(run)
        if cell:
            found.append(Known(run[0]["id"], "table", "\n".join(b["text"] for b in run)))
        else:
            found += [Known(b["id"], b["kind"], b["text"]) for b in run]
    return found


def _tables(old: State, new: State) -> dict[str, tuple[str, ...]]:
    """New table → the old table with which it shares most cells; a table that shares none is new."""
    holder = {cell.id: unit.id for unit in old.units for cell in unit.cells}
    votes = []
    for place, unit in enumerate(new.units):
        shared = Counter(holder[cell.id] for cell in unit.cells if cell.id in holder)
        votes += [(-count, place, unit.id, name) for name, count in shared.items()]
    found: dict[str, tuple[str, ...]] = {unit.id: () for unit in new.units if unit.cells}
    taken = set()
    for _count, _place, now, was in sorted(votes):
        if not found[now] and was not in taken:
            found[now] = (was,)
            taken.add(was)
    return found


def _change(
    row: Row, olds: list[Unit], news: list[Unit], section: int, titles: list[str], budget: Budget
) -> Change:
    outcome, grid = row.outcome, []
    if outcome not in ("left", "same") and any(u.cells for u in (*olds, *news)):
        both = compare_tables([c for u in olds for c in u.cells], [c for u in news for c in u.cells], budget)
        grid = [ShownRow(line.outcome, [_cell(cell) for cell in line.cells]) for line in both]
    made = Change(outcome, olds, news, row.diff, section, row.crude, grid)
    if outcome == "moved" and olds[0].section:
        made.came_from_section = titles[olds[0].section - 1]
    if outcome == "same" and (made.pictures or made.dress):
        made.outcome = "edited"
    return made


def _worn(dress: tuple[str, str, str]) -> str:
    words, style, address = dress
    if style == "link":
        return _("“%(words)s” leads to %(address)s") % {"words": words, "address": address}
    if style == "level":
        return _("heading of level %(level)s") % {"level": address}
    names = {
        "em": _("in italics"),
        "strong": _("in bold"),
        "code": _("as code"),
        "sup": _("raised"),
        "sub": _("lowered"),
    }
    return _("“%(words)s” %(style)s") % {"words": words, "style": names[style]}


def _cell(cell: GridCell) -> ShownCell:
    return ShownCell(cell.outcome, cell.head, marked(cell.diff))


def _numbered(rows: list[Change]) -> list[Change]:
    numbers: dict[str, int] = {}
    last = None
    for row in rows:
        if row.outcome in KINDS:
            row.n = (last.n if last else 0) + 1
            if last:
                row.before, last.after = last.n, row.n
            last = row
            if row.outcome == "moved":
                numbers[row.unit.id] = row.n
    for row in rows:
        if row.outcome in ("moved", "left"):
            row.other = numbers[row.news[0].id]
    return rows


def marked(diff: Sequence[tuple[str, str]]) -> str:
    """The words with ``ins`` and ``del``, named for those who hear them; a new paragraph is shown by its sign."""
    labels = {"+": ("ins", _("new:")), "-": ("del", _("old:"))}
    found = []
    for sign, text in diff:
        shown = format_html_join(
            mark_safe('<span class="pilcrow">¶</span> '), "{}", ((t,) for t in text.split("\n"))
        )
        if sign == "=":
            found.append(shown)
        else:
            tag, label = labels[sign]
            found.append(format_html('<{0}><span class="sr">{1} </span>{2}</{0}>', tag, label, shown))
    return mark_safe("".join(found))
