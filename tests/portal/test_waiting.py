"""What waits for whom on the first page: prepared sessions, chapters without a text."""

import pytest

from portal.waiting import waiting_for
from reviews.approval import sessions
from tests.reviews import held
from tests.world import NOW, build_world

pytestmark = pytest.mark.django_db


def titles(user) -> dict[str, str]:
    return {wait.title: wait.text for wait in waiting_for(user, NOW)}


def test_a_prepared_session_waits_for_its_chair_and_those_who_will_follow_it():
    world = build_world()
    un = world.un
    un.at("final-draft")
    held.freeze(un.cycle, "FGD", printed=False)
    frozen = un.cycle.snapshots.get(label="FGD").chapters.get(chapter__kind="summary")
    session = sessions.create_session(un.cycle, frozen, by=un.secretariat, now=NOW)
    assert titles(un.chair)[session.title].startswith("It is prepared. Open the sitting")
    for user in (un.secretariat, un.delegate_a, un.focal_a, un.spm_cla):
        assert titles(user)[session.title].startswith("It is prepared. You follow it here")
    for user in (un.reviewer, un.other_la, un.observer, world.adv.chair, world.outsider):
        assert session.title not in titles(user)


def test_a_chapter_without_a_text_waits_for_its_own_authors_while_it_can_be_written():
    world = build_world(texts=False)
    empty = "Chapter 1 has no text yet"
    assert empty in titles(world.adv.writer)
    assert empty not in titles(world.adv.other_writer)
    assert empty not in titles(world.adv.secretariat)
    world.adv.at("published")
    assert empty not in titles(world.adv.writer)
