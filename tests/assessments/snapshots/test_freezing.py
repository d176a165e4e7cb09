"""A draft is frozen: pinned versions, lasting blocks, page and line numbers, nothing lost (procedure 5)."""

import pytest
from django.core.exceptions import PermissionDenied

from assessments.drafting import actions as drafting
from assessments.snapshots import actions, reading
from assessments.snapshots.models import Snapshot, SnapshotChapter
from records import files
from records.jobs import queue
from records.models import Job
from records.obstacles import Blocked
from tests.support import need
from tests.world import NOW, build_world

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return build_world()


def claimed(made: Snapshot, worker: str) -> Job:
    """The snapshot's own job, claimed by a worker who did what waited before it."""
    while (job := queue.claim("work", worker, made.job.run_after)).pk != made.job_id:
        assert queue.run(job) is True
    return job


def freeze(side, label="FOD"):
    made = actions.freeze(side.cycle, label, by=side.secretariat, now=NOW)
    assert queue.run(claimed(made, "test")) is True
    made.refresh_from_db()
    return made


def test_a_frozen_chapter_keeps_every_block_to_its_last_character_with_page_and_line(world):
    need("pango")
    snapshot = freeze(world.un)
    frozen = snapshot.chapters.get(chapter__number="1")
    assert snapshot.status == Snapshot.Status.READY
    printed = {b["id"]: "" for b in frozen.blocks}
    for page in reading.pages(frozen):
        for line in page.lines:
            for piece in line.pieces:
                printed[piece.block] += "".join(piece.text.split())
    assert printed == {b["id"]: "".join(b["text"].split()) for b in frozen.blocks}


def test_page_and_line_lead_to_the_block_and_back(world):
    need("pango")
    frozen = freeze(world.un).chapters.get(chapter__number="1")
    for block in frozen.blocks:
        place = reading.position(frozen, block["id"], 0, len(block["text"]))
        back = reading.locate(frozen, place["page_label"], place["line_from"], place["line_to"])
        assert back["block"] == block["id"]


def test_what_is_typed_after_the_freeze_does_not_enter(world):
    made = actions.freeze(world.un.cycle, "FOD", by=world.un.secretariat, now=NOW)
    chapter = world.un.chapter("1")
    drafting.save(chapter, chapter.current, "# Something else\n\nAnother text.\n", by=world.un.cla, now=NOW)
    queue.wait_for(made.job)
    frozen = made.chapters.get(chapter=chapter)
    assert "Another text" not in frozen.html
    assert frozen.version.number == 1


def test_a_label_is_used_once(world):
    freeze(world.un)
    with pytest.raises(Blocked) as refused:
        actions.freeze(world.un.cycle, "FOD", by=world.un.secretariat, now=NOW)
    assert [o.code for o in refused.value.obstacles] == ["label-taken"]


def test_an_author_cannot_freeze(world):
    with pytest.raises(PermissionDenied):
        actions.freeze(world.un.cycle, "FOD", by=world.un.la, now=NOW)


def test_a_job_that_runs_twice_freezes_once(world):
    snapshot = freeze(world.un)
    before = snapshot.content_hash, snapshot.chapters.count(), world.un.cycle.stream.entries.count()
    actions.build(snapshot.job, lambda *a: None)
    snapshot.refresh_from_db()
    assert (snapshot.content_hash, snapshot.chapters.count(), world.un.cycle.stream.entries.count()) == before


def test_two_workers_with_the_same_job_keep_each_chapter_once_and_seal_once(world, monkeypatch):
    made = actions.freeze(world.un.cycle, "FOD", by=world.un.secretariat, now=NOW)
    job = claimed(made, "first")
    stopped = []

    def stop(snapshot, seconds):
        stopped.append(snapshot)

    monkeypatch.setattr(actions, "_seal", stop)
    actions.build(job, lambda *told: None)  # the first, stopped before its seal
    monkeypatch.undo()
    drawn = []
    monkeypatch.setattr(actions, "_frozen", lambda *asked: drawn.append(asked))
    actions.build(job, lambda *told: None)
    assert drawn == [] and stopped  # what the first had finished is not made again
    made.refresh_from_db()
    row = made.chapters.get(chapter__number="1")
    sealed = (made.content_hash, world.un.cycle.stream.entries.filter(verb="snapshot.frozen").count())
    # The first goes on: a chapter that it had in hand, its seal, and its failure come too late.
    late = SnapshotChapter(
        **{f.attname: getattr(row, f.attname) for f in row._meta.concrete_fields if f.name != "id"}
    )
    late.pdf = files.new_name("snapshots/late", "pdf")
    files.keep(late.pdf, b"%PDF of the late one")
    actions._keep(late)
    actions._seal(made, 1)
    actions.give_up(job, RuntimeError("the late one fell"))
    made.refresh_from_db()
    assert made.chapters.get(chapter__number="1").pdf == row.pdf
    assert not files.holds(late.pdf)
    assert made.status == Snapshot.Status.READY
    assert (
        (made.content_hash, world.un.cycle.stream.entries.filter(verb="snapshot.frozen").count())
        == sealed
        == (made.content_hash, 1)
    )


def test_a_job_that_was_given_up_makes_nothing_more(world):
    made = actions.freeze(world.un.cycle, "FOD", by=world.un.secretariat, now=NOW)
    job = claimed(made, "first")
    actions.give_up(job, RuntimeError("no room"))
    actions.build(job, lambda *told: None)
    made.refresh_from_db()
    assert made.status == Snapshot.Status.FAILED and not made.chapters.exists()


def test_a_worker_killed_in_mid_freeze_loses_nothing_and_doubles_nothing(world):
    made = actions.freeze(world.un.cycle, "FOD", by=world.un.secretariat, now=NOW)
    job = claimed(made, "doomed")
    versions = sorted(job.args["versions"].items())
    from assessments.drafting.models import ChapterVersion

    first = ChapterVersion.objects.select_related("chapter__cycle").get(pk=versions[0][1])
    actions._freeze_chapters(made, [first], lambda *a: None)
    assert made.chapters.count() == 1 < len(versions)
    Job.objects.filter(pk=job.pk).update(lease_until=NOW)  # the worker is gone: nobody renews the lease
    assert queue.sweep(made.job.run_after + queue.LEASE) == 1
    assert queue.wait_for(made.job).status == Job.Status.DONE
    made.refresh_from_db()
    assert made.status == Snapshot.Status.READY
    assert made.chapters.count() == len(versions)


def test_a_renderer_that_fails_for_good_frees_the_label_and_says_why(world, monkeypatch, tmp_path):
    from assessments.rendering import run
    from assessments.rendering.errors import RenderFailed
    from assessments.snapshots import printing

    def hangs(*args, **kwargs):
        raise RenderFailed("timeout", "The renderer did not end within 120 seconds and was stopped.", [])

    # Nothing lies drawn from before, so that the renderer is asked.
    monkeypatch.setattr(printing, "folder", lambda: tmp_path / "parts")
    monkeypatch.setattr(run, "available", lambda: (True, ""))
    monkeypatch.setattr(run, "render", hangs)
    made = actions.freeze(world.un.cycle, "FOD", by=world.un.secretariat, now=NOW)
    Job.objects.filter(pk=made.job.pk).update(max_tries=1)
    assert queue.wait_for(made.job).status == Job.Status.FAILED
    made.refresh_from_db()
    assert made.status == Snapshot.Status.FAILED
    assert "120 seconds" in made.error
    monkeypatch.undo()
    assert freeze(world.un).status == Snapshot.Status.READY


def refused(side, label) -> list[str]:
    with pytest.raises(Blocked) as found:
        actions.freeze(side.cycle, label, by=side.secretariat, now=NOW)
    return [o.code for o in found.value.obstacles]


def offered(side, client) -> list[str]:
    client.force_login(side.secretariat)
    page = client.get(f"/c/{side.cycle.slug}/drafts/")
    return [one["label"] for one in page.context["freezable"]]


def test_a_label_of_a_later_stage_is_neither_offered_nor_frozen(world, client):
    assert offered(world.adv, client) == ["DRAFT"]
    assert refused(world.adv, "FINAL") == refused(world.adv, "CONSOLIDATED") == ["label-of-later-stage"]
    world.adv.at("consolidated-review")
    assert offered(world.adv, client) == ["DRAFT", "CONSOLIDATED", "FINAL"]
    assert offered(world.un, client) == ["ZOD", "FOD"]


def test_a_label_is_not_frozen_after_the_one_that_follows_it(world, client):
    world.adv.at("external-review")
    actions.freeze(world.adv.cycle, "CONSOLIDATED", by=world.adv.secretariat, now=NOW)
    assert refused(world.adv, "DRAFT") == ["label-passed"]
    assert offered(world.adv, client) == []


def test_a_label_that_nothing_names_follows_those_before_it(world):
    assert world.un.cycle.procedure.label_from("ZOD").key == "scoping"
    assert world.un.cycle.procedure.label_from("FINAL").key == "approval"
    world.un.at("final-draft")
    assert refused(world.un, "FINAL") == ["label-of-later-stage"]


def test_a_draft_that_follows_a_round_waits_for_it_where_the_gate_asks(world):
    world.un.at("sod-review")
    assert refused(world.un, "FGD") == ["round-not-held", "round-not-held"]
    world.un.at("final-draft")
    assert actions.freeze(world.un.cycle, "FGD", by=world.un.secretariat, now=NOW).label == "FGD"


def test_the_page_says_what_freezing_does_and_what_it_gives_up(world, client):
    world.adv.at("consolidated-review")
    client.force_login(world.adv.secretariat)
    page = client.get("/c/adv-test/drafts/").content.decode()
    assert "DRAFT, CONSOLIDATED comes before it in the procedure and could then never be frozen" in page
    assert client.post("/c/adv-test/drafts/", {"label": "FOD"}).status_code == 409
