"""Whatever a guest writes below one heading: it is refused, or nothing outside it is read otherwise (4.17)."""

from __future__ import annotations

import re
from dataclasses import replace
from types import SimpleNamespace

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from assessments.drafting.sections import within
from assessments.drafting.sections.reading import Section
from assessments.text import dialect

BEFORE = "# Title\n\nBefore, see [#sec:after] and a note.[^n]\n\n- One\n\n"
AFTER = """
## After {#sec:after}

After it, a note.[^m]

::: box Later
In a box.
:::

[^n]: Ours.
[^m]: Ours too.
"""
BASE = f"{BEFORE}## Mine\n\nOld words.\n{AFTER}"
# A heading that is indented can stand in the list or footnote before it.
INDENTED = BASE.replace("\n## After", "\n   ## After")
FIRST = BEFORE.count("\n") + 1
MINE = Section(
    **{"id": "b9", "number": "1.1", "title": "Mine", "level": 2, "words": 2, "blocks": {"b9"}}
    | {"first": FIRST, "last": FIRST + 2}
)
PIECES = (
    *(
        "Words.",
        "",
        "## ",
        "### ",
        "# ",
        "#",
        "::: box B",
        ":::",
        "```",
        "~~~",
        "$$",
        "| a | b |",
        "|---|---|",
    ),
    *(
        "- ",
        "1. ",
        "> ",
        "    ",
        "[^n]: Theirs.",
        "[^n]",
        "[^q]: New.",
        "[^q]",
        "[#sec:after]",
        "{#sec:after}",
    ),
    *(
        "Table: T",
        '![A](figure:f "C"){#fig:f}',
        "<div>",
        "<!--",
        "-->",
        "</div>",
        "Head\n===",
        "Head\n---",
        "---",
    ),
    *(
        "\\",
        "\t",
        "\r",
        "\u2028",
        "\x0b",
        "## Mine",
        "## After {#sec:after}",
        "::: box Later",
        "***",
        "_",
        "`",
    ),
)
BODIES = st.lists(
    st.tuples(st.sampled_from(PIECES), st.sampled_from(("\n", "\n\n", " ", ""))).map("".join), max_size=9
).map("".join)


def outside(markdown: str) -> list[tuple]:
    """Every block but those of the section, as readers see it; numbers may change by what is put in before."""
    document = dialect.parse(markdown)
    first = FIRST
    last = first + 2 + markdown.count("\n") - BASE.count("\n")
    inside = nesting(document.html)
    shown = [
        (block.kind, block.level, inside[block.order], re.sub(r"\d+", "0", block.text))
        for block in document.blocks
        if block.line_start and not first < block.line_start <= last
    ]
    html = re.sub(r"\d+", "0", document.html)
    leads = sorted(set(re.findall(r'href="(#sec-[^"]*)"[^>]*>Section', html)))
    return [*shown, *leads, ("note n", "Ours." in html), ("note m", "Ours too." in html)]


def nesting(html: str) -> dict[int, list[str]]:
    """The elements around each block, by its number."""
    found, open_ = {}, []
    for closing, tag, rest in re.findall(r"<(/?)([a-z][a-z0-9]*)\b([^>]*)>", html):
        if closing:
            while open_ and open_.pop() != tag:
                pass
            continue
        if number := re.search(r'data-b="@(\d+)"', rest):
            found[int(number[1])] = list(open_)
        if tag not in ("br", "hr", "img", "input", "col") and not rest.endswith("/"):
            open_.append(tag)
    return found


@settings(max_examples=600, deadline=None)
@given(BODIES, st.sampled_from((BASE, INDENTED)))
@example("- One", INDENTED)
@example("Words.[^q]\n\n[^q]: Mine.", INDENTED)
@example("1. One\n\n   - Two", INDENTED)
@example("::: box B", BASE)
@example("```", BASE)
@example("[^n]: Theirs.", BASE)
@example("### A {#sec:after}", BASE)
@example("## Another", BASE)
@example("- One\n\n    ", BASE)
@example("Words\n\\", BASE)
@example("<!--", BASE)
@example("# [^n]", BASE)
def test_what_is_not_refused_changes_nothing_outside_the_section(body, base):
    text = within.put(base, MINE, body)
    if within._obstacles(base, text, MINE):
        return
    assert text.startswith(BEFORE) and text.endswith(base[base.index("Old words.\n") + 11 :])
    assert outside(text) == outside(base)
    assert note_of(text) == "Ours."


def note_of(markdown: str) -> str:
    """What the mark before the section leads to."""
    html = dialect.parse(markdown).html
    target = re.search(r'a note\..*?href="#([^"]+)"', html, re.DOTALL)[1]
    return re.sub(
        r"<[^>]*>|↩.*|\s+$", "", re.search(rf'id="{target}"[^>]*>(.*?)</li>', html, re.DOTALL)[1]
    ).strip()


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("## Another\n\nWords.", "another-section"),
        ("# Higher", "another-section"),
        ("Head\n===", None),
        ("# [^n]", "another-section"),
        ("::: box B\nInside.", "swallows"),
        ("```\ncode", "swallows"),
        ("[^n]: Theirs.", "name-taken"),
        ("### A {#sec:after}", "name-taken"),
        ("### A\n\nWords.[^q]\n\n[^q]: Mine.", None),
        ("::: box B\nInside.\n:::", None),
        ("", None),
    ],
)
def test_each_way_out_of_a_section_is_refused_by_name(body, code):
    text = within.put(BASE, MINE, body)
    base = SimpleNamespace(markdown=BASE)
    assert base.markdown == BASE
    assert [one.code for one in within._obstacles(BASE, text, MINE)] == ([code] if code else [])


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("- One", "swallows"),
        ("Words.[^q]\n\n[^q]: Mine.", "swallows"),
        ("- One\n\nWords.", None),
        ("Words.[^m]", None),
    ],
)
def test_a_heading_that_is_indented_is_not_drawn_into_what_stands_before_it(body, code):
    text = within.put(INDENTED, MINE, body)
    assert [one.code for one in within._obstacles(INDENTED, text, MINE)] == ([code] if code else [])


def test_one_item_of_a_list_is_not_taken_for_another():
    base = "# Title\n\n- One\n\n  ## Mine\n\n  Old words.\n\n  ## After\n\n  After it.\n"
    mine = replace(MINE, first=5, last=8)
    text = within.put(base, mine, "- Two")
    assert [one.code for one in within._obstacles(base, text, mine)] == ["swallows"]


def test_a_text_that_changes_anything_else_is_refused():
    for changed in (
        BASE.replace("Before,", "before,"),
        BASE.replace("After it", "After that"),
        BASE[:-1],
        "",
        BEFORE,
    ):
        assert [one.code for one in within._obstacles(BASE, changed, MINE)] == ["outside-section"]


@pytest.mark.parametrize(
    ("body", "code"), [(":::", "swallows"), ("::: box C\nInside.\n:::", None), ("New words.", None)]
)
def test_a_section_that_stands_in_a_box_does_not_close_it(body, code):
    base = "# Title\n\n::: box B\n\n## Mine\n\nOld words.\n\n## After\n\nAfter it.\n:::\n"
    mine = replace(MINE, first=5, last=8)
    text = within.put(base, mine, body)
    assert [one.code for one in within._obstacles(base, text, mine)] == ([code] if code else [])


def test_one_heading_is_not_taken_for_two_of_the_same_words():
    base = "# Title\n\n## Mine\n\nOld words.\n\n## Mine\n\nAfter it.\n"
    mine = replace(MINE, first=3, last=6)
    one = "# Title\n\n## Mine\n\nAfter it.\n"
    assert [found.code for found in within._obstacles(base, one, mine)] == ["outside-section"]
    assert within._obstacles(base, within.put(base, mine, ""), mine) == []
