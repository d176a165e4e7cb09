"""References to what stands in other chapters: read from their structure, resolved by a function."""

from __future__ import annotations

import pytest

from assessments.text import dialect
from assessments.text.model import Place, TextTooComplex

OTHER = """# Risks

## Evidence {#sec:harm}

![A line](figure:growth "Growth"){#fig:growth}

## Evidence again {#sec:harm}

| A | B |
|---|---|
| 1 | 2 |

Table: Figures {#tbl:t}

::: box Told {#box:b}
Text.
:::
"""
HARM = Place("Section 3.1", "sec-harm", "3")


def parsed(text: str, **found: list[Place]):
    return dialect.parse(text, number="1", elsewhere=lambda key: found.get(key.replace(":", "_"), []))


def told(document) -> list[tuple[str, str]]:
    return [(p.code, p.text) for p in document.problems]


def test_the_places_of_a_chapter_are_those_its_own_references_have():
    assert dialect.places(OTHER, "3") == {
        "sec:harm": HARM,
        "fig:growth": Place("Figure 3.1", "fig-growth", "3"),
        "tbl:t": Place("Table 3.1", "tbl-t", "3"),
        "box:b": Place("Box 3.1", "box-b", "3"),
    }
    own = dialect.parse(OTHER + "\n[#sec:harm] [#fig:growth] [#tbl:t] [#box:b]\n", number="3")
    for place in dialect.places(OTHER, "3").values():
        assert f'<a class="xref" href="#{place.id}">{place.label}</a>' in own.html


def test_words_of_labels_are_the_languages_own():
    assert dialect.places(OTHER, "3", {"sec": "القسم {}"})["sec:harm"].label == "القسم 3.1"


def test_a_text_that_cannot_be_read_is_refused_here_too():
    with pytest.raises(TextTooComplex):
        dialect.places("[" * 5000, "3")


def test_a_reference_to_another_chapter_is_words_and_its_place_without_an_address():
    document = parsed("See [#sec:harm] and [the *evidence*](#sec:harm).", sec_harm=[HARM])
    assert told(document) == []
    assert '<a class="xref" data-at="3#sec-harm">Section 3.1</a>' in document.html
    assert '<a data-at="3#sec-harm">the <em>evidence</em></a>' in document.html
    assert document.blocks[0].text == "See Section 3.1 and the evidence."
    assert "href" not in document.html


def test_what_the_chapter_has_itself_is_not_looked_for_elsewhere():
    document = parsed("# T\n\n[#sec:harm]\n\n## Here {#sec:harm}\n", sec_harm=[HARM])
    assert '<a class="xref" href="#sec-harm">Section 1.1</a>' in document.html


def test_an_unknown_key_stays_a_problem():
    document = parsed("See [#sec:none], [#ch:9] and [words](#fig:none).")
    assert told(document) == [
        ("unknown-reference", "nothing has the key sec:none."),
        ("unknown-reference", "nothing has the key ch:9."),
        ("unknown-reference", "nothing has the key fig:none."),
    ]
    assert document.html.count('class="unresolved"') == 3


def test_a_key_that_two_chapters_have_is_a_problem_that_names_both():
    twice = [HARM, Place("Section 4.2", "sec-harm", "4")]
    document = parsed("First.\n\nSee [#sec:harm].", sec_harm=twice)
    [problem] = document.problems
    assert (problem.line, problem.code) == (3, "ambiguous-reference")
    assert "chapter 3 and chapter 4" in problem.text
    assert "data-at" not in document.html


def test_an_authors_own_words_do_not_become_a_place():
    document = parsed('<a data-at="3#x">t</a> [w](#sec:harm){data-at="4#y"}', sec_harm=[HARM])
    assert document.html.count("<a ") == 1
    assert document.blocks[0].text.startswith('<a data-at="3#x">t</a> w')
