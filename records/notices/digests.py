"""Digests: what a person wants to hear of once a day or once a week, in one letter at 07:00 of their own zone."""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models import Count
from django.urls import reverse
from django.utils import timezone

from records.models import Notice
from records.notices import kinds, post, preferences, reminders, rendering, send

KIND = "digest"
LINES = 20  # of one kind; the others are counted, with a link to them


def digest_job(job, progress) -> dict:
    """Job ``notices.digest``: write the digests that are due."""
    return {"letters": write_due(timezone.now())}


def write_due(now: datetime) -> int:
    """Write one digest for each person for whom something is due; returns how many."""
    due = Notice.objects.filter(state=Notice.State.HELD, due_at__lte=now)
    people = get_user_model().objects.filter(pk__in=due.values("user"))
    return sum(_write(user, now) for user in people.iterator())


@transaction.atomic
def _write(user, now: datetime) -> bool:
    """The digest of one person: named by its day, so that a second run on that day writes none."""
    mine = Notice.objects.filter(user=user, state=Notice.State.HELD, due_at__lte=now)
    _drop_the_unwanted(user, mine, now)
    counts = {row["kind"]: row["n"] for row in mine.order_by().values("kind").annotate(n=Count("pk"))}
    if not counts:
        return False
    event = f"digest.{now.astimezone(preferences.zone_of(user)).date()}"
    if Notice.objects.filter(event=event, user=user).exists():
        mine.update(due_at=preferences.next_digest(user, "daily", now))
        return False
    groups = [
        {
            "title": str(kinds.kind(kind).title) if kinds.knows(kind) else kind,
            "count": count,
            "lines": list(mine.filter(kind=kind).order_by("pk")[:LINES]),
            "more": max(0, count - LINES),
            "href": reverse("notices") + f"?kind={kind}",
        }
        for kind, count in sorted(counts.items())
    ]
    words = rendering.words(
        "digest", user.language, {"groups": groups, "total": sum(counts.values()), "person": user}
    )
    made = send.letter(event, user.email, user.language, words, user, kind=KIND)
    mine.update(state=Notice.State.DIGESTED, digest=made)
    return True


def _drop_the_unwanted(user, mine, now: datetime) -> None:
    """What is no longer theirs to see, or was done meanwhile, does not enter (procedure 2.3)."""
    dropped = {"state": Notice.State.DROPPED}
    if not user.is_active:
        mine.update(**dropped, error=post.CLOSED)
        return
    mine.exclude(scope="").exclude(scope__in=kinds.scopes_of(user)).update(**dropped, error=post.NO_PART)
    mine.filter(pk__in=reminders.done(mine, now)).update(**dropped, error=post.DONE)
