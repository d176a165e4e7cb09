"""Real documents through the real program: numbers, maps, coverage, labels, and how it is ended."""

from __future__ import annotations

import os
import sys
import time
from collections import Counter
from pathlib import Path

import pdfplumber
import pikepdf
import pytest

from assessments.rendering import run
from assessments.rendering.run import RenderFailed, available, render
from tests.assessments.rendering.samples import DRAWING, Writer
from tests.support import need

BANNER = "Invented for demonstration. No position of any State."
WATERMARK = "Draft: do not cite, quote or distribute"


@pytest.fixture(autouse=True)
def pango():
    need("pango")


@pytest.fixture
def ask(tmp_path):
    """A request for a draft, with any part replaced."""
    plot = tmp_path / "plot.svg"
    plot.write_text(DRAWING)

    def request(**changes) -> dict:
        given = {"kind": "draft", "chapter_label": "3", "title": "What agents can do", "lines": True}
        given |= {"assets": {"plot": str(plot)}, "out": str(tmp_path / "out.pdf")}
        given |= changes
        return {key: value for key, value in given.items() if value is not None}

    return request


def covered(line_map: dict) -> dict[str, list[tuple[int, int]]]:
    """Block → the spans of it in the map, in the order of pages and lines."""
    spans: dict[str, list[tuple[int, int]]] = {}
    for page in line_map["pages"]:
        for _, entries in page["lines"]:
            for block, start, end in entries:
                spans.setdefault(block, []).append((start, end))
    return spans


def printed(path) -> list[tuple[dict[int, float], list[float]]]:
    """Each page as a reader sees it that shares nothing with the renderer.

    ({number in the margin: its baseline}, the baselines of all text), in pt from the foot of the page.
    """
    pages = []
    with pdfplumber.open(path) as pdf:
        for page in pdf.pages:
            left = page.width * 39 / 210
            chars = [c for c in page.chars if 75 < c["top"] < page.height - 80]
            digits: dict[float, str] = {}
            for char in chars:
                if char["x1"] < left - 4 and char["text"].strip():
                    digits[char["matrix"][5]] = digits.get(char["matrix"][5], "") + char["text"]
            numbers = {int(text): y for y, text in digits.items()}
            pages.append((numbers, [c["matrix"][5] for c in chars if c["x0"] > left - 2]))
    return pages


def test_a_server_with_pango_can_make_pdfs():
    assert available() == (True, "")


def test_lines_are_numbered_from_one_on_each_page_and_each_number_stands_on_a_line(ask):
    result = render(ask(html=Writer(1).chapter(3)))
    pages = printed(ask()["out"])
    assert len(pages) == result.pages == len(result.map["3"]["pages"])
    for (numbers, text), mapped in zip(pages, result.map["3"]["pages"], strict=True):
        assert sorted(numbers) == list(range(1, len(numbers) + 1))
        assert [n for n, _ in mapped["lines"]] == list(range(1, len(numbers) + 1))
        assert [n for n, y in numbers.items() if min(abs(y - line) for line in text) > 0.1] == []
    assert result.lines == sum(len(numbers) for numbers, _ in pages)


def test_the_map_covers_every_block_without_gap_or_overlap(ask):
    writer = Writer(1)
    result = render(ask(html=writer.chapter(3)))
    spans = covered(result.map["3"])
    assert set(spans) == set(writer.ids)
    for block, parts in spans.items():
        assert parts[0][0] == 0, block
        assert all(before[1] == after[0] for before, after in zip(parts, parts[1:], strict=False)), block
    assert (result.lost, result.unmatched) == ([], 0)


def test_the_map_gives_the_words_that_stand_in_the_line(ask):
    text = "A sentence of some length that fills more than one line of the page " * 4
    result = render(ask(title="", html=f'<p data-b="only">{text}</p>'))
    lines = result.map["3"]["pages"][0]["lines"]
    source = "".join(text.split())
    with pdfplumber.open(ask()["out"]) as pdf:
        drawn = pdf.pages[0].crop((108, 75, 500, 400)).extract_text().splitlines()
    for (_, [[_, start, end]]), words in zip(lines, drawn, strict=True):
        assert source[start:end] == "".join(words.split()).removesuffix("-")


def test_the_same_request_gives_the_same_map(ask):
    html = Writer(4).chapter(2)
    assert render(ask(html=html)).map == render(ask(html=html)).map


def test_pages_are_labelled_by_chapter_and_the_viewer_is_told(ask):
    chapters = [
        {"label": label, "title": label, "html": Writer(2, label=label).chapter(1)} for label in ("SPM", "3")
    ]
    result = render(
        ask(
            chapters=chapters,
            title="The report",
            chapter_label=None,
            toc=True,
            front={"title": "The report", "date": "1 December 2026"},
        )
    )
    counts = Counter(label.split("-")[0] for label in result.page_labels)
    expected = ["i", "ii"]
    for label in ("SPM", "3"):
        expected += [f"{label}-{number}" for number in range(1, counts[label] + 1)]
    assert result.page_labels == expected
    assert {label: [p["label"] for p in m["pages"]] for label, m in result.map.items()} == {
        "SPM": expected[2 : 2 + counts["SPM"]],
        "3": expected[2 + counts["SPM"] :],
    }
    with pdfplumber.open(ask()["out"]) as pdf:
        for page, label in zip(pdf.pages[2:], expected[2:], strict=True):
            assert label in page.crop((0, 0, page.width, 75)).extract_text().split()
        contents = pdf.pages[1].extract_text()
    assert "SPM-1" in contents and "3-1" in contents
    with pikepdf.open(ask()["out"]) as pdf:
        assert [page.label for page in pdf.pages] == expected


def test_a_chapter_that_stands_alone_may_begin_at_a_later_page(ask):
    assert render(ask(html="<p data-b='a'>One.</p>", first_page=14)).page_labels == ["3-14"]


def test_every_page_of_a_draft_bears_its_marks(ask):
    render(ask(html=Writer(1).chapter(2), banner=BANNER, watermark=WATERMARK))
    with pdfplumber.open(ask()["out"]) as pdf:
        texts = [page.extract_text() for page in pdf.pages]
    assert [(BANNER in text, WATERMARK in text) for text in texts] == [(True, True)] * len(texts)


def test_a_publication_is_tagged_and_its_numbers_and_blocks_are_as_in_the_draft(ask):
    html = Writer(3).chapter(2)
    draft = render(ask(html=html))
    tagged = render(ask(html=html, kind="publication", lines=False, variant="pdf/ua-1"))
    assert (tagged.pages, tagged.lines, tagged.map) == (draft.pages, 0, {})
    with pikepdf.open(ask()["out"]) as pdf:
        assert "/StructTreeRoot" in pdf.Root
        assert str(pdf.Root.Lang) == "en"


def test_numbers_of_a_tagged_draft_are_no_part_of_its_text(ask):
    result = render(ask(html=Writer(3).chapter(1), variant="pdf/ua-1"))
    numbers, _ = printed(ask()["out"])[0]
    assert len(numbers) == len(result.map["3"]["pages"][0]["lines"])


@pytest.mark.parametrize("language", ["ar", "ru", "fr"])
def test_other_languages_are_covered_to_the_last_character(ask, language):
    writer = Writer(7, language)
    result = render(ask(html=writer.chapter(2), language=language))
    assert set(covered(result.map["3"])) == set(writer.ids)
    assert result.unmatched == 0


def test_arabic_pages_are_numbered_at_the_side_where_lines_begin(ask):
    render(ask(html=Writer(7, "ar").chapter(1), language="ar"))
    with pdfplumber.open(ask()["out"]) as pdf:
        page = pdf.pages[0]
        right = page.width * (210 - 39) / 210
        numbers = [w["text"] for w in page.extract_words() if w["x0"] > right + 4]
    assert numbers == [str(n) for n in range(1, len(numbers) + 1)]
    assert len(numbers) > 10


def test_chinese_is_drawn_with_the_shipped_face(ask):
    render(
        ask(
            html="<p data-b='a'>人人生而自由，在尊严和权利上一律平等。</p>",
            language="zh",
            title="世界人权宣言",
        )
    )
    with pikepdf.open(ask()["out"]) as pdf:
        fonts = {str(font.BaseFont) for page in pdf.pages for font in page.Resources.Font.values()}
    # A font of this machine would bear its own name; the shipped ones bear the names of fonts.css.
    names = {name.split("+")[1] for name in fonts}
    assert {name for name in names if not name.startswith("Concord-")} == set()
    assert "Concord-Serif-SC" in names


def test_a_picture_that_is_missing_is_marked_in_a_draft_and_stops_a_publication(ask):
    html = '<p data-b="a">One.</p><figure><img src="asset:gone" alt=""></figure>'
    result = render(ask(html=html))
    assert result.remedies == [{"block": "", "remedy": "picture gone is missing; its place is marked"}]
    with pytest.raises(RenderFailed) as failure:
        render(ask(html=html, kind="publication"))
    assert failure.value.code == "bad-asset"


def test_an_intricate_text_is_refused_before_the_layout(ask):
    with pytest.raises(RenderFailed) as failure:
        render(ask(html="<div>" * 200 + "x" + "</div>" * 200))
    assert failure.value.code == "too-complex"


def test_a_render_without_end_is_ended_and_leaves_nothing(ask, tmp_path):
    started = time.monotonic()
    with pytest.raises(RenderFailed) as failure:
        render(ask(html=Writer(9).chapter(40)), timeout_s=2)
    assert failure.value.code == "timeout"
    assert time.monotonic() - started < 6
    assert sorted(path.name for path in tmp_path.iterdir()) == ["plot.svg"]
    assert children_that_draw() == []


@pytest.mark.parametrize("memory_mb", [170, 190, 240], ids=["to read", "to load libraries", "to lay out"])
def test_a_render_that_needs_too_much_memory_says_so(ask, memory_mb):
    with pytest.raises(RenderFailed) as failure:
        render(ask(html=Writer(9).chapter(30)), memory_mb=memory_mb)
    assert failure.value.code == "memory"
    assert not Path(ask()["out"]).exists()


def test_progress_is_told_in_steps(ask):
    steps = []
    render(ask(html=Writer(1).chapter(1)), on_progress=lambda step, pages: steps.append(step))
    assert list(dict.fromkeys(steps)) == ["reading", "layout", "checking", "writing"]


def children_that_draw() -> list[str]:
    """The command lines of our children that render, where the system shows them."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rsplit(")", 1)[1].split()
            command = path.with_name("cmdline").read_text()
        except OSError:
            continue
        if fields[1] == str(os.getpid()) and "assessments.rendering.child" in command:
            found.append(command)
    return found


def test_a_column_set_to_its_end_stands_there_in_either_direction(ask):
    rows = "".join(
        f'<tr><td data-b="a{n}">Year</td><td data-b="c{n}" class="align-end">{n}</td></tr>'
        for n in (7, 12345)
    )
    edges = {}
    for language in ("en", "ar"):
        made = ask(html=f"<table><tbody>{rows}</tbody></table>", language=language, lines=False)
        render(made)
        with pdfplumber.open(made["out"]) as pdf:
            words = {word["text"]: word for word in pdf.pages[0].extract_words()}
        edges[language] = [(words[n]["x0"], words[n]["x1"]) for n in ("7", "12345")]
    assert edges["en"][0][1] == pytest.approx(edges["en"][1][1], abs=1)
    assert edges["ar"][0][0] == pytest.approx(edges["ar"][1][0], abs=1)
    assert edges["ar"][0][0] < edges["en"][0][0]


@pytest.fixture
def falls(tmp_path, monkeypatch):
    """Let the program fall so many times, as when a library reaches beyond its memory, before it runs."""

    def falls(times: int) -> Path:
        count, program = tmp_path / "falls", tmp_path / "python"
        program.write_text(
            f'#!/bin/sh\necho x >> "{count}"\n[ $(wc -l < "{count}") -gt {times} ] || kill -SEGV $$\n'
            f'exec "{sys.executable}" "$@"\n'
        )
        program.chmod(0o755)
        monkeypatch.setattr("assessments.rendering.run.sys.executable", str(program))
        return count

    return falls


def test_a_fall_below_python_is_tried_once_more(ask, falls):
    count = falls(1)
    assert render(ask(html='<p data-b="a">Once more.</p>')).pages == 1
    assert count.read_text().count("x") == 2


def test_a_program_that_falls_again_is_given_up(ask, falls):
    count = falls(9)
    with pytest.raises(RenderFailed) as failed:
        render(ask(html='<p data-b="a">Once more.</p>'))
    assert failed.value.code == "crashed"
    assert count.read_text().count("x") == 2


@pytest.fixture
def programs(monkeypatch, tmp_path):
    """Have a script of ours run in the place of the program that draws."""

    def put(script: str) -> None:
        program = tmp_path / "python"
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(0o755)
        monkeypatch.setattr("assessments.rendering.run.sys.executable", str(program))

    return put


def test_what_the_program_started_ends_with_it(ask, programs, tmp_path):
    programs(f'sleep 300 & echo $! > "{tmp_path}/started"; wait')
    with pytest.raises(RenderFailed) as failed:
        render(ask(html='<p data-b="a">Words.</p>'), timeout_s=1)
    assert failed.value.code == "timeout"
    started = Path(f"/proc/{(tmp_path / 'started').read_text().strip()}/stat")
    assert not started.exists() or started.read_text().split()[2] == "Z"


def test_the_program_is_handed_no_secret_of_the_server(ask, programs, tmp_path, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgres://concord:hidden@db/concord")
    monkeypatch.setenv("SECRET_KEY", "hidden too")
    monkeypatch.setenv("FONTCONFIG_PATH", "/etc/fonts")
    programs(f'env > "{tmp_path}/handed"')
    with pytest.raises(RenderFailed):
        render(ask(html='<p data-b="a">Words.</p>'))
    handed = (tmp_path / "handed").read_text()
    assert "hidden" not in handed
    assert "PATH=" in handed and "FONTCONFIG_PATH=/etc/fonts" in handed


@pytest.mark.parametrize(("peak", "code"), [(0.9, "memory"), (0.5, "crashed")])
def test_a_fall_near_the_limit_of_memory_is_taken_for_want_of_it(ask, programs, monkeypatch, peak, code):
    programs("kill -SEGV $$")
    waited = run._wait
    monkeypatch.setattr(run, "_wait", lambda process, most: waited(process, most) * 0 + peak * 1000)
    with pytest.raises(RenderFailed) as failed:
        render(ask(html='<p data-b="a">Words.</p>'), memory_mb=1000)
    assert failed.value.code == code
