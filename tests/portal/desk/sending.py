"""A comment sent while a test looks at the desk."""

from __future__ import annotations

from django.utils import timezone

from reviews.comments import actions as comments
from tests.reviews import held
from tests.world import Side


def send(found, side: Side, text: str):
    comments.save_draft(
        found,
        side.chapter("1"),
        text=text,
        anchor=held.places(found).whole(),
        by=side.reviewer,
        now=timezone.now(),
    )
    return comments.send_drafts(found, by=side.reviewer, now=timezone.now())
