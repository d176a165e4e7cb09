"""The raw text of a block as pieces that know where they stand in it; and pieces as Markdown again. No Django.

What Word shows of a block and what it brings back are compared as pieces, so a mark that nobody touched stays
written as it was. The dialect's own reading (``text/inline.py``) says what is what; the patterns here follow it.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Sequence
from itertools import groupby

from assessments.text import inline
from assessments.text.inline import ADDRESS, ATTRIBUTES, LABEL, LINKS, _citation_groups

from .model import BREAK, PLAIN, Form, Piece

STX, ETX = inline.STX, inline.ETX
MASK = STX
ESCAPES = set('\\`*_{}[]()>#+-.!$|<&@:"^~')
CODE = re.compile(rf"(?<![`\\])(`+)(?!`)([^{STX}{ETX}]{{1,5000}}?)(?<!`)\1(?!`)", re.DOTALL)
LINK = re.compile(rf"(?<![\\!])\[({LABEL})\]\({ADDRESS}\){ATTRIBUTES}", re.DOTALL)
AUTO = re.compile(rf"(?<!\\)<((?:https?://|mailto:)?[^\s<>{STX}{ETX}]{{3,2000}})>")
MAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
ENTITY = re.compile(r"&(?:[A-Za-z][A-Za-z0-9]{1,31}|#\d{1,7}|#[xX][0-9A-Fa-f]{1,6});")
CITATION = re.compile(rf"(?<!\\)\[(?=[^\[\]@]*@)([^\[\]{STX}{ETX}]{{1,3000}})\](?!\()", re.DOTALL)
ATOMS = (
    ("math", re.compile(rf"(?<![\\$])\$\$((?:\\.|[^$\\{STX}{ETX}]|\$(?!\$)){{1,10000}}?)\$\$", re.DOTALL)),
    (
        "math",
        re.compile(
            rf"(?<![\\$])\$(?![\s$])((?:\\.|[^$\\{STX}{ETX}]){{1,2000}})(?<!\s)\$(?![\d$])", re.DOTALL
        ),
    ),
    ("note", re.compile(r"(?<!\\)\[\^([^\]\s]{1,60})\]")),
    ("ref", re.compile(r"(?<!\\)\[#((?:sec|fig|tbl|box|ch):[^\]\[\s]{1,80})\]")),
    ("cite", CITATION),
    ("image", re.compile(rf"(?<!\\)!\[([^\[\]{STX}{ETX}]{{0,3000}})\]\({ADDRESS}\){ATTRIBUTES}", re.DOTALL)),
)
# The library's patterns of emphasis, in its order: what each group is set in.
STARS = (
    (re.compile(r"(\*)\1{2}(.+?)\1(.*?)\1{2}", re.DOTALL), ((1, 1), (1, 0))),
    (re.compile(r"(\*)\1{2}(.+?)\1{2}(.*?)\1", re.DOTALL), ((1, 1), (0, 1))),
    (re.compile(r"(\*)\1(?!\1)([^*]+?)\1(?!\1)(.+?)\1{3}", re.DOTALL), ((1, 0), (1, 1))),
    (re.compile(r"(\*{2})(.+?)\1", re.DOTALL), ((1, 0),)),
    (re.compile(r"(\*)([^\*]+)\1", re.DOTALL), ((0, 1),)),
)
LINES = (
    (re.compile(r"(?<!\w)(_{2})(?!_)(.+?)(?<!_)\1(?!\w)", re.DOTALL), ((1, 0),)),
    (re.compile(r"(?<!\w)(_)(?!_)(.+?)(?<!_)\1(?!\w)", re.DOTALL), ((0, 1),)),
)
ALONE = re.compile(r"(?:(?<=\s)|^)(\*{1,3}|_{1,3})(?=\s|$)")
# What makes a line something else than words of its paragraph; the sign that an escape takes its force from.
LINE_START = re.compile(
    r"^(?P<before> {0,3}(?:\d{1,9})?)(?P<sign>[.)](?=\s|$)|#(?=#{0,5}\s)|[-+*>|](?=\s|\S)|`(?=``)|~(?=~~)|:(?=::)"
    r"|_(?= *_ *_))|^(?P<table> *Table)(?P<colon>:) ",
)

Known = Callable[[str], bool]


def citation(inside: str) -> str:
    """A citation's Markdown in one form, so that the same citation is equal however it was typed; "" if it is none."""
    groups = _citation_groups(inside)
    written = []
    for before, items in groups:
        for number, (key, place) in enumerate(items):
            words = f"{before} " if before and not number else ""
            written.append(f"{words}@{key}" + (f", {place}" if place else ""))
    return f"[{'; '.join(written)}]" if written else ""


def cited(markdown: str) -> list[tuple[str, str, str]]:
    """(words before, key, place) of each source in the Markdown of a citation."""
    return [
        (before if not number else "", key, place or "")
        for before, items in _citation_groups(markdown[1:-1])
        for number, (key, place) in enumerate(items)
    ]


def pieces(raw: str, notes: frozenset[str] = frozenset(), *, literal: bool = False) -> list[Piece]:
    """The block's raw text as pieces; ``notes`` are the keys of notes that are defined. Code blocks are literal."""
    if literal:
        return [Piece(char, PLAIN, "", n, n + 1) for n, char in enumerate(raw)]
    return _Reading(raw, notes).run()


class _Reading:
    def __init__(self, raw: str, notes: frozenset[str]):
        self.raw, self.notes = raw, notes
        self.masked = list(raw)
        self.found: dict[int, tuple[int, list[Piece]]] = {}
        self.links: list[tuple[int, int, int, int, str]] = []

    def run(self) -> list[Piece]:
        raw = self.raw
        for match in CODE.finditer(raw):
            inside = match[2].strip() or match[2]
            begin = match.start(2) + match[2].find(inside)
            span = ((match.start(), match.end()),)
            form = Form(code=True)
            self._take(
                match, [Piece(c, form, "", begin + n, begin + n + 1, span) for n, c in enumerate(inside)]
            )
        for kind, pattern in ATOMS:
            for match in pattern.finditer(self._text()):
                written = raw[match.start() : match.end()]
                if kind == "note" and match[1] not in self.notes:
                    continue
                if kind == "cite":
                    written = citation(raw[match.start() + 1 : match.end() - 1])
                    if not written:
                        continue
                self._take(match, [Piece(written, PLAIN, kind, match.start(), match.end())])
        for match in LINK.finditer(self._text()):
            self._link(match)
        for match in AUTO.finditer(self._text()):
            address = match[1]
            if not address.lower().startswith(LINKS):
                if not MAIL.fullmatch(address):
                    continue
                address = f"mailto:{address}"
            span, begin = ((match.start(), match.end()),), match.start(1)
            shown = match[1].removeprefix("mailto:")
            begin += len(match[1]) - len(shown)
            form = Form(href=address)
            self._take(
                match, [Piece(c, form, "", begin + n, begin + n + 1, span) for n, c in enumerate(shown)]
            )
        self._signs()
        return self._emphasis(0, len(raw), PLAIN, ())

    def _text(self) -> str:
        return "".join(self.masked)

    def _take(self, match: re.Match, made: list[Piece]) -> None:
        self.found[match.start()] = (match.end(), made)
        self.masked[match.start() : match.end()] = MASK * (match.end() - match.start())

    def _link(self, match: re.Match) -> None:
        address = match[2]
        if not match[1].strip() or not (address.startswith("#") or address.lower().startswith(LINKS)):
            return
        self.links.append((match.start(), match.end(), match.start(1), match.end(1), address))
        for a, b in ((match.start(), match.start(1)), (match.end(1), match.end())):
            self.masked[a:b] = MASK * (b - a)

    def _signs(self) -> None:
        """Escapes, entities and breaks of a line."""
        text = self._text()
        for match in re.finditer(r"\\(.)|  \n", text, re.DOTALL):
            if match[1] == "\n" or match[0] == "  \n":
                self._take(match, [Piece(BREAK, PLAIN, "break", match.start(), match.end())])
            elif match[1] in ESCAPES:
                self._take(match, [Piece(match[1], PLAIN, "", match.start(), match.end())])
        for match in ENTITY.finditer(self._text()):
            shown = html.unescape(match[0])
            if len(shown) == 1 and shown != match[0] and (shown.isprintable() or shown.isspace()):
                self._take(match, [Piece(shown, PLAIN, "", match.start(), match.end())])

    def _emphasis(self, start: int, end: int, form: Form, spans: tuple) -> list[Piece]:
        text = self._text()[:end]
        links = {a: (b, c, d, href) for a, b, c, d, href in self.links}
        made: list[Piece] = []
        at = start
        while at < end:
            if at in self.found:
                after, inside = self.found[at]
                for piece in inside:
                    piece.spans = spans + piece.spans
                    own = piece.form
                    if not piece.atom:
                        piece.form = Form(form.bold, form.italic, own.code, own.href or form.href)
                    made.append(piece)
                at = max(after, at + 1)
                continue
            if at in links and links[at][0] <= end:
                after, first, last, href = links[at]
                made += self._emphasis(first, last, form._replace(href=href), (*spans, (at, after)))
                at = after
                continue
            char = text[at]
            if char in "*_":
                alone = ALONE.match(text, at)
                if alone:
                    made += [Piece(self.raw[n], form, "", n, n + 1, spans) for n in range(at, alone.end())]
                    at = alone.end()
                    continue
                taken = self._emphasised(text, at, form, spans)
                if taken is not None:
                    inside, at = taken
                    made += inside
                    continue
            made.append(Piece(self.raw[at], form, "", at, at + 1, spans))
            at += 1
        return made

    def _emphasised(self, text: str, at: int, form: Form, spans: tuple) -> tuple[list[Piece], int] | None:
        for pattern, settings in STARS if text[at] == "*" else LINES:
            match = pattern.match(text, at)
            if not match:
                continue
            span = (*spans, (match.start(), match.end()))
            made: list[Piece] = []
            for group, (bold, italic) in enumerate(settings, 2):
                set_ = form._replace(bold=form.bold or bool(bold), italic=form.italic or bool(italic))
                made += self._emphasis(match.start(group), match.end(group), set_, span)
            return made, match.end()
        return None


# From pieces to Markdown.


def markdown(
    given: Sequence[Piece], *, escape: Callable[[str], str] = lambda text: text, cell: bool = False
) -> str:
    """Markdown that reads as these pieces; ``escape`` treats the words, atoms stand as they are."""
    made = []
    for form, run in groupby(given, key=lambda piece: PLAIN if piece.atom else piece.form):
        run = list(run)
        text = "".join(piece.text if piece.atom else _plain(piece.text, escape, form, cell) for piece in run)
        made.append(_set(text, form) if form != PLAIN else text)
    return "".join(made)


def _plain(char: str, escape, form: Form, cell: bool) -> str:
    if form.code:
        return char
    if cell and char == "|":
        return "\\|"
    return escape(char)


def _set(text: str, form: Form) -> str:
    """Marks around the words, and never around the white space beside them: a mark before a space is a sign."""
    inside = text.strip()
    if not inside:
        return text
    before, after = text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]
    if form.code:
        fence = "`" * (1 + max((len(run) for run in re.findall("`+", inside)), default=0))
        pad = " " if "`" in (inside[0], inside[-1]) else ""
        inside = f"{fence}{pad}{inside}{pad}{fence}"
    marks = "**" * form.bold + "*" * form.italic
    if form.href:
        same = form.href in (inside, f"mailto:{inside}")
        inside = f"<{form.href}>" if same else f"[{inside}]({form.href})"
    return f"{before}{marks}{inside}{marks[::-1]}{after}"


def heavily(char: str) -> str:
    """Every sign that the dialect may read as a mark, as itself."""
    return f"\\{char}" if char in ESCAPES and char not in '.()-+":' else char


def at_line_start(text: str) -> str:
    """The line so that it begins no list, heading, quotation or table."""
    match = LINE_START.match(text)
    if not match:
        return text
    at = match.start("colon") if match["colon"] else match.start("sign")
    return f"{text[:at]}\\{text[at:]}"
