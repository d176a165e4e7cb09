"""What is done when text is missing after a layout, and what the layout may fetch."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from assessments.rendering.errors import RenderFailed
from tests.support import need

need("pango")

from assessments.rendering import child, drawing, layout  # noqa: E402 (needs Pango)
from assessments.rendering.fetching import AssetFetcher  # noqa: E402

HTML = (
    '<p data-b="a">One.<sup class="fnref"><a href="#fn-1" data-number="1"></a></sup> Two.</p>'
    '<section class="footnotes"><ol><li class="footnote" id="fn-1"><p data-b="n">A note.</p></li></ol>'
    "</section>"
)


@pytest.fixture
def request_for(tmp_path):
    return lambda html=HTML, **more: {"kind": "draft", "out": str(tmp_path / "a.pdf"), "html": html, **more}


def losing(monkeypatch, *, passes: int, block: str):
    """Let the layout lose ``block`` in its first ``passes`` passes."""
    read, seen = layout.read_pages, []

    def read_pages(document):
        pages = read(document)
        seen.append(1)
        if len(seen) <= passes:
            for page in pages:
                page.boxes[:] = [
                    [run for run in runs if run.element.get("data-b") != block] for runs in page.boxes
                ]
        return pages

    monkeypatch.setattr(layout, "read_pages", read_pages)
    return seen


def entries_of(result: dict) -> list:
    """What stands in the lines of the first page."""
    return [entries for _, entries in result["map"]["3"]["pages"][0]["lines"]]


def test_a_whole_text_needs_one_pass(monkeypatch, request_for):
    seen = losing(monkeypatch, passes=0, block="n")
    assert child.draw(request_for())["remedies"] == []
    assert len(seen) == 1


def test_a_note_that_is_lost_once_comes_back_when_its_paragraph_is_kept_whole(monkeypatch, request_for):
    seen = losing(monkeypatch, passes=1, block="n")
    remedies = child.draw(request_for(chapter_label="3"))["remedies"]
    assert remedies == [{"block": "n", "chapter": "3", "remedy": "its paragraph is kept on one page"}]
    assert len(seen) == 2


def test_a_note_that_stays_lost_goes_to_the_chapters_end(monkeypatch, request_for):
    losing(monkeypatch, passes=2, block="n")
    remedies = child.draw(request_for(chapter_label="3"))["remedies"]
    assert remedies == [{"block": "", "chapter": "3", "remedy": "the chapter's notes stand at its end"}]


def test_text_that_no_remedy_brings_back_stops_the_render_and_is_named(monkeypatch, request_for, tmp_path):
    losing(monkeypatch, passes=99, block="n")
    with pytest.raises(RenderFailed) as failure:
        child.draw(request_for(chapter_label="3"))
    assert failure.value.code == "lost-text"
    assert failure.value.blocks == [{"chapter": "3", "block": "n", "text": "Anote."}]
    assert list(tmp_path.iterdir()) == []


def test_lost_text_that_is_no_note_has_no_remedy(monkeypatch, request_for):
    losing(monkeypatch, passes=99, block="a")
    with pytest.raises(RenderFailed) as failure:
        child.draw(request_for(kind="publication"))
    assert (failure.value.code, [b["block"] for b in failure.value.blocks]) == ("lost-text", ["a"])


def test_a_second_mark_of_a_note_is_a_link_with_its_number(request_for, tmp_path):
    again = HTML.replace("Two.", 'Two.<sup class="fnref"><a href="#fn-1" data-number="1"></a></sup>')
    result = child.draw(request_for(again, lines=True, chapter_label="3"))
    assert [entries for _, entries in result["map"]["3"]["pages"][0]["lines"]] == [
        [["a", 0, 8]],
        [["n", 0, 6]],
    ]


def test_text_outside_all_blocks_is_printed_checked_and_numbered_but_in_no_map(request_for):
    result = child.draw(
        request_for('<p>Outside.</p><p data-b="a">Inside.</p>', lines=True, chapter_label="3")
    )
    assert entries_of(result) == [[], [["a", 0, 7]]]


@pytest.fixture
def visited():
    """An HTTP server on this machine, and the list of what was asked of it."""
    asked = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_):
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", asked
    server.shutdown()
    thread.join()
    server.server_close()


ATTACKS = {
    "picture": '<img src="{0}/a.png">',
    "style sheet": '<link rel="stylesheet" href="{0}/a.css">',
    "import": "<style>@import url({0}/a.css)</style>",
    "face": "<style>@font-face{{font-family:x;src:url({0}/a.ttf)}}p{{font-family:x}}</style><p>x</p>",
    "background": "<style>p{{background:url({0}/a.png)}}</style><p>x</p>",
    "marker": "<style>li{{list-style:url({0}/a.png)}}</style><ul><li>x</li></ul>",
    "content": "<style>p::before{{content:url({0}/a.png)}}</style><p>x</p>",
    "object": '<object data="{0}/a.png"></object>',
    "embed": '<embed src="{0}/a.png">',
    "drawing": '<svg width="9" height="9"><image href="{0}/a.png" width="9" height="9"/></svg>',
    "attachment": '<a rel="attachment" href="{0}/a.txt">x</a>',
    "attached file": '<a rel="attachment" href="file:///etc/hostname">x</a>',
    "file": '<img src="file:///etc/hostname">',
    "data": '<img src="data:image/svg+xml,%3Csvg xmlns=%22http://www.w3.org/2000/svg%22/%3E">',
}


@pytest.mark.parametrize("name", ATTACKS)
def test_nothing_is_fetched_even_past_the_checks(visited, tmp_path, name):
    from weasyprint import HTML as Page

    address, asked = visited
    fetcher = AssetFetcher({}, tmp_path)
    pdf = Page(string=ATTACKS[name].format(address), url_fetcher=fetcher).write_pdf()
    assert asked == []
    assert len(fetcher.refused) >= 1
    assert b"/EmbeddedFile" not in pdf


def test_a_drawing_among_the_pictures_fetches_nothing_either(visited, request_for, tmp_path):
    address, asked = visited
    plot = tmp_path / "plot.svg"
    plot.write_text(
        '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9">'
        f'<image href="{address}/a.png" width="9" height="9"/></svg>'
    )
    html = '<p data-b="a">One.</p><figure><img src="asset:plot" alt=""></figure>'
    child.draw(request_for(html, assets={"plot": str(plot)}))
    assert asked == []


def test_pictures_and_shipped_fonts_are_handed_out(tmp_path):
    (tmp_path / "plot.png").write_bytes(b"picture")
    fetcher = AssetFetcher({"plot": tmp_path / "plot.png"}, tmp_path)
    assert fetcher.fetch("asset:plot").read() == b"picture"
    assert drawing.AssetFetcher is AssetFetcher
    with pytest.raises(ValueError, match="refused"):
        fetcher.fetch("asset:other")
