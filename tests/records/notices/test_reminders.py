"""Reminders: once, the latest alone after a time out of service, never after the deed; and the check of letters."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail
from django.utils import timezone

from records import checks
from records.jobs import queue
from records.models import Notice
from records.notices import digests, kinds, post, preferences, reminders, rendering
from records.registry import Notice as Registered
from records.registry import _notices

pytestmark = [pytest.mark.django_db, pytest.mark.databases]

DAY = timedelta(days=1)


@pytest.fixture
def duty(monkeypatch, news, ada):
    """A rule whose duties the test lays down: ``duty["dues"]``."""
    held = {"dues": [], "ada": ada}
    monkeypatch.setattr(reminders, "_rules", {})
    reminders.register(
        "duty", lambda now: held["dues"], (-7 * DAY, -2 * DAY, 3 * DAY), "session_opening", "A duty"
    )
    yield held
    kinds._kinds.pop("duty")


def due(held, at, subject="1", **more):
    return reminders.Due(subject, at, [held["ada"]], "report", {"title": "It", "href": "/help/"} | more)


def events():
    return list(Notice.objects.filter(channel="mail").order_by("pk").values_list("event", flat=True))


def test_each_reminder_is_written_once_at_its_moment(duty):
    at = timezone.now() + 10 * DAY
    duty["dues"] = [due(duty, at)]
    told = []
    for day in range(16):
        for _again in range(2):
            reminders.remind(at - 10 * DAY + day * DAY)
        told.append(len(events()))
    assert told == [0] * 3 + [1] * 5 + [2] * 5 + [3] * 3


def test_after_a_time_out_of_service_only_the_latest_is_written(duty):
    at = timezone.now()
    duty["dues"] = [due(duty, at)]
    assert reminders.remind(at + 4 * DAY) == 1
    assert reminders.remind(at + 4 * DAY) == 0
    assert [event.rpartition(".")[2] for event in events()] == [f"+{3 * 86400}"]


def test_what_is_long_past_is_not_spoken_of(duty):
    at = timezone.now()
    duty["dues"] = [due(duty, at)]
    assert reminders.remind(at + 3 * DAY + reminders.LONG_PAST) == 0


def test_a_deadline_that_is_moved_is_spoken_of_again(duty):
    at = timezone.now()
    duty["dues"] = [due(duty, at)]
    reminders.remind(at - DAY)
    duty["dues"] = [due(duty, at + 30 * DAY)]
    assert reminders.remind(at) == 0
    assert reminders.remind(at + 29 * DAY) == 1


def test_after_the_deed_nothing_is_written_and_what_waited_does_not_go(duty):
    at = timezone.now() + DAY
    duty["dues"] = [due(duty, at), due(duty, at, "2")]
    reminders.remind(timezone.now())
    Notice.objects.update(created_at=timezone.now() - timedelta(hours=1))
    duty["dues"] = [due(duty, at, "2")]
    queue.work_off("work")
    assert len(mail.outbox) == 1
    assert list(Notice.objects.filter(channel="mail").order_by("pk").values_list("state", "error")) == [
        ("dropped", post.DONE),
        ("sent", ""),
    ]
    duty["dues"] = []
    assert reminders.remind(at + 4 * DAY) == 0


def test_a_deed_done_meanwhile_does_not_enter_a_digest(duty, later):
    ada = duty["ada"]
    preferences.choose(ada, "duty", "", "daily", now=timezone.now())
    duty["dues"] = [due(duty, timezone.now() + DAY)]
    reminders.remind(timezone.now())
    duty["dues"] = []
    later(2 * DAY)
    assert digests.write_due(timezone.now()) == 0
    assert Notice.objects.get(channel="mail").error == post.DONE


# ---- The check ----------------------------------------------------------------------------------------


def test_every_letter_in_use_can_be_written():
    assert checks.verbs_and_notices(None) == []


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (None, "TemplateDoesNotExist"),
        ("Subject alone", "has a subject and no text"),
        ("S\n{% url 'nowhere' %}", "NoReverseMatch"),
        ("S\n{{ name|nothing }}", "TemplateSyntaxError"),
    ],
)
def test_a_letter_that_cannot_be_written_stops_the_start(monkeypatch, settings, tmp_path, text, fault):
    folder = tmp_path / "notices"
    folder.mkdir()
    if text is not None:
        (folder / "broken.txt").write_text(text)
    settings.TEMPLATES = [{**engine, "DIRS": [tmp_path, *engine["DIRS"]]} for engine in settings.TEMPLATES]
    monkeypatch.setitem(_notices, "cycle.created", [Registered(lambda e, c: [], "broken", lambda e, c: {})])
    found = checks.verbs_and_notices(None)
    assert [error.id for error in found] == ["records.E003", "records.E002"]
    assert fault in found[1].msg


def test_a_notice_of_a_verb_that_nobody_registered_stops_the_start(monkeypatch):
    monkeypatch.setitem(_notices, "no.verb", [Registered(lambda e, c: [], "round_opened", lambda e, c: {})])
    assert [error.id for error in checks.verbs_and_notices(None)] == ["records.E001", "records.E003"]


@pytest.mark.parametrize(
    ("zone", "local"),
    [("Asia/Kolkata", "2 March, 02:00 (Asia/Kolkata)"), ("Nowhere/Known", "1 March, 20:30 (UTC)")],
)
def test_the_subject_of_a_session_s_opening_is_in_the_reader_s_zone(ada, zone, local):
    ada.zone, at = zone, datetime(2027, 3, 1, 20, 30, tzinfo=UTC)
    context = {"person": ada, "title": "Session 1", "cycle": None, "due_at": at, "href": "/x"}
    said = rendering.words("session_opening", "en", context)
    assert said.subject == f"Session 1 opens on {local}"
    assert "1 March 2027, 20:30 UTC" in said.text


@pytest.mark.parametrize(
    ("zone", "told"),
    [
        ("Asia/Kolkata", "1 March 2027, 20:30 UTC (2 March 2027, 02:00, Asia/Kolkata)"),
        ("Africa/Nairobi", "1 March 2027, 20:30 UTC (23:30, Africa/Nairobi)"),
        ("Africa/Accra", "1 March 2027, 20:30 UTC"),  # its clocks show UTC
        ("Nowhere/Known", "1 March 2027, 20:30 UTC"),
    ],
)
@pytest.mark.parametrize(
    ("letter", "more"),
    [
        ("session_opening", {}),
        ("round_bell", {}),
        ("submission_due", {}),
        ("answers_due", {"count": 2, "chapter": "3"}),
        ("disclosure_owed", {"body": "a team"}),
    ],
)
def test_every_letter_about_a_moment_names_it_in_utc_and_by_the_reader_s_clock(ada, zone, told, letter, more):
    ada.zone, at = zone, datetime(2027, 3, 1, 20, 30, tzinfo=UTC)
    context = {"person": ada, "title": "A round", "cycle": None, "due_at": at, "href": "/x", **more}
    assert re.search(rf"{re.escape(told)}[.:;]", rendering.words(letter, "en", context).text)
