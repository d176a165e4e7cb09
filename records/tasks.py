"""What Celery calls: look for jobs, sweep, sign the heads, say that a worker lives, keep no longer than needed.

The jobs themselves are rows (records/jobs).
"""

from celery import shared_task
from django.utils import timezone

from records import heads, retention
from records.jobs import queue
from records.models import LastTime
from records.notices import post
from records.search import index


@shared_task(name="records.look")
def look(lane: str) -> int:
    """Carry out the due jobs of a lane."""
    return queue.work_off(lane)


@shared_task(name="records.sweep")
def sweep() -> int:
    """Find what lost messages and dead workers left."""
    left = queue.sweep(timezone.now())
    index.catch_up()
    return left


@shared_task(name="records.index")
def take_in() -> int:
    """Take what changed into the index of the search."""
    return index.catch_up()


@shared_task(name="records.sign_heads")
def sign_heads() -> None:
    """Sign today's heads of all streams, once a day."""
    heads.sign_if_due(timezone.now())


@shared_task(name="records.alive")
def alive(lane: str) -> None:
    """Scheduler, broker and a worker of this lane work together: the sign that the operator looks for."""
    LastTime.objects.note(f"worker/{lane}", timezone.now())


@shared_task(name="records.retention")
def keep_no_longer() -> dict[str, int]:
    """Let go of what is kept no longer, once a day."""
    return retention.run(timezone.now())


@shared_task(name="records.send_mail")
def send_mail() -> None:
    """Find letters that no job sends."""
    post.look()


@shared_task(name="records.tell")
def tell() -> None:
    """Have the reminders and digests written whose time has come."""
    queue.enqueue_once("notices.remind")
    queue.enqueue_once("notices.digest")
