"""The people of the demonstration: accounts, disclosures filed and decided, appointments by the acts themselves."""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth.hashers import make_password
from django.utils import timezone

from assessments.cycles import actions as cycles
from assessments.cycles.models import Cycle
from panels import actions as panels
from panels.models import Body, Person, State, User

PASSWORD = "concord-demo-2027"


def make_accounts(people: list[dict]) -> dict[str, Person]:
    """An account and a person for each entry of people.json; they share one printed password."""
    shared = make_password(PASSWORD)
    states = {s.iso3: s for s in State.objects.all()}
    User.objects.bulk_create(
        User(email=p["email"], name=p["name"], language=_shown(p["language"]), password=shared, is_demo=True)
        for p in people
    )
    users = {u.email: u for u in User.objects.filter(is_demo=True)}
    Person.objects.bulk_create(
        Person(
            name=p["name"],
            email=p["email"],
            user=users[p["email"]],
            nationality=states.get(p["nationality"] or ""),
            affiliation=p["affiliation"],
            expertise=p["expertise"],
            named_at=timezone.now(),
        )
        for p in people
    )
    found = {
        person.email: person for person in Person.objects.filter(user__is_demo=True).select_related("user")
    }
    return {p["key"]: found[p["email"]] for p in people}


def _shown(language: str) -> str:
    return language if language in ("en", "ar") else "en"


def make_bodies(cycle: Cycle, described: list[dict]) -> dict[str, Body]:
    """The bodies of cycle.json by key; chapters' teams and editors are those the chapters already have."""
    chapters = {c.number: c for c in cycle.chapters.select_related("team", "editors")}
    found = {}
    for body in described:
        kind, key = body["kind"], body["key"]
        if kind == "team":
            number = str(body.get("chapter") or "") or {"spm": "SPM"}.get(key, "ES")
            found[key] = chapters[number].team
        elif kind == "delegation":
            state = State.objects.filter(iso3=body.get("state") or "").first()
            found[key] = cycles.add_body(
                cycle, kind, f"{cycle.slug}-{key}", body["name"] or str(state), state=state
            )
        elif kind != "editors":
            first = cycle.bodies.filter(part=kind, body__key=f"{cycle.slug}-{kind}").first()
            if first and kind not in {b["kind"] for b in described if b["key"] in found}:
                found[key] = first.body
                Body.objects.filter(pk=first.body_id).update(name=body["name"])
            else:
                found[key] = cycles.add_body(cycle, kind, f"{cycle.slug}-{key}", body["name"])
    return found


def seat(
    cycle: Cycle, people: list[dict], persons: dict[str, Person], bodies: dict[str, Body], now: datetime
) -> None:
    """Appoint everybody to their roles; who owes a disclosure files it, and another decides, first."""
    system = User.objects.system()
    chapters = {c.number: c for c in cycle.chapters.select_related("editors")}
    wanted = [(p, r) for p in people for r in p["roles"] if r["cycle"] == cycle.slug]
    deciding = cycle.procedure.may("disclosure.decide")
    first = {
        p["key"]
        for p, r in wanted
        if r["role"] in deciding and not cycle.procedure.roles[r["role"]].discloses
    }
    # Those who decide and owe nothing come first; their own disclosures, for other roles, last of all.
    wanted.sort(key=lambda pair: (cycle.procedure.roles[pair[1]["role"]].discloses, pair[0]["key"] in first))
    deciders: list[User] = []
    for described, role in wanted:
        person = persons[described["key"]]
        rule = cycle.procedure.roles[role["role"]]
        body = chapters[str(role["chapter"])].editors if rule.part == "editors" else bodies[role["body"]]
        if rule.discloses and not person.disclosures.filter(body__cycle_bodies__cycle=cycle).exists():
            cycles.ask_disclosure(cycle, person, role["role"], body, by=system, now=now)
            made = panels.file_disclosure(
                person, body, described.get("declaration") or "None.", by=person.user, now=now
            )
            decider = next(d for d in deciders if d != person.user)
            panels.decide_disclosure(
                made, "cleared", "", by=decider, now=now, authority=cycle, stream=cycle.stream
            )
        cycles.appoint(cycle, person, role["role"], body, by=system, now=now)
        if role["role"] in deciding:
            deciders.append(person.user)
