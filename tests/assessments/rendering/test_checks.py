"""What the layout is never asked to do, and what it is."""

import pytest
from PIL import Image

from assessments.rendering import checks
from assessments.rendering.checks import MAX_DEPTH, MAX_ROWS, MAX_SPAN, check_assets, check_html
from assessments.rendering.errors import RenderFailed
from assessments.rendering.requests import read_request

REFUSED = {
    "too deep": ("<div>" * (MAX_DEPTH + 1) + "</div>" * (MAX_DEPTH + 1), "too-complex"),
    "too wide a cell": (f'<table><tr><td colspan="{MAX_SPAN + 1}">x</td></tr></table>', "too-complex"),
    "too tall a cell": ('<table><tr><td rowspan="1000000">x</td></tr></table>', "too-complex"),
    "a span that is no number": ('<table><tr><td colspan="x">x</td></tr></table>', "too-complex"),
    "too many rows": ("<table>" + "<tr><td>x</td></tr>" * (MAX_ROWS + 1) + "</table>", "too-complex"),
    "a style": ('<p style="columns:9">x</p>', "too-complex"),
    "a picture elsewhere": ('<img src="https://pictures.example/a.png">', "bad-asset"),
    "a picture of the server": ('<img src="file:///etc/hostname">', "bad-asset"),
    "a picture within the text": ('<img src="data:image/png;base64,AA==">', "bad-asset"),
    "a picture not handed over": ('<img src="asset:other">', "bad-asset"),
    "an attached file": ('<a rel="attachment" href="file:///etc/hostname">x</a>', "bad-asset"),
    "a style sheet": ('<link rel="stylesheet" href="https://styles.example/a.css">', "bad-asset"),
    "a drawing of its own": ("<svg><image href='file:///etc/hostname'/></svg>", "bad-asset"),
}
ACCEPTED = {
    "as deep as allowed": "<div>" * MAX_DEPTH + "</div>" * MAX_DEPTH,
    "as wide as allowed": f'<table><tr><td colspan="{MAX_SPAN}">x</td></tr></table>',
    "as long as allowed": "<table>" + "<tr><td>x</td></tr>" * MAX_ROWS + "</table>",
    "two tables": ("<table>" + "<tr><td>x</td></tr>" * MAX_ROWS + "</table>") * 2,
    "a picture handed over": '<img src="asset:plot" alt="">',
    "an ordinary link": '<a href="https://sources.example/">x</a>',
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_text_is_refused_for(name):
    html, code = REFUSED[name]
    with pytest.raises(RenderFailed) as failure:
        check_html(html, chapter="3", assets={"plot"})
    assert failure.value.code == code
    assert failure.value.text.startswith("Chapter 3: ")


@pytest.mark.parametrize("name", ACCEPTED)
def test_a_text_is_accepted_with(name):
    check_html(ACCEPTED[name], chapter="3", assets={"plot"})


def test_a_refusal_names_the_block():
    with pytest.raises(RenderFailed) as failure:
        check_html('<p data-b="b7"><img src="asset:other"></p>', chapter="3", assets=set())
    assert failure.value.blocks == [{"chapter": "3", "block": "b7", "text": ""}]


def test_pictures_are_refused_that_are_missing_unreadable_or_too_large(tmp_path):
    good, bad, large = tmp_path / "good.png", tmp_path / "bad.png", tmp_path / "large.png"
    Image.new("1", (20, 20)).save(good)
    bad.write_bytes(b"no picture")
    Image.new("1", (8000, 5001)).save(large)
    check_assets({"good": good})
    for path in (bad, large, tmp_path / "absent.png"):
        with pytest.raises(RenderFailed) as failure:
            check_assets({"plot": path})
        assert failure.value.code == "bad-asset"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"kind": "poster"}, "kind"),
        ({"out": "here.pdf"}, "absolute"),
        ({"html": None}, "html"),
        ({"chapters": []}, "html, chapters"),
        ({"first_page": 0}, "first_page"),
        ({"variant": "pdf/x"}, "variant"),
    ],
)
def test_a_request_without_sense_is_refused_by_key(change, words):
    with pytest.raises(ValueError, match=words):
        read_request({"kind": "draft", "out": "/a.pdf", "html": "<p>x</p>", **change})


def test_two_chapters_may_not_share_a_label():
    twice = [{"label": "3", "title": "a", "html": "<p>x</p>"}] * 2
    with pytest.raises(ValueError, match="label '3'"):
        read_request({"kind": "draft", "out": "/a.pdf", "chapters": twice})


def test_a_file_larger_than_any_picture_is_refused_unread(tmp_path):
    huge = tmp_path / "huge.svg"
    with huge.open("wb") as file:
        file.write(b"<svg xmlns='http://www.w3.org/2000/svg'/>")
        file.truncate(checks.MAX_IMAGE_BYTES + 1)
    with pytest.raises(RenderFailed) as failure:
        check_assets({"plot": huge})
    assert "60 MB" in str(failure.value)


def test_a_picture_that_is_no_file_of_the_chapter_is_refused_where_missing_ones_are_only_marked():
    check_html('<p data-b="b1"><img src="asset:gone"></p>', chapter="1", assets=None)
    for source in ("file:///etc/passwd", "https://example.org/a.png", "data:image/png;base64,AAAA", ""):
        with pytest.raises(RenderFailed) as failure:
            check_html(f'<p data-b="b1"><img src="{source}"></p>', chapter="1", assets=None)
        assert failure.value.code == "bad-asset"


def test_a_chapter_of_more_html_than_can_be_drawn_is_refused_before_it_is_read(monkeypatch):
    monkeypatch.setattr(checks, "MAX_HTML", 1_000)
    with pytest.raises(RenderFailed) as failure:
        check_html(f"<p>{'word ' * 200}</p>", chapter="4", assets=None)
    assert "Chapter 4: 1,007 characters" in str(failure.value)
