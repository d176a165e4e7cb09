"""What a person hears of and how fast; digests at seven in the morning of their own day; the link that ends it."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from records.jobs import queue
from records.models import Notice, Preference
from records.notices import digests, kinds, preferences
from records.obstacles import Blocked
from tests.portal.api.caller import BACKEND, Caller, codes
from tests.world import make_user

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)  # a Monday


def choose(user, pace, scope="", kind="news"):
    preferences.choose(user, kind, scope, pace, now=timezone.now())


def states():
    return list(Notice.objects.filter(channel="mail").order_by("pk").values_list("state", flat=True))


@pytest.mark.parametrize(
    ("everywhere", "here", "state"),
    [
        ("", "", ["waiting"]),
        ("never", "", []),
        ("never", "now", ["waiting"]),
        ("now", "never", []),
        ("daily", "", ["held"]),
        ("never", "weekly", ["held"]),
    ],
)
def test_the_word_for_one_report_overrides_the_word_for_all(ada, tell, everywhere, here, state):
    for scope, pace in (("", everywhere), ("report", here)):
        if pace:
            choose(ada, pace, scope)
    tell([ada])
    assert states() == state
    assert Notice.objects.filter(channel="portal").count() == 1


def test_a_mandatory_kind_cannot_be_turned_off_and_goes_at_once(ada, tell, monkeypatch):
    Preference.objects.create(user=ada, kind="news", pace="never")
    monkeypatch.setitem(kinds._kinds, "news", kinds.Kind("news", "News", mandatory="A duty."))
    with pytest.raises(Blocked) as refused:
        choose(ada, "never")
    assert [o.code for o in refused.value.obstacles] == ["mandatory"]
    tell([ada])
    assert states() == ["waiting"]


@pytest.mark.parametrize(
    ("zone", "pace", "at"),
    [
        ("UTC", "daily", "2026-11-24T07:00+00:00"),
        ("Asia/Kolkata", "daily", "2026-11-24T01:30+00:00"),
        ("America/Los_Angeles", "daily", "2026-11-23T15:00+00:00"),
        ("America/Los_Angeles", "weekly", "2026-11-23T15:00+00:00"),
        ("UTC", "weekly", "2026-11-30T07:00+00:00"),
        ("Nowhere/Land", "daily", "2026-11-24T07:00+00:00"),
    ],
)
def test_a_digest_comes_at_seven_of_the_persons_own_day(ada, zone, pace, at):
    ada.zone = zone
    assert preferences.next_digest(ada, pace, NOW) == datetime.fromisoformat(at)


def test_seven_stays_seven_when_the_clocks_change(ada):
    ada.zone = "Europe/Berlin"
    before = datetime(2026, 10, 24, 8, 0, tzinfo=UTC)
    assert preferences.next_digest(ada, "daily", before) == datetime(2026, 10, 25, 6, 0, tzinfo=UTC)
    assert preferences.next_digest(ada, "daily", before - timedelta(days=1)) == datetime(
        2026, 10, 24, 5, 0, tzinfo=UTC
    )


def test_a_digest_is_one_letter_with_counts_and_a_cap(ada, tell, later):
    choose(ada, "daily")
    for n in range(25):
        tell([ada], str(n), address=f"x{n}@example.org")
    assert digests.write_due(timezone.now()) == 0
    later(timedelta(days=1))
    assert digests.write_due(timezone.now()) == 1
    queue.work_off("work")
    [sent] = mail.outbox
    assert sent.subject == "25 notices for you"
    assert "News (25)" in sent.body
    assert sent.body.count("come back") == digests.LINES
    assert "and 5 more:" in sent.body
    assert "http://localhost:8000/notices/?kind=news" in sent.body
    assert '<a href="http://localhost:8000/notices/?kind=news">' in sent.alternatives[0].content
    assert states() == ["digested"] * 25 + ["sent"]


def test_two_runs_write_one_digest_a_day(ada, tell, later):
    choose(ada, "daily")
    tell([ada], "1")
    later(timedelta(days=1))
    digests.write_due(timezone.now())
    tell([ada], "2")
    later(timedelta(days=1))
    assert digests.write_due(timezone.now()) == 0
    assert Notice.objects.filter(kind="digest").count() == 1
    assert digests.write_due(timezone.now() + timedelta(days=1)) == 1
    assert Notice.objects.filter(kind="digest").count() == 2


def test_what_the_person_sees_no_longer_does_not_enter_a_digest(ada, tell, later, monkeypatch):
    choose(ada, "daily")
    tell([ada])
    monkeypatch.setattr(kinds, "_scopes", [lambda user: {}])
    later(timedelta(days=1))
    assert digests.write_due(timezone.now()) == 0
    assert states() == ["dropped"]


@pytest.mark.parametrize(("pace", "state"), [("never", "dropped"), ("now", "waiting"), ("weekly", "held")])
def test_what_waits_for_a_digest_follows_a_new_choice(ada, tell, pace, state):
    choose(ada, "daily")
    tell([ada])
    choose(ada, pace)
    assert states() == [state]


# ---- The link of a letter ---------------------------------------------------------------------------


def link_of(message) -> str:
    return re.search(
        r"<http://localhost:8000(/notices/unsubscribe/[^>]+)>", message.message()["List-Unsubscribe"]
    )[1]


def test_the_link_asks_on_get_and_acts_on_post_without_signing_in(ada, tell):
    tell([ada])
    queue.work_off("work")
    link = link_of(mail.outbox[0])
    stranger = Client(enforce_csrf_checks=True)
    assert "No more letters about this?" in stranger.get(link).content.decode()
    assert not Preference.objects.exists()
    assert stranger.post(link, {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert [(p.user, p.kind, p.scope, p.pace) for p in Preference.objects.all()] == [
        (ada, "news", "report", "never")
    ]
    tell([ada], "2")
    tell([ada], "3", scope="")
    assert len(states()) == 2  # the first, and the one that belongs to no report


def test_a_guessed_or_changed_link_is_unknown(ada, tell):
    tell([ada])
    queue.work_off("work")
    link = link_of(mail.outbox[0])
    client = Client()
    for wrong in ("/notices/unsubscribe/guess/", link[:-3] + "x/"):
        assert client.get(wrong).status_code == 404
        assert client.post(wrong).status_code == 404
    assert not Preference.objects.exists()


def test_the_link_of_a_digest_ends_digests(ada, tell, later):
    choose(ada, "daily")
    choose(ada, "weekly", "report")
    tell([ada])
    later(timedelta(days=9))
    digests.write_due(timezone.now())
    queue.work_off("work")
    Client().post(link_of(mail.outbox[0]))
    assert set(Preference.objects.values_list("scope", "pace")) == {("", "never"), ("report", "never")}


# ---- Pages and API ------------------------------------------------------------------------------------


def test_the_page_keeps_what_was_chosen_and_says_what_is_mandatory(ada, news, client):
    client.force_login(ada, backend=BACKEND)
    page = client.get("/settings/notices/").content.decode()
    assert "Without it you could not sign in." in page
    assert 'name="account:"' not in page
    client.post("/settings/notices/", {"news:": "daily", "news:report": "never", "account:": "never"})
    assert set(Preference.objects.values_list("kind", "scope", "pace")) == {
        ("news", "", "daily"),
        ("news", "report", "never"),
    }
    client.post("/settings/notices/", {"news:": "daily", "news:report": ""})
    assert list(Preference.objects.values_list("kind", "scope", "pace")) == [("news", "", "daily")]


def test_preferences_through_the_api(ada, news):
    caller = Caller(ada)
    status, made = caller.put("notices/preferences/", kind="news", scope="report", pace="weekly")
    row = next(k for k in made["kinds"] if k["kind"] == "news")
    assert (status, row["scopes"], row["mandatory"]) == (200, [{"slug": "report", "pace": "weekly"}], False)
    assert codes(caller.put("notices/preferences/", kind="account", pace="never")) == (409, ["mandatory"])
    assert codes(caller.put("notices/preferences/", kind="news", scope="x", pace="now")) == (
        409,
        ["unknown-scope"],
    )
    assert codes(caller.put("notices/preferences/", kind="news", pace="often")) == (409, ["unknown-pace"])
    assert Caller().get("notices/preferences/")[0] == 401


def test_notices_are_listed_and_marked_read_through_the_api(ada, tell):
    tell([ada, bob := make_user("bob")])
    caller = Caller(ada)
    [row] = caller.get("notices/", unread="yes")[1]["results"]
    assert (row["kind"], row["href"], row["read_at"]) == ("news", "/help/", None)
    assert Caller(bob).post("notices/read/", ids=[row["id"]]) == (200, {"marked": 0})
    assert caller.post("notices/read/", ids=[row["id"]]) == (200, {"marked": 1})
    assert caller.get("notices/", unread="yes")[1]["results"] == []
    assert Caller(bob).post("notices/read/") == (200, {"marked": 1})
