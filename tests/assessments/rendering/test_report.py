"""What stands around the chapters: contents with pages, lists, people, glossary and the index of statements."""

from __future__ import annotations

import pytest

from assessments.publishing import documents
from assessments.rendering import run, tagged
from tests.support import need

FIRST = (
    '<h1 data-b="b1">What agents do</h1><p data-b="b2">Agents improve (<em>high confidence</em>). They are likely to '
    'fail in long tasks, as <a class="xref" data-at="2#tbl-x">Table 2.1</a> shows. It is <em>very likely</em> so.</p>'
    '<h2 data-b="b3" data-number="1.1" id="sec-a">Evidence</h2><p data-b="b4">Little (<em>low confidence</em>).</p>'
)
OTHER = (
    '<h1 data-b="c1">What follows</h1><table id="tbl-x"><caption data-b="c2" data-label="Table 2.1">Costs</caption>'
    '<thead><tr><th data-b="c3" scope="col">Term</th></tr></thead><tbody><tr><td data-b="c4"><em>high confidence</em>'
    "</td></tr></tbody></table>"
)
MATTER = {
    "imprint": [["ISBN", "978-3-16-148410-0"], ["DOI", "https://doi.org/10.1234/abc"]],
    "notes": ["Invented for demonstration."],
    "texts": [{"key": "foreword", "title": "Foreword", "html": "<p>We differ.</p>", "signed": ["The chair"]}],
    "people": [
        {"title": "Authors", "groups": [{"title": "1", "rows": [{"name": "Ada Lovel", "state": "France"}]}]}
    ],
    "glossary": [{"term": "Agent", "definition": "Acts.", "chapters": "1"}],
    "acronyms": [{"term": "AI", "definition": "Artificial intelligence"}],
    "index": True,
}


@pytest.fixture
def printed(tmp_path):
    need("pango")
    out = tmp_path / "report.pdf"
    metadata = {
        "author": "The panel",
        "isbn": "978-3-16-148410-0",
        "doi": "10.1234/abc",
        "licence": "CC BY 4.0",
    }
    made = run.render(
        {
            "kind": "publication",
            "out": str(out),
            "title": "The report",
            "toc": True,
            "variant": "pdf/ua-1",
            "front": {"title": "The report", "edition": "Final edition", "body": "The panel"},
            "matter": MATTER,
            "metadata": metadata,
            "chapters": [
                {
                    "label": "1",
                    "title": "What agents do",
                    "html": FIRST,
                    "by": [["Authors", "Ada Lovel"]],
                    "cite": "C",
                },
                {"label": "2", "title": "What follows", "html": OTHER},
            ],
        }
    )
    tagged.describe(out, metadata)
    return made, out


def words_of(out) -> list[str]:
    from pdfplumber import open as read

    with read(out) as pdf:
        return [" ".join((page.extract_text() or "").split()) for page in pdf.pages]


def test_a_report_has_its_parts_in_order_with_pages_by_chapter(printed):
    made, out = printed
    assert made.page_labels == ["i", "ii", "iii", "iv", "v", "vi", "1-1", "2-1", "A-1", "A-2", "A-3"]
    pages = dict(zip(made.page_labels, words_of(out), strict=True))
    assert "Final edition The report The panel" in pages["i"]
    assert "978-3-16-148410-0" in pages["ii"] and "Invented for demonstration." in pages["ii"]
    assert "We differ. The chair" in pages["iii"]
    assert "AdaLovelFrance" in pages["iv"].replace(" ", "")
    contents = pages["v"].replace(" .", "").replace(".", "")
    assert "Foreword iii" in contents and "11 Evidence 1-1" in contents and "Glossary A-1" in contents
    assert "Table 2.1 Costs" in pages["vi"]
    assert "Agent Acts. chapters 1" in pages["A-1"]
    assert {"AI", "Artificial", "intelligence"} <= set(pages["A-2"].split())


def test_the_index_lists_each_statement_with_its_term_section_and_page(printed):
    made, out = printed
    index = words_of(out)[made.page_labels.index("A-3")]
    assert "high confidence (1)" in index and "very likely (1)" in index and "low confidence (1)" in index
    assert "Agents improve (high confidence)." in index
    assert "Section 1.1" in index and "1-1" in index
    # Plain prose and a cell that explains the term are no statements.
    assert "\nlikely (" not in index and "They are likely" not in index


def test_a_reference_to_another_chapter_names_its_page(printed):
    made, out = printed
    assert "Table 2.1, p. 2-1 shows" in words_of(out)[made.page_labels.index("1-1")].replace("\u00a0", " ")


def test_our_checks_find_nothing_and_the_metadata_say_what_it_is(printed):
    import pikepdf

    _made, out = printed
    assert tagged.complaints(out) == []
    with pikepdf.open(out) as pdf:
        said = bytes(pdf.Root.Metadata.read_bytes()).decode()
    for text in ("978-3-16-148410-0", "10.1234/abc", "The panel", "CC BY 4.0"):
        assert text in said


def test_the_checks_complain_of_a_document_without_tags(tmp_path):
    need("pango")
    out = tmp_path / "plain.pdf"
    run.render({"kind": "draft", "out": str(out), "html": FIRST, "chapter_label": "1"})
    assert {"not marked as tagged", "no tree of tags"} <= set(tagged.complaints(out))


def test_volumes_have_at_most_three_hundred_pages():
    chapters = [{"label": str(n), "pages": pages} for n, pages in enumerate((100, 120, 90, 260, 400, 10, 0))]
    found = documents.volumes(chapters)
    assert [[c["label"] for c in held] for held in found] == [["0", "1"], ["2"], ["3"], ["4"], ["5", "6"]]


def test_the_matter_of_several_volumes_stands_once():
    matter = {"matter": MATTER, "front": {}, "metadata": {}, "by": {}}
    first, last = documents._share(matter, 0, 2)["matter"], documents._share(matter, 1, 2)["matter"]
    assert (len(first["texts"]), first["glossary"]) == (1, [])
    assert (last["texts"], len(last["glossary"])) == ([], 1)
