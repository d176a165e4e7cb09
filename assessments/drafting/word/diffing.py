"""What changed between a block's words and the words that came back, as edits of its Markdown. No Django.

Only the words that differ are touched; marks around them stay as they are written. An edit that would tear an
emphasis or a link apart takes in the whole of it and writes it anew.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import pairwise

from rapidfuzz.distance import Indel

from .anatomy import Unit
from .model import BREAK, PLAIN, Form, Piece, Token, tokens
from .pieces import at_line_start, heavily, markdown, pieces
from .reading import Paragraph

# Beyond so many words the quick comparison is used, which may divide a change differently.
SLOW = 3_000
ENDING = ("¶", PLAIN, "end")


@dataclass(frozen=True, slots=True)
class Old:
    """A token of the base with the unit it stands in; ``unit`` of a paragraph's end is the one before it."""

    key: tuple
    unit: Unit
    token: Token | None
    start: int
    end: int
    form: Form
    spans: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class New:
    """A token that came back, with its paragraph; a paragraph's end carries the one after it."""

    key: tuple
    paragraph: Paragraph
    token: Token | None


@dataclass(frozen=True, slots=True)
class Change:
    """Tokens ``i`` to ``j`` of the base became ``a`` to ``b`` of what came back."""

    i: int
    j: int
    a: int
    b: int


@dataclass(frozen=True, slots=True)
class Made:
    """An edit between two offsets of the base's Markdown, with the change that it comes from."""

    start: int
    end: int
    text: str
    unit: Unit
    change: Change
    author: str


Starting = Callable[[Paragraph, Unit], str]


def old_tokens(units: Sequence[Unit]) -> list[Old]:
    """The tokens of units that follow each other, with the ends of all but the last."""
    made: list[Old] = []
    for n, unit in enumerate(units):
        for token in unit.tokens:
            first, last = unit.pieces[token.first], unit.pieces[token.last - 1]
            start, end = unit.source(first.start, last.end)
            made.append(Old(token.key, unit, token, start, end, first.form, first.spans))
        if n + 1 < len(units):
            made.append(Old(ENDING, unit, None, unit.at[-1], units[n + 1].at[0], PLAIN, ()))
    return made


def new_tokens(paragraphs: Sequence[Paragraph], *, literal: bool = False) -> list[New]:
    """The tokens of paragraphs that follow each other, with the ends of all but the last."""
    made: list[New] = []
    for n, paragraph in enumerate(paragraphs):
        if n:
            made.append(New(ENDING, paragraph, None))
        made += [New(t.key, paragraph, t) for t in tokens(paragraph.pieces, literal=literal)]
    return made


def alike(old: Sequence[Old], new: Sequence[New]) -> float:
    """0 to 1: how much of two texts is the same, in order."""
    return Indel.normalized_similarity([o.key[0] for o in old], [n.key[0] for n in new])


def changes(old: Sequence[Old], new: Sequence[New]) -> list[Change]:
    """The fewest stretches that differ; two with nothing but signs or spaces between them are one."""
    mine, theirs = [o.key for o in old], [n.key for n in new]
    head = 0
    while head < min(len(mine), len(theirs)) and mine[head] == theirs[head]:
        head += 1
    tail = 0
    while tail < min(len(mine), len(theirs)) - head and mine[-1 - tail] == theirs[-1 - tail]:
        tail += 1
    one, other = mine[head : len(mine) - tail], theirs[head : len(theirs) - tail]
    if not one and not other:
        return []
    if max(len(one), len(other)) > SLOW:
        codes = [(o.tag, o.src_start, o.src_end, o.dest_start, o.dest_end) for o in Indel.opcodes(one, other)]
    else:
        codes = SequenceMatcher(None, one, other, autojunk=False).get_opcodes()
    found: list[Change] = []
    for tag, i, j, a, b in codes:
        if tag == "equal":
            continue
        change = Change(i + head, j + head, a + head, b + head)
        if found and _belong(old, found[-1], change):
            last = found[-1]
            found[-1] = Change(last.i, change.j, last.a, change.b)
        else:
            found.append(change)
    return found


def _belong(old: Sequence[Old], one: Change, other: Change) -> bool:
    """Whether two changes are one: no word stands between, or one word between two longer stretches."""
    between = [o for o in old[one.j : other.i] if o.token is None or o.token.atom or o.key[0][:1].isalnum()]
    if not between:
        return True
    sizes = [max(c.j - c.i, c.b - c.a) for c in (one, other)]
    return len(between) == 1 and between[0].token is not None and min(sizes) >= 7


def edits(
    units: Sequence[Unit], paragraphs: Sequence[Paragraph], starting: Starting
) -> tuple[list[Made], bool]:
    """The edits that make of these units these paragraphs, and whether the result reads exactly as it came back.

    ``starting(paragraph, unit)`` is what begins a new paragraph after a unit: blank line and marks.
    """
    literal = units[0].kind == "code"
    old, new = old_tokens(units), new_tokens(paragraphs, literal=literal)
    found = changes(old, new)
    if not found:
        return [], True
    cell = units[0].kind == "cell"
    for escape in (lambda char: char, heavily):
        work = _Work(old, new, escape, cell, starting)
        made = [work.edit(change) for change in work.closed(found)]
        if literal or _reads(units, paragraphs, made):
            return made, True
    whole = _Work(old, new, heavily, cell, starting).edit(Change(0, len(old), 0, len(new)))
    return [whole], _reads(units, paragraphs, [whole])


def _reads(units: Sequence[Unit], paragraphs: Sequence[Paragraph], made: Sequence[Made]) -> bool:
    """Whether the edited text reads as what came back, word for word."""
    if len(units) > 1 or len(paragraphs) > 1:
        return True
    unit = units[0]
    raw, at = [], 0
    places = {place: n for n, place in reversed(list(enumerate(unit.at)))}
    ends = {place + 1: n + 1 for n, place in enumerate(unit.at[:-1])}
    for edit in made:
        start = ends[edit.start] if edit.start == edit.end and edit.start in ends else places.get(edit.start)
        end = start if edit.start == edit.end else ends.get(edit.end)
        if start is None or end is None:
            return True
        raw += [unit.raw[at:start], edit.text]
        at = end
    raw.append(unit.raw[at:])
    notes = frozenset(p.text[2:-1] for p in paragraphs[0].pieces if p.atom == "note") | frozenset(
        p.text[2:-1] for p in unit.pieces if p.atom == "note"
    )
    text = "".join(raw)
    if unit.kind == "cell" and "\n" in text:
        return False
    read = [t.key for t in tokens(pieces(text, notes))]
    wanted = [t.key for t in tokens(paragraphs[0].pieces)]
    return read == wanted


class _Work:
    def __init__(self, old, new, escape, cell, starting):
        self.old, self.new, self.escape, self.cell, self.starting = old, new, escape, cell, starting

    def closed(self, found: Sequence[Change]) -> list[Change]:
        """The changes, each grown until it tears no emphasis or link apart, and none of them overlapping."""
        given = list(found)
        while True:
            grown = [self._grown(change, given) for change in given]
            grown = self._joined(grown)
            if grown == given:
                return grown
            given = grown

    def _grown(self, change: Change, all_: Sequence[Change]) -> Change:
        if self._context(change) is not None:
            return change
        i, j = change.i, change.j
        touched = list(range(max(i - 1, 0), min(j + 1, len(self.old)))) if i == j else list(range(i, j))
        for n in touched:
            spans = self.old[n].spans
            if not spans:
                continue
            same = [
                k for k, o in enumerate(self.old) if o.unit is self.old[n].unit and o.spans[:1] == spans[:1]
            ]
            if i == j and not (min(same) < i <= max(same)):
                # An insertion beside an emphasis, not in it.
                continue
            i, j = min(i, same[0]), max(j, same[-1] + 1)
        return Change(i, j, self._across(i, change, all_, False), self._across(j, change, all_, True))

    def _across(self, place: int, own: Change, all_: Sequence[Change], after: bool) -> int:
        """Where the boundary ``place`` of the base lies in what came back."""
        shift = 0
        for change in all_:
            if change.j < place or change.j == place and (after or change.i < place or change is not own):
                shift = change.b - change.j
            elif change.i <= place:
                if change.i == place and not after:
                    return change.a
                return change.b if after else change.a
            else:
                break
        return place + shift

    def _joined(self, given: Sequence[Change]) -> list[Change]:
        made: list[Change] = []
        for change in sorted(given, key=lambda c: (c.i, c.j, c.a, c.b)):
            if made and change.i < made[-1].j:
                last = made[-1]
                made[-1] = Change(
                    min(last.i, change.i), max(last.j, change.j), min(last.a, change.a), max(last.b, change.b)
                )
            else:
                made.append(change)
        return made

    def _context(self, change: Change) -> tuple[int, int, Form] | None:
        """(start, end, form around it) of an edit that needs no more than its own words; None: it must grow."""
        old, new = self.old, self.new
        forms = {self._form(n) for n in new[change.a : change.b] if n.token is not None and not n.token.space}
        ending = any(n.token is None for n in new[change.a : change.b])
        inside = old[change.i : change.j]
        if inside:
            spans = {o.spans for o in inside}
            if len(spans) == 1:
                (own,) = spans
                form = inside[0].form
                covers = own and not any(
                    o.spans[: len(own)] == own and o.unit is inside[0].unit
                    for o in [*old[: change.i], *old[change.j :]]
                )
                if covers:
                    # All of it: its marks go, or are written anew, with it.
                    start, end = self._outer(inside, own)
                    return start, end, PLAIN
                if (forms <= {form} and not ending) or not own:
                    return inside[0].start, inside[-1].end, form if own else PLAIN
                return None
            if all(self._whole(o, inside, change) for o in inside):
                return (
                    min(self._outer([o], o.spans)[0] if o.spans else o.start for o in inside),
                    max(self._outer([o], o.spans)[1] if o.spans else o.end for o in inside),
                    PLAIN,
                )
            return None
        left = old[change.i - 1] if change.i else None
        right = old[change.i] if change.i < len(old) else None
        beside = [
            (o, at) for o, at in ((left, "end"), (right, "start")) if o is not None and o.token is not None
        ]
        torn = left is not None and right is not None and left.spans and left.spans[:1] == right.spans[:1]
        for o, at in beside:
            if o.spans and forms == {o.form} and not ending and forms != {PLAIN} and not o.form.code:
                return getattr(o, at), getattr(o, at), o.form
        for o, at in beside:
            if not o.spans:
                return getattr(o, at), getattr(o, at), PLAIN
        if torn:
            if forms <= {left.form} and not ending:
                return left.end, left.end, left.form
            return None
        if left is not None and left.token is not None:
            place = self._outer([left], left.spans)[1]
            return place, place, PLAIN
        if right is not None and right.token is not None:
            place = self._outer([right], right.spans)[0]
            return place, place, PLAIN
        place = left.end if left is not None else (right.start if right is not None else self._empty())
        return place, place, PLAIN

    def _empty(self) -> int:
        return -1

    def _whole(self, one: Old, inside: Sequence[Old], change: Change) -> bool:
        """Whether the outermost mark around the token lies wholly within the change."""
        if not one.spans:
            return True
        return not any(
            o.unit is one.unit and o.spans[:1] == one.spans[:1]
            for o in [*self.old[: change.i], *self.old[change.j :]]
        )

    def _outer(self, inside: Sequence[Old], spans) -> tuple[int, int]:
        """The source of the outermost mark that is given up with what stands in it."""
        unit = inside[0].unit
        for n in range(len(spans)):
            span = spans[n]
            whole = [o for o in self.old if o.unit is unit and o.spans[: n + 1] == spans[: n + 1]]
            if n == len(spans) - 1 or all(any(o is i for i in inside) for o in whole):
                return unit.source(*span)
        return inside[0].start, inside[-1].end

    def _form(self, new: New) -> Form:
        return new.paragraph.pieces[new.token.first].form

    def edit(self, change: Change) -> Made:
        """The change as an edit of the source."""
        found = self._context(change)
        if found is None:
            start, end, form = self.old[change.i].start, self.old[change.j - 1].end, PLAIN
        else:
            start, end, form = found
        unit = self.old[change.i].unit if change.i < len(self.old) else self.old[-1].unit
        if change.i == change.j and change.i and self.old[change.i - 1].token is not None:
            unit = self.old[change.i - 1].unit
        text = self._written(change, form, unit)
        if start in (unit.at[0], -1) and unit.kind not in ("heading", "cell", "box", "caption", "code"):
            text = at_line_start(text)
        return Made(start, end, text, unit, change, self._author(change))

    def _written(self, change: Change, around: Form, unit: Unit) -> str:
        parts: list[str] = []
        run: list[Piece] = []

        def flush() -> None:
            if run:
                given = [_without(piece, around) for piece in run]
                code = unit.kind == "code" or around.code
                escape = (lambda char: char) if code else self.escape
                parts.append(markdown(given, escape=escape, cell=self.cell))
                run.clear()

        last: New | None = None
        for new in self.new[change.a : change.b]:
            if new.token is None:
                flush()
                parts.append(self.starting(new.paragraph, unit))
            else:
                if last is not None and last.token is not None and new.paragraph is last.paragraph:
                    # White space that tokens left out.
                    run += new.paragraph.pieces[last.token.last : new.token.first]
                run += self._given(new, unit)
            last = new
        flush()
        return "".join(parts)

    def _given(self, new: New, unit: Unit) -> list[Piece]:
        given = new.paragraph.pieces[new.token.first : new.token.last]
        if unit.kind in ("cell", "heading", "caption", "box"):
            given = [Piece(" ") if p.text == BREAK else p for p in given]
        if new.token.space:
            return [Piece(" ", given[0].form)]
        return given

    def _author(self, change: Change) -> str:
        """Who tracked the change in Word; several are all named."""
        names: dict[str, None] = {}
        for new in self.new[change.a : change.b]:
            if new.token is None:
                continue
            for piece in new.paragraph.pieces[new.token.first : new.token.last]:
                if piece.author:
                    names[piece.author] = None
        for paragraph, first, last in self._stretches(change):
            for at, author in paragraph.cuts:
                if first <= at <= last and author:
                    names[author] = None
        return ", ".join(names)

    def _stretches(self, change: Change):
        """(paragraph, first piece, last piece) around a change: from the token before it to the one after."""
        seen = {id(n.paragraph): n.paragraph for n in self.new[max(change.a - 1, 0) : change.b + 1]}
        for paragraph in seen.values():
            own = [n for n in self.new if n.paragraph is paragraph and n.token is not None]
            before = [n.token.last for n in self.new[: change.a] if n.paragraph is paragraph and n.token]
            after = [n.token.first for n in self.new[change.b :] if n.paragraph is paragraph and n.token]
            if own or paragraph.cuts:
                yield paragraph, before[-1] if before else 0, after[0] if after else len(paragraph.pieces)


def _without(piece: Piece, around: Form) -> Piece:
    """The piece as it is written within marks that stand there already."""
    if piece.atom or around == PLAIN:
        return piece
    form = piece.form
    left = Form(
        form.bold and not around.bold,
        form.italic and not around.italic,
        form.code and not around.code,
        "" if form.href == around.href else form.href,
    )
    return Piece(piece.text, left)


def overlapping(made: Sequence[Made]) -> bool:
    """Whether edits in order overlap: a fault that nobody may see."""
    return any(other.start < one.end for one, other in pairwise(made))
