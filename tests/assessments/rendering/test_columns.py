"""A draft set in two columns: lines are counted down the first and on down the second, each with its number."""

from __future__ import annotations

import shutil
from collections import Counter

import pdfplumber
import pytest

from assessments.rendering.requests import STATIC
from assessments.rendering.run import render
from tests.assessments.rendering.samples import Writer
from tests.assessments.rendering.test_lines import MM, added, letters, sources, words_of
from tests.support import need

# The text area of ``report.css`` and the two columns that the test's own sheet sets in it.
LEFT, RIGHT, GAP = 39 * MM, 171 * MM, 18 * MM
SECOND = LEFT + (RIGHT - LEFT + GAP) / 2
COLUMNS = ((LEFT, SECOND - GAP), (SECOND, RIGHT))


@pytest.fixture
def in_columns(tmp_path):
    need("pango")
    css = tmp_path / "css"
    shutil.copytree(STATIC / "css" / "print", css)
    with (css / "report.css").open("a") as sheet:
        sheet.write("\n.chapter { columns: 2; column-gap: 18mm; column-fill: auto }\n")

    def draw(html: str):
        out = tmp_path / "out.pdf"
        asked = {"kind": "draft", "chapter_label": "3", "html": html, "lines": True, "css": str(css)}
        return render({**asked, "out": str(out)}), out

    return draw


def printed(path) -> list[list[tuple[int, int, Counter]]]:
    """Each page's numbered lines, column after column, as a reader sees them: (column, number, letters)"""
    pages = []
    with pdfplumber.open(path) as pdf:
        for page in pdf.pages:
            chars = [c for c in page.chars if 75 < c["top"] < page.height - 80 and c["text"].strip()]
            found = []
            for column, (left, right) in enumerate(COLUMNS):
                numbers: dict[float, str] = {}
                lines: dict[float, list[str]] = {}
                for char in sorted(chars, key=lambda c: c["x0"]):
                    at = round(char["matrix"][5], 1)
                    if left - GAP < char["x0"] and char["x1"] < left - 1:
                        numbers[at] = numbers.get(at, "") + char["text"]
                    elif left - 1 <= char["x0"] and char["x1"] <= right + 2:
                        lines.setdefault(at, []).append(char["text"])
                for at in sorted(numbers, reverse=True):
                    found.append((column, int(numbers[at]), letters("".join(lines.get(at, ())))))
            pages.append(found)
    return pages


def test_every_line_of_both_columns_is_numbered_and_leads_to_its_words(in_columns):
    writer = Writer(5)
    blocks = {f"b{n}": " ".join(writer.sentence() for _s in range(6)) for n in range(24)}
    html = "".join(f'<p data-b="{name}">{words}</p>' for name, words in blocks.items())
    result, path = in_columns(html)
    text, extra = sources(html), added(html)
    seen: dict[str, int] = {}
    pages = printed(path)
    assert len(pages) == len(result.map["3"]["pages"])
    for page, found in zip(result.map["3"]["pages"], pages, strict=True):
        assert [number for _column, number, _words in found] == list(range(1, len(page["lines"]) + 1))
        for (number, entries), (_column, shown, beside) in zip(page["lines"], found, strict=True):
            assert number == shown
            wanted = letters("".join("".join(words_of(text[b], start, end)) for b, start, end in entries))
            assert wanted - beside == Counter() and (beside - wanted) - extra == Counter(), (
                number,
                wanted,
                beside,
            )
            for block, start, end in entries:
                assert start == seen.get(block, 0)
                seen[block] = end
    assert [{column for column, *_line in found} for found in pages[:-1]] == [{0, 1}] * (len(pages) - 1)
    assert len(pages) > 2
    assert seen == {block: len("".join(words.split())) for block, words in text.items()}
    assert result.lost == []
