"""Keeping the index: what changed is noted in the change's own transaction and taken in right after.

An act never waits for the index and never fails for it. A note is a row; a wake-up after the commit says "look
now", and the sweep finds what a lost one forgot.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable

from celery import current_app
from django.db import connection, transaction
from django.utils import timezone

from records.search import asking, words
from records.search.models import Indexed, Unindexed
from records.search.registry import Document, Kind, kind, kinds

log = logging.getLogger(__name__)

BATCH = 40  # documents taken in at once: the lock on a SQLite file is held so long and no longer
MOST_TERMS = 60_000  # of one text; what comes after is not found
WAKE_EVERY_S = 1.0
_LOCK = 7_305_801  # PostgreSQL's advisory lock: one indexer at a time
_woken = [0.0]


def touch(kind_name: str, keys: Iterable) -> None:
    """Note that these things changed, in the transaction of the change."""
    listed = [str(key) for key in keys]
    now = timezone.now()
    Unindexed.objects.bulk_create(
        Unindexed(kind=kind_name, keys=listed[first : first + BATCH], at=now)
        for first in range(0, len(listed), BATCH)
    )
    if listed:
        transaction.on_commit(_wake)


def _wake() -> None:
    """Tell a worker to look, at most once a second from one process; the sweep finds the rest."""
    now = time.monotonic()
    if now - _woken[0] < WAKE_EVERY_S:
        return
    _woken[0] = now
    try:
        current_app.send_task("records.index", queue="work", retry=False, expires=60)
    except Exception as error:  # any broker, any transport: the row is the truth, the message only a hint
        log.warning("The broker could not be told to index (%s); the sweep will.", error)


def catch_up(limit: int = 100_000) -> int:
    """Take in what was noted, oldest first; returns the number of things indexed."""
    done = 0
    while done < limit:
        took = _take_in()
        if took is None:
            break
        done += took
    return done


@transaction.atomic
def _take_in() -> int | None:
    """One batch, in one transaction: reading a thing and writing its terms cannot be overtaken by another indexer."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_LOCK])
            if not cursor.fetchone()[0]:
                return None
    notes = list(Unindexed.objects.order_by("pk")[:BATCH])
    if not notes:
        return None
    first = notes[0]
    wanted, done = dict.fromkeys(first.keys), [first.pk]
    for note in notes[1:]:
        if note.kind != first.kind or len(wanted) + len(note.keys) > BATCH:
            break
        wanted.update(dict.fromkeys(note.keys))
        done.append(note.pk)
    _store_what_can_be(kind(first.kind), list(wanted))
    Unindexed.objects.filter(pk__in=done).delete()
    return len(wanted)


def _store_what_can_be(found: Kind, keys: list[str]) -> None:
    """One thing that cannot be indexed must not keep the others out of it; ``manage.py reindex`` tries it again."""
    try:
        with transaction.atomic():
            store(found, keys)
    except Exception:
        for key in keys:
            try:
                with transaction.atomic():
                    store(found, [key])
            except Exception:
                log.exception("%s %s could not be indexed.", found.name, key)


def store(found: Kind, keys: list[str]) -> None:
    """Make the index say of these keys what is so now; what is gone, or shows nothing, leaves it."""
    rows = found.rows(keys)
    made = []
    for key in keys:
        document = found.document(rows[key]) if key in rows else None
        if document is not None:
            made.append(entry_of(found, key, document))
    held = {one.key: one for one in Indexed.objects.filter(kind=found.name, key__in=keys)}
    gone = [held[key].pk for key in held.keys() - {one.key for one in made}]
    if gone:
        Indexed.objects.filter(pk__in=gone).delete()
    changed, new = [], []
    for one in made:
        before = held.get(one.key)
        if before is None:
            new.append(one)
        elif _content(before) != _content(one):
            one.pk = before.pk
            changed.append(one)
    Indexed.objects.bulk_create(new, batch_size=200)
    Indexed.objects.bulk_update(changed, _FIELDS, batch_size=50)


_FIELDS = ["scope", "language", "title", "weight", "at", "terms"]


def _content(one: Indexed) -> tuple:
    return tuple(getattr(one, name) for name in _FIELDS)


def entry_of(found: Kind, key: str, document: Document) -> Indexed:
    """The row of the index: place and sights as marked tokens, the words of the title, then those of the text."""
    title, beside_title = words.terms(document.title, document.language)
    ordered, beside = words.terms(document.text, document.language)
    placed = [f"k:{found.name}", f"c:{document.scope}", *(f"s:{s}" for s in sorted(document.sights))]
    marked = [asking.TITLE + term for term in (*title, *beside_title)]
    terms = [*placed, *marked, *title, ".", *ordered[:MOST_TERMS], ".", *beside_title, *beside[:MOST_TERMS]]
    return Indexed(
        kind=found.name,
        key=key,
        scope=document.scope,
        language=document.language[:8],
        title=document.title[:300],
        weight=found.weight,
        at=document.at,
        terms=" ".join(terms),
    )


def rebuild(names: Iterable[str] = ()) -> dict[str, int]:
    """Index everything anew, kind by kind; returns how many things of each stand in the index afterwards."""
    counts = {}
    for found in kinds():
        if names and found.name not in names:
            continue
        listed = [str(key) for key in found.every()]
        for first in range(0, len(listed), BATCH):
            with transaction.atomic():
                store(found, listed[first : first + BATCH])
        held = set(Indexed.objects.filter(kind=found.name).values_list("key", flat=True))
        for key in held - set(listed):
            forget(found.name, [key])
        counts[found.name] = Indexed.objects.filter(kind=found.name).count()
    return counts


def forget(kind_name: str, keys: Iterable) -> None:
    """Take things out of the index in this very transaction, as the law may ask."""
    Indexed.objects.filter(kind=kind_name, key__in=[str(key) for key in keys]).delete()
