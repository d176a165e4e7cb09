"""Proposals, brackets, the text on the screen (procedure 7.6, 7.7, 7.14; invariants 3, 12, 13)."""

import pytest
from django.core.exceptions import PermissionDenied

from records.obstacles import Blocked
from reviews.approval import decisions, guards, texts
from reviews.approval.wording import text_hash


def codes(refused) -> list[str]:
    return [o.code for o in refused.value.obstacles]


def readings(*words):
    return [{"text": w, "holder": f"holder of {w}", "body": ""} for w in words]


def bracket(room, line, words="will", *others):
    start = line.text.index(words)
    return texts.open_bracket(
        line, line.text_hash, start, start + len(words), readings(words, *others), by=room.chair, now=room.now
    )


def test_a_proposal_changes_nothing_until_the_chair_puts_it_on_the_screen(room):
    line = room.call()
    proposal = texts.propose(line, line.text_hash, "Agents may finish.", by=room.delegate_a, now=room.now)
    assert (proposal.letter, room.line().text) == ("A", line.text)
    for who in ("delegate_a", "secretariat", "cla"):
        with pytest.raises(PermissionDenied):
            texts.put_on_screen(proposal, by=room.people[who], now=room.now)
    texts.put_on_screen(proposal, by=room.chair, now=room.now)
    changed = room.line()
    assert (changed.text, changed.text_hash) == ("Agents may finish.", text_hash("Agents may finish."))
    assert [t.number for t in changed.texts.all()] == [1, 2]
    assert guards.verdict_state(changed, changed.text_hash) == "awaited"


def test_against_a_text_that_moved_the_proposer_is_told_with_both_texts_and_overwrites_nothing(room):
    line = room.call()
    first = texts.propose(line, line.text_hash, "Agents may finish.", by=room.delegate_a, now=room.now)
    texts.put_on_screen(first, by=room.chair, now=room.now)
    with pytest.raises(Blocked) as refused:
        texts.propose(line, line.text_hash, "Agents could finish.", by=room.delegate_b, now=room.now)
    assert codes(refused) == ["stale-base"]
    assert "Agents may finish." in str(refused.value)
    assert "Agents could finish." in str(refused.value)
    assert room.line().text == "Agents may finish."


def test_a_proposal_whose_base_moved_is_not_put_over_the_newer_text(room):
    line = room.call()
    one = texts.propose(line, line.text_hash, "Agents may finish.", by=room.delegate_a, now=room.now)
    two = texts.propose(line, line.text_hash, "Agents could finish.", by=room.delegate_b, now=room.now)
    texts.put_on_screen(one, by=room.chair, now=room.now)
    with pytest.raises(Blocked) as refused:
        texts.put_on_screen(two, by=room.chair, now=room.now)
    assert codes(refused) == ["stale-base"]
    assert room.line().text == "Agents may finish."


def test_the_hash_is_that_of_the_text_in_nfc(room):
    line = room.call()
    proposal = texts.propose(line, line.text_hash, "Cafe\u0301  likely.", by=room.delegate_a, now=room.now)
    assert (proposal.text, proposal.text_hash) == ("Café likely.", text_hash("Café likely."))


def test_sent_twice_a_proposal_stands_once(room):
    line = room.call()
    for _time in range(2):
        texts.propose(line, line.text_hash, "Agents may.", by=room.delegate_a, now=room.now)
    assert (line.proposals.count(), room.verbs().count("line.proposed")) == (1, 1)


@pytest.mark.parametrize("who", ["observer", "reviewer", "outsider", "chair"])
def test_who_may_not_propose_does_not(room, who):
    line = room.call()
    with pytest.raises(PermissionDenied):
        texts.propose(line, line.text_hash, "Agents may.", by=room.people[who], now=room.now)


def test_only_its_holder_withdraws_a_proposal_and_a_colleague_of_the_delegation_counts_as_holder(room):
    line = room.call()
    proposal = texts.propose(line, line.text_hash, "Agents may.", by=room.delegate_a, now=room.now)
    with pytest.raises(Blocked) as refused:
        texts.withdraw_proposal(proposal, by=room.delegate_b, now=room.now)
    assert codes(refused) == ["not-yours"]
    assert texts.withdraw_proposal(proposal, by=room.colleague_a, now=room.now).status == "withdrawn"


def test_the_chair_sets_a_proposal_aside_only_by_a_ruling_in_words(room):
    line = room.call()
    proposal = texts.propose(line, line.text_hash, "Agents may.", by=room.delegate_a, now=room.now)
    with pytest.raises(Blocked) as refused:
        texts.set_aside(proposal, "", by=room.chair, now=room.now)
    assert codes(refused) == ["no-words"]
    texts.set_aside(proposal, "Not supported by the chapter.", by=room.chair, now=room.now)
    assert room.session.stream.entries.last().content.fields["ruling"] == "Not supported by the chapter."


def test_what_the_secretariat_enters_for_a_delegation_records_both(room):
    line = room.call()
    body = room.body("b")
    texts.propose(line, line.text_hash, "Agents may.", by=room.secretariat, now=room.now, for_body=body)
    entry = room.session.stream.entries.last()
    assert (entry.content.fields["@actor"], entry.content.fields["@for"]) == ("secretariat", str(body))
    with pytest.raises(PermissionDenied):
        texts.propose(line, line.text_hash, "Agents can.", by=room.delegate_a, now=room.now, for_body=body)


def test_words_lifted_from_a_bracket_make_a_new_text_and_move_the_other_bracket_along(room):
    line = room.call()
    first = bracket(room, line, "will", "could")
    bracket(room, line, "tasks", "jobs")
    texts.lift_bracket(first, "could perhaps", by=room.chair, now=room.now)
    changed = room.line()
    assert changed.text == "Agents could perhaps finish such tasks (high confidence)."
    [other] = changed.brackets.filter(lifted_at=None)
    assert changed.text[other.start : other.end] == "tasks"


def test_lifted_to_the_words_as_they_stand_a_bracket_leaves_the_text_and_its_verdict(room):
    line = room.call()
    texts.lift_bracket(bracket(room, line, "will", "could"), "will", by=room.chair, now=room.now)
    assert room.line().text_hash == line.text_hash
    assert guards.verdict_state(room.line(), line.text_hash) == "consistent"


def test_a_bracket_needs_two_readings_its_own_words_and_free_ground(room):
    line = room.call()
    with pytest.raises(Blocked) as refused:
        bracket(room, line, "will")
    assert codes(refused) == ["no-readings"]
    with pytest.raises(Blocked) as refused:
        texts.open_bracket(line, line.text_hash, 0, 6, readings("will", "could"), by=room.chair, now=room.now)
    assert codes(refused) == ["not-the-words"]
    bracket(room, line, "will finish", "could finish")
    with pytest.raises(Blocked) as refused:
        bracket(room, line, "will", "could")
    assert codes(refused) == ["bracket-there"]


def test_while_a_bracket_stands_no_proposal_is_put_over_it(room):
    line = room.call()
    proposal = texts.propose(line, line.text_hash, "Agents may.", by=room.delegate_a, now=room.now)
    bracket(room, line, "will", "could")
    with pytest.raises(Blocked) as refused:
        texts.put_on_screen(proposal, by=room.chair, now=room.now)
    assert codes(refused) == ["open-bracket"]


def test_two_who_lift_a_bracket_to_different_words_do_not_overwrite_each_other(room):
    line = room.call()
    stands = bracket(room, line, "will", "could")
    texts.lift_bracket(stands, "could", by=room.chair, now=room.now)
    with pytest.raises(Blocked) as refused:
        texts.lift_bracket(stands, "will", by=room.cochair, now=room.now)
    assert codes(refused) == ["lifted"]
    assert "could" in room.line().text


def test_a_new_text_ends_the_call_for_objections(room):
    line = room.call()
    decisions.call_for_objections(line, line.text_hash, by=room.chair, now=room.now)
    texts.propose(line, line.text_hash, "Agents may.", by=room.delegate_a, now=room.now)
    assert (room.line().state, room.line().called_at) == ("open", None)
