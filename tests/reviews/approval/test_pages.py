"""The pages of a session: each person's own room, acts by POST, nothing typed lost, works without scripts."""

import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from reviews.approval import decisions, floor, rooms, sessions, texts
from reviews.approval.acts import ACTS
from reviews.approval.strip import strip
from tests.reviews.approval.conftest import body, seat, user


@pytest.fixture
def sitting(room):
    """The page's clock is the real one; the room takes it over."""
    room.now = timezone.now()
    room.call()
    return room


@pytest.fixture
def page(client, sitting):
    def get(who, path="", **data):
        client.force_login(sitting.people[who])
        return client.get(f"/c/un-test/sessions/1/{path}", data)

    return get


@pytest.fixture
def act(client, sitting):
    def post(who, name, **data):
        client.force_login(sitting.people[who])
        return client.post(f"/c/un-test/sessions/1/act/{name}/", data)

    return post


@pytest.mark.parametrize(
    ("who", "view"),
    [("chair", "chair"), ("cla", "author"), ("delegate_a", "delegate"), ("observer", "observer")],
)
def test_one_address_shows_each_person_their_own_room(sitting, page, who, view):
    assert rooms.view_of(sitting.people[who], sitting.session) == view
    answer = page(who)
    assert answer.status_code == 200
    assert "B.1.1" in answer.content.decode()
    regions = page(who, f"regions/{view}/")
    assert regions.headers["X-Concord-Seq"] == str(sitting.session.stream.last_seq)


@pytest.mark.parametrize("who", ["reviewer", "outsider"])
@pytest.mark.parametrize("path", ["", "lines/", "screen/", "regions/delegate/"])
def test_for_people_without_standing_the_session_does_not_exist(page, who, path):
    assert page(who, path).status_code == 404


def test_regions_of_somebody_elses_room_are_not_handed_out(page):
    assert page("delegate_a", "regions/chair/").status_code == 404
    assert page("delegate_a", "regions/screen/").status_code == 404
    assert page("delegate_a", "screen/").status_code == 404
    assert page("secretariat", "screen/").status_code == 200


def test_every_act_of_the_room_can_be_pressed_without_scripts(sitting, act):
    text_hash = sitting.line().text_hash
    assert act("delegate_a", "floor-ask", kind="intervention").status_code == 302
    request = sitting.session.floor.get()
    assert act("chair", "floor-give", request=request.pk).status_code == 302
    assert act("delegate_a", "floor-end", request=request.pk).status_code == 302
    act("delegate_a", "propose", line="B.1.1", base_hash=text_hash, text="Agents may.", reason="")
    proposal = sitting.line().proposals.get()
    act("chair", "proposal-put", proposal=proposal.pk)
    now = sitting.line().text_hash
    act("chair", "bracket-open", line="B.1.1", base_hash=now, words="may", reading="could", holder="")
    act("chair", "bracket-lift", bracket=sitting.line().brackets.get().pk, words="may")
    act("la", "verdict", line="B.1.1", text_hash=now, value="consistent")
    act("delegate_b", "object", line="B.1.1", reason="Too weak.")
    act("delegate_b", "objection-view", objection=sitting.line().objections.get().pk, view="Our words.")
    act("chair", "read-aloud", line="B.1.1", text_hash=now)
    act("chair", "call-objections", line="B.1.1", text_hash=now)
    assert sitting.line().state == "objections"
    act("chair", "park", line="B.1.1")
    act("chair", "call", line="b.1.2")
    assert sitting.line("B.1.2").state == "open"
    assert sitting.verbs()[-4:] == ["line.read_aloud", "objections.called", "line.parked", "line.called"]


def test_a_refused_act_comes_back_as_sentences_on_the_page_it_came_from(client, sitting):
    client.force_login(sitting.chair)
    back = "http://testserver/c/un-test/sessions/1/"
    data = {"line": "B.1.1", "text_hash": sitting.line().text_hash}
    answer = client.post("/c/un-test/sessions/1/act/gavel/", data, HTTP_REFERER=back, follow=True)
    assert "have not been called for" in answer.content.decode()
    assert sitting.line().state == "open"


def test_words_typed_against_a_text_that_moved_come_back_with_the_present_text(sitting, act):
    line = sitting.line()
    first = texts.propose(line, line.text_hash, "Agents may.", by=sitting.delegate_a, now=sitting.now)
    texts.put_on_screen(first, by=sitting.chair, now=sitting.now)
    answer = act("delegate_b", "propose", line="B.1.1", base_hash=line.text_hash, text="Agents could.")
    page = answer.content.decode()
    assert answer.status_code == 409
    assert ("Agents may." in page, "Agents could." in page) == (True, True)
    assert f'value="{sitting.line().text_hash}"' in page


def test_a_faulty_form_says_what_is_expected_and_keeps_what_was_typed(act, sitting):
    answer = act("delegate_a", "propose", line="B.9.9", base_hash="x", text="Agents could.")
    assert (answer.status_code, "Agents could." in answer.content.decode()) == (422, True)
    assert act("delegate_a", "nothing-of-the-sort").status_code == 404


def test_a_mistyped_line_is_said_on_the_live_page(client, sitting):
    client.force_login(sitting.chair)
    room = "http://testserver/c/un-test/sessions/1/"
    answer = client.post("/c/un-test/sessions/1/act/call/", {"line": "B.9.9"}, HTTP_REFERER=room, follow=True)
    assert answer.redirect_chain == [(room, 302)]
    assert "No line is called “B.9.9”" in answer.content.decode()


def test_the_gavel_says_what_it_decided(client, room):
    room.now = timezone.now() - timezone.timedelta(seconds=60)
    line = room.ready_for_gavel()
    client.force_login(room.chair)
    data = {"line": line.label, "text_hash": line.text_hash}
    answer = client.post("/c/un-test/sessions/1/act/gavel/", data, follow=True)
    assert [str(message) for message in answer.context["messages"]] == ["B.1.1 is approved."]
    assert room.line().state == "approved"


def test_only_the_desk_is_asked_for_whom_it_enters(act, sitting):
    same = {"line": "B.1.1", "base_hash": sitting.line().text_hash, "text": sitting.line().text}
    for who, asked in (("delegate_a", False), ("secretariat", True)):
        given = {"for_body": sitting.delegate_b.person.appointments.get().body_id} if asked else {}
        answer = act(who, "propose", **same, **given)
        assert answer.status_code == 409
        assert ('name="for_body"' in answer.content.decode()) is asked


def test_the_names_of_sections_stand_where_their_lines_begin(sitting):
    shown = strip(sitting.session)
    assert [one["name"] for one in shown["names"]] == shown["sections"]
    places = [float(one["at"]) for one in shown["names"]]
    assert places[0] == 0
    assert places == sorted(set(places))
    assert max(float(bar.x) + float(bar.width) for bar in shown["bars"]) <= 960
    labels = list(sitting.session.lines.order_by("place").values_list("label", flat=True))
    begins = [next(i for i, label in enumerate(labels) if label.startswith(s)) for s in shown["sections"]]
    assert all(abs(at - i / len(labels) * 100) < 1 for at, i in zip(places, begins, strict=True))


def test_a_wrong_role_is_refused_and_nothing_happens(act, sitting):
    before = sitting.session.stream.last_seq
    assert act("delegate_a", "gavel", line="B.1.1", text_hash="0" * 64).status_code == 403
    assert act("observer", "object", line="B.1.1").status_code == 403
    assert act("outsider", "floor-ask", kind="intervention").status_code == 404
    assert sitting.session.stream.last_seq == before


@pytest.mark.parametrize("key", ACTS)
def test_whoever_may_not_is_told_so_before_the_form_is_looked_at(act, sitting, key):
    for who, person in sitting.people.items():
        if not person.has_perm("session.follow", sitting.session):
            continue
        may = any(person.has_perm(need, sitting.session) for need in ACTS[key].needs)
        assert (act(who, key).status_code == 403) == (not may), who


def test_the_screen_acknowledges_hash_and_number_as_json(client, sitting):
    client.force_login(sitting.secretariat)
    page = client.get("/c/un-test/sessions/1/screen/").content.decode()
    seq, text_hash = sitting.session.stream.last_seq, sitting.line().text_hash
    assert f'data-hash="{text_hash}" data-seq="{seq}"' in page
    url = "/c/un-test/sessions/1/act/acknowledge/"
    sent = json.dumps({"hash": text_hash, "seq": seq})
    assert client.post(url, sent, content_type="application/json").json() == {"done": True}
    assert sitting.line().acknowledgements.count() == 1
    wrong = client.post(url, json.dumps({"hash": "0" * 64, "seq": seq}), content_type="application/json")
    assert (wrong.status_code, [o["code"] for o in wrong.json()["obstacles"]]) == (409, ["stale-base"])


def test_what_changed_since_somebody_looked_is_shown_to_them_alone(sitting, page):
    page("delegate_a")
    line = sitting.line()
    proposal = texts.propose(
        line, line.text_hash, "Agents may finish.", by=sitting.delegate_b, now=sitting.now
    )
    texts.put_on_screen(proposal, by=sitting.chair, now=sitting.now)
    assert "Changed since you looked" in page("delegate_a", "regions/delegate/").content.decode()
    assert "Changed since you looked" in page("delegate_a").content.decode()
    assert "Changed since you looked" not in page("delegate_b").content.decode()


def test_the_gavel_list_of_the_chair_names_what_the_guards_name(sitting, page):
    line = sitting.line()
    decisions.object_to(line, "Too strong.", by=sitting.delegate_a, now=sitting.now)
    shown = page("chair").content.decode()
    assert "Delegation a objects." in shown
    assert 'action="/c/un-test/sessions/1/act/gavel/"' not in shown


def test_all_lines_filter_by_state_and_section(sitting, page):
    assert page("observer", "lines/").content.decode().count('class="spm__n"') == 4
    assert page("observer", "lines/", state="open").content.decode().count('class="spm__n"') == 1
    assert page("observer", "lines/", section="note").content.decode().count('class="spm__n"') == 1


def test_the_number_of_queries_does_not_grow_with_the_summary(sitting, page, django_assert_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from reviews.approval.models import Line

    page("delegate_a")
    with CaptureQueriesContext(connection) as few:
        page("delegate_a")
    Line.objects.bulk_create(
        Line(
            session=sitting.session,
            place=n,
            label=f"C.1.{n}",
            block="p",
            start=0,
            end=1,
            circulated="X",
            text="X",
            text_hash="0" * 64,
        )
        for n in range(100, 160)
    )
    with CaptureQueriesContext(connection) as many:
        page("delegate_a")
    assert len(many) == len(few)


def test_the_secretariat_prepares_a_session_and_others_find_no_such_page(client, plenary):
    client.force_login(plenary.delegate_a)
    assert client.get("/c/un-test/sessions/new/").status_code == 404
    assert client.get("/c/un-test/sessions/").status_code == 200
    client.force_login(plenary.secretariat)
    assert client.get("/c/un-test/sessions/new/").status_code == 200
    answer = client.post("/c/un-test/sessions/new/", {"frozen": plenary.frozen.pk, "title": "Plenary"})
    assert answer.status_code == 302
    assert plenary.cycle.sessions.get().lines.count() == 4


def test_a_session_that_is_not_sitting_and_one_that_is_closed_have_their_pages(room, client):
    for who in ("chair", "cla", "delegate_a", "observer"):
        client.force_login(room.people[who])
        assert client.get("/c/un-test/sessions/1/").status_code == 200
    sessions.suspend_sitting(room.session, by=room.chair, now=room.now)
    client.force_login(room.chair)
    assert "Open the sitting" in client.get("/c/un-test/sessions/1/").content.decode()
    client.force_login(room.secretariat)
    assert client.get("/c/un-test/sessions/1/screen/").status_code == 200


def test_the_desk_enters_what_a_delegation_hands_in_and_the_record_names_both(sitting, page, act):
    assert "Entered for" in page("secretariat").content.decode()
    assert "Entered for" not in page("observer").content.decode()
    handed = {"line": "B.1.1", "base_hash": sitting.line().text_hash, "text": "Agents may."}
    act("secretariat", "propose", **handed, for_body=sitting.body("b").pk)
    fields = sitting.session.stream.entries.last().content.fields
    assert (fields["@actor"], fields["@for"], fields["who"]) == (
        "secretariat",
        "Delegation b",
        "Delegation b",
    )
    assert act("delegate_a", "propose", **handed, for_body=sitting.body("b").pk).status_code == 403


@pytest.mark.parametrize(
    ("who", "path", "most"),
    [
        ("chair", "", 20),
        # Who may ask for the floor is told of their own requests and of the lines around: one question more.
        ("cla", "", 21),
        ("delegate_a", "", 21),
        ("observer", "", 20),
        ("secretariat", "screen/", 20),
        ("secretariat", "lines/", 20),
    ],
)
def test_a_room_asks_few_questions_however_many_wait(sitting, page, who, path, most):
    def queries() -> int:
        with CaptureQueriesContext(connection) as made:
            assert page(who, path).status_code == 200
        # Signing in is the test's own, not the page's.
        return sum('"django_session"' not in q["sql"] and "last_login" not in q["sql"] for q in made)

    floor.ask(sitting.session, by=sitting.people["delegate_a"], now=sitting.now)
    page(who, path)
    before = queries()
    for n in range(12):
        delegate = user(f"extra_{n}")
        seat(sitting.cycle, delegate, body(sitting.cycle, f"extra-{n}", "delegation"), "head")
        floor.ask(sitting.session, by=delegate, now=sitting.now)
    assert queries() == before <= most
