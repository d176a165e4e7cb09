"""Notes that the layout of WeasyPrint 70 loses or leaves over, and what brings them back (decision 0010)."""

from __future__ import annotations

import pytest

from tests.support import need

need("pango")

from assessments.rendering import child, drawing, mending  # noqa: E402 (needs Pango)
from assessments.rendering.requests import read_request  # noqa: E402
from tests.assessments.rendering.samples import DRAWING, Writer  # noqa: E402

# Chapters whose notes WeasyPrint loses as it comes.
LOSING = (1, 2)


@pytest.fixture
def ask(tmp_path):
    plot = tmp_path / "plot.svg"
    plot.write_text(DRAWING)

    def request(html: str, **more) -> dict:
        given = {
            "kind": "draft",
            "chapter_label": "3",
            "lines": True,
            "html": html,
            "assets": {"plot": str(plot)},
        }
        return {**given, "out": str(tmp_path / "a.pdf"), **more}

    return request


@pytest.fixture
def unmended(monkeypatch):
    """WeasyPrint as it came."""
    mending.unmend()
    monkeypatch.setattr(mending, "mend", lambda: None)


def covered(result: dict) -> dict[str, int]:
    """Block → how many of its characters the map follows without a gap."""
    reached: dict[str, int] = {}
    for page in result["map"]["3"]["pages"]:
        for _, entries in page["lines"]:
            for block, start, end in entries:
                assert start == reached.get(block, 0), block
                reached[block] = end
    return reached


@pytest.mark.parametrize("seed", LOSING)
def test_weasyprint_alone_loses_notes_of_this_chapter(ask, unmended, seed):
    request = read_request(ask(Writer(seed).chapter(3, note_share=0.7)))
    drawn = drawing.lay_out(request, endnotes=set(), kept=set(), say=lambda *_: None)
    assert drawn.coverage.lost() != []


@pytest.mark.parametrize("seed", LOSING)
def test_mended_it_loses_none_and_needs_no_remedy(ask, seed):
    writer = Writer(seed)
    result = child.draw(ask(writer.chapter(3, note_share=0.7)))
    assert set(covered(result)) == set(writer.ids)
    assert result["remedies"] == []


@pytest.mark.parametrize("seed", LOSING)
def test_unmended_the_remedies_bring_every_note_back(ask, unmended, seed):
    writer = Writer(seed)
    result = child.draw(ask(writer.chapter(3, note_share=0.7)))
    assert set(covered(result)) == set(writer.ids)
    assert result["remedies"] != []


def note(words: str, *, number: int = 1, more: str = "") -> tuple[str, str]:
    """A mark, and the item of its note."""
    mark = f'<sup class="fnref"><a href="#fn-{number}" data-number="{number}"></a></sup>'
    item = f'<li class="footnote" id="fn-{number}" data-number="{number}"><p data-b="n{number}">{words}</p>{more}</li>'
    return mark, item


def notes(*items: str) -> str:
    return f'<section class="footnotes"><ol>{"".join(items)}</ol></section>'


def test_a_note_for_which_the_last_page_has_no_room_stands_on_a_page_of_its_chapter(ask):
    mark, item = note("Words of a long note. " * 60)
    lines = "".join(f'<p data-b="p{n}">A line of text.</p>' for n in range(24))
    result = child.draw(ask(f'{lines}<p data-b="last">The last line.{mark}</p>{notes(item)}'))
    assert result["page_labels"] == ["3-1", "3-2"]
    assert [r["remedy"] for r in result["remedies"]] == ["its last notes stand on a page after it"]
    after = result["map"]["3"]["pages"][1]["lines"]
    assert {entry[0] for _, entries in after for entry in entries} == {"n1"}
    assert covered(result)["n1"] == len("Wordsofalongnote.") * 60


HOLDERS = {
    "a heading": '<h2 data-b="a">Words{0}</h2>',
    "an item": '<ul><li data-b="a">Words{0}</li></ul>',
    "a cell": '<table><tbody><tr><td data-b="a">Words{0}</td><td data-b="b">More</td></tr></tbody></table>',
    "a head cell": '<table><thead><tr><th data-b="a">Words{0}</th></tr></thead><tbody><tr><td data-b="b">x</td></tr>'
    "</tbody></table>",
    "a table's caption": '<table><caption data-b="a">Words{0}</caption><tbody><tr><td data-b="b">x</td></tr></tbody>'
    "</table>",
    "a figure's caption": '<figure><img src="asset:plot" alt="x"><figcaption data-b="a">Words{0}</figcaption></figure>',
    "a box": '<aside class="box"><p class="box-title" data-b="b">Title</p><p data-b="a">Words{0}</p></aside>',
    "a box's title": '<aside class="box"><p class="box-title" data-b="a">Words{0}</p><p data-b="b">x</p></aside>',
    "a quotation": '<blockquote><p data-b="a">Words{0}</p></blockquote>',
    "an item in a box": '<aside class="box"><ul><li data-b="a">Words{0}</li></ul></aside>',
    "emphasis": '<p data-b="a"><em>Words{0}</em></p>',
}


@pytest.mark.parametrize("name", HOLDERS)
def test_a_note_of_several_paragraphs_is_whole_when_it_is_marked_in(ask, name):
    more = '<p data-b="n2">A second paragraph.</p><ul><li data-b="n3">An item.</li></ul>'
    mark, item = note("The note.", more=more)
    result = child.draw(ask(HOLDERS[name].format(mark) + notes(item)))
    reached = covered(result)
    found = {name: reached[name] for name in ("a", "n1", "n2", "n3")}
    assert found == {"a": 5, "n1": 8, "n2": 17, "n3": 7}
    assert result["unmatched"] == 0


def test_many_notes_at_page_ends_are_all_there_in_every_paragraph_length(ask):
    """Each paragraph ends its page elsewhere; all of them together meet the layout's hard cases."""
    parts, items = [], []
    for number in range(1, 41):
        mark, item = note(f"Note {number} has some words. " * (1 + number % 5), number=number)
        words = f"Sentence {number} of a paragraph. " * (3 + number * 7 % 12)
        parts.append(f'<p data-b="p{number}">{words}{mark}</p>')
        items.append(item)
    result = child.draw(ask("".join(parts) + notes(*items)))
    assert {f"n{n}" for n in range(1, 41)} <= set(covered(result))
