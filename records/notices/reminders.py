"""Reminders by rule, before and after a deadline: upper floors say what is owed, this says when to speak of it.

A reminder is an event like any other, named by its duty, its deadline and its distance from it: written once. After
a time out of service only the latest one is written, and one whose moment is long past is not. A deed that was done
meanwhile is not asked for: rules name what still stands, and a letter that waited is held against them again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.utils import timezone

from records.models import Notice
from records.notices import kinds, send

LONG_PAST = timedelta(days=10)  # after its moment a reminder is not written any more


@dataclass(frozen=True)
class Due:
    """Something that these people owe, or that awaits them, at a moment.

    ``subject`` names it for ever, such as ``round.12``; ``context`` is what the template says besides ``due_at``.
    """

    subject: str
    at: datetime
    people: Iterable
    scope: str = ""
    context: dict = field(default_factory=dict)


@dataclass(frozen=True)
class Rule:
    """``due(now)`` gives what stands undone; ``offsets`` when to speak, before (negative) and after the deadline."""

    kind: str
    due: Callable[[datetime], Iterable[Due]]
    offsets: tuple[timedelta, ...]
    template: str


_rules: dict[str, Rule] = {}


def register(
    kind: str, due: Callable, offsets: Iterable[timedelta], template: str, title, *, mandatory=None
) -> None:
    """Register a rule and its kind; ``mandatory`` says why nobody turns it off (a deadline of a duty)."""
    _rules[kind] = Rule(kind, due, tuple(sorted(offsets)), template)
    kinds.register(kind, title, mandatory=mandatory)


def rules() -> list[Rule]:
    return list(_rules.values())


def remind(now: datetime) -> int:
    """Write every reminder whose moment has come and that was not written yet; returns how many people it reached."""
    told = 0
    for rule in rules():
        for event, due in _come(rule, now):
            known = set(Notice.objects.filter(event=event).values_list("user", flat=True))
            people = [user for user in due.people if user.pk not in known]
            if people:
                context = {**due.context, "due_at": due.at, "past": due.at <= now}
                told += send.tell(rule.kind, event, people, rule.template, context, at=now, scope=due.scope)
    return told


def _come(rule: Rule, now: datetime) -> Iterator[tuple[str, Due]]:
    """What is to be spoken of now, each with the name of its latest reminder."""
    for due in rule.due(now):
        passed = [offset for offset in rule.offsets if due.at + offset <= now]
        if passed and now - (due.at + passed[-1]) < LONG_PAST:
            seconds = int(passed[-1].total_seconds())
            yield f"{_name(rule.kind, due)}.{seconds:+d}", due


def _name(kind: str, due: Due) -> str:
    """A deadline that is moved is a new one."""
    return f"reminder.{kind}.{due.subject}.{int(due.at.timestamp())}"


def done(letters: Iterable[Notice], now: datetime) -> list[int]:
    """Those of a person's letters (their keys) that remind of what was done meanwhile, or is another's now."""
    found = []
    for rule in rules():
        mine = [letter for letter in letters if letter.kind == rule.kind]
        if mine:
            dues = [(f"{_name(rule.kind, d)}.", {user.pk for user in d.people}) for d in rule.due(now)]
            found += [
                letter.pk
                for letter in mine
                if not any(letter.event.startswith(name) and letter.user_id in who for name, who in dues)
            ]
    return found


def remind_job(job, progress) -> dict:
    """Job ``notices.remind``: what the scheduler asks for every few minutes."""
    return {"people": remind(timezone.now())}
