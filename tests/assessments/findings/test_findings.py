"""Findings and notes as objects: read after each save, settled by authors, asked for by gates."""

from __future__ import annotations

import json

import pytest
from django.core.exceptions import PermissionDenied

from assessments.drafting import actions as drafting
from assessments.findings import actions, counts, syncing
from assessments.findings.models import Finding, Note
from assessments.publishing.guards import advice_on_publishing, obstacles_to_publishing
from assessments.sources.importing import import_sources
from records.jobs import queue
from records.models import Entry, Job
from records.obstacles import Blocked
from records.registry import gates
from tests.world import NOW, build_world


@pytest.fixture
def world(db):
    world = build_world()
    queue.work_off("work")
    return world


def write(side, number, text, who=None):
    chapter = side.chapter(number)
    drafting.save(chapter, chapter.current, text, by=who or side.secretariat, now=NOW)
    queue.work_off("work")
    return side.chapter(number)


def of(side, number):
    return list(side.chapter(number).findings.exclude(status="gone"))


def notes(side, number, status="open"):
    return sorted(side.chapter(number).guard_notes.filter(status=status).values_list("code", flat=True))


def refusal(act, *args, **kwargs):
    with pytest.raises(Blocked) as refused:
        act(*args, **kwargs)
    return [o.code for o in refused.value.obstacles]


def test_findings_are_read_by_a_job_after_each_save_and_saves_ask_for_it_once(world):
    assert [f.confidence for f in of(world.un, "1")] == ["medium"]
    chapter = world.un.chapter("1")
    for n in range(3):
        drafting.save(chapter, chapter.current, f"# T\n\nText {n} here.\n", by=world.un.la, now=NOW)
        chapter = world.un.chapter("1")
    assert Job.objects.filter(kind=syncing.JOB, scope="un-test", status="queued").count() == 1
    queue.work_off("work")
    assert of(world.un, "1") == []
    assert world.un.chapter("1").findings.get().status == "gone"


def test_a_finding_keeps_its_identity_through_an_edit_and_must_be_confirmed_again(world):
    finding = of(world.un, "1")[0]
    said = {"evidence": "medium", "agreement": "high", "account": "Two lines of evidence."}
    actions.confirm(finding, by=world.un.la, now=NOW, **said)
    text = world.un.chapter("1").current.markdown
    write(world.un, "1", text.replace("about 80 per cent", "about 85 per cent"))
    again = of(world.un, "1")[0]
    assert (again.pk, again.status, again.account) == (finding.pk, "changed", "Two lines of evidence.")
    write(world.un, "1", "# T\n\nNothing of it.\n")
    assert Finding.objects.get(pk=finding.pk).status == "gone"
    assert refusal(actions.confirm, finding, by=world.un.la, now=NOW) == ["gone"]


def test_confirming_is_an_act_of_the_chapters_authors_and_computes_nothing(world):
    finding = of(world.un, "1")[0]
    with pytest.raises(PermissionDenied):
        actions.confirm(finding, by=world.un.other_la, now=NOW)
    by = {"by": world.un.la, "now": NOW}
    assert refusal(actions.confirm, finding, evidence="much", **by) == ["unknown-judgement"]
    confirmed = actions.confirm(finding, evidence="robust", agreement="low", **by)
    assert (confirmed.confidence, confirmed.status) == ("medium", "confirmed")
    entry = Entry.objects.get(stream=finding.chapter.stream, verb="finding.confirmed")
    assert entry.content.fields["levels"] == "medium"
    world.un.at("published")
    assert refusal(actions.confirm, finding, **by) == ["wrong-stage"]


def test_what_is_said_to_be_no_finding_is_noted_no_more(world):
    write(world.un, "1", "# T\n\nAgents do more each single year (*high confidence*).\n")
    finding = of(world.un, "1")[0]
    assert notes(world.un, "1") == ["no-sight"]
    assert refusal(actions.dismiss, finding, " ", by=world.un.la, now=NOW) == ["no-reason"]
    actions.dismiss(finding, "It introduces the scale.", by=world.un.la, now=NOW)
    assert notes(world.un, "1") == []
    write(world.un, "1", "# T\n\nAgents do more each single year (*high confidence*).\n\nMore.\n")
    assert (notes(world.un, "1"), Finding.objects.get(pk=finding.pk).status) == ([], "dismissed")


def test_an_answer_holds_while_the_words_stay_and_rewrites_nothing(world):
    text = "# T\n\nAgents will likely do more of this work.\n"
    before = write(world.un, "1", text).current.markdown
    note = world.un.chapter("1").guard_notes.get(status="open")
    with pytest.raises(PermissionDenied):
        actions.answer(note, "It is meant so.", by=world.un.reviewer, now=NOW)
    assert refusal(actions.answer, note, "", by=world.un.la, now=NOW) == ["no-reason"]
    actions.answer(note, "It is meant so.", by=world.un.la, now=NOW)
    assert world.un.chapter("1").current.markdown == before
    write(world.un, "1", text + "\nMore text stands here.\n")
    assert (notes(world.un, "1"), notes(world.un, "1", "answered")) == ([], ["casual-term"])
    write(world.un, "1", text.replace("more of", "most of"))
    assert (notes(world.un, "1"), notes(world.un, "1", "answered")) == (["casual-term"], [])
    assert refusal(actions.answer, note, "Again.", by=world.un.la, now=NOW) == ["gone"]


def test_a_change_of_a_chapter_is_noted_at_the_summary(world):
    said = "Agents now complete software tasks of half an hour with success rates of about 80 per cent"
    write(world.un, "SPM", f"# S\n\n{said} (*medium confidence*). {{1}}\n")
    assert notes(world.un, "SPM") == []
    text = world.un.chapter("1").current.markdown
    write(world.un, "1", text.replace("80 per cent (*medium", "70 per cent (*low"))
    assert notes(world.un, "SPM") == ["level-differs", "number-differs"]
    write(world.un, "1", text)
    assert notes(world.un, "SPM") == []


def test_a_report_on_oneself_is_never_the_only_support(world):
    entries = [
        {"id": "self", "type": "report", "title": "Our card", "custom": {"kind": "self-report"}},
        {"id": "other", "type": "article-journal", "title": "Another"},
    ]
    import_sources(world.un.cycle, json.dumps(entries).encode(), "s.json", by=world.un.la, now=NOW)
    write(world.un, "1", "# T\n\nAgents do more each single year (*high confidence*) [@self].\n")
    assert notes(world.un, "1") == ["sole-support"]
    write(world.un, "1", "# T\n\nAgents do more each single year (*high confidence*) [@self; @other].\n")
    assert notes(world.un, "1") == []


def test_the_final_edition_waits_for_evidence_where_the_procedure_asks_for_it(world):
    def codes(side, found):
        return [o.code for o in found(side.cycle, "edition.publish") if o.code.startswith("findings-")]

    write(world.un, "1", "# T\n\nAgents do more each single year (*high confidence*).\n")
    world.un.at("final-edition")
    assert "findings-unsupported" in codes(world.un, obstacles_to_publishing)
    for note in Note.objects.filter(chapter__cycle=world.un.cycle, status="open"):
        Note.objects.filter(pk=note.pk).update(status="answered", answer="So.", answered_by=world.un.la)
    assert codes(world.un, obstacles_to_publishing) == []
    write(world.adv, "1", "# T\n\nAgents do more each single year. {9.9}\n")
    world.adv.at("sign-off")
    assert codes(world.adv, obstacles_to_publishing) == []  # nothing but the chair's word shuts that gate
    assert codes(world.adv, advice_on_publishing) == []


def test_while_a_text_is_not_read_yet_the_gate_says_so(world):
    chapter = world.un.chapter("1")
    drafting.save(chapter, chapter.current, "# T\n\nNew words here.\n", by=world.un.la, now=NOW)
    found = gates.obstacles("findings-supported", world.un.cycle, None)
    assert [o.code for o in found] == ["findings-being-read"]


def test_a_cycle_may_choose_another_scale_and_is_read_anew(world):
    with pytest.raises(PermissionDenied):
        actions.choose_scale(world.un.cycle, "none", by=world.un.la, now=NOW)
    by = {"by": world.un.secretariat, "now": NOW}
    assert refusal(actions.choose_scale, world.un.cycle, "five-stars", **by) == ["unknown-scale"]
    actions.choose_scale(world.un.cycle, "none", **by)
    queue.work_off("work")
    assert of(world.un, "1") == []


def test_counts_for_the_board_tell_what_waits(world):
    write(world.un, "1", "# T\n\nAgents do more each single year (*high confidence*).\n")
    board = counts.by_chapter(world.un.cycle)[world.un.chapter("1").pk]
    assert board == {"findings": 1, "unconfirmed": 1, "notes": 1, "unanswered": 1}


def test_pages_show_findings_to_those_who_make_the_report_and_do_the_acts(world, client):
    write(world.un, "1", "# T\n\nAgents do more each single year (*high confidence*).\n")
    finding = of(world.un, "1")[0]
    note = finding.notes.get(status="open")
    client.force_login(world.un.reviewer)
    at = f"/c/un-test/findings/{finding.pk}/"
    assert [client.get(p).status_code for p in ("/c/un-test/findings/", at)] == [404, 404]
    client.force_login(world.un.la)
    for query, seen in {
        "?chapter=1": True,
        "?confidence=high": True,
        "?confidence=low": False,
        "?notes=open&q=single": True,
        "?notes=none&chapter=1": False,
        "?status=gone": False,
    }.items():
        assert ("each single year" in client.get(f"/c/un-test/findings/{query}").content.decode()) is seen, (
            query
        )
    assert "does not say where its evidence stands" in client.get(at).content.decode()
    said = {"evidence": "robust", "agreement": "high", "account": "As we wrote."}
    assert client.post(f"{at}confirm/", {**said, "evidence": "none"}).status_code == 400
    assert client.post(f"{at}confirm/", said).status_code == 302
    assert (
        client.post(f"/c/un-test/notes/{note.pk}/answer/", {"reason": "In the next section."}).status_code
        == 302
    )
    page = client.get(at).content.decode()
    assert "As we wrote." in page
    assert "In the next section." in page
    assert client.post(f"{at}dismiss/", {"reason": ""}).status_code == 400
    assert client.post("/c/un-test/findings/scale/", {"scale": "none"}).status_code == 403


def test_pages_of_findings_ask_as_much_of_the_database_for_few_as_for_many(
    world, client, django_assert_max_num_queries
):
    many = "\n\n".join(f"Agents did {n} things each single year (*high confidence*)." for n in range(40))
    write(world.un, "1", f"# T\n\n{many}\n")
    client.force_login(world.un.la)
    with django_assert_max_num_queries(40):
        assert client.get("/c/un-test/findings/?chapter=1").status_code == 200
