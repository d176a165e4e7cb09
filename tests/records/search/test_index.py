"""The index: what changed is noted with the change, taken in right after, and never in the way of it."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction

from assessments.drafting import actions as drafting
from records.erasure import erase
from records.models import Entry, Indexed, Unindexed
from records.search import index, registry
from records.search.finding import search
from tests.world import NOW, build_world
from tests.world_samples import sample_kwargs

pytestmark = [pytest.mark.django_db, pytest.mark.databases]


def titles(user, question, **more):
    return [hit.title for hit in search(user, question, **more).hits]


def content() -> list[tuple]:
    return sorted(Indexed.objects.values_list("kind", "key", "scope", "title", "terms", "at"))


def test_what_was_noted_is_all_there_is():
    sample_kwargs(build_world())
    index.catch_up()
    assert Unindexed.objects.count() == 0
    followed = content()
    Indexed.objects.all().delete()
    index.rebuild()
    assert content() == followed
    assert {row[0] for row in followed} >= {
        "cycle",
        "chapter",
        "passage",
        "comment",
        "line",
        "person",
        "entry",
    }


def test_a_text_is_found_as_it_now_is_and_no_more_as_it_was():
    world = build_world(texts=False)
    chapter = world.un.chapter("1")
    drafting.save(chapter, None, "# Title\n\nZebras graze.\n", by=world.un.la, now=NOW)
    index.catch_up()
    assert titles(world.un.la, "zebra") == ["1 Chapter 1"]
    chapter = world.un.chapter("1")
    drafting.save(chapter, chapter.current, "# Title\n\nLions sleep.\n", by=world.un.la, now=NOW)
    index.catch_up()
    assert (titles(world.un.la, "zebra"), titles(world.un.la, "lion")) == ([], ["1 Chapter 1"])


def test_a_change_that_is_undone_leaves_no_note():
    world = build_world()
    index.catch_up()
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        drafting.rename_chapter(world.un.chapter("1"), "Zebras", by=world.un.secretariat, now=NOW)
        raise ZeroDivisionError
    assert Unindexed.objects.count() == 0


def test_a_thing_that_cannot_be_indexed_keeps_no_other_out(monkeypatch, caplog):
    world = build_world()
    chapters = registry.kind("chapter")
    broken = world.un.chapter("2").pk

    def document(chapter):
        if chapter.pk == broken:
            raise OSError("the disk is away")
        return chapters.document(chapter)

    monkeypatch.setitem(registry._kinds, "chapter", registry.Kind(**{**vars(chapters), "document": document}))
    index.catch_up()
    assert titles(world.un.secretariat, "agents complete", only="chapter", scope="un-test") == [
        "SPM Summary for policymakers",
        "1 Chapter 1",
    ]
    assert "could not be indexed" in caplog.text


def test_erased_words_leave_the_index_in_the_same_act():
    world = build_world()
    drafting.rename_chapter(world.un.chapter("1"), "Quaggas", by=world.un.secretariat, now=NOW)
    index.catch_up()
    entry = Entry.objects.get(verb="chapter.renamed")
    assert Indexed.objects.filter(kind="entry", terms__contains="quaggas").exists()
    erase(entry, reason="asked", by=world.un.co_chair, at=NOW)
    assert not Indexed.objects.filter(kind="entry", key=entry.pk).exists()
    index.rebuild(["entry"])
    assert not Indexed.objects.filter(kind="entry", terms__contains="quaggas").exists()


def test_many_notes_and_long_notes_are_taken_in_by_parts(monkeypatch):
    build_world()
    monkeypatch.setattr(index, "BATCH", 3)
    index.catch_up()
    followed = content()
    Indexed.objects.all().delete()
    for found in registry.kinds():
        index.touch(found.name, found.every())
    index.catch_up()
    assert content() == followed


def test_the_command_makes_the_index_anew_and_refuses_a_kind_that_is_not_there():
    build_world()
    out = StringIO()
    call_command("reindex", "chapter", "cycle", stdout=out)
    assert json.loads(out.getvalue()) == {"cycle": 2, "chapter": 5}
    with pytest.raises(CommandError, match="there is no zebra"):
        call_command("reindex", "zebra")
