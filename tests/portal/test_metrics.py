"""What a monitor reads: figures of the database and of each process, for whoever may."""

import json
import os
import re
import time
from datetime import timedelta

import pytest
from django.utils import timezone

from portal import metrics
from records import heads
from records.jobs import queue, registry
from records.models import Job, LastTime, Notice
from records.tasks import alive
from tests.world import waiting_letter

pytestmark = [pytest.mark.django_db, pytest.mark.databases]


@pytest.fixture(autouse=True)
def kind(monkeypatch):
    def run(job, progress):
        if job.args.get("fails"):
            raise OSError("away")

    for name in ("test.kind", "mail.send"):
        monkeypatch.setitem(registry._kinds, name, registry.Kind(name, run, "work", 1, None))


def read(client, **more) -> dict[str, float]:
    answer = client.get("/metrics", **more)
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("text/plain; version=0.0.4")
    lines = answer.content.decode().splitlines()
    samples = [line for line in lines if not line.startswith("#")]
    assert all(re.fullmatch(r'concord_\w+(\{(\w+="[^"]*",?)*\})? -?[\d.e+-]+', s) for s in samples), samples
    named = {line.split()[2] for line in lines if line.startswith("# TYPE")}
    assert {re.sub(r"_(bucket|sum|count)$", "", re.split(r"[{ ]", s)[0]) for s in samples} <= named
    return {s.rsplit(" ", 1)[0]: float(s.rsplit(" ", 1)[1]) for s in samples}


def test_jobs_are_counted_by_lane_and_state_and_the_oldest_tells_its_age(client):
    queue.enqueue("test.kind", {})
    queue.enqueue("mail.send", {"fails": True})
    queue.work_off("work")
    queue.enqueue("test.kind", {}, lane="reserved")
    Job.objects.filter(lane="reserved").update(run_after=timezone.now() - timedelta(minutes=3))
    waiting_letter(timezone.now())
    Notice.objects.update(state="failed")
    found = read(client)
    assert found['concord_jobs{lane="work",state="done"}'] == 1
    assert found['concord_jobs{lane="work",state="failed"}'] == 1
    assert found['concord_jobs{lane="reserved",state="queued"}'] == 1
    assert 180 <= found['concord_job_oldest_waiting_seconds{lane="reserved"}'] < 200
    assert 0 <= found['concord_job_start_seconds{quantile="0.5"}'] < 30
    assert found["concord_mail_failed"] == 1
    assert found["concord_database_bytes"] > 100_000


def test_ages_are_absent_until_the_thing_has_happened(client):
    assert not [name for name in read(client) if "age_seconds" in name]
    now = timezone.now()
    heads.sign(now)
    alive("work")
    LastTime.objects.note("backup", now - timedelta(hours=2))
    waiting_letter(now)
    found = read(client)
    assert 0 <= found["concord_heads_signed_age_seconds"] < 60
    assert 7200 <= found["concord_backup_age_seconds"] < 7260
    assert 0 <= found['concord_worker_seen_age_seconds{lane="work"}'] < 60
    assert found["concord_mail_waiting"] == 1


def test_each_process_tells_its_own_and_one_that_ended_is_gone(client, settings, tmp_path):
    settings.DATA_DIR = tmp_path
    folder = tmp_path / "metrics"
    folder.mkdir()
    other = {"process": "live-7", "requests": [["GET", "live", 200, 5]], "buckets": [5] + [0] * 10,
             "seconds": 0.02, "streams": 12}  # fmt: skip
    (folder / "live-7.json").write_text(json.dumps(other))
    (folder / "broken-8.json").write_text("{")
    gone = folder / "gone-9.json"
    gone.write_text(json.dumps(other | {"process": "gone-9"}))
    os.utime(gone, (time.time() - 100,) * 2)
    client.get("/healthz")
    with metrics.process.stream():
        found = read(client)
    assert found['concord_live_open{process="live-7"}'] == 12
    assert [v for n, v in found.items() if n.startswith("concord_live_open") and "live-7" not in n] == [1]
    assert found['concord_requests_total{process="live-7",method="GET",route="live",status="200"}'] == 5
    assert [v for n, v in found.items() if 'route="healthz"' in n][0] >= 1
    assert found['concord_request_seconds_bucket{process="live-7",le="+Inf"}'] == 5
    assert not [name for name in found if "gone-9" in name]


def test_whoever_may_not_read_finds_nothing(client, settings):
    assert client.get("/metrics", REMOTE_ADDR="192.0.2.7").status_code == 404
    assert client.get("/metrics", headers={"X-Forwarded-For": "192.0.2.7"}).status_code == 404
    settings.PRODUCTION = True
    assert client.get("/metrics").status_code == 404
    settings.METRICS_TOKEN = "a-token-of-the-monitor"
    assert client.get("/metrics").status_code == 404
    assert client.get("/metrics", headers={"Authorization": "Bearer wrong"}).status_code == 404
    assert read(client, headers={"Authorization": "Bearer a-token-of-the-monitor"}, REMOTE_ADDR="192.0.2.7")
