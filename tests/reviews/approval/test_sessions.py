"""Preparing, sitting, the agenda (procedure 7.1-7.4, 7.15)."""

import pytest
from django.core.exceptions import PermissionDenied

from records.obstacles import Blocked
from reviews.approval import conditions, decisions, sessions
from reviews.approval.models import Line
from reviews.approval.wording import text_hash


def codes(blocked) -> list[str]:
    return [o.code for o in blocked.value.obstacles]


def test_lines_are_the_sentences_of_the_frozen_summary_with_labels_and_lines_of_sight(room):
    rows = room.session.lines.values_list("label", "headline", "text", "sight", "kind")
    assert list(rows) == [
        ("B.1", True, "Use has grown.", "1.2", "sentence"),
        ("B.1.1", False, "Agents will finish such tasks (high confidence).", "1.3, Figure 1.2", "sentence"),
        ("B.1.2", False, "Tests say less.", "2.1", "sentence"),
        ("note 1", False, "Levels follow the guidance note.", "", "footnote"),
    ]


def test_circulated_text_carries_the_authors_verdict_of_exactly_its_hash(room):
    for line in room.session.lines.all():
        [verdict] = line.verdicts.all()
        assert (verdict.text_hash, verdict.value, verdict.on_circulation) == (
            text_hash(line.text),
            "consistent",
            True,
        )


def test_only_those_named_prepare_a_session_and_only_one_runs(plenary):
    with pytest.raises(PermissionDenied):
        sessions.create_session(plenary.cycle, plenary.frozen, by=plenary.chair, now=plenary.now)
    sessions.create_session(plenary.cycle, plenary.frozen, by=plenary.secretariat, now=plenary.now)
    with pytest.raises(Blocked) as refused:
        sessions.create_session(plenary.cycle, plenary.frozen, by=plenary.secretariat, now=plenary.now)
    assert codes(refused) == ["session-running"]


def test_no_session_is_prepared_before_its_stage(plenary):
    plenary.cycle.stage = "drafting"
    plenary.cycle.save()
    with pytest.raises(Blocked) as refused:
        sessions.create_session(plenary.cycle, plenary.frozen, by=plenary.secretariat, now=plenary.now)
    assert codes(refused) == ["wrong-stage"]


def test_a_chapter_is_not_approved_line_by_line(plenary):
    plenary.frozen.chapter.kind = "chapter"
    with pytest.raises(Blocked) as refused:
        sessions.create_session(plenary.cycle, plenary.frozen, by=plenary.secretariat, now=plenary.now)
    assert codes(refused) == ["not-the-summary"]


@pytest.mark.parametrize("who", ["secretariat", "cla", "delegate_a", "observer", "reviewer", "outsider"])
def test_only_the_chair_brings_up_a_line(room, who):
    with pytest.raises(PermissionDenied):
        sessions.call_line(room.line(), by=room.people[who], now=room.now)
    assert room.call().state == Line.State.OPEN


def test_one_line_is_open_at_a_time_and_a_parked_line_makes_room(room):
    room.call("B.1")
    with pytest.raises(Blocked) as refused:
        room.call("B.1.1")
    assert codes(refused) == ["another-open"]
    sessions.park(room.line("B.1"), "later", by=room.chair, now=room.now)
    assert room.call("B.1.1").state == Line.State.OPEN
    assert room.verbs()[-3:] == ["line.called", "line.parked", "line.called"]


def test_called_twice_a_line_is_recorded_once(room):
    room.call()
    room.call()
    assert room.verbs().count("line.called") == 1


def test_before_the_sitting_and_during_a_suspension_nothing_is_brought_up(room):
    sessions.suspend_sitting(room.session, by=room.chair, now=room.now)
    with pytest.raises(Blocked) as refused:
        room.call()
    assert codes(refused) == ["no-sitting"]
    sessions.open_sitting(room.session, by=room.chair, now=room.now)
    assert room.call().state == Line.State.OPEN


def test_an_approved_line_is_not_called_again_and_reopens_only_by_recorded_ruling(room):
    line = room.ready_for_gavel()
    decisions.gavel(line, line.text_hash, by=room.chair, now=room.now)
    with pytest.raises(Blocked) as refused:
        room.call()
    assert codes(refused) == ["already-decided"]
    with pytest.raises(Blocked) as refused:
        sessions.reopen(room.line(), " ", by=room.chair, now=room.now)
    assert codes(refused) == ["no-words"]
    with pytest.raises(PermissionDenied):
        sessions.reopen(room.line(), "An error of fact.", by=room.delegate_a, now=room.now)
    reopened = sessions.reopen(room.line(), "An error of fact.", by=room.chair, now=room.now)
    assert (reopened.state, reopened.approved_hash) == (Line.State.OPEN, "")
    assert room.verbs()[-2:] == ["line.approved", "line.reopened"]


def test_after_the_close_no_ruling_reopens_a_line(room):
    for label in ("B.1", "B.1.1", "B.1.2", "note 1"):
        line = room.ready_for_gavel(label)
        decisions.gavel(line, line.text_hash, by=room.chair, now=room.now)
    sessions.close_session(room.session, by=room.chair, now=room.now)
    with pytest.raises(Blocked) as refused:
        sessions.reopen(room.line(), "An error of fact.", by=room.chair, now=room.now)
    assert codes(refused) == ["no-sitting"]


def test_the_session_closes_when_every_line_is_decided_and_then_the_condition_holds(room):
    assert [o.code for o in conditions.summary_circulated(room.cycle, None)] == []
    with pytest.raises(Blocked) as refused:
        sessions.close_session(room.session, by=room.chair, now=room.now)
    assert codes(refused) == ["lines-undecided"]
    for label in ("B.1", "B.1.1", "B.1.2", "note 1"):
        line = room.ready_for_gavel(label)
        decisions.gavel(line, line.text_hash, by=room.chair, now=room.now)
    assert [o.code for o in conditions.summary_approved(room.cycle, None)] == ["summary-not-approved"]
    sessions.close_session(room.session, by=room.chair, now=room.now)
    assert conditions.summary_approved(room.cycle, None) == []


def test_without_a_session_the_summary_is_neither_circulated_nor_approved(plenary):
    assert [o.code for o in conditions.summary_circulated(plenary.cycle, None)] == ["summary-not-circulated"]
    assert [o.code for o in conditions.summary_approved(plenary.cycle, None)] == ["summary-not-circulated"]
