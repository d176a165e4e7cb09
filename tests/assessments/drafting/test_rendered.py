"""A chapter as readers see it: citations, references, figures, ids, problems with their lines."""

from __future__ import annotations

import json

import pytest

from assessments.drafting.actions import save
from assessments.drafting.models import Asset
from assessments.drafting.rendered import for_screen, render_chapter
from assessments.sources.importing import import_sources
from tests.world import NOW, build_world

SOURCES = json.dumps(
    [
        {
            "id": "ok1",
            "type": "book",
            "title": "One",
            "author": [{"family": "Okoro"}],
            "issued": {"date-parts": [[2024]]},
        },
        {
            "id": "ok2",
            "type": "book",
            "title": "Two",
            "author": [{"family": "Okoro"}],
            "issued": {"date-parts": [[2024]]},
        },
        {
            "id": "blog",
            "type": "post-weblog",
            "title": "Said <i>so</i>",
            "author": [{"family": "Vale"}],
            "issued": {"date-parts": [[2025]]},
            "custom": {"industry": False},
        },
    ]
).encode()
TEXT = "# Title\n\nIt is long [@ok1, p. 3], and [@ok2] says so.\n\nOther [@blog].\n\nMissing [@none].\n"


@pytest.fixture
def world(db):
    world = build_world(texts=False)
    import_sources(world.un.cycle, SOURCES, "s.json", by=world.un.la, now=NOW)
    return world


@pytest.fixture
def chapter(world):
    return world.un.chapter("1")


def test_citations_carry_letters_and_the_list_of_references_has_blocks_of_its_own(world, chapter):
    version = save(chapter, None, TEXT, by=world.un.la, now=NOW).version
    rendered = render_chapter(chapter, TEXT, version.blocks)
    assert [(b["kind"], b["text"]) for b in rendered.blocks][:3] == [
        ("heading", "Title"),
        ("paragraph", "It is long (Okoro, 2024a, p. 3), and (Okoro, 2024b) says so."),
        ("paragraph", "Other (Vale, 2025)."),
    ]
    assert [b["id"] for b in rendered.blocks[:4]] == [b["id"] for b in version.blocks]
    assert [(b["id"], b["kind"], b["text"]) for b in rendered.blocks[4:]] == [
        ("references", "heading", "References"),
        ("ref-ok1", "item", "Okoro. (2024a). One."),
        ("ref-ok2", "item", "Okoro. (2024b). Two."),
        ("ref-blog", "item", "Vale. (2025). Said so."),
    ]
    for block in rendered.blocks:
        assert rendered.html.count(f'data-b="{block["id"]}"') == 1
    assert rendered.html.endswith(rendered.bibliography)
    assert rendered.cited == ["ok1", "ok2", "blog", "none"]


def test_what_an_author_should_mend_is_named_with_its_line(chapter):
    text = (
        TEXT + "\n| a | b |\n| c | d | e |\n\n| a | b |\n| --- | --- |\n| 1 | 2 | 3 |\n\n![](figure:lost)\n"
    )
    problems = {(p.line, p.code) for p in render_chapter(chapter, text).problems}
    assert {
        (5, "refused-source"),
        (7, "unknown-source"),
        (9, "broken-table"),
        (16, "missing-alt"),
        (16, "unknown-figure"),
    } <= problems
    assert any(line == 14 for line, _code in problems), "the row that is too long"


def test_a_figure_of_the_cycle_is_shown_by_its_address(world, chapter):
    Asset.objects.create(
        cycle=world.un.cycle, key="map", file="assets/x.png", mime="image/png", alt="A map.",
        sha256="0" * 64, width=1, height=1, by=world.un.la, at=NOW,
    )  # fmt: skip
    rendered = render_chapter(chapter, '![A map.](figure:map "The world."){#fig:map}\n')
    assert 'src="asset:map"' in rendered.html
    assert 'src="/c/un-test/images/map/file"' in for_screen(rendered.html, world.un.cycle)
    assert rendered.problems == []


def test_without_citations_there_is_no_list_of_references(chapter):
    rendered = render_chapter(chapter, "Plain.\n")
    assert (rendered.bibliography, [b["id"] for b in rendered.blocks]) == ("", ["b1"])


def test_markup_in_a_text_or_a_source_stays_text(world, chapter):
    bad = json.dumps(
        [{"id": "x", "type": "book", "title": "<script>a()</script>T", "author": [{"family": "<b>V"}]}]
    )
    import_sources(world.un.cycle, bad.encode(), "x.json", by=world.un.la, now=NOW)
    html = render_chapter(chapter, "<script>a()</script> [@x] <img src=x onerror=a()>\n").html
    assert "<script" not in html and "<img" not in html
