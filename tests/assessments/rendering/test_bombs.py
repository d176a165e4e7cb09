"""Inputs that were seen to hang or exhaust the layout (rendering findings, section 5), and probes that fetch.

Each is refused before the layout, ends well, or is ended in time; and a refusal names the block by its first words.
"""

from __future__ import annotations

import time

import pytest
from PIL import Image

from assessments.rendering import checks
from assessments.rendering.errors import RenderFailed
from assessments.rendering.run import render
from tests.support import need

SVG = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="9" height="9">{}</svg>'
NOTE = '<sup class="fnref"><a href="#n" data-number="1"></a></sup>'
WORDS = '<p data-b="b7">The first words of a block'

REFUSED = {
    "nested flex": f'{WORDS}</p><div style="display:flex">x</div>',
    "nested columns": f'{WORDS}</p><div style="columns:2">x</div>',
    "variables that expand": f'{WORDS}</p><div style="--a:var(--b)var(--b)">x</div>',
    "a font of a thousand million pixels": f'{WORDS} <span style="font-size:1e9px">x</span></p>',
    "a grid of a million tracks": f'{WORDS}</p><div style="grid-template-columns:repeat(1000000,1px)">x</div>',
    "pages broken 20,000 times": f"{WORDS}</p>" + '<p style="break-before:page">x</p>' * 20_000,
    "a cell of a million columns": '<table><tr><td data-b="b7" colspan="1000000">The first words of a block</td></tr>',
    "a cell of a million rows": '<table><tr><td data-b="b7" rowspan="1000000">The first words of a block</td></tr>',
    "100,000 line breaks": WORDS + "<br>" * 100_000 + "</p>",
    "10,000 notes in a paragraph": WORDS + NOTE * 10_000 + "</p>",
    "100,000 nested divisions": f"{WORDS}</p>" + "<div>" * 100_000,
    "a million nested lists": f"{WORDS}</p>" + "<ul><li>" * 1_000_000,
    "40 nested tables": f"{WORDS}</p>" + "<table><tr><td>" * 40,
    "a table of 10,000 rows": f"{WORDS}</p><table>" + "<tr><td>x</td></tr>" * 10_000 + "</table>",
    "a paragraph of 2 MB": f"{WORDS} {'word ' * 400_000}</p>",
    "a million words": f"{WORDS} {'words ' * 1_000_000}</p>",
    "a script": f"{WORDS} <script>x</script></p>",
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_bomb_is_refused_before_the_layout_by_the_words_of_its_block(name):
    began = time.process_time()
    with pytest.raises(RenderFailed) as refused:
        checks.check_html(REFUSED[name], chapter="3", assets=set())
    assert time.process_time() - began < 4
    assert refused.value.code in ("too-complex", "bad-asset")
    assert refused.value.final
    assert refused.value.blocks[0]["block"] == "b7"
    assert "The first words of a block" in refused.value.text


def doubling(times: int) -> str:
    groups = "".join(
        f'<g id="g{n}">' + f'<use xlink:href="#g{n - 1}"/>' * 10 + "</g>"
        if n
        else '<g id="g0"><path d="M0 0"/></g>'
        for n in range(times)
    )
    return SVG.format(f"<defs>{groups}</defs><use xlink:href='#g{times - 1}'/>")


DRAWINGS = {
    "ten million parts": doubling(8),
    "a part that shows itself": SVG.format('<g id="a"><use xlink:href="#a"/></g>'),
    "entities that expand": '<!DOCTYPE svg [<!ENTITY a "x"><!ENTITY b "&a;&a;">]>'
    + SVG.format("<text>&b;</text>"),
    "an entity that is a file": '<!DOCTYPE svg [<!ENTITY a SYSTEM "file:///etc/hostname">]>'
    + SVG.format("<text>&a;</text>"),
}


@pytest.mark.parametrize("name", DRAWINGS)
def test_a_drawing_is_refused_that_holds(name, tmp_path):
    plot = tmp_path / "plot.svg"
    plot.write_text(DRAWINGS[name])
    with pytest.raises(RenderFailed) as refused:
        checks.check_assets({"plot": plot})
    assert refused.value.code == "bad-asset"
    assert "Picture plot" in refused.value.text


def test_an_ordinary_drawing_may_show_its_parts_again(tmp_path):
    plot = tmp_path / "plot.svg"
    plot.write_text(doubling(3))
    checks.check_assets({"plot": plot})


@pytest.mark.parametrize(("name", "size"), [("large", (13_000, 13_000)), ("vast", (30_000, 30_000))])
def test_a_picture_of_too_many_points_is_refused_unread(name, size, tmp_path):
    path = tmp_path / f"{name}.png"
    Image.new("1", size).save(path)
    with pytest.raises(RenderFailed, match="at most 40 million"):
        checks.check_assets({name: path})


def asked(tmp_path, html: str, **more) -> dict:
    return {"kind": "draft", "chapter_label": "3", "html": html, "out": str(tmp_path / "a.pdf"), **more}


def test_a_figure_that_is_no_picture_stops_the_render_by_name(tmp_path):
    need("pango")
    plot = tmp_path / "plot.png"
    plot.write_bytes(b"GIF of nothing")
    html = '<figure><img src="asset:plot" alt="x"><figcaption data-b="a">Words</figcaption></figure>'
    with pytest.raises(RenderFailed, match="Picture plot: the file is of no known kind"):
        render(asked(tmp_path, html, assets={"plot": str(plot)}))


@pytest.mark.slow
def test_a_layout_without_end_is_ended_and_the_block_where_it_stood_is_named(tmp_path):
    need("pango")
    # As much as is let into the layout at all, each paragraph as long as one may be.
    html = "".join(f'<p data-b="p{n}">Paragraph {n} begins so. {"word " * 38_000}</p>' for n in range(60))
    assert len(html) < checks.MAX_HTML
    with pytest.raises(RenderFailed) as ended:
        render(asked(tmp_path, html), timeout_s=25)
    assert ended.value.code == "timeout"
    (block,) = ended.value.blocks
    assert block["text"].startswith(f"Paragraph {block['block'][1:]} begins so.")
    assert f"It stood at chapter 3, block {block['block']}: “Paragraph" in ended.value.text
    assert not (tmp_path / "a.pdf").exists()


PROBES = {
    "border image": "<style>p{{border:9px solid;border-image:url({0}/a.png) 3}}</style><p>x</p>",
    "colour profile": "<style>@color-profile --x{{src:url({0}/a.icc)}}p{{color:color(--x 1 0 0)}}</style><p>x</p>",
    "link that attaches": '<link rel="attachment" href="{0}/a.txt"><p>x</p>',
    "drawing in an address": '<img src="data:image/svg+xml,%3Csvg xmlns=%22http://www.w3.org/2000/svg%22%3E'
    '%3Cimage href=%22{0}/a.png%22/%3E%3C/svg%3E">',
}


@pytest.mark.parametrize("name", PROBES)
def test_a_probe_fetches_nothing(name, tmp_path):
    """Those beside the ones of test_drawing; what a server would have heard is asked of the fetcher."""
    need("pango")
    from weasyprint import HTML
    from weasyprint.urls import URLFetchingError

    from assessments.rendering.fetching import AssetFetcher

    fetcher, opened = AssetFetcher({}, tmp_path), []
    fetcher.open = lambda *given, **more: opened.append(given)
    html = PROBES[name].format("http://127.0.0.1:9")
    try:
        pdf = HTML(string=html, url_fetcher=fetcher).write_pdf()
    except URLFetchingError:  # a colour profile that is refused ends the render
        pdf = b""
    assert opened == []
    assert fetcher.refused != []
    assert b"/EmbeddedFile" not in pdf
