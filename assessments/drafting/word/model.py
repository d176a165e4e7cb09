"""What a chapter is made of on its way to Word and back; no Django."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import NamedTuple

HAN = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
# Words whole, other signs one by one; a run of breaking white space counts as one space.
WORD = re.compile(rf"[{HAN}]|[^\W{HAN}]+(?:['’][^\W{HAN}]+)*|[ \t\r\n]+|.", re.DOTALL)
BREAK = "\\\n"


class WordError(ValueError):
    """A file that is not taken. ``code`` names the sentence that says why, ``detail`` what fills it."""

    def __init__(self, code: str, detail: str = ""):
        self.code, self.detail = code, detail
        super().__init__(f"{code}: {detail}" if detail else code)


class Form(NamedTuple):
    """How a character is set: what both Word and the dialect can say."""

    bold: bool = False
    italic: bool = False
    code: bool = False
    href: str = ""


PLAIN = Form()


@dataclass(slots=True)
class Piece:
    """One character, or one ``atom``: a citation, formula, mark of a note, reference, line break.

    ``text`` of an atom is its Markdown. ``start`` and ``end`` are offsets in the raw text of its block (-1: it comes
    from Word), ``spans`` the ranges of the emphases and links around it, outermost first. ``shown`` is what Word
    shows for an atom; ``author`` who inserted it as a tracked change.
    """

    text: str
    form: Form = PLAIN
    atom: str = ""
    start: int = -1
    end: int = -1
    spans: tuple[tuple[int, int], ...] = ()
    shown: str = ""
    author: str = ""


@dataclass(slots=True)
class Token:
    """A word, a sign, a space or an atom, and the pieces ``first`` to ``last`` (exclusive) that it is made of."""

    text: str
    form: Form
    atom: str
    first: int
    last: int

    @property
    def key(self) -> tuple:
        return (self.text, self.form, self.atom)

    @property
    def space(self) -> bool:
        return self.text == " " and not self.atom


def tokens(pieces: list[Piece], *, literal: bool = False) -> list[Token]:
    """The pieces as tokens, without white space at the ends; its setting (a bold space) is nobody's intention.

    In ``literal`` text, which is code, each character of white space counts.
    """
    if literal:
        return [
            Token(match[0], PLAIN, "", match.start(), match.end())
            for match in re.finditer(r"[^\W]+|.", "".join(p.text for p in pieces), re.DOTALL)
        ]
    made: list[Token] = []
    at = 0
    while at < len(pieces):
        piece = pieces[at]
        if piece.atom:
            made.append(Token(piece.text, PLAIN, piece.atom, at, at + 1))
            at += 1
            continue
        end = at + 1
        while (
            end < len(pieces)
            and not pieces[end].atom
            and pieces[end].form == piece.form
            and pieces[end].spans == piece.spans
        ):
            end += 1
        text = "".join(p.text for p in pieces[at:end])
        for match in WORD.finditer(text):
            blank = match[0].isspace() and match[0].strip(" \t\r\n") == ""
            if blank and made and made[-1].space:
                made[-1].last = at + match.end()
                continue
            made.append(
                Token(
                    " " if blank else match[0],
                    PLAIN if blank else piece.form,
                    "",
                    at + match.start(),
                    at + match.end(),
                )
            )
        at = end
    while made and made[-1].space:
        made.pop()
    while made and made[0].space:
        made.pop(0)
    return made


def words(pieces: list[Piece]) -> str:
    """What a reader sees of the pieces; an atom stands for itself."""
    return " ".join("".join((p.shown or p.text) if p.atom else p.text for p in pieces).split())


@dataclass(frozen=True, slots=True)
class Edit:
    """A change of the base's Markdown between two code points. ``author``: who tracked it in Word, or nobody.

    ``block`` is the lasting id of the block that it stands in, or of the one before what is new.
    """

    start: int
    end: int
    text: str
    block: str = ""
    author: str = ""


@dataclass(frozen=True, slots=True)
class Remark:
    """A comment of Word on a passage of the base's Markdown."""

    start: int
    end: int
    text: str
    author: str
    block: str = ""


@dataclass(frozen=True, slots=True)
class Lost:
    """What could not be carried: ``code`` names the sentence, ``where`` the words beside it."""

    code: str
    where: str = ""
    detail: str = ""


@dataclass
class Returned:
    """What came back: to be suggested, to be said in the margin, and what could not be carried."""

    edits: list[Edit] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)
    lost: list[Lost] = field(default_factory=list)
