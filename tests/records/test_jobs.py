"""Jobs: claimed once, fair between cycles, taken up again when a worker dies, told when they fail."""

from datetime import timedelta

import pytest
from django.utils import timezone

from records.jobs import queue, registry
from records.models import Job

pytestmark = [pytest.mark.django_db, pytest.mark.databases]


@pytest.fixture
def kind(monkeypatch):
    calls = []

    def run(job, progress):
        calls.append(job.args["n"])
        progress(1, 2, "half")
        if job.args.get("fails"):
            raise OSError("the disk is away")
        return {"n": job.args["n"]}

    monkeypatch.setitem(registry._kinds, "test.kind", registry.Kind("test.kind", run, "work", 3, None))
    return calls


def put(n, scope="a", **more):
    return queue.enqueue("test.kind", {"n": n, **more}, scope=scope)


def test_a_job_is_carried_out_once_and_says_how_far_it_is(kind):
    job = put(1)
    assert queue.work_off("work") == 1
    assert queue.work_off("work") == 0
    job.refresh_from_db()
    assert (job.status, job.result, job.progress, job.total, kind) == ("done", {"n": 1}, 1, 2, [1])


def test_a_job_of_another_lane_is_left_alone(kind):
    queue.enqueue("test.kind", {"n": 1}, lane="reserved")
    assert queue.work_off("work") == 0
    assert queue.work_off("reserved") == 1


def test_queues_are_fair_between_cycles(kind):
    for n in range(4):
        put(n, scope="big")
    put(99, scope="small")
    queue.work_off("work")
    assert kind.index(99) == 1


def test_a_job_is_claimed_by_one_worker(kind):
    put(1)
    now = timezone.now()
    assert queue.claim("work", "one", now) is not None
    assert queue.claim("work", "two", now) is None


def test_the_sweeper_takes_up_what_a_dead_worker_left(kind):
    job = put(1)
    now = timezone.now()
    queue.claim("work", "doomed", now)
    assert queue.sweep(now + timedelta(seconds=5)) == 0
    assert queue.sweep(now + queue.LEASE + timedelta(seconds=1)) == 1
    Job.objects.update(run_after=now)
    assert queue.work_off("work") == 1
    job.refresh_from_db()
    assert (job.status, job.tries) == ("done", 2)


def test_a_worker_that_lost_its_lease_cannot_end_the_job_for_the_next(kind):
    put(1)
    now = timezone.now()
    stale = queue.claim("work", "slow", now)
    queue.sweep(now + queue.LEASE + timedelta(seconds=1))
    Job.objects.update(run_after=now)
    fresh = queue.claim("work", "next", now)
    queue.run(stale)
    fresh.refresh_from_db()
    assert fresh.status == "running"
    assert fresh.worker == "next"


def test_a_failing_job_is_tried_three_times_and_then_says_why(kind):
    job = put(1, fails=True)
    for _try in range(3):
        Job.objects.update(run_after=timezone.now())
        queue.work_off("work")
    job.refresh_from_db()
    assert (job.status, job.tries, job.error) == ("failed", 3, "the disk is away")


def test_a_broker_that_is_away_costs_no_job(kind, monkeypatch):
    from celery import current_app

    def away(*args, **kwargs):
        raise ConnectionError("no broker")

    monkeypatch.setattr(current_app, "send_task", away)
    queue.wake("work")
    put(1)
    assert queue.work_off("work") == 1
