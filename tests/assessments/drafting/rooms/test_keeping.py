"""Between the live document and the versions: nothing acknowledged is missed, nothing live is written over."""

from __future__ import annotations

import asyncio

import pytest
from django.utils import timezone

from assessments.drafting import actions
from assessments.drafting.rooms import house, keeping
from assessments.drafting.rooms.models import Room
from assessments.snapshots.actions import freeze
from records.obstacles import Blocked
from tests.assessments.drafting.rooms.editors import until
from tests.assessments.drafting.rooms.helping import asked, stored
from tests.support import told
from tests.world import CHAPTER, NOW

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.databases]


def test_when_the_last_one_leaves_a_version_is_made_of_what_was_typed_by_those_who_typed(rooms, world):
    chapter = world.un.chapter("1")

    async def story():
        la = await rooms.editor(world.un.la, chapter).come()
        cla = await rooms.editor(world.un.cla, chapter).come()
        await la.settle()
        await cla.settle()
        await la.type(0, "A short word. ")
        await la.settle()
        await until(lambda: cla.text == la.text)
        await cla.type(0, "A far longer word that fills a whole line of text. ")
        await cla.settle()
        await la.leave()
        await cla.leave()
        room = Room.objects.filter(pk=chapter.pk, unkept_since=None)
        async with asyncio.timeout(10):
            while not await asyncio.to_thread(asked, room.exists):
                await asyncio.sleep(0.05)

    told(story())
    version = world.un.chapter("1").current
    assert version.markdown == "A far longer word that fills a whole line of text. A short word. " + CHAPTER
    assert (version.number, version.by) == (2, world.un.cla)
    assert set(version.writers.all()) == {world.un.cla, world.un.la}
    assert Room.objects.get(pk=chapter.pk).unkept_since is None


def test_a_refusal_to_bring_a_text_back_names_a_version_that_is_there(rooms, world):
    chapter = world.un.chapter("1")
    first = chapter.current

    async def story():
        la = await rooms.editor(world.un.la, chapter).come()
        await la.settle()
        await la.type(0, "Typed meanwhile. ")
        await la.settle()

        def act():
            with pytest.raises(Blocked) as refused:
                actions.restore(chapter, first, first, by=world.un.cla, now=timezone.now())
            seen = chapter.versions.get(number=2)
            assert str(refused.value).startswith("Version 2 was saved meanwhile.")
            return actions.restore(chapter, first, seen, by=world.un.cla, now=timezone.now())

        made = await asyncio.to_thread(asked, act)
        assert (made.version.number, made.version.markdown) == (3, CHAPTER)
        await until(lambda: la.text == CHAPTER)
        await la.leave()

    told(story())
    assert chapter.versions.get(number=2).markdown == f"Typed meanwhile. {CHAPTER}"


def test_a_frozen_snapshot_holds_what_was_acknowledged_before(rooms, world):
    chapter = world.un.chapter("1")

    async def story():
        la = await rooms.editor(world.un.la, chapter).come()
        await la.settle()
        await la.type(0, "Typed a moment before. ")
        await la.settle()

        def act():
            return freeze(world.un.cycle, "FOD", by=world.un.secretariat, now=timezone.now())

        await asyncio.to_thread(asked, act)
        await la.leave()

    told(story())
    assert world.un.chapter("1").current.markdown == "Typed a moment before. " + CHAPTER


def test_a_text_saved_on_another_page_comes_in_as_an_edit_and_disturbs_nobody(rooms, world):
    chapter = world.un.chapter("1")

    async def story():
        la = await rooms.editor(world.un.la, chapter).come()
        await la.settle()
        await la.type(0, "Live. ")
        await la.settle()

        def act():
            text = CHAPTER.replace("hard to make", "hard to build 😀")
            return actions.save(chapter, chapter.current, text, by=world.un.cla, now=NOW)

        result = await asyncio.to_thread(asked, act)
        assert result.status == "merged"
        await until(lambda: "build 😀" in la.text)
        assert la.text == "Live. " + CHAPTER.replace("hard to make", "hard to build 😀")
        await la.type(0, "More. ")
        await la.settle()
        await la.leave()
        return la.text

    text = told(story())
    assert stored(chapter) == text
    authors = list(world.un.chapter("1").versions.order_by("number").values_list("by", flat=True))
    assert authors[1:3] == [world.un.la.pk, world.un.cla.pk]


def test_an_import_and_a_restore_are_edits_of_the_live_document(rooms, world):
    chapter = world.un.chapter("1")
    first = chapter.current

    async def story():
        la = await rooms.editor(world.un.la, chapter).come()
        await la.settle()
        new = CHAPTER + "\nA paragraph from a file.\n"
        await asyncio.to_thread(
            asked, lambda: actions.import_text(chapter, first, new, "text.md", by=world.un.la, now=NOW)
        )
        await until(lambda: la.text == new)
        await asyncio.to_thread(
            asked,
            lambda: actions.restore(
                world.un.chapter("1"), first, world.un.chapter("1").current, by=world.un.la, now=NOW
            ),
        )
        await until(lambda: la.text == CHAPTER)
        await la.leave()

    told(story())
    assert stored(chapter) == CHAPTER


def test_a_pause_makes_a_version_and_says_its_number(rooms, world, monkeypatch):
    monkeypatch.setattr(house, "KEEP_AFTER", 0.2)
    chapter = world.un.chapter("1")

    async def story():
        la = await rooms.editor(world.un.la, chapter).come()
        await la.settle()
        await la.type(0, "A pause follows. ")
        assert (await la.until("version"))["number"] == 2
        await la.leave()

    told(story())
    assert keeping.keep_typed(chapter, now=NOW) is None
