"""The one door of drafting: what is saved, merged, kept aside, settled, brought back; by whom and when."""

from __future__ import annotations

import threading

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.utils import timezone

from assessments.cycles import actions as cycles
from assessments.drafting import actions
from assessments.drafting.models import Chapter, ChapterVersion
from records.models import Entry
from records.obstacles import Blocked
from tests.world import NOW, build_world

LINES = "# Title\n\nThe first sentence stands here.\n\nThe second sentence stands there.\n"


@pytest.fixture
def world(db):
    return build_world(texts=False)


@pytest.fixture
def chapter(world):
    return world.un.chapter("1")


def kept(chapter, base, text, by):
    return actions.save(chapter, base, text, by=by, now=NOW)


def entries(chapter) -> list[str]:
    return list(Entry.objects.filter(stream=chapter.stream).order_by("seq").values_list("verb", flat=True))


def test_a_first_text_is_saved_with_blocks_words_and_hash_and_leaves_no_entry(world, chapter):
    result = kept(chapter, None, LINES.replace("\n", "\r\n"), world.un.la)
    version = result.version
    assert (result.status, version.number, version.markdown, version.words) == ("saved", 1, LINES, 11)
    assert [(b["kind"], b["text"], b["outcome"]) for b in version.blocks] == [
        ("heading", "Title", "new"),
        ("paragraph", "The first sentence stands here.", "new"),
        ("paragraph", "The second sentence stands there.", "new"),
    ]
    assert world.un.chapter("1").current == version
    assert entries(chapter) == []


def test_blocks_keep_their_ids_while_their_words_change_and_new_ones_get_new_ids(world, chapter):
    first = kept(chapter, None, LINES, world.un.la).version
    text = LINES.replace("stands there", "stands over there").replace("# Title\n", "# Title\n\nAn opening.\n")
    second = kept(chapter, first, text, world.un.la).version
    old = {b["text"]: b["id"] for b in first.blocks}
    assert [(b["outcome"], b["sources"]) for b in second.blocks] == [
        ("same", [old["Title"]]),
        ("new", []),
        ("same", [old["The first sentence stands here."]]),
        ("edited", [old["The second sentence stands there."]]),
    ]
    assert len({b["id"] for b in second.blocks} - set(old.values())) == 1


def test_a_text_that_says_the_same_makes_no_version(world, chapter):
    first = kept(chapter, None, LINES, world.un.la).version
    again = kept(chapter, first, LINES.rstrip("\n"), world.un.la)
    assert (again.status, again.version) == ("unchanged", first)
    assert chapter.versions.count() == 1


def test_changes_of_two_people_in_different_places_are_merged(world, chapter):
    base = kept(chapter, None, LINES, world.un.la).version
    kept(chapter, base, LINES.replace("first", "opening"), world.un.cla)
    result = kept(chapter, base, LINES.replace("there", "yonder"), world.un.la)
    assert result.status == "merged"
    assert result.version.markdown == LINES.replace("first", "opening").replace("there", "yonder")
    assert world.un.chapter("1").current == result.version


def test_an_old_text_without_changes_of_its_own_makes_no_version(world, chapter):
    base = kept(chapter, None, LINES, world.un.la).version
    theirs = kept(chapter, base, LINES.replace("first", "opening"), world.un.cla).version
    result = kept(chapter, base, LINES + "\n", world.un.la)
    assert (result.status, result.version) == ("merged", theirs)


def test_in_a_collision_both_texts_are_kept_and_the_first_stands(world, chapter):
    base = kept(chapter, None, LINES, world.un.la).version
    theirs = kept(chapter, base, LINES.replace("first", "opening"), world.un.cla).version
    mine = LINES.replace("first", "initial")
    result = kept(chapter, base, mine, world.un.la)
    assert (result.status, result.theirs) == ("collision", theirs)
    assert (result.version.markdown, result.version.aside, result.version.settled) == (mine, True, False)
    assert world.un.chapter("1").current == theirs
    assert kept(chapter, base, mine, world.un.la).version == result.version


def test_two_who_begin_on_an_empty_page_collide_and_nothing_is_lost(world, chapter):
    theirs = kept(chapter, None, LINES, world.un.cla).version
    result = kept(chapter, None, "Something else.\n", world.un.la)
    assert (result.status, result.theirs, result.version.markdown) == (
        "collision",
        theirs,
        "Something else.\n",
    )


def test_a_collision_is_settled_once_by_a_text_that_then_stands(world, chapter):
    base = kept(chapter, None, LINES, world.un.la).version
    theirs = kept(chapter, base, LINES.replace("first", "opening"), world.un.cla).version
    aside = kept(chapter, base, LINES.replace("first", "initial"), world.un.la).version
    chosen = LINES.replace("first", "opening and initial")
    result = actions.settle(aside, theirs, chosen, by=world.un.la, now=NOW)
    aside.refresh_from_db()
    assert (result.status, result.version.markdown, aside.settled) == ("saved", chosen, True)
    with pytest.raises(Blocked) as refusal:
        actions.settle(aside, result.version, "Again.", by=world.un.la, now=NOW)
    assert [o.code for o in refusal.value.obstacles] == ["settled"]


@pytest.mark.parametrize("who", ["la", "cla", "secretariat"])
def test_those_whom_the_procedure_names_write(world, chapter, who):
    assert kept(chapter, None, LINES, getattr(world.un, who)).status == "saved"


@pytest.mark.parametrize(
    "who", ["other_la", "editor", "reviewer", "focal_a", "delegate_a", "observer", "chair"]
)
def test_nobody_else_writes_not_even_authors_of_another_chapter(world, chapter, who):
    with pytest.raises(PermissionDenied):
        kept(chapter, None, LINES, getattr(world.un, who))
    assert chapter.versions.count() == 0


def test_an_adviser_of_the_independent_report_never_edits(world):
    with pytest.raises(PermissionDenied):
        kept(world.adv.chapter("1"), None, LINES, world.adv.panel)


def test_in_a_stage_without_drafting_nothing_is_written(world, chapter):
    world.un.at("approval")
    with pytest.raises(Blocked) as refusal:
        kept(chapter, None, LINES, world.un.la)
    assert [o.code for o in refusal.value.obstacles] == ["wrong-stage"]
    assert chapter.versions.count() == 0


def test_a_text_too_complex_is_refused_with_its_line(world, chapter):
    with pytest.raises(Blocked) as refusal:
        kept(chapter, None, "Fine.\n\n" + "[" * 5000, world.un.la)
    assert "line 3" in str(refusal.value)


def test_a_version_of_another_chapter_is_no_base(world, chapter):
    foreign = kept(world.un.chapter("2"), None, LINES, world.un.other_la).version
    with pytest.raises(Blocked) as refusal:
        kept(chapter, foreign, LINES, world.un.la)
    assert [o.code for o in refusal.value.obstacles] == ["foreign-version"]


def test_an_earlier_text_comes_back_as_a_new_version_with_one_entry(world, chapter):
    first = kept(chapter, None, LINES, world.un.la).version
    second = kept(chapter, first, "# Title\n\nAll else is gone.\n", world.un.la).version
    result = actions.restore(chapter, first, second, by=world.un.la, now=NOW)
    assert (result.version.number, result.version.markdown) == (3, LINES)
    assert entries(chapter) == ["chapter.restored"]


def test_nothing_comes_back_over_a_text_that_the_person_has_not_seen(world, chapter):
    first = kept(chapter, None, LINES, world.un.la).version
    second = kept(chapter, first, LINES + "\nMore.\n", world.un.la).version
    kept(chapter, second, LINES + "\nMore yet.\n", world.un.cla)
    with pytest.raises(Blocked) as refusal:
        actions.restore(chapter, first, second, by=world.un.la, now=NOW)
    assert [o.code for o in refusal.value.obstacles] == ["moved-on"]


def test_a_version_gets_a_name_and_the_record_an_entry(world, chapter):
    first = kept(chapter, None, LINES, world.un.la).version
    assert (
        actions.name_version(first, "  Before   the meeting ", by=world.un.la, now=NOW).name
        == "Before the meeting"
    )
    assert entries(chapter) == ["chapter.named"]
    with pytest.raises(Blocked):
        actions.name_version(first, " ", by=world.un.la, now=NOW)


def test_an_imported_text_is_merged_and_the_entry_names_author_and_secretariat(world, chapter):
    base = kept(chapter, None, LINES, world.un.la).version
    kept(chapter, base, LINES.replace("first", "opening"), world.un.cla)
    result = actions.import_text(
        chapter,
        base,
        LINES.replace("there", "yonder"),
        "chapter.md",
        by=world.un.secretariat,
        now=NOW,
        for_=world.un.la.person,
    )
    assert result.status == "merged"
    entry = Entry.objects.select_related("content").get(stream=chapter.stream)
    assert entry.verb == "chapter.imported"
    assert (entry.content.fields["@actor"], entry.content.fields["@for"]) == (
        str(world.un.secretariat),
        str(world.un.la.person),
    )


def test_an_empty_file_is_no_text(world, chapter):
    with pytest.raises(Blocked):
        actions.import_text(chapter, None, " \n", "empty.md", by=world.un.la, now=NOW)


def test_a_new_chapter_has_a_team_editors_and_a_place_and_summaries_stand_first(world):
    made = actions.add_chapter(world.un.cycle, "3", " Risks ", by=world.un.secretariat, now=NOW)
    assert (made.title, made.team.key, made.editors.key) == ("Risks", "un-test-team-3", "un-test-editors-3")
    assert [c.number for c in world.un.cycle.chapters.all()] == ["SPM", "1", "2", "3"]


@pytest.mark.parametrize(
    ("number", "title", "code"),
    [
        ("1", "Again", "number-taken"),
        ("spm", "Again", "number-taken"),
        ("3/4", "Both", "bad-number"),
        ("3", " ", "no-title"),
    ],
)
def test_a_chapter_with_a_bad_number_or_title_is_refused(world, number, title, code):
    with pytest.raises(Blocked) as refusal:
        actions.add_chapter(world.un.cycle, number, title, by=world.un.secretariat, now=NOW)
    assert [o.code for o in refusal.value.obstacles] == [code]


def test_a_lead_author_makes_no_chapters_and_nobody_does_in_the_approval(world):
    with pytest.raises(PermissionDenied):
        actions.add_chapter(world.un.cycle, "3", "Risks", by=world.un.la, now=NOW)
    world.un.at("approval")
    with pytest.raises(Blocked):
        actions.add_chapter(world.un.cycle, "3", "Risks", by=world.un.secretariat, now=NOW)


def test_whoever_begins_a_cycle_adds_its_chapters_in_the_same_act_in_any_stage(world):
    cycle = cycles.create_cycle(
        "late",
        procedure="ipcc",
        title="Late",
        by=world.system,
        now=NOW,
        chapters=2,
        at_stage="approval",
        why="a test",
    )
    assert [c.number for c in cycle.chapters.all()] == ["1", "2"]


def test_a_title_is_changed_by_those_who_manage_with_one_entry(world, chapter):
    assert actions.rename_chapter(chapter, "Risks", by=world.un.secretariat, now=NOW).title == "Risks"
    with pytest.raises(PermissionDenied):
        actions.rename_chapter(chapter, "Mine", by=world.un.la, now=NOW)
    assert world.un.chapter("1").title == "Risks"


@pytest.mark.django_db(transaction=True)
@pytest.mark.databases
def test_of_two_who_save_at_once_none_loses_a_word():
    world = build_world(texts=False)
    chapter = world.un.chapter("1")
    base = kept(chapter, None, LINES, world.un.la).version
    texts = {world.un.la: LINES.replace("first", "opening"), world.un.cla: LINES.replace("there", "yonder")}
    gate, results, faults = threading.Barrier(2), [], []

    def write(by, text):
        try:
            fresh = Chapter.objects.get(pk=chapter.pk)
            gate.wait(10)
            results.append(actions.save(fresh, base, text, by=by, now=timezone.now()).status)
        except Exception as fault:
            faults.append(fault)
        finally:
            connection.close()

    threads = [threading.Thread(target=write, args=each) for each in texts.items()]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert (faults, sorted(results)) == ([], ["merged", "saved"])
    both = LINES.replace("first", "opening").replace("there", "yonder")
    assert Chapter.objects.get(pk=chapter.pk).current.markdown == both
    assert list(ChapterVersion.objects.filter(chapter=chapter).values_list("number", flat=True)) == [1, 2, 3]
