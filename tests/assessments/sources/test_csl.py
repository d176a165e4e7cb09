"""References by a style of CSL: numbers or authors, nothing fetched, nothing of a source taken for markup."""

from __future__ import annotations

import pytest

from assessments.sources import csl

SOURCES = [
    {"id": "Doe:2020", "type": "book", "title": "<i>A</i> & <script>x</script>", "author": [{"family": "Doe"}],
     "issued": {"date-parts": [[2020]]}},
    {"id": "doe:2020", "type": "book", "title": "B", "author": [{"family": "Roe"}],
     "issued": {"date-parts": [[2021]]}, "URL": "https://example.org/b"},
]  # fmt: skip
CITES = [(("doe:2020", ""),), (("Doe:2020", "p. 3"), ("doe:2020", ""))]
DEPENDENT = (
    '<style xmlns="http://purl.org/net/xbiblio/csl" version="1.0"><info><title>D</title><id>d</id>'
    '<link rel="independent-parent" href="http://www.zotero.org/styles/{}"/></info></style>'
)


def test_a_numeric_style_numbers_in_the_order_of_the_text():
    made = csl.format_text("ieee", SOURCES, CITES, "en")
    assert [made.cites[items] for items in CITES] == ["[1]", "[1], [2, p. 3]"]
    assert [key for key, _html in made.entries] == ["doe:2020", "Doe:2020"]
    assert made.entries[0][1].startswith("[1] ")


def test_an_author_date_style_names_authors_and_keys_that_differ_in_case_stay_two():
    made = csl.format_text("apa", SOURCES, CITES, "en")
    assert made.cites[CITES[0]] == "(Roe, 2021)"
    assert {key for key, _html in made.entries} == {"Doe:2020", "doe:2020"}


def test_no_markup_of_a_source_comes_through():
    entries = dict(csl.format_text("ieee", SOURCES, CITES, "en").entries)
    assert "<script" not in entries["Doe:2020"]
    assert "&lt;script&gt;" in entries["Doe:2020"] or "script" not in entries["Doe:2020"]
    assert '<a href="https://example.org/b">' in entries["doe:2020"]


def test_raised_numbers_are_words_of_the_sentence():
    made = csl.format_text("nature", SOURCES, CITES, "en")
    assert [made.cites[items] for items in CITES] == ["¹", "¹,²"]


def test_a_dependent_style_is_read_as_its_parent(tmp_path):
    (tmp_path / "child.csl").write_text(DEPENDENT.format("ieee"))
    (tmp_path / "ieee.csl").write_bytes((csl.FOLDER / "ieee.csl").read_bytes())
    assert csl.resolve("child", tmp_path) == tmp_path / "ieee.csl"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            DEPENDENT.format("springer-basic-author-date"),
            "springer-basic-author-date, which child names as its parent",
        ),
        (DEPENDENT.format("child"), "leads back to itself"),
        (DEPENDENT.format("../../etc/passwd"), "passwd"),
        ("<style", "no XML"),
        ("<style/>", "no style"),
        ('<style xmlns="http://purl.org/net/xbiblio/csl" class="note"/>', "cites in footnotes"),
    ],
)
def test_a_style_that_cannot_be_used_says_why(tmp_path, text, said):
    (tmp_path / "child.csl").write_text(text)
    with pytest.raises(csl.StyleError, match=said):
        csl.resolve("child", tmp_path)


def test_a_name_that_is_a_path_is_none():
    with pytest.raises(csl.StyleError, match="no name of a style"):
        csl.resolve("../fonts/x")
