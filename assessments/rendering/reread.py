"""The editions read back: whether each block's text stands in the file that was made. No Django.

A formula stands there as MathML, as TeX or as Word's own mathematics. Its source counts as present only where what
stands is that formula: for MathML and TeX sign for sign, in Word by its place in the text and its letters and digits.
"""

from __future__ import annotations

import copy
import re
import zipfile
from collections.abc import Iterable, Iterator
from html import unescape
from pathlib import Path
from xml.etree import ElementTree

from assessments.text import mathematics

from .errors import RenderFailed
from .trees import MADE

_SPACE = re.compile(r"[\s\u00ad\u2066-\u2069]+")
# Stands on both sides of what a formula in Word shows.
DRAWN = "\ufffc"
# Dollars that are none of a formula's may stand before one; so often the reading of a text begins anew.
BEGINNINGS = 8


def lost(file: Path, texts: Iterable[str]) -> int:
    """How many of the blocks' ``texts`` the written edition does not hold from their first character to the last.

    The file is read back and compared without white space, so that what a writer drops in silence is told. Raises
    RenderFailed where it cannot be read.
    """
    have = read_back(file)
    at, missing = 0, 0
    for text in texts:
        wanted = squeezed(text)
        found = have.find(wanted, at)
        if found < 0:
            found = have.find(wanted)
        if found >= 0:
            at = found + len(wanted)
        elif not _drawn(text, have):
            missing += 1
    return missing


def _drawn(text: str, have: str) -> bool:
    """Whether a text stands in ``have`` with formulae drawn in the place of their sources (in Word)."""
    if DRAWN not in have:
        return False
    dollars = [at for at, character in enumerate(text) if character == "$"][:BEGINNINGS]
    return any(re.search(_either(text, begin), have) for begin in dollars)


def _either(text: str, begin: int) -> str:
    """A pattern for a text whose formulae, from character ``begin`` on, stand as typed or drawn."""
    pieces, at = [], 0
    for match in mathematics.FORMULA.finditer(text, begin):
        pieces.append(re.escape(squeezed(text[at : match.start()])))
        pieces.append(
            f"(?:{re.escape(squeezed(match[0]))}|{DRAWN}{re.escape(mathematics.signs(match[0]))}{DRAWN})"
        )
        at = match.end()
    return "".join([*pieces, re.escape(squeezed(text[at:]))])


def squeezed(text: str) -> str:
    """Text without white space and marks of direction: what two editions must have in common."""
    return _SPACE.sub("", text)


def read_back(file: Path) -> str:
    """All words of an edition in its order, without white space, marks of notes, and numbers made for it.

    A formula is its source; in Word, which keeps none, its letters and digits between two ``DRAWN``. A bundle of
    Markdown is read by ``bundle.lost``.
    """
    ending = file.suffix.lower()
    try:
        if ending == ".html":
            return _of_html(file.read_text(encoding="utf-8"))
        if ending == ".xml":
            text = re.sub(r"<!DOCTYPE[^>]*>", "", file.read_text(encoding="utf-8"))
            return squeezed("".join(_words(ElementTree.fromstring(text))))
        with zipfile.ZipFile(file) as held:
            return _of_zip(held, ending)
    except (KeyError, ValueError, OSError, zipfile.BadZipFile, ElementTree.ParseError) as error:
        raise RenderFailed(
            "read-back", f"The file that was made cannot be read back. {error}".strip()
        ) from error


def _of_html(text: str) -> str:
    text = re.sub(r"<(style|title)>.*?</\1>", "", text, flags=re.DOTALL)
    text = re.sub(
        rf'<span class="{MADE}">[^<]*</span>|<sup class="fnref">.*?</sup>', "", text, flags=re.DOTALL
    )
    return squeezed(unescape(re.sub(r"<[^>]*>", "", mathematics.typed(text))))


def _of_zip(held: zipfile.ZipFile, ending: str) -> str:
    names = held.namelist()
    if ending == ".epub":
        pages = [name for name in names if name.endswith(".xhtml")]
        return "".join(_of_html(held.read(name).decode()) for name in pages)
    pages = [name for name in ("word/document.xml", "word/footnotes.xml") if name in names]
    return "".join(_of_word(ElementTree.fromstring(held.read(name))) for name in pages)


W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
M = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"


def _of_word(root: ElementTree.Element) -> str:
    return squeezed("".join(_runs(root)))


def _runs(element: ElementTree.Element) -> Iterator[str]:
    if element.tag == f"{M}oMath":
        yield f"{DRAWN}{mathematics.letters(''.join(t.text or '' for t in element.iter(f'{M}t')))}{DRAWN}"
        return
    if element.tag == f"{W}t":
        yield element.text or ""
    for child in element:
        yield from _runs(child)


def _words(element: ElementTree.Element) -> Iterator[str]:
    """The words of JATS without labels and marks of notes, which the layout made."""
    if element.tag == "label" or (element.tag == "xref" and element.find("sup") is not None):
        return
    if element.tag in ("inline-formula", "disp-formula"):
        yield _formula(element)
        return
    yield element.text or ""
    for child in element:
        yield from _words(child)
        yield child.tail or ""


def _formula(element: ElementTree.Element) -> str:
    """The source of a formula in JATS, where TeX and MathML are both those of it."""
    tex, math = element.find(".//tex-math"), element.find(f".//{{{mathematics.MATHML}}}math")
    if tex is None or math is None:
        return ""
    marks = "$$" if math.get("display") == "block" else "$"
    source = f"{marks}{tex.text}{marks}"
    made = mathematics.mathml(source)
    return source if made and _plain(ElementTree.fromstring(made)) == _plain(math) else ""


def _plain(element: ElementTree.Element) -> str:
    alone = copy.copy(element)
    alone.tail = None
    return ElementTree.canonicalize(ElementTree.tostring(alone, encoding="unicode"), rewrite_prefixes=True)
