"""Formulae are set, or refused in words; whatever is typed takes little time and lets nothing else in."""

from __future__ import annotations

import time
import xml.etree.ElementTree as etree
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessments.text import dialect, mathematics

SET = (
    r"$E = mc^2$",
    r"$$\int_0^\infty e^{-x^2}\,dx = \frac{\sqrt{\pi}}{2}$$",
    r"$\begin{pmatrix}a&b\\c&d\end{pmatrix}$",
    r"$\mathcal{L}(\theta) = -\log p_\theta(y \mid x)$",
    r"$x < y$",
    r"$\text{loss} \leq 3\%$",
)
REFUSED = {
    r"$\foo{x}$": "\\foo is no command that is known here",
    r"$\frac{a$": "a brace { is not closed",
    r"$a}$": "a brace } closes what none opened",
    r"$\frac{a}$": "a part of a fraction, root or index is missing",
    r"$a^b^c$": "one sign has two upper indices",
    r"$\left( x$": "a \\left has no \\right, or the other way round",
    r"$\href{javascript:alert(1)}{x}$": "\\href has no place in a formula",
    r"$\begin{foo}x\end{foo}$": "\\begin{foo} is no environment that is known here",
    "$" + "x" * 1001 + "$": "it has 1,001 characters; at most 1,000 are set",
    "$" + "{" * 13 + "x" + "}" * 13 + "$": "it is nested 13 deep; at most 12 are set",
}
HOSTILE = (
    "x'",
    "[(",
    r"\frac",
    "x_",
    "^",
    r"\left(",
    r"\sqrt ",
    r"\text{a}",
    "&",
    r"\\",
    r"\begin{matrix}",
    "{",
    "~",
)


@pytest.mark.parametrize("source", SET)
def test_a_formula_becomes_mathml_that_keeps_its_source(source):
    root = etree.fromstring(mathematics.mathml(source))
    formula, display = mathematics.inside(source)
    assert root.get("display") == ("block" if display else "inline")
    assert root.get("alttext") == formula
    assert root.find(f".//{{{mathematics.MATHML}}}annotation").text == formula


@pytest.mark.parametrize("source", REFUSED)
def test_a_formula_that_cannot_be_set_is_refused_with_the_reason(source):
    with pytest.raises(mathematics.CannotBeSet) as refused:
        mathematics.check(source)
    assert str(refused.value) == REFUSED[source]
    assert mathematics.mathml(source) is None


def test_a_chapter_names_its_invalid_formulae_by_line_and_shows_them_as_typed():
    document = dialect.parse("# T\n\nGood $x^2$.\n\nBad\n$\\foo{x}$ and $a^b^c$.\n")
    assert [(p.line, p.code) for p in document.problems] == [(6, "invalid-formula"), (6, "invalid-formula")]
    assert '<code class="math">$x^2$</code>' in document.html
    assert '<code class="math unset">$\\foo{x}$</code>' in document.html
    assert [b.text for b in document.blocks][2] == "Bad $\\foo{x}$ and $a^b^c$."


@pytest.mark.parametrize("part", HOSTILE)
def test_a_hostile_formula_takes_a_moment(part):
    began = time.process_time()
    mathematics.mathml("$" + part * (999 // len(part)) + "$")
    assert time.process_time() - began < 1


def test_one_text_sets_a_bounded_amount_of_formulae():
    text = "\n\n".join(f"$x_{{{n}}} + {'y' * 200}$" for n in range(400))
    problems = dialect.parse(text).problems
    assert {p.code for p in problems} == {"invalid-formula"}
    assert "at most 60,000 characters of different formulae" in problems[-1].text


@given(st.text(alphabet=r"abx12+-=<>&\"'{}^_\frac sqrtextlefight()[]|,.~$", max_size=60))
def test_whatever_is_typed_the_answer_is_only_mathml(typed):
    made = mathematics.mathml(f"${typed}$")
    if made is None:
        return
    names = {
        element.tag.removeprefix(f"{{{mathematics.MATHML}}}") for element in etree.fromstring(made).iter()
    }
    assert names <= mathematics.ELEMENTS | {"semantics", "annotation"}


def test_on_a_screen_the_source_stays_and_the_formula_stands_apart():
    html = dialect.parse("Some $a < b$ and $\\foo$ here.").html
    shown = mathematics.shown(html)
    assert shown.count("<math data-apart ") == 1
    assert '<code class="formula__source" aria-hidden="true">$a &lt; b$</code>' in shown
    assert '<code class="math unset">$\\foo$</code>' in shown
    assert mathematics.shown("<p>no formula</p>") == "<p>no formula</p>"


def test_for_other_programs_the_formula_takes_the_place_of_its_source():
    made = mathematics.alone(dialect.parse("Some $a < b$ here.").html)
    assert "<code" not in made
    assert 'alttext="a &lt; b"' in made
    assert unescape(made).count("a < b") == 2
