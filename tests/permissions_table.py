"""The table of docs/permissions.md: every address, stream, job and command, and who may, role by role, stage by stage.

Nothing in it is declared twice: addresses come from the resolver and their doors; who may is asked of the permissions
themselves, for one person in each role of each procedure, in each stage. The test compares it with the document.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import timedelta

from django.contrib.auth.models import AnonymousUser
from django.core.management import get_commands
from django.urls import URLPattern, URLResolver, get_resolver
from rules.permissions import permissions as granted

from assessments.cycles import actions as cycles
from assessments.cycles.guards import stage_obstacles
from assessments.cycles.models import Cycle
from assessments.drafting import actions as drafting
from assessments.drafting.rooms import standing as room
from assessments.procedures.loader import load_all
from assessments.procedures.model import Procedure
from panels.models import User
from records.doors import Door
from records.jobs import registry as jobs
from reviews.approval.acts import ACTS
from reviews.rounds.models import Registration, ReviewRound
from tests.world import NOW, THEN, Side, make_user, seat

# Addresses of other people's apps, which carry their own protection.
FOREIGN = {
    "accounts/": "sign-in and sign-out (django-allauth)",
    "admin/": "Django's administration: portal staff",
    "language/": "the language of the pages",
    "api/schema/": "the description of the API",
    "static/": "style sheets, scripts, fonts",
}
OURS = ("records", "panels", "assessments", "reviews", "portal")
ALWAYS = "●"
ACTS_OF_PROCEDURES = frozenset(act for procedure in load_all().values() for act in procedure.acts)
INTRODUCTION = """# Who may

Made by `CONCORD_WRITE=1 ./concord test tests/portal/test_permissions_table.py`; the same test without `CONCORD_WRITE`
fails when this page is not what the code does. Nothing here is written by hand.

An address asks two permissions: one to **see** what lies behind it, one to **act**. What a person may not see answers
404, what they see and may not do answers 403, and what the stage or anything else stands in the way of answers 409 with
the reasons. `public` is everybody, `account` everybody signed in. Before that, an object is looked for only among
those that the person may see at all.
"""


def addresses(resolver=None, prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    """Every address of our own, in the resolver's order."""
    for entry in (resolver or get_resolver()).url_patterns:
        path = prefix + str(entry.pattern)
        if path.startswith(tuple(FOREIGN)):
            continue
        if isinstance(entry, URLResolver):
            yield from addresses(entry, path)
        else:
            yield path, entry


def door_of(entry: URLPattern) -> Door | None:
    """What guards an address, None where nothing does."""
    view = entry.callback
    return getattr(view, "door", None) or getattr(getattr(view, "cls", None), "door", None)


def acts_of(entry: URLPattern) -> dict[str, tuple[str, ...]]:
    """The permissions of which each unsafe method asks one."""
    door = door_of(entry)
    acts = getattr(getattr(entry.callback, "cls", None), "acts", None)
    if acts is not None:
        return {method: _several(act.needs or door.see) for method, act in acts.items()}
    return {
        method: _several(door.post or door.see) for method in door.methods if method not in ("GET", "HEAD")
    }


def _several(permission: str | tuple[str, ...]) -> tuple[str, ...]:
    return (permission,) if isinstance(permission, str) else tuple(dict.fromkeys(permission))


def _any_of(permissions: tuple[str, ...]) -> str:
    return " or ".join(f"`{name}`" for name in permissions)


def document() -> str:
    """The whole page; needs a database, in which it leaves its worlds."""
    parts = [INTRODUCTION, _addresses(), _session_acts(), _permissions()]
    parts += [_procedure(procedure) for procedure in load_all().values()]
    parts += [_sockets(), _streams(), _jobs(), _commands()]
    return "\n".join(parts)


def _table(heads: list[str], rows: list[list[str]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _addresses() -> str:
    rows = []
    for path, entry in addresses():
        door = door_of(entry)
        acts = ", ".join(f"{method} {_any_of(needs)}" for method, needs in acts_of(entry).items())
        reads = f"`{door.see}`" if "GET" in door.methods else ""
        rows.append([f"`/{path}`", reads, acts])
    foreign = "".join(f"- `/{path}`: {what}\n" for path, what in FOREIGN.items())
    return f"## Addresses\n\n{_table(['Address', 'See', 'Act'], rows)}\nOf other people's apps:\n\n{foreign}"


def _session_acts() -> str:
    rows = [[f"`{key}`", str(act.label), _any_of(_several(act.needs))] for key, act in ACTS.items()]
    return (
        "## Acts in a session\n\nBehind `/c/…/sessions/N/act/ACT/`, beside `session.follow`; the action asks again, "
        "for the very line, request or proposal.\n\n" + _table(["Act", "", "Needs"], rows)
    )


def _permissions() -> str:
    rows = []
    for name, predicate in sorted(granted.items()):
        words = " ".join((predicate.fn.__doc__ or "").split())
        if name in ACTS_OF_PROCEDURES:
            words = "an act of the procedure (below)"
        rows.append([f"`{name}`", (words or predicate.name).replace("|", "or")])
    return (
        "## Permissions in words\n\nWhat stands on more than a role: `or`, `&` join the conditions named.\n\n"
        + _table(["Permission", "Rule"], rows)
    )


# ---- Role by role, stage by stage -----------------------------------------------------------------


def _procedure(procedure: Procedure) -> str:
    side, people = _everybody(procedure)
    numbers = {stage.key: place for place, stage in enumerate(procedure.stages, 1)}
    heads = ["", *people]
    rows = []
    for title, may in _questions(side):
        cells = []
        for user in people.values():
            stages = [numbers[key] for key in numbers if may(user, _in_stage(side.cycle, key))]
            cells.append(ALWAYS if len(stages) == len(numbers) else _ranges(stages))
        if any(cells):
            rows.append([title, *cells])
    stages = " · ".join(f"{number} {stage.short}" for number, stage in enumerate(procedure.stages, 1))
    return (
        f"## {procedure.key}: {procedure.title}\n\nStages: {stages}. {ALWAYS} stands for all of them. Roles of author "
        "teams and review editors count for their own chapter.\n\n" + _table(heads, rows)
    )


def _everybody(procedure: Procedure) -> tuple[Side, dict[str, User]]:
    """A cycle with one person in each role, registered for every round that lets them in."""
    system = User.objects.system()
    slug = f"{procedure.key.replace('_', '-')}-table"
    cycle = cycles.create_cycle(slug, procedure=procedure.key, title=slug, by=system, now=THEN)
    side = Side(cycle)
    side.at(
        next(stage.key for stage in procedure.stages if procedure.acts["chapter.manage"].open_in(stage.key))
    )
    drafting.add_chapter(cycle, "1", "One", by=system, now=THEN)
    side.bodies["delegation:a"] = cycles.add_body(cycle, "delegation", f"{slug}-a", "Delegation A")
    made = set(side.cycle.bodies.values_list("part", flat=True)) | {"team", "editors"}
    for part in sorted({role.part for role in procedure.roles.values()} - made):
        cycles.add_body(cycle, part, f"{slug}-{part}", part.title())
    people = {}
    for key, role in procedure.roles.items():
        place = {"team": "team:1", "editors": "editors:1", "delegation": "delegation:a"}.get(
            role.part, role.part
        )
        people[key] = seat(side, f"{procedure.key}_{key}", key, place)
    people["(no role)"] = make_user(f"{procedure.key}_outsider")
    people["(nobody)"] = AnonymousUser()
    snapshot = side.cycle.snapshots.create(
        label="TABLE", status="ready", content_hash="0" * 64, by=system, created_at=NOW, ready_at=NOW
    )
    for rule in procedure.rounds:
        found = ReviewRound.objects.create(
            cycle=side.cycle,
            key=f"{side.cycle.slug}/{rule.key}",
            rule_key=rule.key,
            snapshot=snapshot,
            opens_at=NOW,
            closes_at=NOW + timedelta(days=1),
            opened_by=system,
        )
        for user in people.values():
            if user.is_authenticated and user.has_perm("round.register", found):
                Registration.objects.create(
                    round=found, person=user.person, expertise="-", undertaking_at=NOW, consent_at=NOW
                )
    return side, people


def _questions(side: Side) -> Iterator[tuple[str, Callable]]:
    """What is asked of each person in each stage: a title, and ``may(user, cycle)``."""
    for name in sorted(granted):
        if name in ACTS_OF_PROCEDURES:
            if name in side.cycle.procedure.acts:
                yield f"`{name}`", lambda u, c, n=name: not stage_obstacles(c, n) and u.has_perm(n, c)
        elif name.startswith("round."):
            for rule in side.cycle.procedure.rounds:
                found = side.cycle.rounds.get(rule_key=rule.key)
                yield f"`{name}` {rule.key}", lambda u, c, n=name, r=found: u.has_perm(n, _of(r, c))
        elif name == "snapshot.read":
            snapshot = side.cycle.snapshots.get(label="TABLE")
            yield f"`{name}` in a round", lambda u, c, n=name, s=snapshot: u.has_perm(n, _of(s, c))
        elif name in ("asset.view", "snapshot.compare"):
            continue  # follow the texts: their rule in words is the whole of it
        else:
            yield f"`{name}`", lambda u, c, n=name: u.has_perm(n, c)


def _in_stage(cycle: Cycle, stage: str) -> Cycle:
    cycle.stage = stage
    return cycle


def _of(thing, cycle: Cycle):
    thing.cycle = cycle
    return thing


def _ranges(numbers: list[int]) -> str:
    """[1, 2, 3, 5] as “1–3 5”."""
    found: list[list[int]] = []
    for number in numbers:
        if found and found[-1][-1] == number - 1:
            found[-1].append(number)
        else:
            found.append([number])
    return " ".join(f"{run[0]}–{run[-1]}" if len(run) > 1 else str(run[0]) for run in found)


# ---- Streams, jobs, commands ----------------------------------------------------------------------


def _sockets() -> str:
    return (
        "## WebSockets\n\nThe process of rooms asks the same as a page's door, when somebody comes and every two "
        "seconds after. A page of another origin is refused.\n\n"
        + _table(["Address", "See", "Act"], [[f"`{room.ADDRESS}`", f"`{room.SEE}`", f"`{room.ACT}`"]])
    )


def _streams() -> str:
    rows = []
    for procedure in load_all().values():
        for reader, sights in procedure.visibility.items():
            words = ", ".join(
                sight.record if sight.from_stage == "*" else f"{sight.record} from {sight.from_stage}"
                for sight in sights
            )
            rows.append([procedure.key, reader, words])
    return (
        "## Streams of the record\n\nEntries of a cycle, its chapters and sessions are shown by their visibility; a "
        "withheld entry keeps its number and hash. Streams `portal/…` and `body/…` are for `records.officers`.\n\n"
        + _table(["Procedure", "Reader", "Sees entries that are"], rows)
    )


def _jobs() -> str:
    rows = [[f"`{kind}`", jobs.kind(kind).lane] for kind in sorted(jobs.names())]
    return (
        "## Jobs\n\nA job is written by the act that needs it and runs with no permission of its own. Its page is "
        "for the person who caused it and for `jobs.view_all`.\n\n" + _table(["Job", "Lane"], rows)
    )


def _commands() -> str:
    rows = [[f"`manage.py {name}`", app] for name, app in sorted(get_commands().items()) if app in OURS]
    return (
        "## Commands\n\nWhoever may run programs on the server may run these. Those that act do it by the same actions "
        "as the pages, as `--by EMAIL` (else the system user, with the secretariat's standing and no more).\n\n"
        + _table(["Command", "Part"], rows)
    )


def squeezed(text: str) -> str:
    """Without the trailing spaces of lines: what editors like to take away is no difference."""
    return re.sub(r"[ \t]+\n", "\n", text)
