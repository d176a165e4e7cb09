"""Live sessions on a real server: gapless streams, resuming, long polls, stubs, no sight without standing."""

import http.client
import json
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from reviews.approval import floor, registered, sessions
from reviews.approval.room import record
from tests.reviews.approval.conftest import build_plenary, open_room
from tests.reviews.approval.live_server import Listening, cookie_of, get, served, until

pytestmark = [pytest.mark.databases, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
PATH = "/live/session/un-test/1/"


@pytest.fixture
def world(tmp_path):
    registered.register()
    room = build_plenary()
    room.now = timezone.now()
    open_room(room)
    with served(tmp_path) as port:
        room.__dict__["port"] = port
        yield room


def listen(world, who: str, path: str = PATH, **headers) -> Listening:
    return Listening(world.port, path, cookie_of(world.people[who]), **headers)


def say(world, words: str, visibility: str = "plenary") -> None:
    with transaction.atomic():
        payload = {"line": "B.1", "reason": words}
        record(
            world.session, "line.parked", payload, by=world.chair, at=timezone.now(), visibility=visibility
        )


def test_three_pages_hear_the_exact_gapless_sequence_and_one_that_fell_out_resumes(world):
    pages = [listen(world, who) for who in ("chair", "delegate_a", "observer")]
    until(lambda: all(page.events for page in pages))
    first = world.session.stream.last_seq + 1
    for n in range(10):
        say(world, f"word {n}")
    wanted = list(range(first, first + 10))
    for page in pages:
        assert [e["seq"] for e in page.heard(10)] == wanted
        assert [number for event, number, _data in page.events if event == "entry"] == wanted
    assert pages[0].entries()[0]["say"] == "B.1 is parked. word 0"
    assert pages[0].entries()[0]["ref"] == {"line": "B.1"}

    pages[2].close()
    for n in range(10, 15):
        say(world, f"word {n}")
    # A browser repeats the address it first used and adds the number it last heard.
    again = listen(world, "observer", f"{PATH}?after={first - 1}", **{"Last-Event-ID": str(first + 9)})
    assert [e["seq"] for e in again.heard(5)] == list(range(first + 10, first + 15))
    anew = listen(world, "observer", f"{PATH}?after=0")
    assert [e["seq"] for e in anew.heard(first + 14)] == list(range(1, first + 15))
    for page in (*pages[:2], again, anew):
        page.close()


def test_acts_pressed_on_the_same_server_are_heard_at_once(world):
    page = listen(world, "delegate_a")
    until(lambda: page.events)
    began = time.monotonic()
    floor.ask(world.session, by=world.delegate_b, now=timezone.now())
    [entry] = page.heard(1)
    assert (entry["verb"], entry["say"]) == ("floor.asked", "Delegation b asks for the floor.")
    assert time.monotonic() - began < 2
    page.close()


def test_what_a_role_may_not_see_comes_as_a_stub_so_that_no_number_is_missing(world):
    author, observer = listen(world, "cla"), listen(world, "observer")
    until(lambda: author.events and observer.events)
    say(world, "for the makers of the report", visibility="team")
    say(world, "for the room")
    assert [e["say"] for e in author.heard(2)] == [
        "B.1 is parked. for the makers of the report",
        "B.1 is parked. for the room",
    ]
    hidden, shown = observer.heard(2)
    assert hidden == {"seq": shown["seq"] - 1, "verb": "", "at": "", "say": "", "ref": {}, "withheld": True}
    for page in (author, observer):
        page.close()


@pytest.mark.parametrize("suffix", ["", "poll?after=0"])
def test_without_standing_or_account_there_is_no_such_stream(world, suffix):
    for who in ("reviewer", "outsider"):
        assert get(world.port, PATH + suffix, cookie_of(world.people[who])).status == 404
    assert get(world.port, PATH + suffix).status == 404
    assert get(world.port, PATH + suffix, "sessionid=forged; concord=;;=").status == 404
    assert get(world.port, "/live/session/un-test/2/" + suffix, cookie_of(world.chair)).status == 404


def test_the_long_poll_answers_what_was_missed_and_otherwise_waits(world):
    cookie, last = cookie_of(world.delegate_a), world.session.stream.last_seq
    missed = json.loads(get(world.port, f"{PATH}poll?after={last - 1}", cookie).body)
    assert ([e["seq"] for e in missed["entries"]], missed["seq"]) == ([last], last)
    with ThreadPoolExecutor(1) as elsewhere:
        waiting = elsewhere.submit(get, world.port, f"{PATH}poll?after={last}", cookie)
        time.sleep(1)
        assert not waiting.done()
        sessions.call_line(world.line(), by=world.chair, now=timezone.now())
        came = json.loads(waiting.result().body)
    assert ([e["verb"] for e in came["entries"]], came["seq"]) == (["line.called"], last + 1)


def test_pages_uploads_and_redirects_pass_through_the_same_door(world):
    assert get(world.port, "/c/un-test/sessions/1/", cookie_of(world.chair)).status == 200
    anonymous = get(world.port, "/c/un-test/sessions/1/")
    assert (anonymous.status, "login" in anonymous.headers["Location"]) == (302, True)
    token = "a" * 32
    body = b"x" * (3 * 1024 * 1024)
    boundary = "part"
    fields = f'--{boundary}\r\nContent-Disposition: form-data; name="csrfmiddlewaretoken"\r\n\r\n{token}\r\n'
    file = f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="f.bin"\r\n\r\n'
    payload = fields.encode() + file.encode() + body + f"\r\n--{boundary}--\r\n".encode()
    link = http.client.HTTPConnection("127.0.0.1", world.port, timeout=30)
    headers = {
        "Cookie": f"{cookie_of(world.chair)}; {settings.CSRF_COOKIE_NAME}={token}",
        "Content-Type": f"multipart/form-data; boundary={boundary}",
        "Origin": f"http://127.0.0.1:{world.port}",
    }
    link.request("POST", "/c/un-test/sessions/1/act/suspend/", payload, headers)
    with link.getresponse() as answer:
        assert (answer.status, answer.headers["Location"]) == (302, "/c/un-test/sessions/1/")
    assert world.verbs()[-1] == "session.suspended"
    link.close()


def test_a_person_whose_standing_ends_finds_no_stream_any_more(world):
    cookie = cookie_of(world.delegate_a)
    page = Listening(world.port, PATH, cookie)
    until(lambda: page.events)
    page.close()
    world.delegate_a.person.appointments.update(ends=timezone.now())
    assert get(world.port, PATH, cookie).status == 404
