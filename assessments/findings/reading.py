"""Reads findings out of a chapter's text: sentences with a term of the scale or a line of sight (procedure 11.9).

Terms in italics are calibrated language; ``{3.2, Figure 3.1}`` is the line of sight. Pure: no Django.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from html.parser import HTMLParser

from assessments.findings.scale import Scale, Term
from assessments.text import dialect, sentences
from assessments.text.model import Document

# Stands where a citation stood while a text is read: a finding's words are the same whoever is cited for them.
_CITE = "\ue000"
SIGHT = re.compile(r"\{([^{}]{1,300})\}")
PROSE = frozenset({"paragraph", "item", "box", "quote", "footnote", "caption"})
# A sentence of fewer words beside its terms says nothing: the entry of a legend.
FEWEST_WORDS = 4
# "More likely", "how likely": a comparison or a question, and no term of the scale.
_RELATIVE = re.compile(
    r"\b(?:more|less|most|least|how|equally|as|so|plus|moins|aussi|más|menos|tan)\s$", re.IGNORECASE
)
_NUMBERED = re.compile(r'data-b="@(\d+)"[^>]*?\bdata-(?:number|label)="([^"]+)"')


@dataclass(frozen=True)
class Met:
    """A term met in a sentence, and whether it stood in italics."""

    term: Term
    marked: bool


@dataclass
class Sentence:
    """One sentence of prose. ``text`` is without citations and line of sight; ``section`` the number it stands under.

    ``kind`` is that of its block, ``order`` the block's; ``keys`` are the sources cited in it, ``near`` those of its
    whole block; ``numbered`` says whether its block gives any number outside citations and line of sight.
    """

    text: str
    kind: str
    order: int
    section: str
    met: list[Met] = field(default_factory=list)
    sight: list[str] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    near: list[str] = field(default_factory=list)
    numbered: bool = False

    @property
    def marked(self) -> list[Term]:
        return [met.term for met in self.met if met.marked]

    @property
    def is_finding(self) -> bool:
        """Whether it says something and says how sure it is, or where it comes from."""
        return bool(self.marked or self.sight) and self.kind in PROSE and self.says_something

    @cached_property
    def bare(self) -> str:
        """The text without the terms of the scale: what it says, whoever is how sure of it."""
        bare = self.text
        for word in {word for met in self.met for words in met.term.words.values() for word in words}:
            bare = re.sub(re.escape(word), " ", bare, flags=re.IGNORECASE)
        return " ".join(bare.replace("()", " ").replace("( )", " ").split())

    @property
    def says_something(self) -> bool:
        bare = self.bare
        # A script without spaces is counted by its letters.
        return len(re.findall(r"\w+", bare)) >= FEWEST_WORDS or len(re.findall(r"[\u3400-\u9fff]", bare)) >= 8


def parse(markdown: str, number: str) -> Document:
    """The text parsed as far as findings ask: sources and figures are not looked up. Raises TextTooComplex."""
    return dialect.parse(markdown, cite=lambda _items: _CITE, figure=lambda _key: None, number=number)


def read(document: Document, scale: Scale, language: str) -> list[Sentence]:
    """Every sentence of the text's prose, in order."""
    numbers = {int(order): number for order, number in _NUMBERED.findall(document.html)}
    section, found = "", []
    for block in document.blocks:
        if block.kind == "heading":
            section = numbers.get(block.order, section)
        elif block.kind in PROSE:
            place = numbers.get(block.order, section) if block.kind == "caption" else section
            found += _of_block(block, place, scale, language)
    return found


def places(document: Document) -> set[str]:
    """Numbers of the sections and labels of figures, tables and boxes that the text has ("3.2", "Figure 3.1")."""
    return {number for _order, number in _NUMBERED.findall(document.html)}


def _of_block(block, section: str, scale: Scale, language: str) -> list[Sentence]:
    reader = _Reader()
    reader.feed(block.html)
    reader.close()
    text, marks, cites = reader.settled()
    spans = sentences.split(text, language)
    near = [key for _at, keys in cites for key in keys]
    bare = SIGHT.sub(" ", text.replace(_CITE, " "))
    numbered = bool(re.search(r"\d", bare))
    pattern, owners = scale.pattern(language)
    found = []
    for start, end in spans:
        raw = text[start:end]
        plain = SIGHT.sub(lambda s: " " * len(s[0]), raw)
        met = [
            Met(owners[m[0].casefold()], marked)
            for m in (pattern.finditer(plain) if pattern else ())
            if (marked := _within(marks, start + m.start(), start + m.end()))
            or not _RELATIVE.search(plain, 0, m.start())
        ]
        sight = [part.strip() for said in SIGHT.findall(raw) for part in said.split(",") if part.strip()]
        keys = [key for at, named in cites if start <= at <= end for key in named]
        clean = _tidy(SIGHT.sub(" ", raw))
        if clean:
            found.append(
                Sentence(
                    clean, block.kind, block.order, section, met, sight, _once(keys), _once(near), numbered
                )
            )
    return found


def _within(marks: list[tuple[int, int]], start: int, end: int) -> bool:
    """Whether the characters stand in italics."""
    return any(a <= start and end <= b for a, b in marks)


def _tidy(raw: str) -> str:
    text = re.sub(rf"\s*{_CITE}", "", raw)
    text = re.sub(r"\(\s*[;,]?\s*\)", "", text)
    return re.sub(r"\s+([.,;:)])", r"\1", " ".join(text.split()))


def _once(values: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(values))


class _Reader(HTMLParser):
    """The text inside a block, where it is in italics, and what is cited where; counted in characters of the text."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.raw = ""
        self.marks: list[tuple[int, int]] = []
        self.cites: list[tuple[int, list[str]]] = []
        self.open: list[int] = []
        self.depth = 0

    def handle_starttag(self, tag, attributes):
        said = dict(attributes)
        if tag == "em":
            self.open.append(len(self.raw))
        elif tag == "a" and said.get("data-keys"):
            self.cites.append((len(self.raw), said["data-keys"].split()))
        elif tag == "br":
            self.raw += " "

    def handle_endtag(self, tag):
        if tag == "em" and self.open:
            self.marks.append((self.open.pop(), len(self.raw)))

    def handle_data(self, data):
        self.raw += data

    def settled(self):
        """Text with single spaces, and marks and cites moved along."""
        moved, text, last = [], [], " "
        for char in self.raw:
            moved.append(len(text))
            if char.isspace():
                if last != " ":
                    text.append(" ")
                last = " "
            else:
                text.append(char)
                last = char
        moved.append(len(text))
        marks = [(moved[a], moved[b]) for a, b in self.marks]
        return "".join(text).rstrip(), marks, [(moved[at], keys) for at, keys in self.cites]


class Sections:
    """The sentences of the chapters by the place they stand in, to compare a summary with what it points to."""

    def __init__(self) -> None:
        self._by_place: dict[str, list[Sentence]] = defaultdict(list)
        self._known: set[str] = set()

    def add(self, number: str, document: Document, read_: list[Sentence]) -> None:
        """Take in a chapter by its number."""
        self._known |= {self._plain(place) for place in places(document)} | {number.casefold()}
        for sentence in read_:
            self._by_place[self._plain(sentence.section) or number.casefold()].append(sentence)

    def knows(self, sight: str) -> bool:
        """Whether the chapters have such a section, figure, table or box."""
        return self._plain(sight) in self._known

    def under(self, sights: Iterable[str]) -> list[Sentence]:
        """All sentences of the places pointed to, with the sections below them."""
        wanted = {self._plain(sight) for sight in sights}
        return [
            sentence
            for place, held in self._by_place.items()
            if any(place == one or place.startswith(f"{one}.") for one in wanted)
            for sentence in held
        ]

    @staticmethod
    def _plain(place: str) -> str:
        """ "Section 3.2" and "3.2" are one place; "Figure 3.2" and "Table 3.2" are others."""
        said = " ".join(place.casefold().split()).strip(". ")
        return re.sub(r"^(?:section|chapter|sec\.|ch\.)\s+", "", said)
