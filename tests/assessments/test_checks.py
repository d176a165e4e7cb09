"""A name in use with nothing registered stops the start, not the user."""

from assessments.checks import procedures_load_and_their_conditions_are_answered_for as check
from records import registry
from records.checks import verbs_and_notices


def test_every_condition_of_every_procedure_is_answered_for():
    assert check(None) == []


def test_a_condition_that_nobody_answers_for_is_named(monkeypatch):
    monkeypatch.delitem(registry._conditions, "scope-endorsed")
    assert [(e.id, "scope-endorsed" in e.msg) for e in check(None)] == [("assessments.E002", True)]


def test_a_notice_without_a_sentence_or_template_is_named(monkeypatch):
    assert verbs_and_notices(None) == []
    notice = registry.Notice(lambda e, c: [], "no-such-letter", lambda e, c: {})
    monkeypatch.setitem(registry._notices, "nothing.happened", [notice])
    assert [e.id for e in verbs_and_notices(None)] == ["records.E001", "records.E003", "records.E002"]
