"""The line map against an independent reading of the PDF: each number stands on a line with exactly its words.

pdfplumber shares nothing with the renderer. What the layout adds to a line (numbers of headings and notes, labels,
bullets, a hyphen) is known beforehand and may be the only difference; a formula is a drawing and has no words. Of
Arabic the glyphs themselves are compared, with those that its words have (``shaping``).
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from html import unescape

import pdfplumber
import pytest

from assessments.rendering.run import render
from assessments.text import dialect
from tests.assessments.rendering import shaping
from tests.assessments.rendering.samples import DRAWING, Writer
from tests.support import need, shared

MM = 72 / 25.4
# Of the sheet ``report.css``.
MARGIN = 39 * MM
FORMULA = re.compile(r'<code class="math(?: display)?">([^<]*)</code>')
# A face may draw several hyphens with one glyph, which a PDF names by one of them.
HYPHENS = str.maketrans({"‐": "-", "‑": "-"})


@pytest.fixture(autouse=True)
def pango():
    need("pango")


@pytest.fixture
def drawn(tmp_path):
    """Draw a chapter's HTML; answers (result, path of the PDF)."""
    plot = tmp_path / "plot.svg"
    plot.write_text(DRAWING)

    def draw(html: str, language: str = "en"):
        out = tmp_path / "out.pdf"
        asked = {"kind": "draft", "chapter_label": "3", "html": html, "lines": True, "language": language}
        return render({**asked, "assets": {"plot": str(plot)}, "out": str(out)}, timeout_s=500), out

    return draw


def letters(text: str) -> Counter:
    """The characters of a text that a PDF must give back, in any order: of both directions, ligatures apart."""
    plain = unicodedata.normalize("NFKC", text).translate(HYPHENS)
    return Counter(c for c in plain if not c.isspace() and unicodedata.category(c) not in ("Cf", "Mn", "Cc"))


def sources(html: str) -> dict[str, str]:
    """Block → its text with white space collapsed, read from the HTML by a parser of its own."""
    from html.parser import HTMLParser

    found: dict[str, list[str]] = {}

    class Reader(HTMLParser):
        open: list[str]

        def handle_starttag(self, tag, attributes):
            if tag not in ("br", "img", "hr"):
                said = dict(attributes)
                self.open.append(said.get("data-b") or (self.open[-1] if self.open else ""))
                found.setdefault(self.open[-1], [])

        def handle_endtag(self, tag):
            if tag not in ("br", "img", "hr"):
                self.open.pop()

        def handle_data(self, data):
            if self.open:
                found[self.open[-1]].append(data)

    reader = Reader(convert_charrefs=True)
    reader.open = []
    reader.feed(html)
    return {name: " ".join("".join(parts).split()) for name, parts in found.items()}


def words_of(text: str, start: int, end: int) -> list[str]:
    """The words, and parts of words, from character ``start`` to ``end``, white space not counted."""
    words, at = [], 0
    for word in text.split():
        words.append(word[max(start - at, 0) : max(end - at, 0)])
        at += len(word)
    return [word for word in words if word]


def added(html: str) -> Counter:
    """Characters that the style sheet may add: of numbers and labels that stand in attributes, bullets, hyphens."""
    said = re.findall(r'data-(?:number|label)="([^"]*)"', html)
    return letters(unescape("".join(said))) + letters("–-‐.0123456789") + Counter("3")


def printed(path, right_to_left: bool) -> list[list[tuple[int, str]]]:
    """Each page's numbered lines as a reader sees them: (number, all characters that stand beside it)."""
    pages = []
    with pdfplumber.open(path) as pdf:
        for page in pdf.pages:
            inside = (MARGIN - 2, page.width - MARGIN + 2)
            chars = [c for c in page.chars if 75 < c["top"] < page.height - 80 and c["text"].strip()]
            beside = [c for c in chars if (c["x0"] > inside[1] if right_to_left else c["x1"] < inside[0])]
            taken = {id(char) for char in beside}
            digits: dict[float, str] = {}
            for char in sorted(beside, key=lambda c: c["x0"]):
                at = round(char["matrix"][5], 2)
                digits[at] = digits.get(at, "") + char["text"]
            numbers = sorted(((y, int(text)) for y, text in digits.items()), reverse=True)
            lines = {number: [] for _y, number in numbers}
            for char in chars:
                if id(char) not in taken and numbers:
                    y = char["matrix"][5]
                    lines[min(numbers, key=lambda one: abs(one[0] - y))[1]].append(char["text"])
            pages.append([(number, "".join(lines[number])) for _y, number in numbers])
    return pages


def unconfirmed(result, path, html: str, language: str = "en") -> list:
    """The numbered lines that the PDF does not confirm: number and words must both agree."""
    text, extra = sources(html), added(html)
    drawings = {"".join(unescape(source).split()) for source in FORMULA.findall(html)}
    wrong = []
    pages = printed(shaping.numbered(path), language == "ar")
    assert len(pages) == len(result.map["3"]["pages"])
    for page, mapped in zip(pages, result.map["3"]["pages"], strict=True):
        if [number for number, _words in page] != [number for number, _entries in mapped["lines"]]:
            wrong.append((mapped["label"], "numbers", page))
            continue
        for (number, seen), (_number, entries) in zip(page, mapped["lines"], strict=True):
            words = [word for block, start, end in entries for word in words_of(text[block], start, end)]
            said = "".join(words)
            for drawing in drawings:
                said = said.replace(drawing, "")
            same = True
            if language == "ar" or shaping.ARABIC.search(said):
                same = shaping.confirms(words, seen)
                said, seen = shaping.rest(said), shaping.rest(seen)
            missing, more = letters(said) - letters(seen), letters(seen) - letters(said)
            # A line without entries is the head of a table, repeated.
            if missing or (entries and (more - extra or not same)):
                wrong.append((mapped["label"], number, words, said, seen, missing, more))
    return wrong


def chapter(seed: int, language: str) -> str:
    return Writer(seed, language).chapter(2, note_share=0.5, rows=30)


@pytest.mark.parametrize(("seed", "language"), [(41, "en"), (42, "ru"), (43, "fr"), (44, "ar")])
def test_every_numbered_line_of_a_generated_chapter_is_confirmed(drawn, seed, language):
    html = chapter(seed, language)
    result, path = drawn(html, language)
    assert result.lines > 80
    assert unconfirmed(result, path, html, language) == []


HARD = {
    "a table whose cells have several lines": "<table><thead><tr><th data-b='h1'>Head</th><th data-b='h2'>Other</th>"
    "</tr></thead><tbody>"
    + "".join(
        f"<tr><td data-b='l{n}'>{'Words that fill a cell of a table. ' * (n % 4 + 1)}</td>"
        f"<td data-b='r{n}'>{'More of them. ' * (n % 5 + 1)}</td></tr>"
        for n in range(40)
    )
    + "</tbody></table>",
    "cells across rows and columns": "<table><tbody><tr><td rowspan='2' data-b='a'>Tall cell of one</td>"
    "<td colspan='2' data-b='b'>Wide cell of two</td></tr><tr><td data-b='c'>Third</td><td data-b='d'>Fourth</td></tr>"
    "<tr><td data-b='e'>Fifth</td><td data-b='f'>Sixth</td><td data-b='g'>Seventh</td></tr></tbody></table>",
    "Chinese": "<p data-b='a'>" + "人工智能系统能力进展迅速，但证据仍然有限。" * 20 + "</p>",
    "Arabic within English": "<p data-b='a'>The words الأنظمة العامة للذكاء stand in a sentence of English that goes "
    "on for more than one line of the page, and ends.</p>",
    "a figure and a box": "<figure><img src='asset:plot' alt='x'><figcaption data-b='a' data-label='Figure 3.1'>"
    + "A caption of some length. " * 12
    + "</figcaption></figure><aside class='box'><p class='box-title' data-b='b' data-label='Box 3.1'>Title</p>"
    f"<p data-b='c'>{'Words in a box. ' * 20}</p><ul><li data-b='d'>{'An item. ' * 20}</li></ul></aside>",
    "words hyphenated and soft hyphens": "<p data-b='a'>"
    + "Internationalisation of communi\u00adcation requires well-known counter-measures. " * 12
    + "</p>",
}


@pytest.mark.parametrize("name", HARD)
def test_every_numbered_line_is_confirmed_of(drawn, name):
    html = HARD[name].replace("'", '"')
    language = "zh" if name == "Chinese" else "en"
    result, path = drawn(html, language)
    assert unconfirmed(result, path, html, language) == []
    assert result.unmatched == 0


def test_lines_with_formulae_are_numbered_and_keep_their_source(drawn):
    document = dialect.parse(
        "Words $E = mc^2$ and $\\frac{a}{b}$ in a line[^1].\n\n$$\\int_0^1 x\\,dx$$\n\n"
        "| $\\alpha$ | b |\n|---|---|\n| 1 | $x_i$ |\n\n[^1]: A note with $\\sigma^2$.\n"
    )
    html = dialect.with_ids(document.html, [f"b{n}" for n in range(len(document.blocks))])
    result, path = drawn(html)
    assert unconfirmed(result, path, html) == []
    reached: dict[str, int] = {}
    for page in result.map["3"]["pages"]:
        for _number, entries in page["lines"]:
            reached |= {block: end for block, _start, end in entries}
    assert reached == {f"b{b.order}": len("".join(b.text.split())) for b in document.blocks}
    with pdfplumber.open(path) as pdf:
        assert "mc" not in pdf.pages[0].extract_text()


@pytest.mark.parametrize(("seed", "language"), [(41, "en"), (44, "ar")])
def test_a_wrong_map_is_found_out(drawn, seed, language):
    """The reading itself: a map that is off by one line, or by one word, is not confirmed."""
    html = chapter(seed, language)
    result, path = drawn(html, language)
    lines = result.map["3"]["pages"][0]["lines"]
    lines[8][1], lines[9][1] = lines[9][1], lines[8][1]
    assert len(unconfirmed(result, path, html, language)) == 2
    lines[8][1], lines[9][1] = lines[9][1], lines[8][1]
    lines[12][1][0][2] -= 4
    assert len(unconfirmed(result, path, html, language)) == 1


@pytest.mark.slow
def test_every_numbered_line_of_a_real_report_is_confirmed(drawn):
    folder = shared("international-ai-safety-report-2025/chapters")
    for file in sorted(folder.glob("*.md")):
        document = dialect.parse(file.read_text(encoding="utf-8"), number="3")
        html = dialect.with_ids(document.html, [f"b{n}" for n in range(len(document.blocks))])
        result, path = drawn(html)
        assert unconfirmed(result, path, html) == [], file.name
        if file.name.startswith("00-"):
            lines = result.map["3"]["pages"][0]["lines"]
            lines[4][1], lines[5][1] = lines[5][1], lines[4][1]
            assert len(unconfirmed(result, path, html)) == 2
