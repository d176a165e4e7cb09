"""A room over real WebSockets: what is acknowledged is stored, who may not write is not heard."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from django.utils import timezone

from assessments.drafting.rooms import store, wire
from assessments.drafting.rooms.models import Room, RoomUpdate
from assessments.drafting.sections import actions as sections
from assessments.drafting.sections.reading import sections_of
from panels.models import Appointment
from tests.assessments.drafting.rooms.editors import until
from tests.assessments.drafting.rooms.helping import asked, stored
from tests.support import told
from tests.world import CHAPTER, make_user

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.databases]


def test_what_one_types_the_other_reads_and_what_is_acknowledged_is_stored(rooms, world):
    chapter = world.un.chapter("1")

    async def story():
        la = await rooms.editor(world.un.la, chapter).come()
        cla = await rooms.editor(world.un.cla, chapter).come()
        await la.settle()
        await cla.settle()
        assert la.text == CHAPTER == cla.text
        await la.type(0, "😀 مرحبا 你好 ")
        await cla.type(len(cla.text), "End.\n")
        await la.settle()
        await cla.settle()
        await until(lambda: la.text == cla.text)
        assert la.text == "😀 مرحبا 你好 " + CHAPTER + "End.\n"
        await la.leave()
        await cla.leave()
        return la.text

    text = told(story())
    assert stored(chapter) == text


def test_who_types_is_named_by_the_server_and_seen_to_come_and_go(rooms, world):
    chapter = world.un.chapter("1")

    async def story():
        la = await rooms.editor(world.un.la, chapter).come()
        cla = await rooms.editor(world.un.cla, chapter).come()
        came = await la.until("came")
        assert (came["who"]["name"], came["who"]["writes"]) == (str(world.un.cla), True)
        await cla.settle()
        await cla.socket.send('{"kind": "at", "anchor": {"x": 1}, "head": null, "name": "Somebody else"}')
        at = await la.until("at")
        assert at == {"kind": "at", "id": came["who"]["id"], "place": {"anchor": {"x": 1}, "head": None}}
        await cla.leave()
        assert (await la.until("left"))["id"] == came["who"]["id"]
        await la.leave()

    told(story())


def test_a_reader_is_shown_everything_and_heard_in_nothing(rooms, world):
    chapter = world.un.chapter("1")

    async def story():
        reader = await rooms.editor(world.un.editor, chapter).come()
        hello = await reader.until("hello")
        assert hello["may"] is False
        assert "authors" in hello["why"]
        await reader.ready.wait()
        assert reader.text == CHAPTER
        await reader.type(0, "I was here. ")
        await until(lambda: reader.closed is not None)
        assert (reader.closed, reader.of("cut")[0]["text"]) == (4403, hello["why"])

    told(story())
    assert RoomUpdate.objects.count() == 0
    assert stored(chapter) == CHAPTER


def test_a_guest_of_one_section_reads_along_and_writes_nothing_here(rooms, world):
    """An update names characters, not sections: they write in the page of their section, whose every save is judged."""
    un, now = world.un, timezone.now()
    chapter = un.chapter("1")
    (section, *_rest) = [one for one in sections_of(chapter.current) if one.level == 2]
    guest = make_user("guest")
    who = {"name": "", "email": guest.email, "until": now + timedelta(days=7)}
    sections.invite_to_section(chapter, section.id, "ca", **who, by=un.cla, now=now)

    async def story():
        mine = await rooms.editor(guest, chapter).come()
        hello = await mine.until("hello")
        assert hello["may"] is False and "page of the section" in hello["why"]
        await mine.ready.wait()
        assert mine.text == CHAPTER
        await mine.type(len(CHAPTER), "Mine.")
        await until(lambda: mine.closed is not None)
        assert mine.closed == 4403

    told(story())
    assert RoomUpdate.objects.count() == 0
    assert stored(chapter) == CHAPTER


@pytest.mark.parametrize("who", ["outsider", "observer", None])
def test_who_may_not_read_hears_the_same_word_as_of_a_chapter_that_is_not_there(rooms, world, who):
    chapter = world.un.chapter("1")
    user = world.outsider if who == "outsider" else getattr(world.un, who) if who else None

    async def answer(chapter):
        editor = await rooms.editor(user, chapter).come()
        await until(lambda: editor.closed is not None)
        return editor.closed, editor.heard

    seen = told(answer(chapter))
    chapter.number = "99"
    assert seen == told(answer(chapter))
    assert seen[0] == 4404


def test_a_page_of_another_origin_is_refused(rooms, world):
    import websockets

    chapter = world.un.chapter("1")
    for origin in ("https://elsewhere.example", "null", "http://127.0.0.1:1"):
        with pytest.raises(websockets.InvalidStatus):
            told(rooms.editor(world.un.la, chapter, origin=origin).come())


def test_a_removed_author_is_cut_off_within_seconds_with_a_sentence(rooms, world):
    chapter = world.un.chapter("1")

    async def story():
        la = await rooms.editor(world.un.la, chapter).come()
        await la.settle()
        await la.type(0, "Kept. ")
        await la.settle()
        held = Appointment.objects.filter(person__user=world.un.la)
        await asyncio.to_thread(asked, lambda: held.update(ends=timezone.now()))
        await until(lambda: la.closed is not None, 5)
        assert la.closed == 4403
        assert la.of("cut")[0]["text"] == "This text is not there for you any more."

    told(story())
    assert stored(chapter) == "Kept. " + CHAPTER


def test_where_the_stage_ends_while_somebody_writes_they_read_on_and_are_told(rooms, world):
    chapter = world.un.chapter("1")

    async def story():
        la = await rooms.editor(world.un.la, chapter).come()
        await la.settle()
        await asyncio.to_thread(asked, lambda: world.un.at("published"))
        rights = await la.until("rights")
        assert rights["may"] is False
        assert "has no place" in rights["why"]
        await la.leave()

    told(story())


def test_who_was_away_merges_what_was_typed_meanwhile(rooms, world):
    chapter = world.un.chapter("1")

    async def story():
        la = await rooms.editor(world.un.la, chapter).come()
        cla = await rooms.editor(world.un.cla, chapter).come()
        await la.settle()
        await cla.settle()
        await la.leave()
        await la.type(0, "On a train. ")
        await cla.type(len(cla.text), "In the office.\n")
        await cla.settle()
        await la.come()
        await la.settle()
        await until(lambda: la.text == cla.text)
        await la.leave()
        await cla.leave()
        return la.text

    assert told(story()) == "On a train. " + CHAPTER + "In the office.\n" == stored(chapter)


def test_two_processes_show_each_other_every_edit(rooms, world):
    from tests.assessments.drafting.rooms.conftest import Rooms

    chapter = world.un.chapter("1")
    second = Rooms().start()

    async def story():
        la = await rooms.editor(world.un.la, chapter).come()
        cla = await second.editor(world.un.cla, chapter).come()
        await la.settle()
        await cla.settle()
        for turn in range(20):
            await la.type(0, f"a{turn} ")
            await cla.type(len(cla.text), f"z{turn} ")
        await la.settle()
        await cla.settle()
        await until(lambda: la.text == cla.text)
        await la.leave()
        await cla.leave()
        return la.text

    try:
        text = told(story())
    finally:
        second.stop()
    assert stored(chapter) == text
    assert (text.count("a"), text.count("z")) == (CHAPTER.count("a") + 20, CHAPTER.count("z") + 20)


def test_many_updates_are_squashed_and_say_the_same(rooms, world, monkeypatch):
    monkeypatch.setattr(store, "SQUASH_AT", 20)
    chapter = world.un.chapter("1")

    async def story():
        la = await rooms.editor(world.un.la, chapter).come()
        await la.settle()
        for turn in range(60):
            await la.type(turn % 7, f"é{turn}😀")
            await la.settle()
        await la.leave()
        return la.text

    text = told(story())
    room = Room.objects.get(pk=chapter.pk)
    assert room.upto > 0
    assert RoomUpdate.objects.count() < 25
    assert stored(chapter) == text


def test_a_change_that_would_grow_the_text_beyond_reading_is_refused_with_a_sentence(rooms, world):
    chapter = world.un.chapter("1")

    async def story():
        la = await rooms.editor(world.un.la, chapter).come()
        await la.settle()
        await la.type(0, "x" * 3_000_001)
        await until(lambda: la.closed is not None)
        assert la.closed == 4413
        assert la.of("cut")[0]["text"].startswith("The text would have more than 3 MB")

    told(story())
    assert stored(chapter) == CHAPTER


def test_a_squash_that_fails_holds_up_nobody(rooms, world, monkeypatch):
    monkeypatch.setattr(store, "SQUASH_AT", 3)
    chapter = world.un.chapter("1")
    tried = []

    def failing(_chapter):
        tried.append(1)
        raise OSError("locked")

    async def story():
        la = await rooms.editor(world.un.la, chapter).come()
        await la.settle()
        monkeypatch.setattr(store, "squash", failing)
        for turn in range(9):
            await la.type(0, f"{turn} ")
            await la.settle()
        await la.leave()
        return la.text

    text = told(story())
    assert len(tried) >= 2
    assert stored(chapter) == text


def test_a_store_that_fails_delays_the_acknowledgement_and_loses_nothing(rooms, world, monkeypatch):
    chapter = world.un.chapter("1")
    add, failures = store.add, []

    def failing(*arguments):
        if len(failures) < 2:
            failures.append(1)
            raise OSError("no room on the disk")
        return add(*arguments)

    async def story():
        la = await rooms.editor(world.un.la, chapter).come()
        await la.settle()
        monkeypatch.setattr(store, "add", failing)
        await la.type(0, "Patience. ")
        await asyncio.sleep(0.1)
        assert la.kept < la.sent
        await la.settle()
        await la.leave()

    told(story())
    assert stored(chapter) == "Patience. " + CHAPTER


def test_a_browser_that_reads_another_text_is_told(rooms, world):
    import base64
    import json

    chapter = world.un.chapter("1")

    async def story():
        la = await rooms.editor(world.un.la, chapter).come()
        await la.settle()
        vector = base64.b64encode(la.doc.get_state()).decode()
        await la.socket.send(json.dumps({"kind": "check", "vector": vector, "hash": "0" * 64}))
        await la.until("differs")
        await la.leave()

    told(story())


@pytest.mark.parametrize("frame", [b"", b"\x00", b"\x00\x02\xff", b"\x01\x00", wire.message(2, b"\x01")])
def test_what_is_no_message_ends_one_connection_and_no_other(rooms, world, frame):
    chapter = world.un.chapter("1")

    async def story():
        la = await rooms.editor(world.un.la, chapter).come()
        cla = await rooms.editor(world.un.cla, chapter).come()
        await la.settle()
        await cla.settle()
        await la.socket.send(frame)
        await until(lambda: la.closed is not None)
        assert la.closed == 4400
        await cla.type(0, "Undisturbed. ")
        await cla.settle()
        await cla.leave()

    told(story())
    assert stored(chapter) == "Undisturbed. " + CHAPTER
