"""Suggestions and threads in the margin: who may, what becomes of them, what the text says after (4.10 to 4.13)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied

from assessments.drafting import actions as drafting
from assessments.drafting.margin import actions, threads
from assessments.drafting.margin.actions import Edit
from assessments.drafting.margin.models import Remark, Suggestion, Thread
from records.models import Entry
from records.obstacles import Blocked
from records.reading import show
from tests.world import NOW, build_world

TEXT = """# What agents can do

Agents now complete software tasks of half an hour with success rates of about 80 per cent. The doubling time of the \
task length was roughly seven months.

Longer tasks fail more often, and for reasons that differ from those of people.
"""


@pytest.fixture
def world(db):
    return build_world(texts=False)


@pytest.fixture
def chapter(world):
    drafting.save(world.un.chapter("1"), None, TEXT, by=world.un.la, now=NOW)
    return world.un.chapter("1")


def edit(old: str, new: str, text: str = TEXT) -> Edit:
    at = text.index(old)
    return Edit(at, at + len(old), new)


def suggest(chapter, by, *edits, source=""):
    return actions.suggest(chapter, chapter.current, edits, by=by, now=NOW, source=source)


def remark(chapter, by, quote, said, **more):
    at = chapter.current.markdown.index(quote)
    return threads.remark(chapter, chapter.current, at, at + len(quote), said, by=by, now=NOW, **more)


def write(chapter, old, new, by):
    text = chapter.current.markdown
    assert old in text
    drafting.save(chapter, chapter.current, text.replace(old, new), by=by, now=NOW)
    chapter.refresh_from_db()


def text_of(chapter) -> str:
    return type(chapter).objects.get(pk=chapter.pk).current.markdown


def sentences(chapter) -> list[str]:
    rows = Entry.objects.filter(stream=chapter.stream).select_related("content", "stream").order_by("seq")
    return [show(entry, frozenset({"team"})).sentence for entry in rows]


def test_a_suggestion_changes_nothing_until_it_is_accepted_and_the_entry_names_both(world, chapter):
    made = suggest(chapter, world.un.la, edit("half an hour", "an hour"))[0]
    assert (text_of(chapter), made.status, made.quote, made.orphaned) == (TEXT, "open", "half an hour", False)
    done = actions.accept(made, by=world.un.cla, now=NOW)
    assert text_of(chapter) == TEXT.replace("half an hour", "an hour")
    made.refresh_from_db()
    assert (made.status, made.settled_by, made.became) == ("accepted", world.un.cla, done.version)
    assert (done.version.number, {w.pk for w in done.version.together}) == (
        2,
        {world.un.la.pk, world.un.cla.pk},
    )
    assert sentences(chapter) == [
        "Un La suggested 1 edit of chapter 1, version 1.",
        "Un Cla accepted 1 edit in chapter 1, suggested by Un La: version 2.",
    ]


def test_who_reads_the_draft_suggests_and_only_who_writes_it_accepts(world, chapter):
    made = suggest(chapter, world.un.other_la, edit("half an hour", "an hour"))[0]
    for person in (world.un.other_la, world.un.editor, world.un.reviewer, world.outsider):
        for act in (actions.accept, actions.reject):
            with pytest.raises(PermissionDenied):
                act(made, by=person, now=NOW)
        with pytest.raises(PermissionDenied):
            actions.accept_all(chapter, by=person, now=NOW)
    for person in (world.un.reviewer, world.un.observer, world.outsider):
        with pytest.raises(PermissionDenied):
            suggest(chapter, person, edit("80", "90"))
        with pytest.raises(PermissionDenied):
            remark(chapter, person, "80 per cent", "Really?")
    assert text_of(chapter) == TEXT


def test_a_review_editor_remarks_and_suggests_nothing_in_the_own_chapter(world, chapter):
    with pytest.raises(PermissionDenied):
        suggest(chapter, world.un.editor, edit("80", "90"))
    assert (
        remark(chapter, world.un.editor, "80 per cent", "Comment 12 asks for the source.").by
        == world.un.editor
    )
    other = world.un.chapter("2")
    drafting.save(other, None, TEXT, by=world.un.other_la, now=NOW)
    assert suggest(world.un.chapter("2"), world.un.editor, edit("80", "90"))


def test_outside_the_stages_of_drafting_nothing_is_suggested_remarked_or_accepted(world, chapter):
    made = suggest(chapter, world.un.la, edit("half an hour", "an hour"))[0]
    thread = remark(chapter, world.un.la, "80 per cent", "Really?")
    world.un.at("approval")
    chapter = world.un.chapter("1")
    for act in (
        lambda: suggest(chapter, world.un.la, edit("80", "90")),
        lambda: remark(chapter, world.un.la, "80", "No."),
        lambda: actions.accept(made, by=world.un.la, now=NOW),
        lambda: actions.reject(made, by=world.un.la, now=NOW),
        lambda: threads.resolve(thread, by=world.un.la, now=NOW),
        lambda: threads.answer(thread, "Yes.", by=world.un.la, now=NOW),
    ):
        with pytest.raises(Blocked):
            act()


def test_a_suggestion_written_against_an_earlier_version_finds_its_place_in_the_text_of_now(world, chapter):
    first = chapter.current
    write(chapter, "Agents now complete", "In 2026, agents complete", world.un.cla)
    at = TEXT.index("seven months")
    made = actions.suggest(
        chapter, first, [Edit(at, at + 12, "seven to nine months")], by=world.un.la, now=NOW
    )[0]
    actions.accept(made, by=world.un.cla, now=NOW)
    assert text_of(chapter) == TEXT.replace("Agents now", "In 2026, agents").replace("seven", "seven to nine")


def test_a_suggestion_whose_words_were_changed_is_an_orphan_with_its_quote_and_is_not_accepted(
    world, chapter
):
    made = suggest(chapter, world.un.la, edit("half an hour", "an hour"))[0]
    write(chapter, "half an hour", "thirty minutes", world.un.cla)
    made.refresh_from_db()
    assert (made.orphaned, made.status, made.quote) == (True, "open", "half an hour")
    with pytest.raises(Blocked) as refusal:
        actions.accept(made, by=world.un.cla, now=NOW)
    assert "half an hour" in str(refusal.value)
    assert "thirty minutes" in text_of(chapter)


def test_an_orphan_has_its_place_again_once_its_words_stand_there_again(world, chapter):
    made = suggest(chapter, world.un.la, edit("half an hour", "an hour"))[0]
    write(chapter, "half an hour", "thirty minutes", world.un.cla)
    write(chapter, "thirty minutes", "half an hour", world.un.cla)
    made.refresh_from_db()
    assert text_of(chapter)[made.here : made.there] == "half an hour"


def test_all_are_accepted_as_one_version_and_one_entry_and_those_that_meet_stay_open_and_are_named(
    world, chapter
):
    la, cla = world.un.la, world.un.cla
    suggest(chapter, la, edit("half an hour", "an hour"), edit("seven months", "eight months"))
    suggest(chapter, cla, edit("of half an hour with", "of two hours with"))
    done = actions.accept_all(chapter, by=cla, now=NOW)
    assert text_of(chapter) == TEXT.replace("of half an hour with", "of two hours with").replace(
        "seven", "eight"
    )
    assert [(each.quote, obstacle.code) for each, obstacle in done.left] == [("half an hour", "same-words")]
    assert chapter.versions.count() == 2
    left = Suggestion.objects.get(status="open")
    assert (left.quote, left.orphaned) == ("half an hour", True)
    assert (
        sentences(chapter)[-1]
        == "Un Cla accepted 2 edits in chapter 1, suggested by Un Cla, Un La: version 2."
    )


def test_two_people_who_suggest_the_same_are_both_accepted_and_neighbours_of_two_people_are_not_mixed(
    world, chapter
):
    la, cla = world.un.la, world.un.cla
    same = edit("half an hour", "an hour")
    suggest(chapter, la, same)
    actions.suggest(chapter, chapter.current, [same, edit("roughly ", "about ")], by=cla, now=NOW)
    suggest(chapter, la, edit("seven months", "6 months"))
    done = actions.accept_all(chapter, by=cla, now=NOW)
    assert "of an hour with" in text_of(chapter) and "of an hour hour" not in text_of(chapter)
    # "roughly " and "seven months" touch: one hand's number beside the other's word is for a person to settle.
    assert [each.quote for each, _why in done.left] == ["seven months"]


def test_the_same_edit_is_suggested_once_however_often_a_file_comes_back(world, chapter):
    edits = [edit("half an hour", "an hour"), edit("seven", "eight")]
    first = suggest(chapter, world.un.la, *edits, source="chapter.docx")
    assert suggest(chapter, world.un.la, *edits, source="chapter.docx") == first
    assert Suggestion.objects.count() == 2
    assert len(sentences(chapter)) == 1


def test_an_edit_of_nothing_outside_the_text_or_of_another_chapter_is_refused(world, chapter):
    end = len(TEXT)
    for bad in (Edit(0, 1, "#"), Edit(end, end + 1, "x"), Edit(9, 3, "x"), Edit(-1, 3, "x")):
        with pytest.raises(Blocked):
            suggest(chapter, world.un.la, bad)
    other = world.un.chapter("2")
    drafting.save(other, None, TEXT, by=world.un.other_la, now=NOW)
    with pytest.raises(Blocked):
        foreign = world.un.chapter("2").current
        actions.suggest(chapter, foreign, [Edit(0, 1, "x")], by=world.un.la, now=NOW)
    assert not Suggestion.objects.exists()


def test_a_suggestion_is_rejected_or_taken_back_once_and_kept(world, chapter):
    one, two = suggest(chapter, world.un.other_la, edit("half an hour", "an hour"), edit("seven", "eight"))
    actions.reject(one, by=world.un.cla, now=NOW)
    with pytest.raises(Blocked):
        actions.withdraw(two, by=world.un.la, now=NOW)  # another's
    actions.withdraw(two, by=world.un.other_la, now=NOW)
    for each in (one, two):
        for act in (actions.accept, actions.reject):
            with pytest.raises(Blocked):
                act(each, by=world.un.cla, now=NOW)
    assert sorted(Suggestion.objects.values_list("status", flat=True)) == ["rejected", "withdrawn"]
    with pytest.raises(Blocked):
        actions.accept_all(chapter, by=world.un.cla, now=NOW)
    assert text_of(chapter) == TEXT


def test_all_are_rejected_at_once_with_one_entry(world, chapter):
    suggest(chapter, world.un.la, edit("half an hour", "an hour"), edit("seven", "eight"))
    assert len(actions.reject_all(chapter, by=world.un.cla, now=NOW)) == 2
    assert sentences(chapter)[-1] == "Un Cla rejected 2 edits in chapter 1, suggested by Un La."
    assert text_of(chapter) == TEXT


def test_a_thread_follows_its_passage_through_edits_splits_and_moves_and_says_when_it_was_changed(
    world, chapter
):
    quote = "The doubling time of the task length was roughly seven months."
    thread = remark(chapter, world.un.editor, quote, "Which source?")
    write(chapter, "per cent. The doubling", "per cent.\n\nThe doubling", world.un.la)
    thread.refresh_from_db()
    assert (text_of(chapter)[thread.here : thread.there], thread.changed) == (quote, False)
    write(chapter, "roughly seven months", "about seven months", world.un.la)
    thread.refresh_from_db()
    assert text_of(chapter)[thread.here : thread.there] == quote.replace("roughly", "about")
    assert (thread.changed, thread.quote) == (True, quote)
    blocks = text_of(chapter).strip().split("\n\n")
    drafting.save(chapter, chapter.current, "\n\n".join([blocks[0], *blocks[:0:-1]]), by=world.un.la, now=NOW)
    thread.refresh_from_db()
    assert text_of(chapter)[thread.here : thread.there] == quote.replace("roughly", "about")


def test_a_thread_whose_passage_was_deleted_is_an_orphan_with_its_quote(world, chapter):
    quote = "The doubling time of the task length was roughly seven months."
    thread = remark(chapter, world.un.la, quote, "Which source?")
    write(chapter, f" {quote}", "", world.un.la)
    thread.refresh_from_db()
    assert (thread.orphaned, thread.quote, thread.status) == (True, quote, "open")


def test_a_remark_names_people_and_only_those_who_read_the_draft(world, chapter):
    said = "@Un Cla and @un other la, see this. Mail x@Un La or @Outsider, @Un Reviewer."
    remark(chapter, world.un.editor, "80 per cent", said)
    assert {str(user) for user in Remark.objects.get().mentions.all()} == {"Un Cla", "Un Other La"}


def test_a_thread_is_assigned_with_a_date_to_somebody_who_takes_part(world, chapter):
    thread = remark(chapter, world.un.editor, "80 per cent", "Which source?", assigned_to=world.un.la)
    assert (thread.assigned_to, thread.due) == (world.un.la, None)
    day = (NOW + timedelta(days=10)).date()
    threads.assign(thread, world.un.cla, day, by=world.un.la, now=NOW)
    thread.refresh_from_db()
    assert (thread.assigned_to, thread.assigned_by, thread.due) == (world.un.cla, world.un.la, day)
    for to, due in ((world.outsider, None), (None, day), (world.un.la, date(2026, 1, 1))):
        with pytest.raises(Blocked):
            threads.assign(thread, to, due, by=world.un.la, now=NOW)
    threads.assign(thread, None, None, by=world.un.la, now=NOW)
    thread.refresh_from_db()
    assert (thread.assigned_to, thread.assigned_by, thread.due) == (None, None, None)


def test_a_thread_is_resolved_by_its_own_people_and_opened_again_where_it_stands_now(world, chapter):
    thread = remark(chapter, world.un.editor, "roughly seven months", "Which source?")
    with pytest.raises(PermissionDenied):
        threads.resolve(thread, by=world.un.other_la, now=NOW)
    threads.resolve(thread, by=world.un.la, now=NOW)
    with pytest.raises(Blocked):
        threads.resolve(thread, by=world.un.la, now=NOW)
    with pytest.raises(Blocked):
        threads.assign(thread, world.un.la, None, by=world.un.la, now=NOW)
    write(chapter, "Agents now", "In the year 2026 agents", world.un.cla)
    thread = threads.reopen(Thread.objects.get(pk=thread.pk), by=world.un.editor, now=NOW)
    assert text_of(chapter)[thread.here : thread.there] == "roughly seven months"
    threads.answer(thread, "METR, 2025.", by=world.un.other_la, now=NOW)
    assert thread.remarks.count() == 2


def test_a_thread_without_words_or_without_a_passage_is_refused(world, chapter):
    with pytest.raises(Blocked):
        remark(chapter, world.un.la, "80 per cent", "  \n ")
    with pytest.raises(Blocked):
        threads.remark(chapter, chapter.current, 3, 3, "Here?", by=world.un.la, now=NOW)
    assert not Thread.objects.exists()
