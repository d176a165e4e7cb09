"""Loads the demonstration by the same acts as the pages: two cycles, their people, texts, reviews, a session."""

from __future__ import annotations

import json
from pathlib import Path

from django.utils import timezone

from assessments.cycles import actions as cycles
from assessments.cycles.models import Cycle
from assessments.drafting import actions as drafting
from assessments.drafting import assets
from assessments.imprint import actions as imprint
from assessments.snapshots import actions as snapshots
from assessments.sources import importing as sources
from panels.models import User
from portal.demo import boards, clock, evidence, people, review
from records.jobs import queue

CONTENT = Path(__file__).parent / "content"
NUMBERS = {"spm": "SPM", "summary": "ES"}


def read(name: str):
    return json.loads((CONTENT / name).read_text(encoding="utf-8"))


def load() -> list[User]:
    """Load the demonstration once; returns the accounts to print. A second call changes nothing."""
    if not Cycle.objects.filter(is_demo=True).exists():
        everybody = read("people.json")
        persons = people.make_accounts(everybody)
        _member_states(everybody, persons)
        _independent(everybody, persons)
        queue.work_off("work")
    return list(User.objects.filter(is_demo=True, email__in=FIRST_ACCOUNTS).order_by("pk"))


FIRST_ACCOUNTS = [
    f"{name}@demo.example"
    for name in (
        "secretariat",
        "chair",
        "leadchair",
        "author",
        "author.b",
        "author.d",
        "editor",
        "reviewer",
        "panel",
        "delegate.a",
        "delegate.b",
        "focal.a",
    )
]


def _begin(slug: str, everybody, persons, *, stage: str) -> Cycle:
    """The cycle with its chapters, people, sources and images, and the texts as first saved."""
    described = read(f"{slug}/cycle.json")
    system = User.objects.system()
    now = timezone.now()
    cycle = cycles.create_cycle(
        slug,
        procedure=described["procedure"],
        title=described["title"],
        by=system,
        now=now,
        at_stage=stage,
        why="The demonstration enters here.",
        is_demo=True,
    )
    for part in described["parts"]:
        number = str(part.get("number") or NUMBERS[part["key"]])
        kind = "chapter" if part["kind"] == "chapter" else "summary"
        drafting.add_chapter(cycle, number, part["title"], by=system, now=now, kind=kind)
    people.seat(cycle, everybody, persons, people.make_bodies(cycle, described["bodies"]), now)
    sources.import_sources(
        cycle, (CONTENT / "sources.csl.json").read_bytes(), "sources.csl.json", by=system, now=now
    )
    for key, figure in read("figures.json").items():
        drawn_from = figure.get("data")
        facts = assets.Facts(
            alt=figure["alt"],
            origin=figure["origin"],
            licence="CC0-1.0",
            data=_file(drawn_from) if drawn_from else None,
        )
        assets.upload(cycle, key, _file(figure["file"]), facts, by=system, now=now)
    _imprint(cycle, now)
    for part in described["parts"]:
        chapter = cycle.chapters.get(number=str(part.get("number") or NUMBERS[part["key"]]))
        text = (CONTENT / part["file"]).read_text(encoding="utf-8")
        drafting.save(chapter, None, text, by=system, now=now)
    evidence.load(cycle, system)
    return cycle


def _file(path: str) -> tuple[str, bytes]:
    return Path(path).name, (CONTENT / path).read_bytes()


def _imprint(cycle: Cycle, now) -> None:
    """What the report says of itself, and its terms, approved."""
    system, said = User.objects.system(), read("imprint.json")
    imprint.change_imprint(cycle, **said[cycle.slug], by=system, now=now)
    for kind, term, definition in said["terms"]:
        made = imprint.define(cycle, kind=kind, term=term, definition=definition, by=system, now=now)
        imprint.approve_term(made, by=system, now=now)


def _freeze(cycle: Cycle, label: str) -> None:
    made = snapshots.freeze(cycle, label, by=User.objects.system(), now=timezone.now())
    job = queue.wait_for(made.job)
    if job.status != "done":
        raise RuntimeError(f"The demonstration's draft {label} was not frozen: {job.error}")


def _member_states(everybody, persons) -> None:
    """``un-2027``: reviewed by experts and governments, its summary before an approval session."""
    system = User.objects.system()
    with clock.at(clock.days_ago(150)):
        cycle = _begin("un-2027", everybody, persons, stage="sod-review")
        _freeze(cycle, "SOD")
        rounds = review.open_rounds(cycle, ["sod-experts", "sod-governments"], weeks=8)
        review.load_comments(cycle, rounds, read("comments.json"), persons)
    with clock.at(clock.days_ago(90)):
        for found in rounds.values():
            review.close(found)
        boards.plan(cycle, ("drafted", "ready", "drafted"))
        _freeze(cycle, "FGD")
        cycle = cycles.advance(cycle, by=system, now=timezone.now())
        final = review.open_rounds(cycle, ["fgd-governments"], weeks=7)["fgd-governments"]
    with clock.at(clock.days_ago(35)):
        review.close(final)
        review.prepare_session(cycle, persons)
        cycles.advance(cycle, by=system, now=timezone.now())
    boards.meet(cycle.chapters.get(number="2"))


def _independent(everybody, persons) -> None:
    """``advanced-2027``: in expert review, with eleven days left."""
    system = User.objects.system()
    with clock.at(clock.days_ago(120)):
        cycle = _begin("advanced-2027", everybody, persons, stage="drafting")
        boards.plan(cycle, ("drafted", "writing", "drafted", "planned"))
    with clock.at(clock.days_ago(17)):
        _freeze(cycle, "DRAFT")
        cycle = cycles.advance(cycle, by=system, now=timezone.now())
        rounds = review.open_rounds(cycle, ["external-experts"], weeks=4)
    with clock.at(clock.days_ago(9)):
        review.load_comments(cycle, rounds, read("comments.json"), persons)
    boards.meet(cycle.chapters.get(number="2"))
