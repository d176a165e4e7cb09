"""Projections are kept, once each, and a person's word outlives the machine's."""

from __future__ import annotations

import json

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import load_command_class
from django.db import IntegrityError, connections, transaction

from assessments.snapshots.registered import sealed
from records.jobs import registry
from records.models import Entry, Job
from records.obstacles import Blocked
from reviews.anchors import deciding, projecting
from reviews.anchors.models import Projection
from reviews.comments.projection import OUTCOMES
from tests.reviews.anchors.conftest import COUNTED, GOES, STAYS
from tests.world import NOW


def rows():
    return sorted(Projection.objects.values_list("pk", "outcome", "block", "start", "end", "decision"))


def test_each_comment_has_one_row_with_what_became_of_its_passage(held):
    assert [held.of(words).outcome for words in (STAYS, COUNTED, GOES)] == ["same", "ambiguous", "deleted"]
    doubtful = held.of(COUNTED)
    assert (doubtful.block, doubtful.reason, doubtful.waits) == ("", "differs", True)
    assert [candidate["doubts"] for candidate in doubtful.candidates] == [["numbers"]]
    assert doubtful.score > doubtful.runner_up


def test_a_second_run_leaves_the_same_rows(held):
    before = rows()
    counts = projecting.store(held.earlier, held.later, now=NOW)
    assert rows() == before
    assert (counts.total(), counts["ambiguous"]) == (3, 1)


def test_the_machine_never_overwrites_a_person(held):
    chosen = deciding.decide(held.of(COUNTED), "place", candidate=1, by=held.world.un.cla, now=NOW)
    counts = projecting.store(held.earlier, held.later, now=NOW)
    again = held.of(COUNTED)
    assert (again.decision, again.decided, again.decided_by) == ("place", chosen.decided, held.world.un.cla)
    assert again.standing["outcome"] == "edited"
    assert (counts["ambiguous"], counts["edited"]) == (0, 1)


def test_one_anchor_has_one_row_in_one_draft(held):
    row = held.of(STAYS)
    row.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save(force_insert=True)


def test_a_decision_names_who_decided(held):
    with pytest.raises(IntegrityError), transaction.atomic():
        Projection.objects.filter(pk=held.of(COUNTED).pk).update(decision="deleted")


def test_freezing_a_later_draft_orders_the_job_and_it_may_run_twice(held):
    Projection.objects.all().delete()
    sealed(held.later, NOW)
    job = Job.objects.get(kind="anchors.project")
    assert job.args == {"earlier": held.earlier.pk, "later": held.later.pk}
    seen = []
    for _time in range(2):
        result = registry.kind("anchors.project").run(
            job, lambda done, total, text: seen.append((done, total))
        )
    assert result["href"] == f"/c/un-test/anchors/{held.earlier.label}/{held.later.label}/"
    assert (Projection.objects.count(), seen[-1]) == (3, (3, 3))
    assert {row.job_id for row in Projection.objects.all()} == {job.pk}


def test_a_draft_without_comments_before_it_orders_nothing(held):
    sealed(held.earlier, NOW)
    assert not Job.objects.filter(kind="anchors.project").exists()


def test_looking_again_is_for_those_who_settle_and_waits_once(held):
    un = held.world.un
    one = projecting.project_again(held.earlier, held.later, by=un.secretariat, now=NOW)
    assert projecting.project_again(held.earlier, held.later, by=un.cla, now=NOW) == one
    with pytest.raises(PermissionDenied):
        projecting.project_again(held.earlier, held.later, by=un.reviewer, now=NOW)
    with pytest.raises(Blocked, match="was not reviewed"):
        projecting.project_again(held.later, held.earlier, by=un.secretariat, now=NOW)


def test_authors_of_the_chapter_and_the_secretariat_decide_and_nobody_else(held):
    un = held.world.un
    for person in (un.la, un.cla, un.secretariat):
        deciding.decide(held.of(COUNTED), "deleted", by=person, now=NOW)
    for person in (un.other_la, un.reviewer, un.editor, un.chair, held.world.outsider):
        with pytest.raises(PermissionDenied):
            deciding.decide(held.of(COUNTED), "deleted", by=person, now=NOW)
        with pytest.raises(PermissionDenied):
            deciding.reopen(held.of(COUNTED), by=person, now=NOW)


def test_each_decision_is_one_entry_and_can_be_taken_back(held):
    cla = held.world.un.cla
    placed = deciding.decide(held.of(COUNTED), "place", candidate=1, by=cla, now=NOW)
    later = held.later.chapters.get(chapter__number="1")
    text = next(b["text"] for b in later.blocks if b["id"] == placed.decided["block"])
    assert text[placed.decided["start"] : placed.decided["end"]] == COUNTED.replace("nine", "twelve")
    section = deciding.decide(held.of(COUNTED), "section", by=cla, now=NOW)
    heading = next(b for b in later.blocks if b["id"] == section.decided["block"])
    assert (heading["kind"], heading["text"]) == ("heading", "Tasks")
    deciding.reopen(held.of(COUNTED), by=cla, now=NOW)
    assert held.of(COUNTED).waits
    verbs = list(Entry.objects.filter(verb__startswith="anchor.").values_list("verb", flat=True))
    assert verbs == ["anchor.placed", "anchor.placed", "anchor.reopened"]


def test_what_is_not_doubtful_is_not_decided_and_a_candidate_must_exist(held):
    cla = held.world.un.cla
    with pytest.raises(Blocked, match="not in doubt"):
        deciding.decide(held.of(STAYS), "deleted", by=cla, now=NOW)
    for wrong in (None, 0, 2):
        with pytest.raises(Blocked, match="none has this number"):
            deciding.decide(held.of(COUNTED), "place", candidate=wrong, by=cla, now=NOW)
    with pytest.raises(Blocked, match="Say which place"):
        deciding.decide(held.of(COUNTED), "perhaps", by=cla, now=NOW)
    with pytest.raises(Blocked, match="Nobody has decided"):
        deciding.reopen(held.of(COUNTED), by=cla, now=NOW)
    assert held.of(COUNTED).waits


def test_the_command_counts_every_anchor_and_keeps_the_rows(held, capsys, monkeypatch):
    Projection.objects.all().delete()
    monkeypatch.setattr(connections, "close_all", lambda: None)
    command = load_command_class("reviews", "project_anchors")
    command.run_from_argv(["manage.py", "project_anchors", "un-test", "FOD", "SOD"])
    result = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert result == {"anchors": 3, **dict.fromkeys(OUTCOMES, 0), "same": 1, "ambiguous": 1, "deleted": 1}
    assert Projection.objects.count() == 3


def test_a_comment_may_have_several_places(held):
    comment = held.comments[STAYS]
    more = [dict(held.comments[words].anchor) for words in (COUNTED, GOES)]
    type(comment).objects.filter(pk=comment.pk).update(anchor={**comment.anchor, "more": more})
    projecting.store(held.earlier, held.later, now=NOW)
    found = list(Projection.objects.filter(comment=comment).values_list("place", "outcome"))
    assert found == [(0, "same"), (1, "ambiguous"), (2, "deleted")]
    second = Projection.objects.get(comment=comment, place=1)
    deciding.decide(second, "section", by=held.world.un.cla, now=NOW)
