"""Places that are followed from one text to the next: never to other words, and lost rather than guessed."""

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from assessments.text.following import Following, found_again, stretches, written_by

WORDS = [
    "agents",
    "tests",
    "الوكلاء",
    "评估",
    "measure",
    "risk",
    "rarely",
    "often",
    "models",
    "evidence",
    "é😀",
    "fail",
]
texts = st.lists(st.sampled_from([*WORDS, " ", "\n", "\n\n", "."]), max_size=60).map("".join)


def sentence(chance: random.Random, n: int) -> str:
    """Sentences much like one another; the number in each tells which it is."""
    return " ".join(chance.choice(WORDS) for _word in range(9)) + f" case {n} of the series."


def edited(chance: random.Random, before: list[str]) -> list[str]:
    """Sentences taken out, moved, put in, and changed in one word."""
    after = list(before)
    for _edit in range(chance.randint(1, 8)):
        at = chance.randrange(len(after))
        what = chance.choice(["out", "move", "in", "change"])
        if what == "out" and len(after) > 3:
            del after[at]
        elif what == "move":
            after.insert(chance.randrange(len(after)), after.pop(at))
        elif what == "in":
            after.insert(at, sentence(chance, 900 + _edit))
        else:
            words = after[at].split(" ")
            words[chance.randrange(8)] = "changed"
            after[at] = " ".join(words)
    return after


def laid(chance: random.Random, sentences: list[str]) -> str:
    return "".join(one + chance.choice([" ", " ", "\n\n"]) for one in sentences)


@given(texts, texts)
def test_a_stretch_holds_the_same_characters_in_both_and_none_twice(old, new):
    taken_old, taken_new = set(), set()
    for each in stretches(old, new):
        assert old[each.old : each.old + each.length] == new[each.new : each.new + each.length] != ""
        mine, theirs = range(each.old, each.old + each.length), range(each.new, each.new + each.length)
        assert taken_old.isdisjoint(mine) and taken_new.isdisjoint(theirs)
        taken_old.update(mine)
        taken_new.update(theirs)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 100_000))
def test_a_sentence_is_followed_to_itself_or_to_nowhere(seed):
    chance = random.Random(seed)
    before = [sentence(chance, n) for n in range(chance.randint(4, 25))]
    after = edited(chance, before)
    old, new = laid(chance, before), laid(chance, after)
    following = Following(old, new)
    for one in before:
        start = old.index(one)
        found = following.exactly(start, start + len(one))
        if found is not None:
            assert new[found.start : found.end] == one
        passage = following.passage(start, start + len(one))
        if passage is not None:
            assert 0 <= passage.start < passage.end <= len(new)
            assert passage.same == (new[passage.start : passage.end] == one)
    # What nobody touched, between neighbours that nobody touched, keeps its place.
    for one, two, three in zip(before, before[1:], before[2:], strict=False):
        places = [new.find(each) for each in (one, two, three)]
        if -1 not in places and places == sorted(places) and new[places[0] :].startswith(one):
            together = after.index(two) - after.index(one) == after.index(three) - after.index(two) == 1
            if together:
                assert following.exactly(old.index(two), old.index(two) + len(two)) is not None


@given(texts, st.integers(0, 200), st.integers(0, 200))
def test_in_a_text_that_stayed_every_place_stays(text, one, other):
    start, end = sorted((min(one, len(text)), min(other, len(text))))
    found = Following(text, text).passage(start, end)
    assert (found.start, found.end, found.same) == (start, end, True)


@given(st.lists(texts, min_size=1, max_size=5))
def test_who_wrote_what_gives_the_last_text_whole(versions):
    found = written_by(enumerate(versions))
    assert "".join(text for _key, text in found) == versions[-1]
    assert all(key in range(len(versions)) for key, _text in found)


def test_what_a_restored_version_brings_back_stays_its_writers():
    first = "One sentence that was there from the first day on.\n"
    versions = [("a", first), ("b", "Quite other words, written by somebody else here.\n"), ("c", first)]
    assert written_by(versions) == [("a", first)]


def test_words_that_stand_twice_between_the_same_neighbours_are_not_found_again():
    around = ("The measure is simple to state ", "and hard to make", ", as everybody knows.")
    text = "".join(around)
    assert found_again(text, *around).start == len(around[0])
    assert found_again(text + "\n" + text, *around) is None
