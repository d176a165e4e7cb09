"""What waits for whom on the first page: prepared sessions, chapters without a text."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from assessments.drafting import actions as drafting
from assessments.drafting.margin import threads
from assessments.drafting.margin.choosing import Chosen
from assessments.drafting.sections import actions as sections
from assessments.drafting.sections.reading import sections_of
from panels.meetings import actions as meetings
from portal.waiting import waiting_for
from reviews.approval import sessions
from tests.reviews import held
from tests.world import NOW, build_world, make_user

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


def test_who_is_spoken_to_in_a_margin_finds_it_here_until_they_answer():
    un = build_world().un
    chapter = un.chapter("1")
    words = chapter.current.markdown.split("\n\n")[1][:30]
    where = Chosen(words)
    thread = threads.remark_here(chapter, where, f"@{un.la} and @{un.cla}, look.", by=un.editor, now=NOW)
    title = "Somebody speaks to you in the margin of chapter 1"
    assert titles(un.la)[title] == f"@{un.la} and @{un.cla}, look."
    assert title not in titles(un.other_la) and title not in titles(un.editor)
    threads.answer(thread, "Seen.", by=un.la, now=NOW)
    assert title not in titles(un.la) and title in titles(un.cla)
    threads.assign(thread, un.cla, due=None, by=un.editor, now=NOW)
    assert title not in titles(un.cla)
    assert "A thread in the margin of chapter 1 waits for you" in titles(un.cla)
    threads.answer(thread, f"@{un.la}, once more.", by=un.editor, now=NOW)
    assert titles(un.la)[title] == f"@{un.la}, once more."
    threads.resolve(thread, by=un.cla, now=NOW)
    assert title not in titles(un.la)


def test_the_section_to_which_somebody_is_invited_waits_for_them_and_for_nobody_else():
    un = build_world().un
    chapter, guest = un.chapter("1"), make_user("guest")
    drafting.save(
        chapter, chapter.current, "# Agents\n\nText.\n\n## Costs\n\nWhat it costs.\n", by=un.la, now=NOW
    )
    costs = sections_of(un.chapter("1").current)[0].id
    until = timezone.now() + timedelta(days=9)
    given = {"email": guest.email, "name": "", "until": until, "by": un.cla, "now": timezone.now()}
    sections.invite_to_section(un.chapter("1"), costs, "ca", **given)
    title = "You are invited to write in chapter 1"
    (wait,) = [each for each in waiting_for(guest, timezone.now()) if each.title == title]
    assert wait.href == reverse("section", args=["un-test", "1", costs])
    assert title not in {each.title for each in waiting_for(un.la, timezone.now())}
    procedure = un.cycle.procedure
    writing = procedure.acts["chapter.draft"]
    un.at(next(stage.key for stage in procedure.stages if not writing.open_in(stage.key)))
    assert title not in {each.title for each in waiting_for(guest, timezone.now())}


def test_a_call_to_a_meeting_waits_for_an_answer_and_a_task_of_it_until_it_is_done():
    un = build_world().un
    now = timezone.now()
    given = {
        "starts": now + timedelta(days=2),
        "ends": now + timedelta(days=2, hours=1),
        "by": un.cla,
        "now": now,
    }
    meeting = meetings.call(un.chapter("1").team, "Second author meeting", **given)

    def waits(user, at=now) -> dict:
        return {wait.title: wait for wait in waiting_for(user, at)}

    assert (waits(un.la)[meeting.title].due, waits(un.la)[meeting.title].cycle) == (meeting.starts, un.cycle)
    for user in (un.other_la, un.reviewer):
        assert meeting.title not in waits(user)
    assert meeting.title not in waits(un.la, now + timedelta(days=3))
    meetings.answer(meeting, "away", by=un.la, now=now)
    assert meeting.title not in waits(un.la) and meeting.title in waits(un.cla)
    day = now.date() + timedelta(days=9)
    task = meetings.add_task(meeting, "Draw the curve.", un.la.person, due=day, by=un.cla, now=now)
    assert waits(un.la)[task.text].text == "Agreed: Second author meeting"
    assert waits(un.la)[task.text].due.date() == day  # on that day, not at the beginning of the next
    assert task.text not in waits(un.cla)
    meetings.finish_task(task, "", by=un.la, now=now)
    assert task.text not in waits(un.la)
    meetings.cancel(meeting, "No quorum.", by=un.cla, now=now)
    assert meeting.title not in waits(un.cla)
