"""Citations and lists by author and date: who is named, which letter tells works apart, what is a link."""

import html
import re
import time
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessments.sources.parse import read_sources
from assessments.sources.style import AuthorDate, Words, bibliography, cite
from tests.support import ROOT, shared


def _work(key, *families, year=2024, **fields):
    csl = {"id": key, "type": "article-journal", "title": f"Title {key}", **fields}
    if families:
        csl["author"] = [{"family": family, "given": "Ada Beth"} for family in families]
    if year:
        csl["issued"] = {"date-parts": [[year]]}
    return csl


FARROW_A = _work("f1", "Farrow", "Lin", "Ray", year=2025, title="About rules")
FARROW_B = _work("f2", "Farrow", "Moss", "Ray", year=2025, title="Beyond rules")
OKORO = _work("o1", "Okoro")
OKORO_OLD = _work("o0", "Okoro", year=2023)
BODY = {
    "id": "w",
    "type": "report",
    "title": "World plan",
    "author": [{"literal": "World Health Organization"}],
}


def test_a_citation_reads_as_the_house_style_says():
    style = AuthorDate([FARROW_A, FARROW_B, OKORO])
    assert style.cite([("f1", ""), ("o1", "p. 3")]) == "(Farrow et al., 2025a; Okoro, 2024, p. 3)"


def test_letters_are_given_over_the_whole_list_and_not_over_one_citation():
    assert cite([(FARROW_B, "")]) == "(Farrow et al., 2025)"
    assert cite([(FARROW_B, "")], among=[FARROW_A, FARROW_B]) == "(Farrow et al., 2025b)"
    assert cite([(FARROW_B, "")], among=[FARROW_B, FARROW_A]) == "(Farrow et al., 2025b)"


@pytest.mark.parametrize(
    ("work", "label"),
    [
        (_work("a", "Okoro"), "(Okoro, 2024)"),
        (_work("a", "Okoro", "Lin"), "(Okoro and Lin, 2024)"),
        (_work("a", "Okoro", "Lin", "Ray"), "(Okoro et al., 2024)"),
        (
            {**_work("a", "Okoro"), "author": [{"family": "Okoro"}, {"literal": "et al."}]},
            "(Okoro et al., 2024)",
        ),
        (BODY, "(World Health Organization, n.d.)"),
        (_work("a", year=None, title="Rules"), "(“Rules”, n.d.)"),
        (_work("a", title="One two three four five six"), "(“One two three four …”, 2024)"),
        (_work("a", editor=[{"family": "Ed"}]), "(Ed, 2024)"),
        ({"id": "a", "publisher": "Press", "issued": {"literal": "in press"}}, "(Press, in press)"),
        ({"id": "a", "URL": "https://example.org"}, "(Untitled, n.d.)"),
        (_work("a", "O'Neil <b>"), "(O&#x27;Neil, 2024)"),
    ],
)
def test_the_label_names_whoever_answers_for_the_work(work, label):
    assert cite([(work, "")]) == label


def test_works_without_a_date_are_told_apart_with_a_dash():
    works = [_work("a", "Lin", year=None, title="A"), _work("b", "Lin", year=None, title="B")]
    assert cite([(works[0], ""), (works[1], "")]) == "(Lin, n.d.-a, n.d.-b)"


def test_neighbours_of_one_label_are_joined_unless_a_locator_stands_between():
    style = AuthorDate([OKORO, OKORO_OLD])
    assert style.cite([("o0", ""), ("o1", "")]) == "(Okoro, 2023, 2024)"
    assert style.cite([("o0", "3"), ("o1", "3-5")]) == "(Okoro, 2023, p. 3; Okoro, 2024, pp. 3–5)"
    assert style.cite([("o1", "Box <2>")], narrative=True) == "Okoro (2024, Box &lt;2&gt;)"
    assert style.cite([]) == ""


def test_a_source_outside_the_list_cannot_be_cited():
    with pytest.raises(KeyError):
        AuthorDate([OKORO]).cite([("nobody", "")])


def test_the_list_goes_by_author_year_and_title_without_accents():
    works = [
        _work("z", "Zaki"),
        OKORO,
        OKORO_OLD,
        _work("å", "Ångström"),
        _work("n", "Angstrom", year=2020),
        BODY,
    ]
    assert [entry.key for entry in bibliography(works)] == ["n", "å", "o0", "o1", "w", "z"]


@pytest.mark.parametrize(
    ("work", "entry"),
    [
        (
            _work("a", "Okoro", "Lin", volume="3", issue="2", page="10-19", DOI="10.1234/1<2>b",
                  **{"container-title": "Rules"}),
            "Okoro, A. B. and Lin, A. B. (2024). Title a. <i>Rules</i>, <i>3</i>(2), 10–19. "
            '<a href="https://doi.org/10.1234/1%3C2%3Eb" rel="noopener noreferrer">'
            "https://doi.org/10.1234/1%3C2%3Eb</a>",
        ),
        (BODY, "World Health Organization. (n.d.). <i>World plan</i>."),
        (_work("a", title="Why?", publisher="Press"), "<i>Why?</i> (2024)."),
        (
            _work("a", "Lin", type="chapter", editor=[{"family": "Ray", "given": "Jo-Ann"}], page="1-2",
                  publisher="Press", **{"container-title": "A book", "publisher-place": "Rome"}),
            "Lin, A. B. (2024). Title a. In Ray, J.-A. (Ed.), <i>A book</i> (pp. 1–2). Press, Rome.",
        ),
        (_work("a", "Lin", custom={"industry": True}), "Lin, A. B. (2024). <i>Title a</i>.*"),
        (_work("a", "Lin", custom={"industry": "true"}), "Lin, A. B. (2024). <i>Title a</i>."),
        (_work("a", "Lin", URL="javascript:a(1)"), "Lin, A. B. (2024). <i>Title a</i>. javascript:a(1)"),
        ({"id": "a", "note": "for-profit; raw: Lin, Rules (2020)."}, "Lin, Rules (2020). (n.d.)."),
    ],
)  # fmt: skip
def test_entries_are_printed_whole_escaped_and_linked_to_the_web_only(work, entry):
    assert bibliography([work])[0].html == entry


def test_of_many_authors_the_first_nineteen_and_the_last_are_named():
    entry = bibliography([_work("a", *[f"N{n:02}" for n in range(30)])])[0].html
    assert entry.count("A. B.") == 20
    assert "N18, A. B., … N29, A. B. (2024)" in entry


def test_words_of_another_language_are_handed_in():
    words = Words(and_="et", et_al="et al.", no_date="s. d.")
    assert cite([(_work("a", "Lin", "Ray", year=None), "")], words=words) == "(Lin et Ray, s. d.)"


def test_letters_go_on_after_z():
    works = [_work(f"k{n:02}", "Lin") for n in range(28)]
    style = AuthorDate(works)
    assert [style.cite([(f"k{n:02}", "")]) for n in (0, 25, 26, 27)] == [
        "(Lin, 2024a)", "(Lin, 2024z)", "(Lin, 2024aa)", "(Lin, 2024ab)",
    ]  # fmt: skip


_pieces = [*"<>&\"'/ib =:;", "<i>", "</i>", "<script>", "javascript:", "https://", "10.1234/", "é", "字"]
_wild = st.lists(st.sampled_from(_pieces), max_size=12).map("".join)
_fields = dict.fromkeys(
    ("title", "publisher", "container-title", "page", "volume", "URL", "DOI", "genre", "note"), _wild
)
_fields["author"] = st.lists(st.fixed_dictionaries({"family": _wild, "given": _wild}), max_size=3)
_fields["issued"] = st.fixed_dictionaries({"literal": _wild})


@given(st.fixed_dictionaries({}, optional=_fields), _wild)
def test_nothing_in_a_source_becomes_other_html_than_marks_and_web_links(fields, locator):
    csl = {"id": "a", **fields}
    printed = bibliography([csl])[0].html + cite([(csl, locator)])
    rest = re.sub(
        r'<a href="https?://[^"<>\s]+" rel="noopener noreferrer">|</a>|</?(?:i|b|sub|sup)>', "", printed
    )
    assert "<" not in rest and ">" not in rest
    assert html.unescape(rest) is not None and not re.search(r"&(?!amp;|lt;|gt;|quot;|#x27;)", rest)


def test_our_csl_style_is_whole_and_names_only_its_own_macros():
    space = "{http://purl.org/net/xbiblio/csl}"
    root = ET.parse(Path(ROOT) / "static/csl/concord-author-date.csl").getroot()
    macros = {node.get("name") for node in root.iter(f"{space}macro")}
    called = {node.get("macro") for node in root.iter() if node.get("macro")}
    assert root.get("class") == "in-text" and called == macros


@pytest.mark.parametrize(
    ("path", "number"),
    [
        ("bibliography-ipbes-ias-a/references.csl.json", 2677),
        ("international-ai-safety-report-2025/references/references.csl.json", 1366),
    ],
)
def test_a_real_list_is_printed_whole_and_fast(path, number):
    sources = [source.csl for source in read_sources(shared(path).read_bytes(), path).entries]
    start = time.process_time()
    style = AuthorDate(sources)
    entries = style.bibliography()
    citations = [style.cite([(entry.key, "")]) for entry in entries]
    assert time.process_time() - start < 5
    assert len(entries) == number
    # Letters tell all works of the list apart.
    assert len(set(citations)) == number
    assert "<script" not in "".join(entry.html for entry in entries)
