"""Invariants 1 and 2: what stands before the gavel, one obstacle at a time (procedure 7.7-7.12)."""

import threading

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction

from records.obstacles import Blocked
from reviews.approval import decisions, floor, guards, registered, sessions, texts
from reviews.approval.models import Line
from tests.reviews.approval.conftest import build_plenary, open_room


def not_sitting(room, line):
    line.state = "open"
    line.save()
    sessions.suspend_sitting(room.session, by=room.chair, now=room.now)


def line_parked(room, line):
    sessions.park(line, by=room.chair, now=room.now)


def objections_not_called(room, line):
    Line.objects.filter(pk=line.pk).update(state="open", called_at=None)


def window_running(room, line):
    room.wait(-1)


def bracket_opened(room, line):
    readings = [{"text": "will", "holder": "authors"}, {"text": "could", "holder": "A"}]
    start = line.text.index("will")
    texts.open_bracket(line, line.text_hash, start, start + 4, readings, by=room.chair, now=room.now)


def rival_proposed(room, line):
    texts.propose(line, line.text_hash, "Agents may.", by=room.delegate_a, now=room.now)


def objection_raised(room, line):
    decisions.object_to(line, "Too strong.", by=room.delegate_a, now=room.now)


def point_of_order(room, line):
    floor.ask(room.session, "point-of-order", by=room.delegate_b, now=room.now)


def somebody_speaks(room, line):
    request = floor.ask(room.session, by=room.delegate_b, now=room.now)
    floor.give(request, by=room.chair, now=room.now)


def text_without_verdict(room, line):
    line.verdicts.all().delete()


def inconsistent(room, line):
    decisions.verdict(line, line.text_hash, "inconsistent", "Chapter 1 says half.", by=room.la, now=room.now)


def verdicts_differ(room, line):
    decisions.verdict(line, line.text_hash, "consistent", by=room.cla, now=room.now)
    inconsistent(room, line)


def screen_silent(room, line):
    line.acknowledgements.all().delete()


def screen_late(room, line):
    late = line.acknowledgements.get()
    late.at = room.now + guards.timedelta(seconds=6)
    late.save()


OBSTACLES = [
    (not_sitting, ["no-sitting"]),
    (line_parked, ["not-open-line"]),
    (objections_not_called, ["objections-not-called"]),
    (window_running, ["window-running"]),
    (bracket_opened, ["open-bracket", "objections-not-called"]),
    (rival_proposed, ["rival-proposal", "objections-not-called"]),
    (objection_raised, ["standing-objection", "objections-not-called"]),
    (point_of_order, ["point-of-order"]),
    (somebody_speaks, ["somebody-speaking"]),
    (text_without_verdict, ["no-verdict"]),
    (inconsistent, ["inconsistent-verdict"]),
    (verdicts_differ, ["verdicts-differ"]),
    (screen_silent, ["not-on-screen"]),
    (screen_late, ["not-on-screen"]),
]


@pytest.mark.parametrize(("hinder", "expected"), OBSTACLES, ids=[fn.__name__ for fn, _codes in OBSTACLES])
def test_each_obstacle_keeps_the_gavel_up_and_says_so_in_words(room, hinder, expected):
    line = room.ready_for_gavel()
    hinder(room, line)
    with pytest.raises(Blocked) as refused:
        decisions.gavel(line, line.text_hash, by=room.chair, now=room.now)
    found = [o.code for o in refused.value.obstacles]
    assert [code for code in found if code in expected] == expected
    assert found == expected or hinder is not_sitting
    assert all(o.text for o in refused.value.obstacles)
    assert room.line().approved_hash == ""


def test_with_nothing_in_the_way_the_gavel_falls_on_exactly_one_text_with_its_verdict_and_screen(room):
    line = room.ready_for_gavel()
    assert guards.obstacles_to_gavel(line, room.now, line.text_hash) == []
    decided = decisions.gavel(line, line.text_hash, by=room.chair, now=room.now)
    assert (decided.state, decided.approved_hash, decided.approved_by) == (
        "approved",
        line.text_hash,
        room.chair,
    )
    entry = room.session.stream.entries.last()
    assert (entry.verb, entry.visibility) == ("line.approved", "public")
    fields = entry.content.fields
    assert (fields["line"], fields["text_hash"], fields["text"]) == ("B.1.1", line.text_hash, line.text)
    assert fields["verdicts"] == "the authors, on circulation"
    assert fields["shown"].startswith("screen at ")


def test_the_gavel_falls_on_no_other_text_than_the_one_named(room):
    line = room.ready_for_gavel()
    with pytest.raises(Blocked) as refused:
        decisions.gavel(line, "0" * 64, by=room.chair, now=room.now)
    assert [o.code for o in refused.value.obstacles] == ["stale-base"]


@pytest.mark.parametrize(
    "who", ["secretariat", "cla", "la", "delegate_a", "observer", "reviewer", "outsider"]
)
def test_nobody_but_the_chair_lets_the_gavel_fall(room, who):
    line = room.ready_for_gavel()
    with pytest.raises(PermissionDenied):
        decisions.gavel(line, line.text_hash, by=room.people[who], now=room.now)
    assert decisions.gavel(line, line.text_hash, by=room.chair, now=room.now).state == "approved"


def test_the_database_refuses_an_approved_line_whose_text_is_not_the_approved_one(room):
    line = room.ready_for_gavel()
    decisions.gavel(line, line.text_hash, by=room.chair, now=room.now)
    with pytest.raises(IntegrityError), transaction.atomic():
        Line.objects.filter(pk=line.pk).update(text_hash="f" * 64)


def test_an_approved_line_takes_no_proposal_no_bracket_and_no_objection(room):
    line = room.ready_for_gavel()
    decisions.gavel(line, line.text_hash, by=room.chair, now=room.now)
    for act in (rival_proposed, bracket_opened, objection_raised, line_parked):
        with pytest.raises(Blocked) as refused:
            act(room, room.line())
        assert [o.code for o in refused.value.obstacles] == ["already-decided"]


def test_a_proposal_to_delete_is_decided_like_any_text(room):
    line = room.call()
    proposal = texts.propose(line, line.text_hash, "", "Said above.", by=room.delegate_a, now=room.now)
    texts.put_on_screen(proposal, by=room.chair, now=room.now)
    line = room.line()
    decisions.verdict(line, line.text_hash, "consistent", by=room.cla, now=room.now)
    room.show(line)
    decisions.call_for_objections(line, line.text_hash, by=room.chair, now=room.now)
    decided = decisions.gavel(line, line.text_hash, by=room.chair, now=room.wait(10))
    assert (decided.state, room.verbs()[-1]) == ("deleted", "line.deleted")


def test_reading_aloud_stands_in_for_the_screen(room):
    line = room.call()
    decisions.read_aloud(line, line.text_hash, by=room.chair, now=room.now)
    decisions.call_for_objections(line, line.text_hash, by=room.chair, now=room.now)
    decided = decisions.gavel(line, line.text_hash, by=room.chair, now=room.wait(10))
    assert decided.state == "approved"
    assert room.session.stream.entries.last().content.fields["shown"] == "read-aloud"


def test_a_screen_that_lags_behind_the_record_counts_only_once_it_follows_again(room):
    line = room.call()
    seq = room.session.stream.last_seq
    room.wait(16)
    decisions.acknowledge_screen(line, line.text_hash, seq, by=room.secretariat, now=room.now)
    assert guards.acknowledgement_of(room.line()) is None
    room.show(line)
    assert guards.acknowledgement_of(room.line()) is not None


def test_a_screen_that_answers_every_entry_does_not_fill_the_record_with_its_answers(room):
    line = room.call()
    for _time in range(4):
        room.show(line)
    assert room.verbs().count("screen.acknowledged") == 1


def test_a_screen_never_acknowledges_a_text_that_is_not_the_lines(room):
    line = room.call()
    with pytest.raises(Blocked) as refused:
        decisions.acknowledge_screen(line, "0" * 64, 1, by=room.secretariat, now=room.now)
    assert [o.code for o in refused.value.obstacles] == ["stale-base"]
    with pytest.raises(PermissionDenied):
        decisions.acknowledge_screen(line, line.text_hash, 1, by=room.delegate_a, now=room.now)


def test_the_call_for_objections_pressed_twice_runs_on_and_starts_no_new_window(room):
    line = room.call()
    decisions.call_for_objections(line, line.text_hash, by=room.chair, now=room.now)
    again = decisions.call_for_objections(line, line.text_hash, by=room.cochair, now=room.wait(5))
    assert again.called_at == room.now - guards.timedelta(seconds=5)
    assert room.verbs().count("objections.called") == 1


def test_the_second_chair_is_told_who_was_first(room):
    line = room.ready_for_gavel()
    decisions.gavel(line, line.text_hash, by=room.chair, now=room.now)
    with pytest.raises(Blocked) as refused:
        decisions.gavel(line, line.text_hash, by=room.cochair, now=room.now)
    [obstacle] = refused.value.obstacles
    assert (obstacle.code, "chair" in obstacle.text) == ("already-decided", True)
    assert room.verbs().count("line.approved") == 1


@pytest.mark.databases
@pytest.mark.django_db(transaction=True)
def test_of_two_chairs_who_press_at_once_one_wins_and_the_other_is_told():
    if connection.vendor == "sqlite" and connection.is_in_memory_db():
        pytest.skip("a database in memory has one writer only; it cannot be pressed at from two threads")
    registered.register()
    room = open_room(build_plenary())
    line = room.ready_for_gavel()
    told = press_together(room, line)
    assert sorted(told) == ["already-decided", "won"]
    assert room.verbs().count("line.approved") == 1


def press_together(room, line) -> list[str]:
    told, start = [], threading.Barrier(2)

    def press(who):
        try:
            start.wait(5)
            decisions.gavel(line, line.text_hash, by=who, now=room.now)
            told.append("won")
        except Blocked as refused:
            told.extend(o.code for o in refused.obstacles)
        finally:
            connection.close()

    threads = [threading.Thread(target=press, args=(who,)) for who in (room.chair, room.cochair)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    return told
