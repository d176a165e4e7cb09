"""Compares a working copy that came back with the version it was made from, block by block. No Django."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from assessments.text.around import rising

from . import diffing
from .anatomy import Anatomy, Unit, marker
from .model import BREAK, Edit, Lost, Piece, Remark, Returned, tokens
from .pieces import at_line_start, heavily, markdown, pieces
from .reading import Paragraph, WordText
from .writing import anchor

# A paragraph whose bookmark is gone is taken for a block of the base if so much of it is the same.
LIKE = 0.5


def links(base: Anatomy) -> dict[str, str]:
    """The keys that links inside the base lead to, by the name of their bookmark in Word."""
    found = {p.form.href for unit in base.units for p in unit.pieces if p.form.href.startswith("#")}
    return {anchor(href): href for href in found}


def compare(base: Anatomy, word: WordText) -> Returned:
    """What was changed in Word, as edits of the base's Markdown, in order and without overlap."""
    return _Comparing(base, word).run()


def applied(text: str, edits: Sequence[Edit]) -> str:
    """The text with the edits in it."""
    made, at = [], 0
    for edit in edits:
        made += [text[at : edit.start], edit.text]
        at = edit.end
    return "".join([*made, text[at:]])


@dataclass
class _Group:
    """Units of the base and the paragraphs that they became."""

    units: list[Unit] = field(default_factory=list)
    paragraphs: list[Paragraph] = field(default_factory=list)


class _Comparing:
    def __init__(self, base: Anatomy, word: WordText):
        self.base, self.word = base, word
        self.found = Returned(lost=list(word.lost))
        self.places: dict[int, list[tuple[int, int, int, int, str]]] = {}

    def run(self) -> Returned:
        base, word = self.base, self.word
        noted = [id(p) for made in word.notes.values() for p in made]
        body = [p for p in word.paragraphs if id(p) not in set(noted)]
        self._flow([u for u in base.body if u.kind != "cell"], [p for p in body if p.kind != "cell"])
        self._tables([u for u in base.body if u.kind == "cell"], [p for p in body if p.kind == "cell"])
        self._notes()
        self._comments()
        self.found.edits.sort(key=lambda edit: (edit.start, edit.end))
        return self.found

    # Paragraphs.

    def _flow(self, units: list[Unit], paragraphs: list[Paragraph]) -> None:
        paragraphs = [p for p in paragraphs if p.kind != "dropped" and (p.names or not p.empty)]
        groups = self._paired(units, paragraphs)
        order = {id(unit): n for n, unit in enumerate(units)}
        kept = [(n, order[id(g.units[0])]) for n, g in enumerate(groups) if g.units]
        steady = set(rising(kept))
        there = {id(u) for n in steady for u in groups[n].units}
        moved = {id(u) for n, _at in kept if n not in steady for u in groups[n].units}
        for unit in units:
            if id(unit) not in there:
                self._gone(unit, [] if id(unit) in moved else paragraphs)
        last: Unit | None = None
        fresh: list[Paragraph] = []
        for n, group in enumerate(groups):
            if n in steady:
                self._fresh(last, fresh)
                fresh = []
                self._changed(group)
                last = group.units[-1]
            else:
                fresh += group.paragraphs
        self._fresh(last, fresh)

    def _paired(self, units: list[Unit], paragraphs: list[Paragraph]) -> list[_Group]:
        """A group for each paragraph, in the order of Word; what a paragraph was divided into is one group."""
        by_name = {unit.name: n for n, unit in enumerate(units)}
        taken: set[int] = set()
        groups: list[_Group] = []
        for paragraph in paragraphs:
            own = [
                by_name[name] for name in paragraph.names if name in by_name and by_name[name] not in taken
            ]
            own = self._best(own, units, paragraph)
            taken |= set(own)
            groups.append(_Group([units[n] for n in own], [paragraph]))
        # What lost its bookmark is known by its words, in the order of the text.
        free = [n for n in range(len(units)) if n not in taken and units[n].tokens]
        for group in groups:
            if group.units or group.paragraphs[0].empty:
                continue
            new = diffing.new_tokens(group.paragraphs)
            near = [(diffing.alike(diffing.old_tokens([units[n]]), new), -n) for n in free]
            score, n = max(near, default=(0.0, 0))
            if score > LIKE:
                group.units = [units[-n]]
                free.remove(-n)
        return self._divided(groups)

    def _best(self, own: list[int], units: list[Unit], paragraph: Paragraph) -> list[int]:
        """Which of the blocks whose bookmarks begin in a paragraph it holds: one, or several that were joined."""
        own = [n for n in own if units[n].tokens] or own[:1]
        if len(own) < 2:
            return own
        own = sorted(own)
        new = diffing.new_tokens([paragraph])
        scored = [(diffing.alike(diffing.old_tokens([units[n]]), new), -n) for n in own]
        score, n = max(scored)
        together = own == list(range(own[0], own[-1] + 1))
        if together and diffing.alike(diffing.old_tokens([units[k] for k in own]), new) > score:
            return own
        return [-n]

    def _divided(self, groups: list[_Group]) -> list[_Group]:
        made: list[_Group] = []
        for group in groups:
            before = made[-1] if made else None
            if not group.units and before and before.units and group.paragraphs[0].kind != "picture":
                old = diffing.old_tokens(before.units)
                alone = diffing.alike(old, diffing.new_tokens(before.paragraphs))
                both = diffing.alike(old, diffing.new_tokens([*before.paragraphs, *group.paragraphs]))
                if both > alone:
                    before.paragraphs += group.paragraphs
                    continue
            made.append(group)
        return made

    def _changed(self, group: _Group) -> None:
        unit, paragraph = group.units[0], group.paragraphs[0]
        if unit.kind == "picture":
            if not paragraph.pictures and unit.figure and paragraph.text != f"[{unit.alt or unit.figure}]":
                self._gone(unit, [])
            elif paragraph.pictures and paragraph.pictures[0].name != f"concord:{unit.name}":
                self._lose("picture-replaced", unit.alt or unit.figure)
            return
        if unit.kind == "rule":
            if not paragraph.empty:
                self._fresh(unit, [paragraph])
            return
        if unit.kind == "code":
            for one in group.paragraphs:
                one.pieces = [Piece("\n", author=p.author) if p.text == BREAK else p for p in one.pieces]
        for one in group.paragraphs:
            _cited(one, unit.text)
            if one.pictures:
                self._lose("picture", one.text)
        made, exact = diffing.edits(group.units, group.paragraphs, self._starting)
        if not exact:
            self._lose("not-exact", paragraph.text)
        self._level(unit, paragraph)
        for one in made:
            self._add(one.start, one.end, one.text, one.unit, one.author)
        self._remember(group, made)

    def _level(self, unit: Unit, paragraph: Paragraph) -> None:
        if unit.kind == paragraph.kind == "heading":
            if unit.level != paragraph.level:
                start = self.base.markdown.rfind("#" * unit.level, 0, unit.at[0])
                self._add(start, start + unit.level, "#" * paragraph.level, unit, "")
        elif (unit.kind == "heading") != (paragraph.kind == "heading") and unit.kind != "cell":
            self._lose("style", paragraph.text)
        elif (
            unit.lead != bool(paragraph.depth)
            and unit.kind in ("item", "paragraph", "footnote")
            or unit.lead
            and unit.depth != paragraph.depth
        ):
            self._lose("list", paragraph.text)

    def _starting(self, paragraph: Paragraph, unit: Unit) -> str:
        """What begins a new paragraph after a unit of the base: line feeds, and the marks of what it is in."""
        line = self.base.line(unit.first) if unit.first else ""
        lead = marker(line)
        inside = " " * (len(lead[1]) + len(lead[2]) + 1) if unit.depth and lead else ""
        if unit.note and not inside:
            inside = "    "
        mark = "> " * unit.quote
        if paragraph.depth:
            deeper = "  " * max(paragraph.depth - unit.depth, 0) if unit.depth else ""
            sign = "1." if paragraph.ordered else "-"
            if unit.lead and lead and paragraph.depth <= unit.depth:
                sign = f"{int(lead[3]) + 1}{lead[2][-1]}" if lead[3] else lead[2]
                return f"\n{mark}{lead[1]}{sign} "
            return f"\n{deeper}{sign} " if unit.depth else f"\n\n{mark}{sign} "
        if paragraph.kind == "heading":
            return f"\n\n{'#' * paragraph.level} "
        return f"\n{mark.rstrip()}\n{mark}{inside if paragraph.kind != 'paragraph' or unit.note else ''}"

    def _fresh(self, last: Unit | None, paragraphs: list[Paragraph]) -> None:
        """New paragraphs after a unit, one edit for those that follow each other."""
        paragraphs = [p for p in paragraphs if not p.empty]
        if not paragraphs:
            return
        parts, authors = [], {}
        for paragraph in paragraphs:
            if paragraph.pictures:
                self._lose("picture", paragraph.text)
            _cited(paragraph, "")
            if not tokens(paragraph.pieces):
                continue
            parts.append((self._starting(paragraph, last) if last else "", written(paragraph)))
            authors |= {p.author: None for p in paragraph.pieces if p.author}
        if not parts:
            return
        author = ", ".join(authors)
        if last is None:
            self._add(0, 0, "".join(f"{text}\n\n" for _start, text in parts), self.base.units[0], author)
            return
        place = self._end(last)
        text = "".join(start + words for start, words in parts)
        after = self.base.markdown[place : place + 2]
        if after[:1] == "\n" and after[1:] not in ("", "\n") and not paragraphs[-1].depth:
            text += "\n"
        self._add(place, place, text, last, author)

    def _end(self, unit: Unit) -> int:
        if unit.kind in ("rule",):
            return unit.at[0]
        line = max(unit.last, unit.first)
        return self.base.lines[line] + len(self.base.line(line))

    def _gone(self, unit: Unit, near: Sequence[Paragraph]) -> None:
        """The lines of a block that is no more."""
        if unit.kind == "rule":
            return
        lines, text = self.base.lines, self.base.markdown
        start = lines[unit.first]
        end = lines[unit.last + 1] if unit.last + 1 < len(lines) else len(text)
        if unit.kind == "caption" and text[start : start + 2] == "![":
            start, end = unit.at[0], unit.at[-1]
        elif start == 0 or text[:start].endswith("\n\n"):
            while text[end : end + 1] == "\n":
                end += 1
        author = next((a for p in near if unit.name in p.names for _at, a in p.cuts if a), "")
        self._add(start, end, "", unit, author)

    # Tables.

    def _tables(self, units: list[Unit], paragraphs: list[Paragraph]) -> None:
        by_name = {unit.name: unit for unit in units}
        matched: dict[str, Paragraph] = {}
        rows: dict[tuple[int, int], list[Paragraph]] = {}
        for paragraph in paragraphs:
            rows.setdefault((paragraph.table, paragraph.row), []).append(paragraph)
            for name in paragraph.names:
                if name in by_name and name not in matched:
                    matched[name] = paragraph
                    break
        lines = {(u.table, u.row): [] for u in units}
        for unit in units:
            lines[unit.table, unit.row].append(unit)
        row_of = {}
        for key, cells in rows.items():
            votes = Counter(
                (by_name[n].table, by_name[n].row) for c in cells for n in c.names if n in by_name
            )
            if votes:
                row_of[key] = votes.most_common(1)[0][0]
        for place, cells in lines.items():
            key = next((k for k, v in row_of.items() if v == place), None)
            if key is None:
                self._row_gone(cells)
                continue
            for unit in cells:
                there = matched.get(unit.name)
                if there is None:
                    there = next((p for p in rows[key] if p.column == unit.column and not p.names), None)
                if there is not None:
                    self._cell(unit, there)
                elif unit.tokens:
                    self._lose("columns", unit.text)
            if len(rows[key]) > len(cells):
                self._lose("columns", rows[key][0].text)
        for key, cells in rows.items():
            if key not in row_of:
                self._row_new(key, cells, row_of, lines)

    def _cell(self, unit: Unit, there: Paragraph) -> None:
        if unit.at[0] < 0:
            if not there.empty:
                self._lose("columns", there.text)
            return
        if not unit.tokens:
            text = written(there, cell=True)
            if text:
                author = next((p.author for p in there.pieces if p.author), "")
                self._add(unit.at[0], unit.at[0], text, unit, author)
            return
        self._changed(_Group([unit], [there]))

    def _row_gone(self, cells: list[Unit]) -> None:
        if not cells[0].row:
            self._lose("columns", cells[0].text)
            return
        lines, text = self.base.lines, self.base.markdown
        line = cells[0].first
        end = lines[line + 1] if line + 1 < len(lines) else len(text)
        self._add(lines[line], end, "", cells[0], "")

    def _row_new(self, key, cells: list[Paragraph], row_of, lines) -> None:
        before = [(k, v) for k, v in row_of.items() if k[0] == key[0] and k[1] < key[1]]
        said = " ".join(c.text for c in cells)
        if not said.strip():
            return
        if not before:
            self._lose("table-new", said)
            return
        units = lines[max(before)[1]]
        line = units[0].first + (1 if not units[0].row else 0)
        place = self.base.lines[line] + len(self.base.line(line))
        row = " | ".join(written(cell, cell=True) for cell in cells)
        author = next((p.author for c in cells for p in c.pieces if p.author), cells[0].author)
        self._add(place, place, f"\n| {row} |", units[0], author)

    # Notes and comments.

    def _notes(self) -> None:
        marked = {p.text[2:-1] for q in self.word.paragraphs for p in q.pieces if p.atom == "note"}
        for key in self.base.notes:
            units = [u for u in self.base.units if u.note == key and u.kind not in ("cell", "picture")]
            if key in self.word.notes:
                self._flow(units, self.word.notes[key])
            elif key not in marked and units:
                first, last = units[0].first, max(u.last for u in units)
                start = self.base.lines[first]
                more = last + 1 < len(self.base.lines)
                end = self.base.lines[last + 1] if more else len(self.base.markdown)
                self._add(start, end, "", units[0], "")
        new = [key for key in self.word.notes if key not in self.base.notes]
        text = ""
        for key in new:
            said = [written(p) for p in self.word.notes[key] if tokens(p.pieces)]
            text += f"\n\n[^{key}]: " + "\n\n    ".join(said)
        if text:
            place = len(self.base.markdown.rstrip())
            self._add(place, place, text, self.base.units[-1], "")

    def _remember(self, group: _Group, made) -> None:
        """Where the words of a paragraph stand in the base, for comments on them."""
        literal = group.units[0].kind == "code"
        old, new = diffing.old_tokens(group.units), diffing.new_tokens(group.paragraphs, literal=literal)
        found = diffing.changes(old, new)
        shift, at = 0, 0
        for change in [*found, None]:
            until = change.a if change else len(new)
            for n in range(at, until):
                if new[n].token is not None and n + shift < len(old):
                    o, token = old[n + shift], new[n].token
                    spot = (token.first, token.last, o.start, o.end, o.unit.name)
                    self.places.setdefault(id(new[n].paragraph), []).append(spot)
            if change:
                shift, at = change.j - change.b, change.b

    def _comments(self) -> None:
        for comment in self.word.comments:
            place = self._place(comment)
            if place is None:
                self._lose("comment", comment.text, comment.author)
            else:
                self.found.remarks.append(Remark(place[0], place[1], comment.text, comment.author, place[2]))

    def _place(self, comment) -> tuple[int, int, str] | None:
        if comment.start is None:
            return None
        paragraph = self.word.paragraphs[comment.start[0]]
        spots = self.places.get(id(paragraph), [])
        last = comment.end[1] if comment.end and comment.end[0] == comment.start[0] else 1 << 30
        inside = [s for s in spots if s[1] > comment.start[1] and s[0] < max(last, comment.start[1] + 1)]
        inside = inside or spots[:1]
        if not inside:
            return None
        return inside[0][2], inside[-1][3], inside[0][4]

    def _add(self, start: int, end: int, text: str, unit: Unit, author: str) -> None:
        if self.base.markdown[start:end] != text:
            self.found.edits.append(Edit(start, end, text, unit.name, author))

    def _lose(self, code: str, where: str, detail: str = "") -> None:
        lost = Lost(code, where[:80], detail)
        if lost not in self.found.lost:
            self.found.lost.append(lost)


def written(paragraph: Paragraph, *, cell: bool = False) -> str:
    """A new paragraph's Markdown: as plain as it can be, with signs escaped where they would be read as marks."""
    given = paragraph.pieces
    if cell:
        given = [Piece(" ") if p.text == BREAK else p for p in given]
    wanted = [t.key for t in tokens(given)]
    notes = frozenset(p.text[2:-1] for p in given if p.atom == "note")
    text = markdown(given, cell=cell).strip()
    if [t.key for t in tokens(pieces(text, notes))] != wanted:
        text = markdown(given, escape=heavily, cell=cell).strip()
    return text if cell else at_line_start(text)


def _cited(paragraph: Paragraph, before: str) -> None:
    """Citations that were typed as Markdown are citations, unless the base has these signs as words."""
    from .pieces import CITATION, citation

    text = "".join(p.text if not p.atom else "\x02" for p in paragraph.pieces)
    for match in reversed(list(CITATION.finditer(text))):
        made = citation(match[1])
        if made and match[0] not in before:
            one = paragraph.pieces[match.start()]
            paragraph.pieces[match.start() : match.end()] = [Piece(made, atom="cite", author=one.author)]
