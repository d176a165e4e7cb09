"""The bundle of Markdown read back: what it holds gives the blocks that were frozen, or it is told."""

from __future__ import annotations

import pytest

from assessments.rendering import bundle, editions
from assessments.rendering.errors import RenderFailed
from assessments.text import dialect

CITING = """# A chapter

See [@okafor2026] and [see also @okafor2026, p. 3] (and [others](#sec:b)), [#sec:b], [#ch:2].

## Below {#sec:b}

It is $x$; a note.[^1]

[^1]: In full.
"""


def bundled(tmp_path, text: str = CITING) -> tuple:
    """A chapter as it is frozen: citations and references answered, the list of references behind it."""
    document = dialect.parse(
        text,
        number="1",
        cite=lambda items: "[1]" if items[0][1] else "(Okafor, 2026)",
        labels={"sec": "Abschnitt {}", "ch": "Kapitel {}"},
    )
    html = dialect.with_ids(document.html, [f"b{n}" for n in range(len(document.blocks))])
    html += '<section class="references"><h2 data-b="references">References</h2><ul>'
    html += '<li data-b="ref-okafor2026">Okafor. 2026.</li></ul></section>'
    texts = [*(block.text for block in document.blocks), "References", "Okafor. 2026."]
    assert any("[see also 1]" in t and "Abschnitt 1.1" in t and "Kapitel 2" in t for t in texts)
    made = {"label": "1", "title": "A chapter", "html": html, "markdown": text, "texts": texts}
    out = tmp_path / "report.zip"
    asked = {"kind": "publication", "out": str(out), "title": "R", "chapters": [made]}
    editions.write({**asked, "sources": [{"id": "okafor2026", "type": "book"}]})
    return out, made, asked


def test_the_bundle_is_read_back_as_the_blocks_that_were_frozen(tmp_path):
    out, made, _asked = bundled(tmp_path)
    assert bundle.lost(out, [made]) == 0
    for before, after in (
        ("It is", "It was"),
        ("A chapter", "A capter"),
        ("2026) and", "2026) or"),
    ):
        changed = [text.replace(before, after) for text in made["texts"]]
        assert changed != made["texts"]
        assert bundle.lost(out, [{**made, "texts": changed}]) == 1
    assert bundle.lost(out, [{**made, "texts": ["Words that nobody wrote.", *made["texts"]]}]) == 1


def test_a_bundle_without_a_source_or_a_chapter_has_lost_something(tmp_path):
    out, made, asked = bundled(tmp_path)
    editions.write({**asked, "sources": []})
    assert bundle.lost(out, [made]) == 1
    editions.write({**asked, "chapters": [{**made, "markdown": "# A chapter\n"}]})
    assert bundle.lost(out, [made]) > 2
    with pytest.raises(RenderFailed, match="cannot be read back"):
        bundle.lost(out, [{**made, "label": "2"}])


def test_chapters_whose_names_fall_together_are_noticed(tmp_path):
    out, made, asked = bundled(tmp_path)
    other = {
        **made,
        "label": "1.",
        "markdown": "# Another\n",
        "html": "<h1>Another</h1>",
        "texts": ["Another"],
    }
    editions.write({**asked, "chapters": [{**made, "label": "1-"}, other], "sources": []})
    assert bundle.lost(out, [{**made, "label": "1-"}, other]) > 2
