"""The outbox: one row for each event, person and way; no letter is lost, doubled, or sent out of turn."""

from __future__ import annotations

import os
import signal
from datetime import timedelta

import pytest
from django.conf import settings
from django.core import mail
from django.db import IntegrityError, connections, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from records import retention
from records.jobs import queue
from records.models import Address, Job, Notice
from records.notices import post, send
from tests.world import make_user

pytestmark = [pytest.mark.django_db, pytest.mark.databases]

MINUTE = timedelta(minutes=1)


def letters():
    return Notice.objects.filter(channel="mail").order_by("pk")


def test_an_event_is_one_row_for_each_person_and_way_however_often_it_is_written(ada, tell):
    bob = make_user("bob")
    tell([ada, bob])
    ids = sorted(Notice.objects.values_list("message_id", flat=True))
    tell([ada, bob])
    assert sorted(Notice.objects.values_list("message_id", flat=True)) == ids
    assert sorted(Notice.objects.values_list("user__email", "channel")) == [
        ("ada@example.org", "mail"),
        ("ada@example.org", "portal"),
        ("bob@example.org", "mail"),
        ("bob@example.org", "portal"),
    ]


def test_the_id_of_a_letter_lasts_and_nobody_outside_can_work_it_out(settings):
    made = send.message_id("entry.1", "7", "mail")
    assert made == send.message_id("entry.1", "7", "mail") != send.message_id("entry.1", "8", "mail")
    settings.SECRET_KEY = "another"
    assert made != send.message_id("entry.1", "7", "mail")


def test_the_database_itself_refuses_a_second_row(ada, tell):
    tell([ada])
    twin = letters().get()
    twin.pk, twin.message_id = None, "<other@localhost>"
    with pytest.raises(IntegrityError), transaction.atomic():
        twin.save()


def test_a_letter_is_text_and_html_with_the_headers_that_robots_ask_for(ada, tell):
    tell([ada], address="<b>x</b>")
    queue.work_off("work")
    [sent] = mail.outbox
    found = letters().get()
    assert (sent.to, found.state) == (["ada@example.org"], "sent")
    headers = sent.message()
    assert headers["Message-ID"] == found.message_id
    assert headers["Auto-Submitted"] == "auto-generated"
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert headers["List-Unsubscribe"].startswith("<http://localhost:8000/notices/unsubscribe/")
    html = sent.alternatives[0].content
    assert '<html lang="en" dir="ltr">' in html
    assert "&lt;b&gt;x&lt;/b&gt;" in html
    assert "<b>" not in html
    assert "<img" not in html
    assert "We stopped writing to <b>x</b>." in sent.body
    assert '<a href="http://localhost:8000/help/">' in html


def test_a_letter_is_in_the_language_and_direction_of_its_reader(tell):
    tell([make_user("layla", "ar")])
    queue.work_off("work")
    assert '<html lang="ar" dir="rtl">' in mail.outbox[0].alternatives[0].content


def test_no_link_is_made_of_an_address_that_is_not_ours(ada, tell):
    tell([ada], address="https://evil.example/x")
    queue.work_off("work")
    assert 'href="https://evil' not in mail.outbox[0].alternatives[0].content


def test_no_name_or_title_can_begin_a_header_or_a_line(tell):
    eve = make_user("eve")
    eve.name = "Eve\r\nBcc: victim@example.org"
    tell([eve], address="x\r\nBcc: victim@example.org\u2028\r\n\r\nHello")
    queue.work_off("work")
    message = mail.outbox[0].message()
    assert message["Subject"] == "Letters to x Bcc: victim@example.org Hello come back"
    assert message["Bcc"] is None
    assert "\nBcc" not in mail.outbox[0].body
    invited = send.compose(
        "i", "n@example.org", "en", "invitation", {"name": eve.name, "by": eve, "token": "t"}
    )
    assert "Dear Eve Bcc: victim@example.org," in invited.body


def test_a_mandatory_letter_cannot_be_turned_off_by_its_headers(ada):
    send.compose("k", ada.email, "en", "address_failing", {"address": "x"}, ada)
    queue.work_off("work")
    assert "List-Unsubscribe" not in mail.outbox[0].message()


def test_the_words_of_a_secret_letter_are_erased_once_it_is_sent(ada):
    made = send.compose("k", ada.email, "en", "address_failing", {"address": "key"}, ada, secret=True)
    assert "key" in made.body
    queue.work_off("work")
    made.refresh_from_db()
    assert (made.state, made.body, len(mail.outbox)) == ("sent", "", 1)


def test_nobody_closed_or_failing_is_written_to(ada, tell):
    bob = make_user("bob")
    tell([ada, bob])
    type(ada).objects.filter(pk=ada.pk).update(is_active=False)
    Address.objects.create(email=bob.email, bounces=3, failing_since=timezone.now())
    queue.work_off("work")
    assert mail.outbox == []
    assert list(letters().values_list("state", "error")) == [
        ("dropped", post.CLOSED),
        ("dropped", post.FAILING),
    ]


def test_a_letter_that_waited_goes_only_to_those_who_still_see_its_cycle(ada, tell, monkeypatch):
    from records.notices import kinds

    tell([ada])
    Notice.objects.update(created_at=timezone.now() - timedelta(hours=1))
    monkeypatch.setattr(kinds, "_scopes", [lambda user: {}])
    queue.work_off("work")
    assert (mail.outbox, letters().get().error) == ([], post.NO_PART)


def test_the_words_of_old_letters_are_erased_and_those_of_waiting_ones_kept(ada, tell):
    tell([ada], "1")
    queue.work_off("work")
    tell([ada], "2")
    kept = timezone.now() + timedelta(days=settings.RETENTION_DAYS["letters"])
    assert retention.run(kept - MINUTE)["letters"] == 0
    assert retention.run(kept + MINUTE)["letters"] == 1
    assert [bool(letter.body) for letter in letters()] == [False, True]


# ---- A mail server that is away ---------------------------------------------------------------------


def test_all_letters_go_out_in_order_and_once_after_the_server_was_away_for_hours(tell, mail_server, later):
    people = [make_user(f"p{n}") for n in range(5)]
    tell(people, "1")
    pauses = []
    for _hour in range(12):
        queue.work_off("work")
        job = Job.objects.get(kind="mail.send", status="queued")
        pauses.append(job.run_after - timezone.now())
        later(pauses[-1] + timedelta(seconds=1))
    assert pauses == sorted(pauses) or pauses[-1] > 29 * MINUTE
    assert sum(pauses, timedelta()) > timedelta(hours=3)
    assert set(letters().values_list("state", "tries")) == {("waiting", 0)}
    tell(people, "2")
    server = mail_server()
    queue.work_off("work")
    assert [to for to, _m in server.letters] == [p.email for p in people] * 2
    assert [m["Message-ID"] for _to, m in server.letters] == list(
        letters().values_list("message_id", flat=True)
    )
    queue.work_off("work")
    assert len(server.letters) == 10


def test_a_server_that_refuses_to_talk_is_away_and_no_fault_of_the_letter(ada, tell, mail_server, later):
    server = mail_server()
    server.greeting = "421 too busy"
    tell([ada])
    queue.work_off("work")
    assert (letters().get().state, letters().get().tries) == ("waiting", 0)
    server.greeting = "220 ready"
    later(MINUTE)
    queue.work_off("work")
    assert len(server.letters) == 1


def test_one_refused_address_keeps_nobody_else_waiting(tell, mail_server, later):
    gone, slow, good = (make_user(name) for name in ("gone", "slow", "good"))
    server = mail_server()
    server.answers = {gone.email: "550 5.1.1 no such user", slow.email: "451 4.7.1 later"}
    tell([gone, slow, good], "1")
    tell([slow], "2")
    queue.work_off("work")
    assert [to for to, _m in server.letters] == [good.email]
    assert list(letters().values_list("user__name", "state", "error")) == [
        ("Gone", "failed", "550 5.1.1 no such user"),
        ("Slow", "waiting", "451 4.7.1 later"),
        ("Good", "sent", ""),
        ("Slow", "waiting", ""),
    ]
    assert Address.objects.get().bounces == 1
    server.answers = {}
    later(10 * MINUTE)
    post.look()
    queue.work_off("work")
    assert [to for to, _m in server.letters] == [good.email, slow.email, slow.email]
    first, second = letters().filter(user=slow)
    assert [m["Message-ID"] for _to, m in server.letters[1:]] == [first.message_id, second.message_id]


def test_a_letter_that_is_always_put_off_fails_in_the_end(ada, tell, mail_server, later):
    server = mail_server()
    server.answers = {ada.email: "451 4.7.1 later"}
    tell([ada])
    for _try in range(post.LATER_TRIES):
        post.look()
        queue.work_off("work")
        later(timedelta(hours=9))
    assert (letters().get().state, letters().get().tries) == ("failed", post.LATER_TRIES)


def test_two_workers_never_have_the_same_letter(ada, tell):
    tell([ada])
    with_one = post._claimed(10)
    next(with_one)
    assert list(post._claimed(10)) == []


def test_the_number_of_queries_for_writing_does_not_grow_with_the_people(tell):
    people = [make_user(f"p{n}") for n in range(12)]
    tell(people, "0")  # the job that sends waits from here on
    counts = []
    for event, some in (("1", people[:2]), ("2", people)):
        with CaptureQueriesContext(connections["default"]) as found:
            tell(some, event)
        counts.append(len(found))
    assert counts[0] == counts[1]


# ---- Killed in the midst ------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_killed_between_sending_and_saving_a_letter_goes_once_more_under_its_id_and_none_is_lost(
    mail_server, tell, later
):
    people = [make_user(f"p{n}") for n in range(3)]
    server = mail_server()
    tell(people)
    connections.close_all()
    child = os.fork()
    if child == 0:  # a worker of its own, killed by the system once the second letter has left its hands
        ended = post._ended

        def die(notice, *args, **kwargs):
            if notice.user_id == people[1].pk:
                os.kill(os.getpid(), signal.SIGKILL)
            return ended(notice, *args, **kwargs)

        post._ended = die
        queue.work_off("work")
        os._exit(1)
    assert os.WTERMSIG(os.waitpid(child, 0)[1]) == signal.SIGKILL
    assert [to for to, _m in server.letters] == ["p0@example.org", "p1@example.org"]
    assert list(letters().values_list("state", flat=True)) == ["sent", "waiting", "waiting"]
    later(post.LEASE + MINUTE)
    queue.sweep(timezone.now() + queue.LEASE + MINUTE)
    later(5 * MINUTE)
    queue.work_off("work")
    assert [to for to, _m in server.letters] == [
        "p0@example.org",
        "p1@example.org",
        "p1@example.org",
        "p2@example.org",
    ]
    assert server.letters[1][1]["Message-ID"] == server.letters[2][1]["Message-ID"]
    assert set(letters().values_list("state", flat=True)) == {"sent"}
