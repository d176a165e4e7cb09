"""The line-numbered page shows what the PDF shows, and its text stays the block's text."""

from hypothesis import given
from hypothesis import strategies as st

from assessments.snapshots.marks import Part, parts, read
from assessments.text import dialect

TEXT = """# Title

Some *italic* and **bold `code`** words[^1] here.

- one *a*
- two

  in two
  1. inner

3. x
4. y

| Year | Count |
|------|------:|
| 2025 | *120* |

Table: Seen {#tbl:c}

::: box Boxed
Text.
:::

[^1]: The *note*.
"""


def read_text(markdown: str):
    document = dialect.parse(markdown, number="3")
    marks = read(dialect.with_ids(document.html, [f"b{b.order}" for b in document.blocks]))
    return document, {b.text: marks[f"b{b.order}"] for b in document.blocks if f"b{b.order}" in marks}


def test_emphasis_and_the_mark_of_a_note_stand_at_their_words():
    _document, marks = read_text(TEXT)
    found = marks["Some italic and bold code words here."]
    assert parts(found, 0, len(found.text)) == [
        Part("Some "),
        Part("italic", ("em",)),
        Part(" and "),
        Part("bold ", ("strong",)),
        Part("code", ("code", "strong")),
        Part(" words"),
        Part("", (), "1"),
        Part(" here."),
    ]


def test_what_stands_before_a_block_and_where_it_stands():
    _document, marks = read_text(TEXT)
    assert {text: m.before for text, m in marks.items() if m.before} == {
        "Title": "3",
        "one a": "\u2022",
        "two": "\u2022",
        "inner": "1.",
        "x": "3.",
        "y": "4.",
        "Seen": "Table 3.1",
        "Boxed": "Box 3.1",
        "The note.": "1",
    }
    assert {text: m.depth for text, m in marks.items() if m.depth} == {
        "one a": 1, "two": 1, "in two": 1, "inner": 2, "x": 1, "y": 1,
    }  # fmt: skip
    cells = {text: (m.table, m.column, m.head, m.align) for text, m in marks.items() if m.table}
    assert cells == {
        "Year": (1, 1, True, ""),
        "Count": (1, 2, True, "end"),
        "2025": (1, 1, False, ""),
        "120": (1, 2, False, "end"),
    }


words = st.text("ab *`_[]^1éé\u00a0<&שׁ\n-", max_size=30)


@given(st.lists(words, min_size=1, max_size=4), st.data())
def test_the_parts_put_together_are_the_text_of_the_block(written, data):
    document = dialect.parse("\n\n".join(written) + "\n\nEnd *here*[^1].\n\n[^1]: Note.\n")
    marks = read(dialect.with_ids(document.html, [f"b{b.order}" for b in document.blocks]))
    for block in document.blocks:
        found = marks.get(f"b{block.order}")
        if found is None or not block.text:
            continue
        assert found.text == block.text
        at = data.draw(st.integers(0, len(block.text)))
        stretches = [parts(found, 0, at), parts(found, at, len(block.text))]
        assert "".join(part.text for stretch in stretches for part in stretch) == block.text
        shown = [part.note for stretch in stretches for part in stretch if part.note]
        assert sorted(shown) == sorted(number for _at, number in found.notes)
