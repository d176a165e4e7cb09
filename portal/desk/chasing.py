"""The list of duties as a person asked for it: filtered, sorted and grouped by what the address says, or as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from django.utils.translation import gettext as _

from assessments.procedures.titles import titled
from portal.desk.desks import Desk
from portal.desk.duties import KINDS, Duty, duties
from reviews.comments.registered import cell

LATEST = datetime.max.replace(tzinfo=UTC)
SORTS: dict[str, Callable[[Duty], tuple]] = {
    "due": lambda duty: (duty.due or LATEST, duty.who.casefold()),
    "who": lambda duty: (duty.who.casefold(), duty.due or LATEST),
    "n": lambda duty: (duty.n, duty.who.casefold()),
}


@dataclass(frozen=True)
class Asked:
    """What the address asks for; unknown values count as not said."""

    by: str = "person"
    cycle: str = ""
    kind: str = ""
    sort: str = "due"

    @classmethod
    def of(cls, said) -> Asked:
        by, kind, sort = said.get("by", ""), said.get("kind", ""), said.get("sort", "")
        return cls(
            by=by if by == "duty" else "person",
            cycle=said.get("cycle", "")[:60],
            kind=kind if kind in KINDS else "",
            sort=sort if sort.removeprefix("-") in SORTS else "due",
        )


@dataclass(frozen=True)
class Group:
    """What stands under one heading: a person with all they owe, or a duty with all who owe it."""

    title: str
    rows: list[Duty]
    note: str = ""

    @property
    def total(self) -> int:
        return sum(duty.n for duty in self.rows)


def asked_for(desk: Desk, asked: Asked, now: datetime) -> list[Duty]:
    """The duties that the address asks for, in its order."""
    found = [duty for duty in duties(desk.narrowed(asked.cycle), now) if asked.kind in ("", duty.kind)]
    return sorted(found, key=SORTS[asked.sort.removeprefix("-")], reverse=asked.sort.startswith("-"))


def grouped(found: list[Duty], by: str) -> list[Group]:
    """The same under headings; the groups come in the order of their first duty."""
    groups: dict[tuple, list[Duty]] = {}
    for duty in found:
        key = (duty.person or duty.who,) if by == "person" else (duty.kind, duty.cycle.pk, duty.what)
        groups.setdefault(key, []).append(duty)
    if by == "person":
        return [Group(rows[0].who, rows) for rows in groups.values()]
    return [Group(rows[0].title, rows, f"{rows[0].what} · {rows[0].cycle.slug}") for rows in groups.values()]


def as_csv(found: list[Duty]) -> bytes:
    """The list in UTF-8, with a mark by which table programs know that."""
    out = io.StringIO()
    sheet = csv.writer(out)
    sheet.writerow([_("Who"), _("Duty"), _("What"), _("Number"), _("Cycle"), _("Stage"), _("Until (UTC)")])
    for duty in found:
        stage = titled(duty.cycle.procedure.stage(duty.cycle.stage).title)
        due = duty.due.astimezone(UTC).strftime("%Y-%m-%d %H:%M") if duty.due else ""
        row = [duty.who, duty.title, duty.what, duty.n, duty.cycle.slug, stage, due]
        sheet.writerow([cell(value) for value in row])
    return out.getvalue().encode("utf-8-sig")
