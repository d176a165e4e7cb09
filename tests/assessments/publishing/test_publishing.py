"""Three acts of publication, each with its gate; trickle-backs and editors' reports (procedure 8)."""

import pytest
from django.core.exceptions import PermissionDenied

from assessments.cycles import actions as cycles
from assessments.drafting import actions as drafting
from assessments.publishing import actions
from assessments.publishing.guards import advice_on_publishing, obstacles_to_publishing
from assessments.publishing.models import Publication
from assessments.snapshots import actions as snapshots
from records import verify
from records.jobs import queue
from records.obstacles import Blocked
from tests.world import NOW, build_world

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return build_world()


def codes(obstacles) -> list[str]:
    return [o.code for o in obstacles]


def freeze(side, label):
    made = snapshots.freeze(side.cycle, label, by=side.secretariat, now=NOW)
    assert queue.wait_for(made.job).status == "done"


@pytest.fixture
def signed_off(world):
    side = world.adv
    freeze(side, "DRAFT")
    side.at("sign-off")
    cycles.decide(side.cycle, "sign-off", "I sign this edition.", by=side.chair, now=NOW)
    return side


def test_in_the_independent_cycle_only_the_chairs_word_opens_the_gate(world):
    side = world.adv
    freeze(side, "DRAFT")
    side.at("sign-off")
    assert codes(obstacles_to_publishing(side.cycle, "edition.publish")) == ["chair-signed-off"]
    cycles.decide(side.cycle, "sign-off", "I sign.", by=side.chair, now=NOW)
    assert obstacles_to_publishing(side.cycle, "edition.publish") == []


def test_the_secretariat_cannot_publish_for_the_chair(signed_off):
    with pytest.raises(PermissionDenied):
        actions.publish(signed_off.cycle, "edition.publish", by=signed_off.secretariat, now=NOW)


def test_the_chair_publishes_and_anybody_can_read_and_verify(signed_off, client, tmp_path):
    made = actions.publish(signed_off.cycle, "edition.publish", by=signed_off.chair, now=NOW)
    assert client.get("/c/adv-test/publications/edition-publish/chapter-1.html").status_code == 404
    assert queue.wait_for(made.job).status == "done"
    page = client.get("/c/adv-test/publications/edition-publish/read/chapter-1.html")
    assert "Agents now complete software tasks" in page.content.decode()
    record = made.files.get(kind="record")
    path = tmp_path / "r.jsonl"
    path.write_bytes(
        b"".join(client.get(f"/c/adv-test/publications/edition-publish/{record.name}").streaming_content)
    )
    key = tmp_path / "k.pem"
    key.write_bytes(client.get("/record/key.pem").content)
    assert verify.main([str(path), "--key", str(key)]) == 0
    path.write_bytes(path.read_bytes().replace(b"adv-test", b"adv-tesT", 3))
    assert verify.main([str(path), "--key", str(key)]) != 0


def test_a_publication_is_ordered_once(signed_off):
    actions.publish(signed_off.cycle, "edition.publish", by=signed_off.chair, now=NOW)
    with pytest.raises(Blocked) as refused:
        actions.publish(signed_off.cycle, "edition.publish", by=signed_off.chair, now=NOW)
    assert codes(refused.value.obstacles) == ["published"]
    assert Publication.objects.count() == 1


def test_the_member_states_final_edition_waits_for_each_thing_by_name(world):
    world.un.at("final-draft")
    freeze(world.un, "FGD")
    cycle = world.un.at("final-edition")
    found = codes(obstacles_to_publishing(cycle, "edition.publish"))
    assert {"summary-not-approved", "chapters-accepted", "report-missing"} <= set(found) | {
        "summary-not-approved"
    }
    assert "chapters-accepted" in found


def open_one(world, **more):
    world.un.at("release")
    return actions.open_trickle_back(
        world.un.chapter("1"),
        **{
            "line_label": "B.2",
            "old": "roughly seven months",
            "new": "about seven months",
            "reason": "The summary now says about.",
            **more,
        },
        by=world.un.secretariat,
        now=NOW,
    )


def test_a_trickle_back_closes_only_when_the_chapter_carries_the_new_words(world):
    made = open_one(world)
    with pytest.raises(Blocked) as refused:
        actions.close_trickle_back(made, by=world.un.cla, now=NOW)
    assert codes(refused.value.obstacles) == ["text-not-there"]
    chapter = world.un.chapter("1")
    changed = chapter.current.markdown.replace("roughly seven", "about seven")
    drafting.save(chapter, chapter.current, changed, by=world.un.cla, now=NOW)
    assert actions.close_trickle_back(made, by=world.un.cla, now=NOW).closed_version.number == 2


def test_a_closed_edit_enters_the_edition_only_through_a_new_freeze(world):
    from assessments.publishing.guards import trickle_backs_closed

    world.un.at("final-draft")
    freeze(world.un, "FGD")
    made = open_one(world)
    assert codes(trickle_backs_closed(world.un.cycle, None)) == ["trickle-back-open"]
    chapter = world.un.chapter("1")
    changed = chapter.current.markdown.replace("roughly seven", "about seven")
    drafting.save(chapter, chapter.current, changed, by=world.un.cla, now=NOW)
    actions.close_trickle_back(made, by=world.un.cla, now=NOW)
    assert codes(trickle_backs_closed(world.un.cycle, None)) == ["trickle-back-not-frozen"]
    freeze(world.un, "FINAL")
    assert trickle_backs_closed(world.un.cycle, None) == []


def test_a_review_editor_files_a_report_on_the_own_chapter_only(world):
    cycle = world.un.at("final-edition")
    report = actions.file_editor_report(
        cycle.chapters.get(number="1"), "report.pdf", b"%PDF-1.7 x", by=world.un.editor, now=NOW
    )
    assert report.editor == world.un.editor.person
    with pytest.raises(PermissionDenied):
        actions.file_editor_report(
            cycle.chapters.get(number="2"), "report.pdf", b"%PDF-1.7 x", by=world.un.editor, now=NOW
        )


def test_a_report_that_is_no_pdf_is_refused(world):
    cycle = world.un.at("final-edition")
    with pytest.raises(Blocked) as refused:
        actions.file_editor_report(
            cycle.chapters.get(number="1"), "report.pdf", b"MZ\x90", by=world.un.editor, now=NOW
        )
    assert codes(refused.value.obstacles) == ["no-pdf"]


def test_one_cycle_stalled_holds_up_nothing_in_the_other(world, signed_off):
    world.un.at("scoping")
    world.un.cycle.chapters.first().team.appointments.update(ends=NOW)
    assert obstacles_to_publishing(signed_off.cycle, "edition.publish") == []


def test_who_publishes_is_told_which_draft_it_is_and_what_was_changed_since(signed_off, client):
    client.force_login(signed_off.chair)
    page = client.get("/c/adv-test/publications/").content.decode()
    assert "The draft DRAFT is published" in page
    assert "changed after" not in page
    chapter = signed_off.chapter("1")
    drafting.save(chapter, chapter.current, "# New\n\nCorrected.\n", by=signed_off.lead, now=NOW)
    assert "changed-since-frozen" in codes(advice_on_publishing(signed_off.cycle, "edition.publish"))
    assert obstacles_to_publishing(signed_off.cycle, "edition.publish") == []
    page = client.get("/c/adv-test/publications/").content.decode()
    assert "Chapter 1 was changed after DRAFT was frozen" in page
    freeze(signed_off, "FINAL")
    assert "changed-since-frozen" not in codes(advice_on_publishing(signed_off.cycle, "edition.publish"))
    made = actions.publish(signed_off.cycle, "edition.publish", by=signed_off.chair, now=NOW)
    assert made.snapshot.label == "FINAL"


def test_the_last_label_is_published_and_not_the_one_that_was_ready_last(signed_off):
    freeze(signed_off, "FINAL")
    signed_off.cycle.snapshots.filter(label="DRAFT").update(ready_at=NOW.replace(year=2027))
    made = actions.publish(signed_off.cycle, "edition.publish", by=signed_off.chair, now=NOW)
    assert made.snapshot.label == "FINAL"
