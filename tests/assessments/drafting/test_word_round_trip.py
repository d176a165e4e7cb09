"""What Word is given comes back as it was; what was edited there comes back, exactly that, and on its block."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assessments.drafting.word import anatomy, package, reading, returning, writing
from benchmarks.word import FOLDER, round_trip
from tests.assessments.drafting.word_files import retyped
from tests.support import shared

WORDS = ["agents", "risk", "الوكلاء", "评估", "measure", "*rarely*", "**often**", "`code`"]
# These are whole: nobody edits within them.
WHOLE = ["[@smith2021, p. 3]", "$x^2$"]


def chapter(seed: int, known: list[str]) -> str:
    """Headings, paragraphs, lists, a table, a quotation and footnotes, in a random order."""
    chance = random.Random(seed)

    def words(n: int) -> str:
        return " ".join(chance.choice(known) for _word in range(n)).capitalize()

    blocks = [f"# {words(3)}"]
    notes = []
    for n in range(chance.randint(3, 9)):
        kind = chance.choice(["paragraph", "heading", "list", "numbers", "table", "quote", "note"])
        if kind == "heading":
            blocks.append(f"## {words(3)} {{#sec:s{n}}}")
        elif kind == "list":
            blocks.append("\n".join(f"- {words(5)}" for _item in range(3)))
        elif kind == "numbers":
            blocks.append("\n".join(f"{i}. {words(4)}" for i in (1, 2, 3)))
        elif kind == "table":
            blocks.append(f"| {words(1)} | {words(2)} |\n| --- | --- |\n| {words(2)} | {n} |")
        elif kind == "quote":
            blocks.append(f"> {words(8)}.")
        elif kind == "note":
            notes.append(f"[^n{n}]: {words(6)}.")
            blocks.append(f"{words(7)}.[^n{n}] {words(4)}.")
        else:
            blocks.append(f"{words(9)}. {words(6)}.")
    return "\n\n".join([*blocks, *notes]) + "\n"


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 100_000))
def test_without_an_edit_nothing_comes_back(seed):
    assert round_trip(chapter(seed, WORDS + WHOLE), 0) == (0, 0, 0)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 100_000), st.integers(1, 5))
def test_the_edits_made_come_back_each_on_its_block(seed, count):
    made, returned, right = round_trip(chapter(seed, WORDS), count, seed)
    assert returned == made == right


@pytest.mark.parametrize("count", [0, 10])
def test_a_real_chapter_comes_back_with_exactly_the_edits_that_were_made(count):
    shared("international-ai-safety-report-2025")
    path = min(FOLDER.glob("*.md"), key=lambda one: one.stat().st_size)
    made, returned, right = round_trip(path.read_text("utf-8").rstrip() + "\n", count)
    assert returned == made == right


def test_words_typed_into_a_citation_are_named_and_the_citation_stays():
    base = anatomy.read("# Title\n\nAgents fail rarely [@smith2021, p. 3] and briefly.\n")
    copy = retyped(
        writing.written(writing.Copy(base, "Title", {})), "smith2021, p. 3]</w:t>", "smith2021, p. 4]</w:t>"
    )
    text = reading.read(package.opened(copy), atoms=base.atoms, keys=base.notes)
    found = returning.compare(base, text)
    assert found.edits == []
    assert [lost.code for lost in found.lost] == ["citation-edited"]
