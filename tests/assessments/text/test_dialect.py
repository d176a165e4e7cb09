"""What an author writes is what a reader sees: nothing lost, nothing run, nothing made up."""

import time
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assessments.text.dialect import TextTooComplex, parse, with_ids
from tests.support import shared

REAL_TEXTS = [
    "international-ai-safety-report-2025/chapters",
    "review-comments-glacier-erosion/manuscript",
    "state-of-the-ecosystem-mid-atlantic-2025",
]


class _Reader(HTMLParser):
    """What a browser would show, and the tags it would make."""

    def __init__(self):
        super().__init__()
        self.text, self.tags, self.ids = [], [], []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.ids += [value for name, value in attrs if name == "data-b"]

    def handle_data(self, data):
        self.text.append(data)


def read(html):
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader


def squeezed(text):
    return "".join(text.split())


def kinds(document):
    return [(block.kind, block.text) for block in document.blocks]


def codes(document):
    return [(problem.line, problem.code) for problem in document.problems]


def assert_nothing_lost(document):
    page = read(document.html)
    assert squeezed("".join(page.text)) == squeezed("".join(block.text for block in document.blocks))
    assert page.ids == [f"@{order}" for order in range(len(document.blocks))]
    for block in document.blocks:
        assert squeezed("".join(read(block.html).text)) == squeezed(block.text)
        assert " ".join(block.text.split()) == block.text


BLOCK_MARKS = ["# ", "## ", "- ", "1. ", "7) ", "> ", "```", "::: box ", ":::", "| a | b |", "|---|---|"]
INLINE_MARKS = [
    "[^n]",
    "[@k, p. 3]",
    "[see @k; @l]",
    "[#sec:a]",
    "{#sec:a}",
    "[l](https://e.org)",
    "[x](#sec:a)",
]
FIGURES = [
    '![a](figure:f "c")',
    '\n\n![a](figure:f "c")\n\n',
    "Table: ",
    "\n[^n]: ",
    "$x_1$",
    "$$y$$",
    "{3.2, B 1}",
]
LETTERS = [
    *"*_`\\[]()!|{}<>",
    "**",
    "&amp;",
    "&#2;",
    "<b>",
    "&lt;",
    "<!--",
    "javascript:",
    "http://a",
    "klzzwxh:0000",
]
SPACES = [
    "\n",
    "\n\n",
    "\n    ",
    "  \n",
    " ",
    "\t",
    "\r\n",
    "\u00a0",
    "\u2028",
    "\ufeff",
    "\u00ad",
    "\x02",
    "\x03",
]
WORDS = [
    "[x](#sec:a)",
    "\u00ad",
    "javascript:",
    "word",
    "e\u0301",
    "й",
    "中文",
    "\ud800",
    'data-b="@0"',
    '<p data-b="@0">',
]
MARKS = st.sampled_from(BLOCK_MARKS + INLINE_MARKS + FIGURES + LETTERS + SPACES + WORDS)


@settings(max_examples=400, deadline=None)
@given(st.lists(st.one_of(MARKS, st.text(max_size=6)), max_size=40).map("".join))
def test_blocks_hold_exactly_the_text_of_the_page(markdown):
    document = parse(markdown, number="3")
    assert_nothing_lost(document)
    numbered = with_ids(document.html, [f"id{n}" for n in range(len(document.blocks))])
    assert read(numbered).ids == [f"id{n}" for n in range(len(document.blocks))]
    assert read(numbered).text == read(document.html).text


@settings(max_examples=150, deadline=None)
@given(st.lists(st.from_regex(r"[a-z]{1,8}", fullmatch=True), min_size=1, max_size=30), st.randoms())
def test_no_word_of_the_author_is_lost(words, random):
    glue = [
        " ",
        "\n",
        "\n\n",
        " *",
        "* ",
        "\n- ",
        "\n\n> ",
        "\n\n## ",
        " [",
        "] ",
        " <",
        "> ",
        " | ",
        "\n\n    ",
    ]
    text = "".join(word + random.choice(glue) for word in words)
    shown = squeezed("".join(block.text for block in parse(text).blocks))
    at = 0
    for word in words:
        at = shown.index(word, at) + len(word)


@pytest.mark.parametrize("folder", REAL_TEXTS)
def test_real_chapters_are_read_whole_and_in_seconds(folder):
    for file in sorted(shared(folder).glob("*.md")):
        text = file.read_text(encoding="utf-8")
        begun = time.process_time()
        document = parse(text, number="3")
        assert time.process_time() - begun < 5
        assert_nothing_lost(document)
        assert document.words > 100


def test_each_construct_becomes_blocks_with_the_lines_of_the_source():
    document = parse(
        "# Title\n\nA line\nand more.\n\n- one\n- two\n\n  more of two\n    - deep\n\n> said\n\n"
        "```\nx = 1\n```\n\n::: box Box *title* {#box:b}\nInside.\n:::\n"
    )
    assert [(b.kind, b.text, b.level, b.line_start, b.line_end) for b in document.blocks] == [
        ("heading", "Title", 1, 1, 1),
        ("paragraph", "A line and more.", 0, 3, 4),
        ("item", "one", 0, 6, 6),
        ("item", "two", 0, 7, 7),
        ("paragraph", "more of two", 0, 9, 9),
        ("item", "deep", 0, 10, 10),
        ("quote", "said", 0, 12, 12),
        ("code", "x = 1", 0, 14, 16),
        ("box", "Box title", 0, 18, 18),
        ("paragraph", "Inside.", 0, 19, 19),
    ]
    assert document.problems == []


def test_numbers_of_the_layout_are_attributes_and_never_text():
    document = parse(
        "# T\n\n## A {#sec:a}\n\n### B\n\n## 3.7 Written {#sec:w}\n\n"
        '![d](figure:f "Cap"){#fig:f}\n\nN[^n]\n\n[^n]: note',
        number="3",
    )
    assert [block.text for block in document.blocks] == ["T", "A", "B", "3.7 Written", "Cap", "N", "note"]
    assert '<h2 data-b="@1" data-number="3.1" id="sec-a">A</h2>' in document.html
    assert '<h3 data-b="@2" data-number="3.1.1"' in document.html
    assert '<h2 data-b="@3" id="sec-w">3.7 Written</h2>' in document.html
    assert 'data-label="Figure 3.1"' in document.html
    note = '<sup class="fnref"><a href="#fn-1" data-number="1" aria-label="Note 1"></a></sup>'
    assert note in document.html
    assert document.outline[3] == (2, "3.7 Written", 3, "sec-w")


def test_cross_references_show_the_number_and_lead_there():
    text = (
        "# T\n\n[#sec:a] [#sec:w] [#fig:f] [#tbl:t] [#box:b] [#ch:4] [#fig:none]\n\n## A {#sec:a}\n\n"
        '## 9.9 W {#sec:w}\n\n![d](figure:f "C"){#fig:f}\n\n| a |\n|---|\n| 1 |\n\nTable: C {#tbl:t}\n\n'
        "::: box B {#box:b}\n:::\n"
    )
    document = parse(text, number="3")
    assert document.blocks[1].text == (
        "Section 3.1 Section 9.9 Figure 3.1 Table 3.1 Box 3.1 Chapter 4 [#fig:none]"
    )
    assert '<a class="xref" href="#tbl-t">Table 3.1</a>' in document.html
    assert codes(document) == [(3, "unknown-reference")]
    assert parse(text, number="3", labels={"sec": "Раздел {}"}).blocks[1].text.startswith("Раздел 3.1")


def test_citations_are_asked_for_in_their_order_and_unknown_ones_are_reported():
    asked = []

    def cite(items):
        asked.append(items)
        if items[0][0] == "none":
            raise KeyError("none")
        return "(" + "; ".join(f"A {key}" + (f", {place}" if place else "") for key, place in items) + ")"

    document = parse("X [@k1; @k2, p. 3] and [see @k1]. [@none] [-@k3]", cite=cite)
    assert asked == [[("k1", None), ("k2", "p. 3")], [("k1", None)], [("none", None)], [("k3", None)]]
    assert document.blocks[0].text == "X (A k1; A k2, p. 3) and (see A k1). (none) (A k3)"
    assert document.cited == ["k1", "k2", "none", "k3"]
    assert codes(document) == [(1, "unknown-source")]
    assert '<a class="cite" href="#ref-k1" data-keys="k1 k2">(A k1; A k2, p. 3)</a>' in document.html
    assert 'class="cite unresolved"' in parse("[@k1]").html
    assert codes(parse("write to me@example.org, as [a@b.c] says")) == []
    assert codes(parse("by @Koppes.2015 found")) == [(1, "bare-citation")]


def test_figures_take_a_line_a_description_and_a_caption():
    def figure(key):
        return {"map": "a1.png"}.get(key)

    document = parse(
        '![A map](figure:map "The *map*, see [@k]"){#fig:map}\n\n![](figure:none "C")\n\n'
        "![Imported](x.png)\n\n![d](figure:map)",
        figure=figure,
    )
    assert kinds(document) == [
        ("caption", "The map, see (k)"),
        ("caption", "C"),
        ("caption", "Imported"),
        ("figure", ""),
    ]
    assert '<img src="asset:a1.png" alt="A map">' in document.html
    assert [(f.key, f.id, f.label, f.alt) for f in document.figures][0] == (
        "map", "fig-map", "Figure 1", "A map",
    )  # fmt: skip
    assert codes(document) == [
        (3, "missing-alt"),
        (3, "unknown-figure"),
        (5, "missing-alt"),
        (5, "unknown-figure"),
        (7, "missing-caption"),
    ]


def test_a_broken_table_keeps_every_cell():
    document = parse("Table: Cap {#tbl:t}\n\n| a | b \\| c |\n|:-:|--:|\n| 1 | `x|y` | 3 |\n| $p|q$ |\n")
    assert kinds(document) == [
        ("caption", "Cap"),
        *[("cell", text) for text in ("a", "b | c", "1", "x|y", "3", "$p|q$")],
    ]
    assert codes(document) == [(5, "broken-table"), (6, "broken-table")]
    assert codes(parse("| a | b |\n| 1 | 2 |")) == [(1, "broken-table")]
    assert codes(parse("Table: nothing near\n\nText")) == [(1, "stray-caption")]


def test_notes_stand_at_the_end_in_the_order_of_their_marks():
    document = parse(
        "B[^b] a[^a] b[^b] [^x]\n\n[^a]: note a\n[^b]: note b[^c]\n\n    more\n\n[^c]: c\n[^u]: unused"
    )
    assert kinds(document) == [
        ("paragraph", "B a b [^x]"),
        *[("footnote", text) for text in ("note b", "more", "note a", "c", "unused")],
    ]
    assert document.html.count('href="#fn-1"') == 2
    assert '<li data-b="@1" class="footnote" id="fn-1" data-number="1">' in document.html
    assert codes(document) == [(1, "footnote-undefined"), (9, "footnote-unused")]


def test_math_sight_and_confidence_keep_their_letters():
    document = parse("If $a_1*b*c$ then *high confidence* {3.2, Figure 3.1}. It costs $5 and $6.")
    assert document.html == (
        '<p data-b="@0">If <code class="math">$a_1*b*c$</code> then <em>high confidence</em> '
        '<span class="sight">{3.2, Figure 3.1}</span>. It costs $5 and $6.</p>'
    )


def test_raw_html_and_unsafe_links_are_shown_as_text():
    text = '<script>x</script> <img src=x onerror=y> [a](javascript:b) ![c](data:d) <a href="//e">f</a>'
    document = parse(text + " [ok](https://e.org)")
    assert document.blocks[0].text == text + " ok"
    assert read(document.html).tags == ["p", "a"]
    assert codes(document) == [(1, "outside-image"), (1, "refused-link")]
    assert "style" not in parse('[a](https://e.org){style="color:red"}').html


def test_numbers_in_a_list_that_jump_are_kept():
    assert (
        '<ol start="3">\n<li data-b="@0">c</li>\n\n<li data-b="@1" value="7">e</li>'
        in parse("3. c\n7. e").html
    )


def test_a_jump_of_headings_and_a_key_used_twice_are_reported():
    document = parse("# A {#sec:a}\n\n### B {#sec:a}")
    assert codes(document) == [(3, "duplicate-key"), (3, "heading-jump")]
    assert [entry[3] for entry in document.outline] == ["sec-a", "sec-a-2"]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("x" * 3_000_001, 1),
        ("ok\n\n" + "x " * 30_001, 3),
        ("ok\n\n" + "word\n" * 12_001, 3),
        ("ok\n\n" + "[" * 2_001, 3),
        ("> " * 30 + "x", 1),
        ("- " * 30 + "x", 1),
        ("::: box\n" * 30, 22),
        ("a\n\n" * 50_001, 100_001),
        ("- \n" * 200_001, 200_000),
        ("|" * 50_000 + "\n|-|\n" + ("|" * 50_000 + "\n") * 5, 6),
    ],
)
def test_text_that_would_take_too_long_is_refused_with_its_line(text, line):
    with pytest.raises(TextTooComplex) as refusal:
        parse(text)
    assert refusal.value.line == line
    assert str(refusal.value).startswith(f"Line {line}: ")


@pytest.mark.parametrize(
    "unit",
    ["[a](", '![a](b "', "[@a; ", "[^1] ", "$a ", "*a ", "***a", "`", "<", "{", "[a](b ", "![a](", "_a*"],
)
def test_the_worst_block_that_is_let_in_takes_under_two_seconds(unit):
    count = min(59_000 // len(unit), 1_990 // max(unit.count("["), 1) if "[" in unit else 59_000)
    filled = unit + "x" * max(59_000 // count - len(unit), 0)
    begun = time.process_time()
    parse((filled * count)[:59_900])
    assert time.process_time() - begun < 2


def test_ids_that_are_too_few_are_refused():
    html = parse("a\n\nb").html
    assert with_ids(html, ["x", "y"]) == '<p data-b="x">a</p>\n\n<p data-b="y">b</p>'
    with pytest.raises(ValueError, match="Block 1 has no id"):
        with_ids(html, ["x"])
