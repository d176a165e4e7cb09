"""What is kept no longer than it serves; the days stand in settings.RETENTION_DAYS (docs/operating.md).

A part registers what it keeps. Nothing of the record is ever among it: entries, contents, references and
signed heads have no end, and erasure by law is an act of its own (records/erasure).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from records.models import Job, LastTime, Notice


@dataclass(frozen=True)
class Rule:
    """``run(before, dry)`` lets go of what had done its service before that time; returns how much it is."""

    name: str
    what: str
    run: Callable[[datetime, bool], int]


_rules: dict[str, Rule] = {}


def register(name: str, what: str, run: Callable[[datetime, bool], int]) -> None:
    """Register a rule; its days stand under the same name in settings.RETENTION_DAYS (else KeyError at its run)."""
    _rules[name] = Rule(name, what, run)


def rules() -> list[Rule]:
    return [_rules[name] for name in sorted(_rules)]


def run(now: datetime, *, dry: bool = False) -> dict[str, int]:
    """Let go of everything due; returns how much of what. ``dry`` counts and changes nothing."""
    done = {}
    for rule in rules():
        before = now - timedelta(days=settings.RETENTION_DAYS[rule.name])
        with transaction.atomic():
            done[rule.name] = rule.run(before, dry)
    if not dry:
        LastTime.objects.note("retention", now, **done)
    return done


def delete(found: QuerySet, dry: bool) -> int:
    """Delete the rows of a query, or count them."""
    return found.count() if dry else found.delete()[1].get(found.model._meta.label, 0)


def unreferenced(found: QuerySet) -> QuerySet:
    """Of these rows, those that no row of any table points to."""
    for relation in found.model._meta.get_fields(include_hidden=True):
        if (
            relation.auto_created
            and not relation.concrete
            and relation.field.many_to_one | relation.field.one_to_one
        ):
            column = relation.field.attname
            pointing = relation.related_model._base_manager.exclude(**{column: None})
            found = found.exclude(pk__in=pointing.values(column))
    return found


def _sessions(before: datetime, dry: bool) -> int:
    return delete(Session.objects.filter(expire_date__lt=before), dry)


def _letters(before: datetime, dry: bool) -> int:
    """The text of what went, or will not go; the row stays: that there was a letter, to whom and when."""
    waiting = [Notice.State.WAITING, Notice.State.HELD]
    found = Notice.objects.filter(channel=Notice.Channel.MAIL, created_at__lt=before)
    found = found.exclude(state__in=waiting).exclude(body="")
    return found.count() if dry else found.update(body="")


def _jobs(before: datetime, dry: bool) -> int:
    """Done jobs to which nothing points; failed ones stay until somebody has looked."""
    return delete(unreferenced(Job.objects.filter(status=Job.Status.DONE, finished_at__lt=before)), dry)


def _letter_files(before: datetime, dry: bool) -> int:
    """Embedded, letters are files."""
    folder = Path(settings.DATA_DIR, "mail")
    found = [f for f in folder.glob("*.log") if f.stat().st_mtime < before.timestamp()]
    for file in () if dry else found:
        file.unlink(missing_ok=True)
    return len(found)


def register_own() -> None:
    register("sessions", _("sessions that have expired"), _sessions)
    register("letters", _("texts of letters that were sent"), _letters)
    register("letter-files", _("letters written as files (embedded)"), _letter_files)
    register("jobs", _("background jobs that are done"), _jobs)
