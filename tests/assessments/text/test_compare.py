"""A comparison shows what changed, and both texts can be read off it."""

from hypothesis import given, settings
from hypothesis import strategies as st

from assessments.text.align import Known
from assessments.text.compare import Row, compare_blocks, word_diff


def test_numbers_and_words_change_whole():
    assert word_diff("The risk is 3.2 per cent, low.", "The hazard is 3.5 per cent, low.") == [
        ("=", "The "),
        ("-", "risk"),
        ("+", "hazard"),
        ("=", " is "),
        ("-", "3.2"),
        ("+", "3.5"),
        ("=", " per cent, low."),
    ]
    assert word_diff("same", "same") == [("=", "same")]
    assert word_diff("", "") == []


@settings(deadline=None)
@given(st.text(max_size=60), st.text(max_size=60))
def test_both_texts_can_be_read_off_the_difference(old, new):
    diff = word_diff(old, new)
    assert "".join(text for sign, text in diff if sign != "+") == old
    assert "".join(text for sign, text in diff if sign != "-") == new


def test_moves_removals_and_additions_are_told_apart():
    a, b, c, d = (Known(key, "paragraph", f"text of {key}") for key in "abcd")
    e, b2 = Known("e", "paragraph", "text of e"), Known("b", "paragraph", "text of bee")
    rows = compare_blocks([a, b, c, d], [d, a, b2, e])
    assert rows == [
        Row("moved", d, d, [("=", "text of d")]),
        Row("same", a, a, [("=", "text of a")]),
        Row("edited", b, b2, [("=", "text of "), ("-", "b"), ("+", "bee")]),
        Row("added", None, e, [("+", "text of e")]),
        Row("removed", c, None, [("-", "text of c")]),
    ]


@given(st.permutations(range(8)), st.sets(st.integers(0, 7)), st.sets(st.integers(8, 12)))
def test_every_block_of_both_versions_has_one_row(order, dropped, added):
    old = [Known(str(n), "item", f"t{n}") for n in range(8)]
    new = [Known(str(n), "item", f"t{n}") for n in order if n not in dropped]
    new += [Known(str(n), "item", f"t{n}") for n in sorted(added)]
    rows = compare_blocks(old, new)
    assert [row.new for row in rows if row.new] == new
    assert sorted(row.old.id for row in rows if row.old) == sorted(block.id for block in old)
