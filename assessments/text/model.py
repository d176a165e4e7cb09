"""What a parsed chapter is made of (design 3.4); no Django, no markup library."""

from __future__ import annotations

from dataclasses import dataclass, field

MAX_TEXT_BYTES = 3_000_000
MAX_BLOCK_CHARACTERS = 60_000
MAX_BRACKETS = 2_000
MAX_DEPTH = 20
MAX_BLOCKS = 50_000


class TextTooComplex(ValueError):
    """The text would take too long to parse. ``line`` counts from 1; the message says what to do."""

    def __init__(self, line: int, message: str):
        self.line = line
        self.message = message
        super().__init__(f"Line {line}: {message}")


@dataclass(frozen=True, slots=True)
class Problem:
    """Something an author should mend; it never stops the parse. ``line`` counts from 1."""

    line: int
    code: str
    text: str


@dataclass(frozen=True, slots=True)
class Block:
    """The smallest unit with text of its own.

    ``kind`` is one of paragraph, heading, item, cell, caption, footnote, box, quote, code, figure.
    ``text`` is NFC with white space collapsed, what a reader sees. ``html`` is the inside of the block
    without the blocks nested in it. ``level`` is that of a heading, else 0. Lines count from 1.
    """

    order: int
    kind: str
    text: str
    level: int
    line_start: int
    line_end: int
    html: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """What a cross reference leads to: its words, and its id in the page of ``chapter`` ("": the text itself)."""

    label: str
    id: str
    chapter: str = ""


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure of the chapter: the key of its file, its id in the page, its label, its description."""

    key: str
    id: str
    label: str
    alt: str


@dataclass(frozen=True, slots=True)
class Document:
    """One parsed chapter. ``html`` carries ``data-b="@n"``, n being the order of the block.

    ``outline`` holds (level, text, order, id) of each heading; ``cited`` the source keys in the order of
    their first citation, each once.
    """

    html: str
    blocks: list[Block]
    problems: list[Problem] = field(default_factory=list)
    outline: list[tuple[int, str, int, str]] = field(default_factory=list)
    words: int = 0
    cited: list[str] = field(default_factory=list)
    figures: list[Figure] = field(default_factory=list)
