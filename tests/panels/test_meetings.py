"""Meetings of a body: called, answered, minuted, and what was agreed to be done (procedure 2.12, 2.13)."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from panels.meetings import actions, calling
from panels.meetings.models import Meeting
from panels.models import Appointment, Body, User
from records.models import Notice
from records.obstacles import Blocked
from tests.world import build_world

pytestmark = pytest.mark.django_db


@pytest.fixture
def un():
    return build_world().un


@pytest.fixture
def team(un):
    return un.chapter("1").team


def call(un, team, *, days=3, by=None, **more):
    starts = timezone.now() + timedelta(days=days)
    given = {"starts": starts, "ends": starts + timedelta(hours=2), "place": "Room 3", **more}
    return actions.call(team, "Second author meeting", **given, by=by or un.cla, now=timezone.now())


def code(act, *args, **more) -> list[str]:
    with pytest.raises(Blocked) as refused:
        act(*args, **more)
    return [one.code for one in refused.value.obstacles]


def test_who_leads_calls_the_meetings_of_their_team_and_its_members_see_them(un, team):
    made = call(un, team, agenda=["Opening", "Chapter 1", ""])
    assert [item.title for item in made.agenda.all()] == ["Opening", "Chapter 1"]
    for user in (un.cla, un.la, un.secretariat):
        assert user.has_perm("meeting.view", made)
    for user in (un.other_la, un.reviewer, un.delegate_a):
        assert not user.has_perm("meeting.view", made)
        with pytest.raises(PermissionDenied):
            call(un, team, by=user)
    with pytest.raises(PermissionDenied):
        call(un, team, by=un.la)
    assert calling.next_of([team.pk], timezone.now()) == {team.pk: made}


def test_what_makes_no_sense_is_refused_and_nothing_is_kept(un, team):
    now = timezone.now()
    for more, why in (
        ({"ends": now}, "ends-before"),
        ({"link": "no address"}, "bad-address"),
        ({"agenda": ["x"] * 61}, "agenda-too-long"),
    ):
        assert code(call, un, team, **more) == [why]
    assert code(actions.call, team, " ", starts=now, ends=now + timedelta(hours=1), by=un.cla, now=now) == [
        "no-title"
    ]
    assert not Meeting.objects.exists()


def test_a_meeting_is_moved_and_cancelled_with_a_reason(un, team):
    made, now = call(un, team), timezone.now()
    later = made.starts + timedelta(days=1)
    moved = actions.change(
        made, made.title, starts=later, ends=later + timedelta(hours=1), place="Room 4", by=un.cla, now=now
    )
    assert (moved.place, moved.sequence) == ("Room 4", made.sequence + 1)
    same = actions.change(
        moved, moved.title, starts=moved.starts, ends=moved.ends, place="Room 4", by=un.cla, now=now
    )
    assert same.sequence == moved.sequence
    assert code(actions.cancel, made, " ", by=un.cla, now=now) == ["no-reason"]
    ended = actions.cancel(made, "The venue closed.", by=un.cla, now=now)
    assert ended.status == "cancelled"
    assert code(actions.cancel, made, "Again.", by=un.cla, now=now) == ["cancelled"]
    assert calling.next_of([team.pk], now) == {}


def test_minutes_are_written_by_one_at_a_time_and_change_no_more_once_they_are_final(un, team):
    made, now = call(un, team, days=-1), timezone.now()
    empty = actions.digest("")
    actions.write_minutes(made, "We met.", seen=empty, by=un.cla, now=now)
    assert code(actions.write_minutes, made, "Others met.", seen=empty, by=un.secretariat, now=now) == [
        "moved-on"
    ]
    assert code(actions.close, made, by=un.cla, now=now) == ["nobody-present"]
    assert code(actions.record_attendance, made, [un.other_la.person], by=un.cla, now=now) == ["not-called"]
    actions.record_attendance(made, [un.cla.person, un.la.person], by=un.cla, now=now)
    actions.close(made, by=un.cla, now=now)
    made.refresh_from_db()
    assert (made.status, made.minutes) == ("held", "We met.")
    assert code(
        actions.write_minutes, made, "Other.", seen=actions.digest("We met."), by=un.cla, now=now
    ) == ["held"]
    task = actions.add_task(made, "Send the figures.", un.la.person, due=now.date(), by=un.cla, now=now)
    assert code(actions.add_task, made, "Send.", un.other_la.person, by=un.cla, now=now) == ["not-a-member"]
    with pytest.raises(PermissionDenied):
        actions.finish_task(task, by=un.other_la, now=now)
    assert actions.finish_task(task, "Sent.", by=un.la, now=now).done_by == un.la
    assert code(actions.finish_task, task, by=un.la, now=now) == ["done"]


def test_one_says_whether_one_comes_and_only_for_oneself(un, team):
    made, now = call(un, team), timezone.now()
    assert actions.answer(made, "comes", by=un.la, now=now).person == un.la.person
    assert actions.answer(made, "away", by=un.la, now=now).answer == "away"
    assert made.attendance.count() == 1
    assert code(actions.answer, made, "perhaps", by=un.la, now=now) == ["no-answer"]
    assert code(actions.answer, made, "comes", by=un.secretariat, now=now) == ["not-a-member"]
    with pytest.raises(PermissionDenied):
        actions.answer(made, "comes", by=un.other_la, now=now)
    begun = call(un, team, days=-1)
    assert code(actions.answer, begun, "comes", by=un.la, now=now) == ["begun"]
    assert not Notice.objects.filter(user=un.other_la).exists()


def test_a_dissolved_body_meets_no_more(un, team):
    Body.objects.filter(pk=team.pk).update(ceased_at=timezone.now())
    assert code(call, un, team, by=User.objects.system()) == ["dissolved"]


def test_a_document_is_a_file_or_an_address(un, team):
    meeting, who = call(un, team), {"by": un.cla, "now": timezone.now()}
    for more, why in (
        ({}, "file-or-address"),
        ({"address": "https://example.org/a", "data": b"x"}, "file-or-address"),
        ({"data": b"x" * (actions.MAX_BYTES + 1)}, "too-large"),
        ({"address": "javascript:alert(1)"}, "bad-address"),
    ):
        assert code(actions.add_document, meeting, "Paper", **more, **who) == [why]
    assert (
        actions.add_document(meeting, "", address="https://example.org/a", **who).title
        == "https://example.org/a"
    )
    assert meeting.documents.count() == 1


def test_what_was_cancelled_is_neither_answered_nor_given_tasks(un, team):
    meeting, who = call(un, team), {"by": un.cla, "now": timezone.now()}
    actions.cancel(meeting, "Nobody can come.", **who)
    assert code(actions.answer, meeting, "comes", by=un.la, now=timezone.now()) == ["cancelled"]
    assert code(actions.add_task, meeting, "Write.", un.la.person, **who) == ["cancelled"]


def test_a_meeting_that_has_not_begun_has_no_attendance_and_no_final_minutes(un, team):
    meeting, who = call(un, team), {"by": un.cla, "now": timezone.now()}
    assert code(actions.record_attendance, meeting, [un.cla.person], **who) == ["not-begun"]
    assert code(actions.close, meeting, **who) == ["not-begun", "no-minutes", "nobody-present"]
    too_long = "x" * (actions.MAX_MINUTES + 1)
    assert code(actions.write_minutes, meeting, too_long, seen=actions.digest(""), **who) == ["too-long"]


def test_only_who_keeps_a_meeting_ends_it_and_gives_tasks(un, team):
    meeting, now = call(un, team), timezone.now()
    with pytest.raises(PermissionDenied):
        actions.close(meeting, by=un.la, now=now)
    with pytest.raises(PermissionDenied):
        actions.add_task(meeting, "Write.", un.cla.person, by=un.la, now=now)
    for words in (" ", "x" * 501):
        assert code(actions.add_task, meeting, words, un.la.person, by=un.cla, now=now) == ["no-words"]


def test_who_left_the_body_finishes_no_task_of_it(un, team):
    meeting, now = call(un, team), timezone.now()
    task = actions.add_task(meeting, "Write.", un.la.person, by=un.cla, now=now)
    Appointment.objects.filter(person=un.la.person, body=team).update(ends=now - timedelta(minutes=1))
    with pytest.raises(PermissionDenied):
        actions.finish_task(task, by=User.objects.get(pk=un.la.pk), now=now)
