"""Where a comment stands in a later draft (procedure 5.4): by the lineage of blocks, not by likeness."""

from __future__ import annotations

import json

import pytest
from django.core.management import load_command_class
from django.db import connections

from assessments.drafting import actions as drafting
from reviews.comments.anchoring import Places
from reviews.comments.models import Comment
from reviews.comments.projection import OUTCOMES, project, project_chapter
from tests.reviews.held import freeze
from tests.world import THEN, build_world

STAYS = "Agents now complete software tasks of half an hour, and most of these tasks are short."
EDITED = "The doubling time was seven months. Longer tasks fail more often, for reasons not yet understood."
GOES = "A survey of nine laboratories asked who keeps such measurements, and in which form they are kept."
FIRST = "Measures of autonomy differ between laboratories and their results are rarely compared in public."
SECOND = (
    "Several governments have asked for a common protocol, and a first draft of it exists since last year."
)
JOINED = "Costs fell by a factor of ten. Prices at which such systems are sold fell somewhat less than that."
TAIL = "Demand rose in every region for which figures exist, most of all among public administrations."


def text(*paragraphs: str) -> str:
    return "\n\n".join(["# A chapter", *paragraphs]) + "\n"


BEFORE = text(STAYS, EDITED, GOES, f"{FIRST} {SECOND}", JOINED, TAIL)


@pytest.fixture
def world(db):
    return build_world(texts=False)


@pytest.fixture
def drafts(world):
    """The chapter's text frozen as FOD; ``later(text)`` saves another and freezes it as SOD."""
    chapter = world.un.chapter("1")
    drafting.save(chapter, None, BEFORE, by=world.system, now=THEN)
    earlier = freeze(world.un.cycle, "FOD")

    def later(*texts: str):
        for changed in texts:
            current = world.un.chapter("1")
            drafting.save(current, current.current, changed, by=world.system, now=THEN)
        return earlier, freeze(world.un.cycle, "SOD")

    return later


def anchors(snapshot, *quotes: str) -> list[tuple[int, dict]]:
    places = Places(snapshot.chapters.get(chapter__number="1"))
    return list(enumerate(places.selection("", 0, 0, quote) for quote in quotes))


def projected(drafts, *quotes: str) -> list[tuple[str, str]]:
    """(outcome, the words that stand at the place) of each quote."""
    earlier, later = drafts
    one, other = earlier.chapters.get(chapter__number="1"), later.chapters.get(chapter__number="1")
    texts = {b["id"]: b["text"] for b in other.blocks}
    return [
        (p.outcome, texts[p.block][p.start : p.end] if p.block else "")
        for p in project_chapter(one, other, anchors(earlier, *quotes))
    ]


def test_what_nobody_touched_is_the_same(drafts):
    assert projected(drafts(BEFORE + "\nOne more paragraph.\n"), "short", STAYS) == [
        ("same", "short"), ("same", STAYS)
    ]  # fmt: skip


def test_a_passage_in_an_edited_block_is_found_by_its_words(drafts):
    after = BEFORE.replace("The doubling time was", "On all tasks the doubling time was")
    assert projected(drafts(after), "Longer tasks fail more often", "The doubling time") == [
        ("same", "Longer tasks fail more often"), ("edited", "doubling time")
    ]  # fmt: skip


def test_a_passage_whose_own_words_changed_keeps_its_place(drafts):
    after = BEFORE.replace("Longer tasks fail more often", "Longer tasks still fail more often")
    wanted = [("edited", "Longer tasks still fail more often")]
    assert projected(drafts(after), "Longer tasks fail more often") == wanted


def test_a_sentence_taken_out_of_a_block_is_deleted(drafts):
    after = BEFORE.replace("The doubling time was seven months. ", "")
    assert projected(drafts(after), "The doubling time was seven months.", "Longer tasks fail") == [
        ("deleted", ""), ("same", "Longer tasks fail")
    ]  # fmt: skip


def test_a_block_taken_out_is_deleted_even_where_something_like_it_stands(drafts):
    like = (
        GOES.replace("nine", "two").replace("laboratories", "ministries").replace("measurements", "accounts")
    )
    after = text(
        STAYS, EDITED, f"{FIRST} {SECOND}", JOINED, TAIL, "Something else entirely stands here.", like
    )
    assert (
        projected(drafts(after), "A survey of nine laboratories asked who keeps such measurements")[0][1]
        == ""
    )


def test_a_block_that_moved_takes_its_comments_along(drafts):
    after = text(GOES, STAYS, EDITED, f"{FIRST} {SECOND}", JOINED, TAIL)
    assert projected(drafts(after), "who keeps such measurements", "most of these") == [
        ("moved", "who keeps such measurements"), ("same", "most of these")
    ]  # fmt: skip


def test_a_block_that_was_split_gives_each_passage_to_its_part(drafts):
    after = text(STAYS, EDITED, GOES, FIRST, SECOND, JOINED, TAIL)
    assert projected(drafts(after), "Measures of autonomy", "a common protocol") == [
        ("split", "Measures of autonomy"), ("split", "a common protocol")
    ]  # fmt: skip


def test_blocks_that_were_merged_keep_their_passages(drafts):
    after = text(STAYS, EDITED, GOES, f"{FIRST} {SECOND}", f"{JOINED} {TAIL}")
    assert projected(drafts(after), "a factor of ten", JOINED, TAIL) == [
        ("merged", "a factor of ten"), ("merged", JOINED), ("merged", TAIL)
    ]  # fmt: skip


def test_lineage_holds_over_many_versions_between(drafts):
    one = BEFORE.replace("Measures of autonomy differ", "Such measures still differ")
    two = one.replace("between laboratories", "between most of the laboratories")
    three = two.replace("rarely compared in public", "rarely compared in the open")
    assert projected(drafts(one, two, three), f"{FIRST} {SECOND}")[0][0] == "edited"


def test_another_number_or_a_negation_in_its_place_waits_for_a_person(drafts):
    after = BEFORE.replace("seven months", "nine months").replace("not yet understood", "well understood")
    earlier, later = drafts(after)
    one, other = earlier.chapters.get(chapter__number="1"), later.chapters.get(chapter__number="1")
    found = list(
        project_chapter(
            one, other, anchors(earlier, EDITED.split(" Longer")[0], EDITED[EDITED.index("Longer") :], EDITED)
        )
    )
    assert [(p.outcome, p.reason) for p in found] == [("ambiguous", "differs")] * 3
    assert [p.candidates[0].doubts for p in found[:2]] == [("numbers",), ("negation",)]


def test_every_comment_is_counted_once_and_drafts_are_not(world, drafts, capsys, monkeypatch):
    from reviews.comments.actions import save_draft, send_drafts
    from reviews.rounds.actions import open_round, register_reviewer
    from tests.world import NOW

    earlier, later = drafts(BEFORE.replace(GOES, ""))
    world.un.at("fod-review")
    held = open_round(world.un.cycle, "fod-experts", by=world.un.secretariat, now=NOW)
    who = {"by": world.un.reviewer, "now": NOW}
    register_reviewer(held, expertise="Agents", undertaking=True, consent=True, **who)
    frozen = earlier.chapters.get(chapter__number="1")
    for _key, anchor in anchors(earlier, STAYS, GOES):
        save_draft(held, frozen.chapter, text="Why?", anchor=anchor, **who)
    save_draft(held, frozen.chapter, text="Well written.", anchor=Places(frozen).whole(), **who)
    send_drafts(held, **who)
    save_draft(held, frozen.chapter, text="Not sent.", anchor=Places(frozen).whole(), **who)
    assert Comment.objects.count() == 4
    assert [p.outcome for p in project(earlier, later)] == ["same", "deleted", "same"]

    monkeypatch.setattr(connections, "close_all", lambda: None)
    command = load_command_class("reviews", "project_anchors")
    command.run_from_argv(["manage.py", "project_anchors", "un-test", "FOD", "SOD"])
    result = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert result == {"anchors": 3, **dict.fromkeys(OUTCOMES, 0), "same": 2, "deleted": 1}
    for wrong in (("un-test", "FOD", "FGD"), ("nowhere", "FOD", "SOD")):
        with pytest.raises(SystemExit) as ended:
            command.run_from_argv(["manage.py", "project_anchors", *wrong])
        assert ended.value.code == 2


def test_the_earlier_draft_comes_first(drafts):
    earlier, later = drafts(BEFORE + "\nMore.\n")
    with pytest.raises(ValueError, match="expected the earlier draft first"):
        one, other = (s.chapters.get(chapter__number="1") for s in (later, earlier))
        list(project_chapter(one, other, anchors(later, STAYS)))


def test_a_chapter_that_was_not_frozen_again_leaves_its_comments_to_a_person(drafts):
    earlier, _later = drafts(BEFORE)
    one = earlier.chapters.get(chapter__number="1")
    assert [p.outcome for p in project_chapter(one, None, anchors(earlier, STAYS))] == ["ambiguous"]
