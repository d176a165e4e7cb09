"""What Celery calls: look for jobs, sweep, sign the heads. The jobs themselves are rows (records/jobs)."""

from celery import shared_task
from django.utils import timezone

from records import heads
from records.jobs import queue


@shared_task(name="records.look")
def look(lane: str) -> int:
    """Carry out the due jobs of a lane."""
    return queue.work_off(lane)


@shared_task(name="records.sweep")
def sweep() -> int:
    """Find what lost messages and dead workers left."""
    return queue.sweep(timezone.now())


@shared_task(name="records.sign_heads")
def sign_heads() -> None:
    """Sign today's heads of all streams, once a day."""
    heads.sign_if_due(timezone.now())
