"""A block keeps its id through any edit, and no id is ever given twice."""

import itertools
import random
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assessments.text.align import Known, align

ENDINGS = ("ation", "ing", "ory", "ent", "ial", "ost", "une", "ek")
WORDS = [start + end for start in "bcdfghklmnprstvw" for end in ENDINGS]


def sentence(seed, words=20):
    return " ".join(random.Random(seed).choices(WORDS, k=words))


def known(*texts, kind="paragraph"):
    return [Known(f"k{index}", kind, text) for index, text in enumerate(texts)]


def aligned(previous, current):
    numbers = itertools.count()
    found = align(previous, current, lambda: f"n{next(numbers)}")
    return [(one.id, one.outcome, one.sources) for one in found], found.gone


def test_text_that_stays_keeps_its_id_when_something_is_put_before_it():
    a, b, c = sentence(1), sentence(2), sentence(3)
    rows, gone = aligned(known(a, b), known(c, a, b))
    assert rows == [("n0", "new", ()), ("k0", "same", ("k0",)), ("k1", "same", ("k1",))]
    assert gone == []


def test_an_edited_block_keeps_its_id_and_a_rewritten_one_does_not():
    a, b, c = sentence(1), sentence(2), sentence(3)
    edited = b.replace(b.split()[4], "changed", 1)
    assert aligned(known(a, b, c), known(a, edited, c))[0][1] == ("k1", "edited", ("k1",))
    rows, gone = aligned(known(a, b, c), known(a, sentence(9), c))
    assert rows[1] == ("n0", "new", ())
    assert gone == ["k1"]


def test_a_moved_block_is_told_from_those_it_passed():
    a, b, c, d = (sentence(seed) for seed in range(4))
    rows, _ = aligned(known(a, b, c, d), known(d, a, b, c))
    assert rows == [
        ("k3", "moved", ("k3",)),
        ("k0", "same", ("k0",)),
        ("k1", "same", ("k1",)),
        ("k2", "same", ("k2",)),
    ]


def test_a_split_block_names_its_source_in_every_piece():
    a, b, c = sentence(1, 20), sentence(2, 30), sentence(3, 22)
    rows, gone = aligned(known("x y", f"{a} {b} {c}", "z w"), known("x y", a, b, c, "z w"))
    assert rows[1:4] == [("n0", "split", ("k1",)), ("k1", "split", ("k1",)), ("n1", "split", ("k1",))]
    assert gone == []


def test_merged_blocks_are_named_in_their_order():
    a, b, c = sentence(1, 20), sentence(2, 30), sentence(3, 22)
    rows, gone = aligned(known(a, b, c), known(f"{a} {b} {c}"))
    assert rows == [("k1", "merged", ("k0", "k1", "k2"))]
    assert gone == ["k0", "k2"]


def test_repeated_cells_stay_in_their_rows():
    previous = known("Yes", "One", "No", "Yes", "Two", "No", "Yes", kind="cell")
    current = known("Yes", "One", "No", "Yes", "Two", "Yes", "Yes", kind="cell")
    rows, gone = aligned(previous, current)
    assert [row[0] for row in rows] == ["k0", "k1", "k2", "k3", "k4", "k5", "k6"]
    assert (rows[5][1], gone) == ("edited", [])


def test_a_heading_never_becomes_a_paragraph():
    text = sentence(1)
    rows, gone = aligned(known(text, kind="heading"), known(text))
    assert (rows, gone) == ([("n0", "new", ())], ["k0"])


def test_an_id_that_is_in_use_is_refused():
    with pytest.raises(ValueError, match="in use"):
        align(known("a"), known("a", "b c d"), lambda: "k0")
    with pytest.raises(ValueError, match="twice"):
        align([Known("x", "item", "a"), Known("x", "item", "b")], [], str)


TEXTS = st.lists(st.sampled_from([sentence(seed, 8) for seed in range(12)] + ["Yes", "No", ""]), max_size=25)


@settings(max_examples=200, deadline=None)
@given(TEXTS, TEXTS)
def test_every_block_has_one_id_and_every_old_id_is_kept_or_gone(old, new):
    previous, current = known(*old), known(*new)
    numbers = itertools.count()
    found = align(previous, current, lambda: f"n{next(numbers)}")
    ids = [one.id for one in found]
    assert len(ids) == len(set(ids)) == len(new)
    assert sorted([key for key in ids if key.startswith("k")] + found.gone) == sorted(k.id for k in previous)
    for one, block in zip(found, current, strict=True):
        assert one.outcome in {"same", "moved", "edited", "split", "merged", "new"}
        if one.outcome in {"same", "moved"}:
            assert previous[int(one.id[1:])].text == block.text


@settings(max_examples=100, deadline=None)
@given(st.integers(2, 30), st.data())
def test_ids_are_stable_under_one_edit_anywhere(count, data):
    texts = [sentence(1000 + index, 15) for index in range(count)]
    at = data.draw(st.integers(0, count - 1))
    edit = data.draw(st.sampled_from(["word", "insert", "delete"]))
    current, expected = list(texts), [f"k{index}" for index in range(count)]
    if edit == "word":
        current[at] = current[at].replace(" ", " really ", 1)
    elif edit == "insert":
        current.insert(at, sentence(5000, 15))
        expected.insert(at, "n0")
    else:
        del current[at], expected[at]
    rows, gone = aligned(known(*texts), known(*current))
    assert [row[0] for row in rows] == expected
    assert gone == ([f"k{at}"] if edit == "delete" else [])


def test_five_thousand_blocks_with_two_hundred_edits_take_under_a_second():
    chance = random.Random(7)
    previous = known(*(sentence(seed, 60) for seed in range(5000)))
    current = [block.text for block in previous]
    for _ in range(200):
        at = chance.randrange(len(current))
        words = current[at].split()
        words[chance.randrange(len(words))] = "changed"
        current[at] = " ".join(words)
    begun = time.process_time()
    rows, gone = aligned(previous, known(*current))
    assert time.process_time() - begun < 1
    assert ([row[0] for row in rows], gone) == ([block.id for block in previous], [])
