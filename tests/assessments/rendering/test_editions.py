"""Editions other than the PDF: nothing lost, ids apart, pictures inside, and refusals that leave no file."""

from __future__ import annotations

import base64
import re

import pytest

from assessments.rendering import editions

PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
ONE = (
    '<h1 data-b="b1" id="sec-a">First</h1><p data-b="b2">Agents complete tasks.'
    '<sup class="fnref"><a href="#fn-1" data-number="1" aria-label="Note 1"></a></sup></p>'
    '<figure><img src="asset:curve" alt="A rising curve">'
    '<figcaption data-b="b3">Length of tasks</figcaption></figure>'
    '<section class="footnotes"><ol><li data-b="b4" id="fn-1">From one suite.</li></ol></section>'
)
OTHER = (
    '<p data-b="c1">Costs fell. <a href="#fn-1">Note</a></p><ol><li data-b="c2" id="fn-1">By ten.</li></ol>'
)
TEXTS = [
    "First",
    "Agents complete tasks.",
    "Length of tasks",
    "From one suite.",
    "Costs fell. Note",
    "By ten.",
]


@pytest.fixture
def request_to(tmp_path):
    def make(name: str, **more) -> dict:
        chapters = [
            {"label": "1", "title": "First", "html": ONE},
            {"label": "2", "title": "Second", "html": OTHER},
        ]
        out = tmp_path / name
        return {"kind": "draft", "out": str(out), "chapters": chapters, "title": "A report", **more}

    return make


@pytest.mark.parametrize("ending", ["html", "docx", "epub", "xml"])
def test_every_edition_holds_every_word(request_to, tmp_path, ending):
    editions.write(request_to(f"report.{ending}"))
    out = tmp_path / f"report.{ending}"
    assert editions.lost(out, TEXTS) == 0
    assert editions.lost(out, [*TEXTS, "Words that nobody wrote."]) == 1


def test_two_chapters_keep_their_own_notes(request_to, tmp_path):
    editions.write(request_to("report.html"))
    made = (tmp_path / "report.html").read_text(encoding="utf-8")
    ids = re.findall(r'\bid="([^"]+)"', made)
    assert [name for name in ids if name.startswith("c0-") or name.startswith("c1-")] == [
        "c0-sec-a",
        "c0-fn-1",
        "c1-fn-1",
    ]
    assert len(set(ids)) == len(ids)
    assert re.findall(r'\bhref="#(c[^"]+-fn-1)"', made) == ["c0-fn-1", "c1-fn-1"]
    titles = re.findall(r"<h1[^>]*>(.*?)</h1>", made)
    assert [re.sub(r"<[^>]*>", "", title).replace("\u2002", " ") for title in titles] == [
        "1 First",
        "2 Second",
    ]


def test_a_picture_stands_in_the_file_and_a_missing_one_leaves_its_description(request_to, tmp_path):
    picture = tmp_path / "curve.png"
    picture.write_bytes(PIXEL)
    editions.write(request_to("with.html", assets={"curve": str(picture)}))
    assert 'src="data:image/png;base64,' in (tmp_path / "with.html").read_text(encoding="utf-8")
    editions.write(request_to("without.html"))
    made = (tmp_path / "without.html").read_text(encoding="utf-8")
    assert ("<img" in made, "<em>A rising curve</em>" in made) == (False, True)


def test_the_language_gives_the_direction(request_to, tmp_path):
    editions.write(request_to("report.html", language="ar"))
    assert '<html lang="ar" dir="rtl">' in (tmp_path / "report.html").read_text(encoding="utf-8")


def test_another_ending_is_refused_by_name(request_to, tmp_path):
    with pytest.raises(ValueError, match="report.odt; expected an ending of .html"):
        editions.write(request_to("report.odt"))
    assert list(tmp_path.iterdir()) == []
