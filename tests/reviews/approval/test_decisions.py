"""Verdicts and objections: who gives them, how they end (procedure 7.8, 7.10, 7.11, 7.13)."""

import pytest
from django.core.exceptions import PermissionDenied

from records.obstacles import Blocked
from reviews.approval import decisions, guards, texts


def codes(refused) -> list[str]:
    return [o.code for o in refused.value.obstacles]


def changed(room):
    line = room.call()
    proposal = texts.propose(line, line.text_hash, "Agents may finish.", by=room.delegate_a, now=room.now)
    texts.put_on_screen(proposal, by=room.chair, now=room.now)
    return room.line()


def test_authors_of_the_summary_and_of_the_chapter_in_sight_give_verdicts_and_no_others(room):
    line = changed(room)
    with pytest.raises(Blocked) as refused:
        decisions.verdict(line, line.text_hash, "consistent", by=room.la_elsewhere, now=room.now)
    assert codes(refused) == ["not-its-author"]
    with pytest.raises(PermissionDenied):
        decisions.verdict(line, line.text_hash, "consistent", by=room.chair, now=room.now)
    decisions.verdict(line, line.text_hash, "consistent", by=room.la, now=room.now)
    assert guards.verdict_state(line, line.text_hash) == "consistent"


def test_a_verdict_on_another_text_does_not_count(room):
    line = room.call()
    old = line.text_hash
    line = changed(room)
    with pytest.raises(Blocked) as refused:
        decisions.verdict(line, old, "consistent", by=room.la, now=room.now)
    assert codes(refused) == ["stale-base"]


def test_a_verdict_given_on_a_proposal_holds_once_that_text_is_on_the_screen(room):
    line = room.call()
    proposal = texts.propose(line, line.text_hash, "Agents may finish.", by=room.delegate_a, now=room.now)
    decisions.verdict(line, proposal.text_hash, "consistent", by=room.la, now=room.now)
    texts.put_on_screen(proposal, by=room.chair, now=room.now)
    assert guards.verdict_matters(room.line()) == []


def test_not_consistent_needs_its_reason(room):
    line = changed(room)
    with pytest.raises(Blocked) as refused:
        decisions.verdict(line, line.text_hash, "inconsistent", " ", by=room.la, now=room.now)
    assert codes(refused) == ["no-note"]


def test_where_verdicts_differ_a_co_chair_of_the_author_team_decides_once_and_for_all(room):
    line = changed(room)
    decisions.verdict(line, line.text_hash, "consistent", by=room.cla, now=room.now)
    with pytest.raises(Blocked) as refused:
        decisions.verdict(
            line, line.text_hash, "consistent", "Decided.", by=room.cla, now=room.now, final=True
        )
    assert codes(refused) == ["no-difference"]
    decisions.verdict(line, line.text_hash, "inconsistent", "Too weak.", by=room.la, now=room.now)
    assert guards.verdict_state(line, line.text_hash) == "differing"
    with pytest.raises(Blocked) as refused:
        decisions.verdict(line, line.text_hash, "inconsistent", "Mine.", by=room.la, now=room.now, final=True)
    assert codes(refused) == ["not-a-lead"]
    decisions.verdict(
        line, line.text_hash, "consistent", "Section 1.3.", by=room.cla, now=room.now, final=True
    )
    assert guards.verdict_state(line, line.text_hash) == "consistent"
    with pytest.raises(Blocked) as refused:
        decisions.verdict(line, line.text_hash, "inconsistent", "Still.", by=room.la, now=room.now)
    assert codes(refused) == ["verdict-decided"]


def test_an_author_may_change_their_mind_and_both_words_stay(room):
    line = changed(room)
    decisions.verdict(line, line.text_hash, "inconsistent", "Too weak.", by=room.la, now=room.now)
    decisions.verdict(line, line.text_hash, "consistent", "Answered.", by=room.la, now=room.now)
    assert guards.verdict_state(line, line.text_hash) == "consistent"
    assert line.verdicts.filter(text_hash=line.text_hash).count() == 2


def test_an_objection_breaks_off_the_call_and_stands_once_for_its_delegation(room):
    line = room.call()
    decisions.call_for_objections(line, line.text_hash, by=room.chair, now=room.now)
    one = decisions.object_to(line, "Too strong.", by=room.delegate_a, now=room.now)
    two = decisions.object_to(line, "Again.", by=room.colleague_a, now=room.now)
    assert (one.pk, room.line().state) == (two.pk, "open")


@pytest.mark.parametrize("who", ["observer", "la", "reviewer", "outsider", "chair"])
def test_only_delegations_object(room, who):
    line = room.call()
    with pytest.raises(PermissionDenied):
        decisions.object_to(line, by=room.people[who], now=room.now)


def test_an_objection_ends_by_its_holder_alone(room):
    line = room.call()
    objection = decisions.object_to(line, "Too strong.", by=room.delegate_a, now=room.now)
    for act in (decisions.lift_objection, lambda o, **w: decisions.turn_into_view(o, "Words.", **w)):
        with pytest.raises(Blocked) as refused:
            act(objection, by=room.delegate_b, now=room.now)
        assert codes(refused) == ["not-yours"]
        with pytest.raises(PermissionDenied):
            act(objection, by=room.chair, now=room.now)
    assert decisions.lift_objection(objection, by=room.colleague_a, now=room.now).status == "lifted"


def test_a_differing_view_stays_in_its_holders_words_and_goes_with_the_decision(room):
    words = "We hold that  “may” says more than is known.\nSecond line."
    line = room.call()
    objection = decisions.object_to(line, by=room.delegate_a, now=room.now)
    decisions.turn_into_view(objection, words, by=room.delegate_a, now=room.now)
    line = room.ready_for_gavel()
    decisions.gavel(line, line.text_hash, by=room.chair, now=room.now)
    views = room.session.stream.entries.last().content.fields["views"]
    assert views == [{"view": words, "who": str(room.body("a"))}]


def test_the_chairs_ruling_needs_words_and_attaches_the_objectors(room):
    line = room.call()
    objection = decisions.object_to(line, "Too strong.", by=room.delegate_a, now=room.now)
    with pytest.raises(Blocked) as refused:
        decisions.rule_on_objection(objection, "", by=room.chair, now=room.now)
    assert codes(refused) == ["no-words"]
    ruled = decisions.rule_on_objection(objection, "Consensus was not reached.", by=room.chair, now=room.now)
    assert (ruled.status, ruled.view) == ("ruled", "Too strong.")


def test_where_the_procedure_knows_no_ruling_none_is_given(room):
    room.cycle.procedure_text = room.cycle.procedure_text.replace(
        "ruling_allowed = true", "ruling_allowed = false"
    )
    room.cycle.save()
    objection = decisions.object_to(room.call(), "Too strong.", by=room.delegate_a, now=room.now)
    with pytest.raises(Blocked) as refused:
        decisions.rule_on_objection(objection, "Consensus was not reached.", by=room.chair, now=room.now)
    assert codes(refused) == ["no-rulings"]
