"""A finding, and the round of all checks."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime

from django.db import DatabaseError
from django.utils.translation import gettext as _

from records.looking import one_look

log = logging.getLogger(__name__)
ERROR, WARNING = "error", "warning"


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong: a sentence, and what mends it (a command, or what to set)."""

    level: str
    code: str
    text: str
    remedy: str

    def as_dict(self) -> dict:
        return {name: str(value) for name, value in asdict(self).items()}


Check = Callable[[datetime], Iterator[Finding]]


def examine(now: datetime) -> list[Finding]:
    """Every finding, errors first. Without a database, what needs one is not asked."""
    from portal.doctor import kept, machine, record, store, work

    checks: list[Check] = [*store.CHECKS, *kept.CHECKS, *machine.CHECKS]
    with one_look():
        if _answers():
            checks += [*store.WITH_DATABASE, *kept.WITH_DATABASE]
            checks += [*machine.WITH_DATABASE, *record.CHECKS, *work.CHECKS]
        found = [finding for check in checks for finding in _asked(check, now)]
    return sorted(found, key=lambda finding: finding.level != ERROR)


def _answers() -> bool:
    from portal.doctor import store

    try:
        return bool(store.tables())
    except DatabaseError:  # said by store.reachable
        return False


def _asked(check: Check, now: datetime) -> list[Finding]:
    try:
        return list(check(now))
    except Exception as error:
        # A check that breaks has found something too; the others still look.
        log.exception("the check %s broke", check.__name__)
        text = _("The check “%(check)s” could not be made: %(error)s")
        return [Finding(ERROR, f"{check.__name__}-broke", text % {"check": check.__name__, "error": error},
                        "manage.py doctor")]  # fmt: skip
