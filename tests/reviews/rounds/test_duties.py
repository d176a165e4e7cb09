"""Who is reminded of what in a round, and what their calendars show (procedure 6.7, 6.13, 6.14)."""

from __future__ import annotations

from datetime import timedelta

import icalendar
import pytest
from django.test import Client

from assessments.cycles import actions as cycles
from assessments.cycles import duties as interests
from assessments.publishing.models import EditorReport
from panels import actions as panels
from panels.models import Disclosure
from records.models import Notice
from records.notices import calendar, reminders
from records.obstacles import Blocked
from reviews.approval import duties as sessions_duties
from reviews.approval import sessions
from reviews.comments import actions as comments
from reviews.comments import answers, national
from reviews.models import ReviewRound
from reviews.rounds import actions as rounds
from reviews.rounds import duties
from tests.portal.api.caller import BACKEND
from tests.reviews import held
from tests.world import NOW, build_world

pytestmark = pytest.mark.django_db

DAY, WEEK = timedelta(days=1), timedelta(weeks=1)


@pytest.fixture
def world(db):
    return build_world()


def people(dues) -> dict[str, list[str]]:
    """Who owes what, by the last part of its name; empty ones left out."""
    found = {due.subject: sorted(user.name for user in due.people) for due in dues}
    return {subject.rpartition(".")[2]: names for subject, names in found.items() if names}


def write(opened, user, chapter):
    return comments.save_draft(
        opened, chapter, text="Why?", anchor=held.places(opened).whole(), by=user, now=NOW
    )


def test_a_reviewer_hears_of_the_bell_with_unsent_drafts_or_no_comment_and_not_after_sending(world):
    opened = held.open_round(world.un)
    assert people(duties.bell(NOW)) == {}
    held.register(opened, world.un.reviewer)
    assert people(duties.bell(NOW)) == {"silent": ["Un Reviewer"]}
    write(opened, world.un.reviewer, world.un.chapter("1"))
    assert people(duties.bell(NOW)) == {"drafts": ["Un Reviewer"]}
    comments.send_drafts(opened, by=world.un.reviewer, now=NOW)
    assert people(duties.bell(NOW)) == {}


def test_a_reviewer_whose_role_has_ended_hears_nothing(world):
    opened = held.open_round(world.un)
    held.register(opened, world.un.reviewer)
    world.un.reviewer.person.appointments.update(ends=NOW)
    assert people(duties.bell(NOW)) == {}


def test_the_letter_names_the_bell_and_goes_once(world):
    opened = held.open_round(world.un)
    held.register(opened, world.un.reviewer)
    assert reminders.remind(opened.closes_at - 8 * DAY) == 0
    assert reminders.remind(opened.closes_at - DAY) == 1
    assert reminders.remind(opened.closes_at - DAY) == 0
    letter = Notice.objects.get(kind="round.bell", channel="mail")
    assert "have not written a comment" in letter.body
    assert f"{opened.closes_at:%H:%M} UTC" in letter.subject


def test_a_focal_point_hears_of_a_missing_submission_until_it_is_filed(world):
    world.un.at("sod-review")
    held.freeze(world.un.cycle, "SOD")
    opened = rounds.open_round(world.un.cycle, "sod-governments", by=world.un.secretariat, now=NOW)
    assert people(duties.submissions(NOW)) == {str(opened.pk): ["Un Focal A"]}
    held.register(opened, world.un.focal_a)
    write(opened, world.un.focal_a, world.un.chapter("1"))
    national.file_submission(opened, by=world.un.focal_a, now=NOW)
    assert people(duties.submissions(NOW)) == {}


def test_authors_hear_of_unanswered_comments_of_their_own_chapter_until_they_answered(world):
    opened = held.open_round(world.un)
    held.register(opened, world.un.reviewer)
    chapter = world.un.chapter("1")
    made = write(opened, world.un.reviewer, chapter)
    comments.send_drafts(opened, by=world.un.reviewer, now=NOW)
    assert people(duties.answers(NOW)) == {}
    after = opened.closes_at + timedelta(hours=2)
    closed = rounds.close_round(opened, by=world.un.secretariat, now=after)
    assert people(duties.answers(NOW)) == {str(chapter.pk): ["Un Cla", "Un La"]}
    assert closed.answers_due_at == after + 6 * WEEK
    assert reminders.remind(closed.answers_due_at + DAY) == 2
    made.refresh_from_db()
    answers.answer([made], "accepted", "Done.", by=world.un.la, now=NOW)
    assert people(duties.answers(NOW)) == {}


def test_editors_hear_of_their_report_once_all_answers_are_published_until_it_is_filed(world):
    opened = held.open_round(world.un)
    assert people(duties.editor_reports(NOW)) == {}
    ReviewRound.objects.filter(pk=opened.pk).update(
        status="answered", closed_at=NOW, closed_by=world.un.secretariat, answers_published_at=NOW
    )
    chapter = world.un.chapter("1")
    assert people(duties.editor_reports(NOW)) == {str(chapter.pk): ["Un Editor"]}
    EditorReport.objects.create(
        chapter=chapter, editor=world.un.editor.person, file="r", name="r", sha256="0" * 64, at=NOW
    )
    assert people(duties.editor_reports(NOW)) == {}


def test_whoever_decides_hears_of_a_disclosure_that_waits_and_never_of_their_own(world):
    body = world.un.chapter("1").team
    cycles.ask_disclosure(world.un.cycle, world.outsider.person, "la", body, by=world.un.secretariat, now=NOW)
    filed = panels.file_disclosure(world.outsider.person, body, "None.", by=world.outsider, now=NOW)
    own = panels.file_disclosure(world.un.interests.person, body, "None.", by=world.un.interests, now=NOW)
    found = people(interests.undecided(NOW))
    assert "Un Interests" in found[str(filed.pk)]
    assert "Un Interests" not in found.get(str(own.pk), [])
    assert "Un La" not in found[str(filed.pk)]
    panels.decide_disclosure(
        filed,
        "cleared",
        "",
        by=world.un.interests,
        now=NOW,
        authority=world.un.cycle,
        stream=world.un.cycle.stream,
    )
    assert str(filed.pk) not in people(interests.undecided(NOW))


def test_a_role_that_asks_for_a_disclosure_reminds_of_a_missing_one(world):
    assert people(interests.owed(NOW)) == {}
    Disclosure.objects.filter(person=world.un.la.person).delete()
    assert list(people(interests.owed(NOW)).values()) == [["Un La"]]


# ---- Sessions and the calendar ------------------------------------------------------------------------


@pytest.fixture
def session(world):
    world.un.at("final-draft")
    held.freeze(world.un.cycle, "FGD")
    summary = world.un.cycle.snapshots.get(label="FGD").chapters.get(chapter__kind="summary")
    return sessions.create_session(
        world.un.cycle, summary, by=world.un.secretariat, now=NOW, opens_at=NOW + 10 * DAY
    )


def test_those_who_follow_a_session_hear_of_its_opening_the_day_before(world, session):
    [due] = sessions_duties.openings(NOW)
    names = {user.name for user in due.people}
    assert {"Un Delegate A", "Un Observer", "Un La", "Un Chair"} <= names
    assert not names & {"Un Reviewer", "Outsider", "Adv Chair"}
    assert reminders.remind(NOW + 8 * DAY) == 0
    assert reminders.remind(NOW + 9 * DAY) == len(names)


def test_the_opening_is_moved_by_those_who_prepare_it_and_not_into_the_past(world, session, client):
    client.force_login(world.un.la, backend=BACKEND)
    address = "/c/un-test/sessions/1/act/plan/"
    assert client.get("/c/un-test/sessions/1/plan/").status_code == 404
    assert client.post(address, {"opens_at": "2031-01-05T09:00"}).status_code == 403
    client.force_login(world.un.secretariat, backend=BACKEND)
    assert 'value="2026-12-03T09:00"' in client.get("/c/un-test/sessions/1/plan/").content.decode()
    assert client.post(address, {"opens_at": "2031-01-05T09:00"}).status_code == 302
    session.refresh_from_db()
    assert session.opens_at.year == 2031
    assert session.stream.entries.get(verb="session.planned").visibility == "public"
    with pytest.raises(Blocked) as refused:
        sessions.plan_session(session, NOW - DAY, by=world.un.secretariat, now=NOW)
    assert [o.code for o in refused.value.obstacles] == ["past"]


def events(user) -> dict[str, icalendar.Event]:
    answer = Client().get(calendar.address(user).removeprefix("http://localhost:8000"))
    assert answer.status_code == 200
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    assert all(len(line) <= 75 for line in answer.content.split(b"\r\n"))
    read = icalendar.Calendar.from_ical(answer.content)
    return {str(e["UID"]): e for e in read.walk("VEVENT")}


def test_a_calendar_shows_what_this_person_may_see_in_utc_under_lasting_names(world, session):
    world.un.at("fod-review")
    opened = held.open_round(world.un)
    bell, opening = f"round.{opened.pk}.closes@localhost", f"session.{session.pk}.opens@localhost"
    assert set(events(world.un.reviewer)) == {bell}
    assert set(events(world.un.la)) == {bell, opening}
    assert set(events(world.outsider)) == set()
    found = events(world.un.la)[opening]
    assert found["DTSTART"].to_ical() == b"20261203T090000Z"
    assert str(found["URL"]) == f"http://localhost:8000{session.get_absolute_url()}"
    assert events(world.un.la)[bell]["UID"] == bell


def test_a_renewed_link_a_guess_and_a_removed_person_find_nothing(world, client):
    old = calendar.address(world.un.la).removeprefix("http://localhost:8000")
    client.force_login(world.un.la, backend=BACKEND)
    assert client.post("/settings/calendar/").status_code == 302
    assert Client().get(old).status_code == 404
    new = calendar.address(world.un.la).removeprefix("http://localhost:8000")
    assert Client().get(new).status_code == 200
    assert Client().get("/calendar/guess.ics").status_code == 404
    type(world.un.la).objects.filter(pk=world.un.la.pk).update(is_active=False)
    assert Client().get(new).status_code == 404
