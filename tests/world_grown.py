"""The small world after some years: more cycles with the same people, more chapters, comments and sources."""

from __future__ import annotations

import json

from assessments.drafting import actions as drafting
from assessments.findings import syncing
from assessments.sources.importing import import_sources
from reviews.anchors import projecting
from reviews.approval import sessions
from reviews.comments import actions as comments
from tests.reviews import held
from tests.world import CHAPTER, INDEPENDENT_PEOPLE, IPCC_PEOPLE, NOW, THEN, Side, World, hold, lay_side


def grow(world: World) -> None:
    """Two more cycles of each procedure, each in review and one with a session, and three chapters more in all."""
    for n in (2, 3):
        un = _again(world.un, f"un-test-{n}", "ipcc", IPCC_PEOPLE, world)
        _review(un, "fod-experts", "fod-review", un.reviewer)
        summary = un.cycle.snapshots.get(label="FGD").chapters.get(chapter__kind="summary")
        sessions.create_session(un.cycle, summary, by=un.secretariat, now=NOW)
        _again(world.adv, f"adv-test-{n}", "independent", INDEPENDENT_PEOPLE, world)
    review_round = world.un.cycle.rounds.get(rule_key="fod-experts")
    anchor = held.places(review_round).whole()
    for n in range(6):
        comments.save_draft(
            review_round,
            world.un.chapter("1"),
            text=f"More {n}?",
            anchor=anchor,
            by=world.un.reviewer,
            now=NOW,
        )
    comments.send_drafts(review_round, by=world.un.reviewer, now=NOW)
    _more_text(world.un, world)


def _again(before: Side, slug: str, procedure: str, roles: dict, world: World) -> Side:
    side = lay_side(slug, procedure, ["1", "2"], world.system)
    for name, (role_key, place) in roles.items():
        side.people[name] = hold(side, before.people[name], role_key, place)
    _more_text(side, world)
    return side


def _more_text(side: Side, world: World) -> None:
    for n in range(3, 6):
        drafting.add_chapter(side.cycle, str(n), f"Chapter {n}", by=world.system, now=THEN)
    for chapter in side.cycle.chapters.filter(current=None):
        text = CHAPTER.replace("sec:measure", f"sec:measure-{chapter.number}")
        drafting.save(chapter, None, text, by=world.system, now=THEN)
    entries = [{"id": f"more{n}", "type": "webpage", "title": f"Post {n}"} for n in range(4)]
    import_sources(side.cycle, json.dumps(entries).encode(), "more.json", by=world.system, now=NOW)
    syncing.read_cycle(side.cycle, NOW)


def _review(side: Side, key: str, stage: str, reviewer) -> None:
    opened = held.open_round(side, key, stage=stage)
    held.register(opened, reviewer)
    for n in range(3):
        comments.save_draft(
            opened,
            side.chapter("1"),
            text=f"Why {n}?",
            anchor=held.places(opened).whole(),
            by=reviewer,
            now=NOW,
        )
    comments.send_drafts(opened, by=reviewer, now=NOW)
    side.at("final-draft")
    projecting.store(opened.snapshot, held.freeze(side.cycle, "FGD"), now=NOW)
