"""What the drills do inside the portal, with its settings: order jobs and letters, and ask what became of all.

Run by ``manage.py shell -c "from benchmarks import _inside; _inside.NAME(…)"``; each prints what it found.
"""

from __future__ import annotations

import json
import sys
import threading

from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from assessments.drafting.models import ChapterVersion
from assessments.snapshots.models import Snapshot
from panels.models import User
from records.jobs.queue import enqueue
from records.models import Job, Stream
from records.notices import send
from records.notices.rendering import Words
from reviews.approval.models import Proposal
from tests import world

EVERY_S = 0.4  # between two orders
PERSON = "somebody@example.org"


def order() -> None:
    """Order letters, and at times a draft, until the input ends; print what was committed, to be asked for later."""
    system = User.objects.system()
    side = world._side("adv-test", "independent", world.INDEPENDENT_PEOPLE, ["1", "2"], system)
    world.drafting.save(side.chapter("1"), None, world.CHAPTER, by=system, now=world.THEN)
    written = ChapterVersion.objects.filter(chapter__cycle=side.cycle)
    versions = {str(version.chapter_id): version.pk for version in written}
    ended = threading.Event()
    threading.Thread(target=lambda: (sys.stdin.read(), ended.set()), daemon=True).start()
    n = 0
    while not ended.wait(EVERY_S):
        n += 1
        try:
            print("letter", order_letter(n), flush=True)
            if n % 10 == 0:
                print("draft", *order_draft(n, side.cycle, versions, system), flush=True)
        except DatabaseError:
            connection.close()


def order_letter(n: int) -> str:
    """Its Message-ID."""
    with transaction.atomic():
        return send.letter(f"drill-{n}", PERSON, "en", Words("Drill", "Words.\n")).message_id


def order_draft(n: int, cycle, versions: dict[str, int], by: User) -> tuple[int, int]:
    """The draft and its job."""
    with transaction.atomic():
        made = Snapshot.objects.create(cycle=cycle, label=f"D{n}", by=by, created_at=timezone.now())
        order = {"snapshot": made.pk, "versions": versions}
        made.job = enqueue("snapshot.build", order, scope=cycle.slug)
        made.save(update_fields=["job"])
        return made.pk, made.job.pk


def jobs_of(pks: list[int]) -> None:
    """Which jobs of the kinds ordered did not end well, and how many of ``pks`` are gone."""
    left = Job.objects.filter(kind__in=("mail.send", "snapshot.build")).exclude(status=Job.Status.DONE)
    told = [[job.pk, job.kind, job.status, job.error[:200]] for job in left]
    print(json.dumps({"left": told, "gone": len(pks) - Job.objects.filter(pk__in=pks).count()}))


def record_of(key: str) -> None:
    """What the stream and the tables say of the proposals."""
    entries = Stream.objects.get(key=key).entries.order_by("seq").select_related("content")
    proposed = [entry for entry in entries if entry.verb == "line.proposed"]
    print(
        json.dumps(
            {
                "recorded": [entry.content.fields["reason"] for entry in proposed],
                "proposed": list(Proposal.objects.values_list("reason", flat=True)),
                "gapless": [entry.seq for entry in entries] == list(range(1, len(entries) + 1)),
            }
        )
    )
