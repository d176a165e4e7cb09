"""Two hands, one text: both edits, or both texts shown; never one of them alone."""

import random
import re
import sys

from hypothesis import given, settings
from hypothesis import strategies as st

from assessments.text.merge import Collision, merge_words
from assessments.text.tokens import parts, units

BASE = "The risk of harm is very low today.\n\nIt rose by 5 million in ten years, says the panel.\n"


def test_edits_apart_are_both_taken():
    mine = BASE.replace("harm", "serious harm")
    theirs = BASE.replace("ten years", "a decade")
    merged = merge_words(BASE, mine, theirs)
    assert merged.text == BASE.replace("harm", "serious harm").replace("ten years", "a decade")
    assert merged.collisions == []
    assert merged.parts == (merged.text,)


def test_an_edit_that_both_made_is_taken_once():
    same = BASE.replace("low", "rather low")
    assert merge_words(BASE, same, same).text == same
    mine = same.replace("panel", "committee")
    assert merge_words(BASE, mine, same).text == mine


def test_neighbouring_words_of_a_number_collide():
    merged = merge_words(BASE, BASE.replace("5 million", "6 million"), BASE.replace("5 million", "5 billion"))
    assert merged.text is None
    assert merged.collisions == [Collision("5 million ", "6 million ", "5 billion ", BASE.index("5 million"))]


def test_a_deletion_and_an_edit_of_the_same_words_collide():
    merged = merge_words(BASE, BASE.replace("very low ", ""), BASE.replace("very low", "rather high"))
    assert [(one.base, one.mine, one.theirs) for one in merged.collisions] == [
        ("very low ", "", "rather high ")
    ]


def test_two_insertions_in_one_place_collide():
    mine, theirs = BASE.replace("is very", "is not very"), BASE.replace("is very", "is now very")
    assert [(one.mine, one.theirs) for one in merge_words(BASE, mine, theirs).collisions] == [
        ("not ", "now ")
    ]


def test_chinese_is_merged_by_character():
    base = "气候变化的风险很高，需要行动。"
    assert merge_words(base, base.replace("很", "较"), base.replace("行动", "合作")).text == (
        "气候变化的风险较高，需要合作。"
    )


def test_one_side_alone_is_taken_as_it_is():
    assert merge_words(BASE, BASE, "x").text == "x"
    assert merge_words(BASE, "x", BASE).text == "x"
    assert merge_words("", "", "").text == ""


TEXT = st.lists(st.sampled_from(["a ", "b ", "c ", "the ", "x\n", "\n", "y. ", "中", "5 "]), max_size=25).map(
    "".join
)


def edited(base, random, tag):
    """``base`` with a few words of this hand's own, each of them unlike any other."""
    words = units(base)
    for number in range(random.randrange(1, 5)):
        at = random.randrange(len(words) + 1)
        words[at : at + random.randrange(0, 2)] = [f"{tag}{number} "]
    return "".join(words)


@settings(max_examples=400, deadline=None)
@given(TEXT, st.randoms(use_true_random=False))
def test_no_word_of_either_hand_is_lost(base, random):
    mine, theirs = edited(base, random, "mine"), edited(base, random, "theirs")
    merged = merge_words(base, mine, theirs)
    shown = "".join(part if isinstance(part, str) else f"{part.mine} {part.theirs} " for part in merged.parts)
    for word in re.findall(r"(?:mine|theirs)\d", mine + theirs):
        assert word in shown
    assert (merged.text is None) == bool(merged.collisions)


@settings(max_examples=300, deadline=None)
@given(TEXT, TEXT, TEXT)
def test_parts_rebuild_every_text_they_came_from(base, mine, theirs):
    merged = merge_words(base, mine, theirs)
    for collision in merged.collisions:
        assert base[collision.start :].startswith(collision.base)
        assert collision.mine in mine
        assert collision.theirs in theirs
    assert merge_words(base, theirs, mine).text == merged.text


@given(st.text())
def test_tokens_joined_are_the_text(text):
    assert "".join(units(text)) == text
    assert "".join(parts(text)) == text


def test_the_work_of_a_merge_grows_with_the_text_and_not_with_its_square():
    chance = random.Random(3)

    def work(between: str, paragraphs: int) -> int:
        """Lines of Python gone through, which no machine stretches. New words come as the text grows."""
        words = [f"word{number}" for number in range(50 * paragraphs)]
        base = between.join(" ".join(chance.choices(words, k=60)) for _ in range(paragraphs))
        sides = []
        for tag in ("Mine", "Theirs"):
            changed = base.split(" ")
            for _ in range(paragraphs // 4):
                changed[chance.randrange(len(changed))] = tag
            sides.append(" ".join(changed))
        gone_through = 0

        def count(_frame, _event, _what):
            nonlocal gone_through
            gone_through += 1
            return count

        before = sys.gettrace()
        sys.settrace(count)
        try:
            merged = merge_words(base, *sides)
        finally:
            sys.settrace(before)
        assert "Mine" in str(merged.parts)
        return gone_through

    for between in ("\n\n", " "):
        # Eight times the text: a square would cost sixty-four times the work.
        assert work(between, 480) < 32 * work(between, 60)
