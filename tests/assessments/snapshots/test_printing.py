"""Freezing again costs what changed; the screen shows line for line what the PDF's map says (procedure 5)."""

from __future__ import annotations

import json

import pytest

from assessments.cycles.models import Cycle
from assessments.drafting import actions as drafting
from assessments.publishing.guards import obstacles_to_publishing
from assessments.rendering import run
from assessments.snapshots import actions, printing, reading, texts
from records.jobs import queue
from tests.support import need
from tests.world import NOW, build_world

pytestmark = pytest.mark.django_db

TEXT = """# What is seen

Words before $E = mc^2$ and $\\frac{a}{b}$, and *after* them[^1]. Then a sentence that goes on until the line is full.

| Country | What was measured | $\\alpha$ |
|---|---|--:|
| Aland | A cell whose words take more than one line of the page, since it is as long as that | 1 |
| Bland | Few words | 22 |

Table: Seen {#tbl:c}

::: box Boxed {#box:b}
Text within the box.

- an item[^2]
:::

See [#ch:2].

[^1]: A note with *words*.

    Its second paragraph.

[^2]: Another note.
"""


@pytest.fixture
def side():
    world = build_world()
    adv = world.adv
    adv.at("consolidated-review")
    for number in ("1", "2"):
        chapter = adv.chapter(number)
        drafting.save(
            chapter, chapter.current, TEXT.replace("seen", f"seen in {number}"), by=adv.secretariat, now=NOW
        )
    return adv


def freeze(side, label: str):
    made = actions.freeze(side.cycle, label, by=side.secretariat, now=NOW)
    queue.wait_for(made.job)
    made.refresh_from_db()
    assert made.status == "ready", made.error
    return made


@pytest.fixture
def drawn(monkeypatch):
    """The labels of chapters for which a program was started."""
    labels, own = [], run.render

    def render(request, **more):
        if not request.get("stamps"):
            labels.extend(chapter["label"] for chapter in request["chapters"])
        return own(request, **more)

    monkeypatch.setattr(run, "render", render)
    return labels


def test_a_second_draft_prints_only_the_chapter_that_changed(side, drawn):
    need("pango")
    first = freeze(side, "DRAFT")
    assert sorted(set(drawn)) == sorted(c.chapter.number for c in first.chapters.all())
    drawn.clear()
    chapter = side.chapter("2")
    drafting.save(
        chapter, chapter.current, chapter.current.markdown + "\nOne more.\n", by=side.secretariat, now=NOW
    )
    second = freeze(side, "CONSOLIDATED")
    assert drawn == ["2"]
    for number in ("1", "2"):
        before, after = (s.chapters.get(chapter__number=number) for s in (first, second))
        same = number == "1"
        assert (before.content_hash == after.content_hash, before.line_map == after.line_map) == (same, same)
        # Another label is another PDF by right.
        assert before.pdf_sha256 != after.pdf_sha256


def test_the_screen_and_the_map_agree_on_every_line(side):
    need("pango")
    frozen = freeze(side, "DRAFT").chapters.get(chapter__number="1")
    blocks = {b["id"]: "".join(b["text"].split()) for b in frozen.blocks}
    seen = reading.pages(frozen)
    mapped = frozen.line_map["pages"]
    assert [(p.label, [line.number for line in p.lines]) for p in seen] == [
        (p["label"], [number for number, _spans in p["lines"]]) for p in mapped
    ]
    for page, entry in zip(seen, mapped, strict=True):
        for line, (_number, spans) in zip(page.lines, entry["lines"], strict=True):
            shown = [(piece.block, "".join(piece.text.split())) for piece in line.pieces]
            assert shown == [(block, blocks[block][start:end]) for block, start, end in spans]
    html = "".join(piece.shown for page in seen for line in page.lines for piece in line.pieces)
    assert html.count("<math data-apart ") == 3
    assert '<code class="formula__source" aria-hidden="true">$E = mc^2$</code>' in html


def test_a_reference_whose_chapter_changed_is_read_again_and_others_are_not(side, monkeypatch):
    freeze(side, "DRAFT")
    read, own = [], texts.render_chapter

    def render(chapter, *given):
        read.append(chapter.number)
        return own(chapter, *given)

    monkeypatch.setattr(texts, "render_chapter", render)
    kept = sorted((printing.folder() / "texts").glob("*.json"))
    assert kept
    told = json.loads(kept[0].read_text())
    assert set(told) == {"html", "blocks", "asked"}
    freeze(side, "CONSOLIDATED")
    assert read == []
    # What chapter 2 answered has changed: 1, which refers to it, is read again.
    for path in kept:
        told = json.loads(path.read_text())
        told["asked"] = {key: [["Chapter 9", "", "9"]] for key in told["asked"]}
        path.write_text(json.dumps(told))
    freeze(side, "FINAL")
    assert set(read) == {"1", "2"}


def test_a_figure_without_description_stops_a_publication_and_no_draft(side):
    chapter = side.chapter("1")
    text = chapter.current.markdown + '\n![](figure:gone "A caption")\n'
    drafting.save(chapter, chapter.current, text, by=side.secretariat, now=NOW)
    freeze(side, "FINAL")
    cycle = Cycle.objects.get(pk=side.cycle.pk)
    codes = [(o.code, "gone" in o.text) for o in obstacles_to_publishing(cycle, "edition.publish")]
    assert ("missing-alt", True) in codes
