"""With files in an S3 storage: away for a while it is told plainly, jobs try again, and nothing is half done."""

import io
import os
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone

from assessments.drafting.models import Asset
from assessments.rendering import run as rendering
from assessments.snapshots import actions as snapshots
from portal.doctor import kept
from records import files, retention
from records.jobs import queue
from records.models import Entry, Job
from reviews.comments import waiting
from tests.portal.test_failures import state, upload
from tests.world import CHAPTER, NOW, build_world, drafting

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def world(db):
    return build_world()


@pytest.fixture
def author(world, client):
    client.force_login(world.un.la, backend="allauth.account.auth_backends.AuthenticationBackend")
    client.raise_request_exception = False
    return client


def body(answer) -> bytes:
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


def test_while_the_storage_is_away_an_upload_is_refused_whole_and_taken_later(author, bucket):
    before = state()
    bucket.off()
    answer = upload(author)
    assert (answer.status_code, answer["Retry-After"]) == (503, "60")
    assert "The portal cannot reach its files" in answer.content.decode()
    assert state() == before
    # What needs no file goes on.
    assert author.get("/c/un-test/chapters/1/").status_code == 200
    bucket.on()
    assert list(files.names()) == []
    assert upload(author).status_code == 302
    assert [found.name for found in files.names()] == [Asset.objects.get().file]


def test_a_picture_that_cannot_be_fetched_is_503_on_the_page_and_a_problem_to_a_program(author, bucket):
    assert upload(author).status_code == 302
    bucket.off()
    answer = author.get("/c/un-test/images/noise/file")
    assert (answer.status_code, answer["Retry-After"]) == (503, "60")
    assert "nothing is half done" in answer.content.decode()
    told = author.get("/api/v1/cycles/un-test/images/noise/file/")
    assert (told.status_code, told["Content-Type"]) == (503, "application/problem+json")
    assert told.json()["type"] == "/api/problems/files-away/"
    bucket.on()
    assert body(author.get("/c/un-test/images/noise/file")).startswith(b"\x89PNG")


def test_a_file_that_was_altered_is_not_handed_out(author, kept_in):
    assert upload(author).status_code == 302
    name = Asset.objects.get().file
    files.store().put(name, b"\x89PNG something else")
    if kept_in == "bucket":
        files.copies().drop(name)
    answer = author.get("/c/un-test/images/noise/file")
    assert answer.status_code == 500
    assert "This file is damaged" in answer.content.decode()
    assert author.get("/api/v1/cycles/un-test/images/noise/file/").json()["type"] == "/api/problems/altered/"


def test_a_hidden_picture_stays_hidden_wherever_it_lies(author, world, kept_in):
    assert upload(author).status_code == 302
    assert body(author.get("/c/un-test/images/noise/file")).startswith(b"\x89PNG")
    author.force_login(world.outsider, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert author.get("/c/un-test/images/noise/file").status_code == 404


@pytest.mark.skipif(not rendering.available()[0], reason="[pango] no Pango")
def test_a_draft_that_is_frozen_while_the_storage_is_away_is_ready_once_it_is_back(world, bucket):
    side = world.adv
    chapter = side.chapter("1")
    drafting.save(chapter, chapter.current, CHAPTER + "\n\nMore.", by=side.writer, now=NOW)
    made = snapshots.freeze(side.cycle, "DRAFT", by=side.secretariat, now=NOW)
    bucket.off()
    job = queue.claim("work", "test", timezone.now())
    while job.pk != made.job.pk:
        queue.run(job)
        job = queue.claim("work", "test", timezone.now())
    assert not queue.run(job)
    job.refresh_from_db()
    assert (job.status, "does not answer" in job.error) == ("queued", True)
    made.refresh_from_db()
    assert (made.status, made.chapters.count()) == ("building", 0)
    bucket.on()
    assert list(files.names()) == []
    Job.objects.filter(pk=job.pk).update(run_after=NOW)
    queue.work_off("work")
    made.refresh_from_db()
    assert made.status == "ready"
    rows = list(made.chapters.exclude(pdf=""))
    assert sorted(row.pdf for row in rows) == [found.name for found in files.names("snapshots/")]
    assert all(files.read(row.pdf, row.pdf_sha256).startswith(b"%PDF-") for row in rows)
    assert Entry.objects.filter(verb="snapshot.frozen").count() == 1


def test_probe_figures_and_doctor_say_that_the_storage_is_away(author, bucket, settings):
    settings.METRICS_TOKEN = "token"
    metrics = lambda: author.get("/metrics", headers={"Authorization": "Bearer token"}).content.decode()  # noqa: E731
    faults = lambda: author.get("/readyz").json()["faults"]  # noqa: E731
    assert not [fault for fault in faults() if "storage" in fault]
    assert "concord_storage_answers 1" in metrics()
    assert list(kept.storage(NOW)) == []
    bucket.off()
    assert [fault for fault in faults() if "The storage of files does not answer" in fault]
    assert "concord_storage_answers 0" in metrics()
    [found] = kept.storage(NOW)
    assert (found.level, found.code) == ("error", "storage-away")
    assert "FILES_URL" in found.remedy


def test_the_doctor_tells_a_storage_that_may_not_be_written_to(bucket, monkeypatch):
    from records.storage import StoreAway

    def refused(*_args):
        raise StoreAway("The storage of files refused probe/1: AccessDenied")

    monkeypatch.setattr(type(files.store()), "probe", refused)
    [found] = kept.storage(NOW)
    assert (found.code, "AccessDenied" in found.text) == ("storage-read-only", True)


def test_the_doctor_names_files_that_are_missing(author, kept_in):
    assert upload(author).status_code == 302
    assert list(kept.complete(NOW)) == []
    files.remove(Asset.objects.get().file)
    [found] = kept.complete(NOW)
    assert (found.code, Asset.objects.get().file in found.text) == ("files-missing", True)


def test_sheets_that_nobody_entered_go(kept_in, db):
    said = waiting.keep(b"a sheet")
    assert waiting.sheet(said) == b"a sheet"
    now = timezone.now()
    assert retention.run(now)["sheets"] == 0
    assert waiting.sheet(said) == b"a sheet"
    assert retention.run(now + timedelta(hours=3), dry=True)["sheets"] == 1
    assert waiting.sheet(said) == b"a sheet"
    assert retention.run(now + timedelta(hours=3))["sheets"] == 1
    assert waiting.sheet(said) is None


def test_what_lies_in_the_folder_is_brought_into_the_bucket_once(bucket, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "folder"
    for n in range(3):
        path = settings.MEDIA_ROOT / "assets" / f"{n}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(os.urandom(50))
    for copied in (3, 0):
        said = io.StringIO()
        call_command("storage", stdout=said)
        assert f"is there; {copied} files were copied into it." in said.getvalue()
    assert files.read("assets/2.png") == (settings.MEDIA_ROOT / "assets" / "2.png").read_bytes()
    settings.FILES = None
    said = io.StringIO()
    call_command("storage", stdout=said)
    assert "FILES_URL is not set" in said.getvalue()
